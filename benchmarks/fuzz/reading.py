"""Reads inputs under an alarm, and counts what comes of them."""

from __future__ import annotations

import contextlib
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from axion_env.sandbox import BadValue
from axion_env.sandbox.inside import wire
from benchmarks.fuzz.flood import floods
from benchmarks.fuzz.input import Fuzzer, Read

BOUND = 1.0
"""CPU seconds that reading one input may take, of a megabyte at most."""


class Unbounded(BaseException):
    """Reading one input took too long."""


@dataclass
class Tally:
    """What came of the inputs."""

    statuses: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    """`number: what was wrong`, of inputs that broke the law."""
    cpu_s: float = 0.0
    bytes: int = 0
    slowest: tuple[float, int, int] = (0.0, 0, 0)
    """CPU seconds, size in bytes, number of the input."""
    largest: int = 0


def fuzz(total: int, seed: int = 0, *, numbers: Sequence[int] | None = None, every: int = 0) -> Tally:
    """Read so many inputs.

    Args:
        total: How many.
        seed: Makes them what they are.
        numbers: These inputs alone.
        every: Say how far it is after so many.
    """
    tally = Tally()
    fuzzer = Fuzzer(seed)
    with _alarm():
        for done, number in enumerate(range(total) if numbers is None else numbers, 1):
            size, read = fuzzer.input(number)
            _one(tally, number, size, read)
            if every and done % every == 0:
                print(f"{done:,} read, {len(tally.faults)} faults, slowest {tally.slowest[0] * 1000:.1f} ms", file=sys.stderr, flush=True)
    fuzzer.close()
    return tally


def _one(tally: Tally, number: int, size: int, read: Read) -> None:
    signal.setitimer(signal.ITIMER_PROF, 10 * BOUND)
    start = time.thread_time()
    try:
        tally.statuses[read()] += 1
    except (Exception, Unbounded) as problem:
        tally.faults.append(f"{number}: {type(problem).__name__}: {problem!s:.200}")
    spent = time.thread_time() - start
    signal.setitimer(signal.ITIMER_PROF, 0)
    tally.cpu_s += spent
    tally.bytes += size
    tally.largest = max(tally.largest, size)
    if spent > tally.slowest[0]:  # again, since the machine may have been slow and not the reader
        spent = min(spent, _again(read), _again(read))
    tally.slowest = max(tally.slowest, (spent, size, number))
    if spent > BOUND:
        tally.faults.append(f"{number}: took {spent:.2f} s")


def _again(read: Read) -> float:
    start = time.thread_time()
    with contextlib.suppress(Exception):
        read()
    return time.thread_time() - start


@contextlib.contextmanager
def _alarm() -> Iterator[None]:
    def ring(*_: Any) -> None:
        raise Unbounded(f"more than {10 * BOUND:g} CPU seconds")

    before = signal.signal(signal.SIGPROF, ring)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def worst(size: int = 1 << 20) -> dict[str, tuple[int, float, str]]:
    """Per flood: bytes, CPU seconds to read it, and what came of it."""
    found = {}
    with _alarm():
        for name, data in floods(size).items():
            tally = Tally()

            def read(data: bytes = data) -> str:
                try:
                    wire.load(data)
                except BadValue as problem:
                    return f"refused: {problem!s:.60}"
                return "read"

            _one(tally, 0, len(data), read)
            found[name] = (len(data), tally.cpu_s, next(iter(tally.statuses), "; ".join(tally.faults)))
    return found
