"""`python -m benchmarks.fuzz --count 1000000`: what jobs may write, mutated, through everything in the host that reads it.

An input is one of the outputs that real jobs write, changed by edits of its structure (JSON nodes swapped, wrapped, repeated, replaced by
hostile ones) or of its bytes, and read as a result of a function, a result of a command, a packed tree or a value. The law: reading ends
within its bound, with a result of a known status or with the one exception it is documented to raise; and a result that was read has a
record that reads back as itself.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from axion_env.sandbox import BadValue, Command, Function, JobResult, JobStatus, Limits, Match, Opaque, Workspace
from axion_env.sandbox.inside import tree, wire
from axion_env.sandbox.result import Ended, read_result

BOUND = 1.0
"""CPU seconds that reading one input may take, of a megabyte at most."""
_HASH = (1 << 61) - 1
"""Multiples of this have hash 0."""

VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 10**30, -(10**300), 1.5, -0.0, float("nan"), float("inf"), "", "text", "\ud800",
    "naïve \U0001f600", b"", b"\x00\xff",
    1 + 2j, [], [1, [2, [3]]], (), (1, (2,)), {}, {"a": 1, "b": [2]}, {1: "x", (1, 2): {3}}, set(), {1, 2, 3}, {-1, -2}, frozenset({"a"}),
    {frozenset({1}), frozenset({2})}, {"deep": {"er": {"est": (1.0, None, b"z")}}}, list(range(50)), {str(i): i for i in range(20)},
    [[0] * 8 for _ in range(8)], {(i, -i) for i in range(12)}, object(), range(3), "x" * 300, [0.1 * i for i in range(20)],
)  # fmt: skip
TOKENS = (
    b"NaN", b"Infinity", b"1e999", b"-0", b"1" * 4001, b"9" * 5000, b"[" * 2000, b"[" * 70 + b"]" * 70, b'{"set":[' * 40,
    b'"\\ud800"', b"\\u0000",
    b"null", b"true", b'{"float":"nan"}', b'{"tuple":[]}', b'{"dict":[[', b'{"set":[1,1]}', b'{"bytes":"zz"}', b'{"complex":[0.0]}',
    b"\xff", b"\x00",
    b"\n", b'["returned",1]\n', b'["failed","x"]\n', b'["raised",""]\n', b'["exited",0]\n', b'["returned",' + b"9" * 4001 + b"]\n",
    b"\xef\xbb\xbf", b",", b'"', b"/", b"../", b"0.0", b"1E400", b"-",
)  # fmt: skip


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


# Mutations -------------------------------------------------------------------------------------------------------


def hostile(rng: random.Random) -> Any:
    """A form that is made to trip a reader."""
    k = rng.randrange(1, 40)
    return rng.choice(
        (
            lambda: [rng.randrange(200) * _HASH for _ in range(k)],
            lambda: {"set": [i * _HASH for i in range(k)]},
            lambda: {"dict": [[i * _HASH, 0] for i in range(k)]},
            lambda: {"set": [{"tuple": [i * _HASH, 1]} for i in range(k)]},
            lambda: {"set": [{"frozenset": [i * _HASH, 1]} for i in range(k % 8)]},
            lambda: {"set": [{"list": [1]}]},
            lambda: {"set": [[1]]},
            lambda: {"dict": [[[1], 2]]},
            lambda: {"dict": [[1, 2, 3]]},
            lambda: {rng.choice(("tuple", "set", "frozenset", "bytes", "float", "object", "complex", "dict", "x")): rng.choice(FORMS)},
            lambda: {"tuple": [1], "set": [1]},
            lambda: 10 ** rng.choice((3999, 4000, 4001, 18, 19)),
            lambda: -(10**4000),
            lambda: _nested(rng.choice((10, 63, 64, 65, 66, 90)), rng.choice(("list", "tuple", "dict", "frozenset", "set"))),
            lambda: {"complex": [{"float": "nan"}, {"float": "inf"}]},
            lambda: "x" * rng.choice((599, 600, 601, 5000)),
            lambda: [True, 1, 1.0, {"set": [True, 1]}],
            lambda: 1.7976931348623157e308,
        )
    )()


def _nested(depth: int, kind: str) -> Any:
    form: Any = 1
    for _ in range(depth):
        form = [form] if kind == "list" else {kind: [[1, form]] if kind == "dict" else [form]}
    return form


FORMS: tuple[Any, ...] = tuple(wire.pack(value) for value in VALUES)


def reshaped(form: Any, rng: random.Random) -> Any:
    """The form with one node of it changed."""
    if rng.random() < 0.35 or not isinstance(form, list | dict) or not form:
        return rng.choice(
            (
                lambda: hostile(rng),
                lambda: rng.choice(FORMS),
                lambda: [form],
                lambda: {rng.choice(("tuple", "set", "frozenset", "object", "float")): form},
                lambda: [form, form],
                lambda: None,
            )
        )()
    if isinstance(form, dict):
        tag = rng.choice(list(form))
        return {**form, tag: reshaped(form[tag], rng)}
    items = list(form)
    at = rng.randrange(len(items))
    kind = rng.randrange(6)
    if kind == 0:
        del items[at]
    elif kind == 1:
        items.insert(at, items[rng.randrange(len(items))])
    elif kind == 2:
        other = rng.randrange(len(items))
        items[at], items[other] = items[other], items[at]
    else:
        items[at] = reshaped(items[at], rng)
    return items


def scrambled(data: bytes, rng: random.Random) -> bytes:
    """The bytes with one edit."""
    at, to = sorted((rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)))
    kind = rng.randrange(7)
    if kind == 0:
        return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
    if kind == 1:
        return data[:at] + rng.choice(TOKENS) + data[at:]
    if kind == 2:
        return data[:at] + rng.choice(TOKENS) + data[to:]
    if kind == 3:
        return data[:at] + data[to:]
    if kind == 4:
        return data[:to] + data[at:to] * rng.randrange(1, 4) + data[to:]
    if kind == 5:
        return data[:at]
    return data[:at] + rng.randbytes(rng.randrange(1, 9)) + data[at:]


def _mutated(line: bytes, rng: random.Random) -> bytes:
    """One line of JSON, changed in its structure, its bytes, or not at all."""
    for _ in range(rng.randrange(3)):
        with contextlib.suppress(ValueError, RecursionError):
            line = json.dumps(reshaped(json.loads(line), rng)).encode()
    for _ in range(rng.choice((0, 0, 0, 1, 2))):
        line = scrambled(line, rng)
    return line


# Inputs ----------------------------------------------------------------------------------------------------------

Read = Callable[[], str]
"""Reads an input and says how it was taken; raises what breaks the law."""

JOB = Function("", "f", [()] * 3)
SMALL = Function("", "f", [()] * 3, limits=Limits(output_bytes=512))
COMMAND = Command(["true"], limits=Limits(output_bytes=4096, disk_mib=1))
BEFORE = Workspace({"a.py": "x = 1", "b/c.py": "y = 2", "b/d.bin": b"\x00\xff"})
ENDS = (Ended(None, 0, 0.01),) * 12 + (
    Ended("cpu", -9, 2.0), Ended("wall", -9, 0.1), Ended(None, -9, 0.2), Ended(None, -9, 0.2, oom=True), Ended(None, 125, 0.0),
    Ended(None, 0, 9.0),
)  # fmt: skip


class Fuzzer:
    """Makes and reads inputs. Every one is a function of (seed, number) alone."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._files = [os.memfd_create("fuzz") for _ in range(4)]

    def close(self) -> None:
        for number in self._files:
            os.close(number)

    def input(self, number: int) -> tuple[int, Read]:
        """(size in bytes, how to read it)."""
        rng = random.Random(f"{self.seed}/{number}")
        kind = rng.randrange(10)
        if kind < 5:
            return self._function(rng)
        if kind < 8:
            return self._command(rng)
        return _value(rng) if kind == 8 else _tree(rng)

    def _function(self, rng: random.Random) -> tuple[int, Read]:
        lines = [_mutated(_line(rng), rng) if rng.random() < 0.4 else _line(rng) for _ in range(rng.choice((1, 2, 3, 3, 3, 3, 3, 4)))]
        data = b"".join(line + b"\n" for line in lines)
        if rng.random() < 0.15:
            data = scrambled(data, rng)
        ended, job = rng.choice(ENDS), SMALL if rng.random() < 0.05 else JOB
        base = BEFORE if rng.random() < 0.1 else None

        def read() -> str:
            self._write(0, data)
            return _checked(read_result(job, base, ended, self._files[:1]), base)

        return len(data), read

    def _command(self, rng: random.Random) -> tuple[int, Read]:
        exited = b'["exited",%d]\n' % rng.choice((0, 1, 2, -9, 127, 255))
        said = [scrambled(b"collected 3 items \xe2\x9c\x93", rng) * rng.choice((1, 1, 1, 200)) for _ in range(2)]
        parts = [_mutated(exited, rng) if rng.random() < 0.3 else exited, *said, _packed(rng)]
        ended = rng.choice(ENDS)

        def read() -> str:
            for i, data in enumerate(parts):
                self._write(i, data)
            return _checked(read_result(COMMAND, BEFORE, ended, self._files), BEFORE)

        return sum(map(len, parts)), read

    def _write(self, i: int, data: bytes) -> None:
        os.ftruncate(self._files[i], 0)
        os.pwrite(self._files[i], data, 0)


def _line(rng: random.Random) -> bytes:
    """An answer as a job writes it."""
    if rng.random() < 0.15:
        return b'["raised","ValueError: no"]'
    if rng.random() < 0.04:
        return b'["failed","SyntaxError: no"]'
    return f'["returned",{wire.dump(rng.choice(VALUES))}]'.encode()


def _packed(rng: random.Random) -> bytes:
    """Changes to a workspace, mutated in their head or their bytes."""
    names = ("a.py", "b/c.py", "new.txt", "x/y/z", "b", "../up", "/etc/passwd", "a\\b", "", "x/../y", "a.py/b", "n\ud800", "q\n", "." * 300)
    honest = rng.random() < 0.6
    files = [
        (name, rng.randbytes(rng.randrange(40)), rng.random() < 0.2)
        for name in rng.sample(names[:4] if honest else names, rng.randrange(4))
    ]
    packed = tree.pack(files, removed=rng.sample(("b/d.bin", "gone"), 1)[: 0 if honest else 1], refused=["link"][: rng.randrange(2)])
    if rng.random() < 0.5:
        head, _, rest = packed.partition(b"\n")
        packed = _mutated(head, rng) + b"\n" + rest
    return scrambled(packed, rng) if rng.random() < 0.2 else packed


def _value(rng: random.Random) -> tuple[int, Read]:
    data = _mutated(wire.dump(rng.choice(VALUES)).encode(), rng)

    def read() -> str:
        try:
            value = wire.load(data)
        except BadValue:
            return "value refused"
        _believe(value)
        return "value read"

    return len(data), read


def _tree(rng: random.Random) -> tuple[int, Read]:
    data = _packed(rng)

    def read() -> str:
        try:
            files, removed, refused = tree.read(data)
        except ValueError:
            return "tree refused"
        assert all(type(path) is str and type(content) is bytes and type(flag) is bool for path, content, flag in files)
        assert all(type(path) is str for path in (*removed, *refused))
        return "tree read"

    return len(data), read


# The law ---------------------------------------------------------------------------------------------------------

_KINDS = frozenset({type(None), bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, Opaque})


def _checked(result: JobResult, base: Workspace | None) -> str:
    """A result that was read keeps what results promise."""
    assert type(result.status) is JobStatus
    assert result.status is not JobStatus.SANDBOX_ERROR, "a candidate may not blame the machine"
    for case in result.cases:
        if case.returned:
            _believe(case.value)
    written = json.dumps(result.record(base))
    again = JobResult.of(json.loads(written), base)
    assert replace(again, cases=()) == replace(result, cases=()), "a record that reads back as another"
    assert json.dumps(again.record(base)) == written, "a record that is written as another"
    return str(result.status)


def _believe(value: Any) -> None:
    """Made of exact builtins, so that no code of the candidate's can run in the host; and it can be compared and packed again."""
    pending = [value]
    opaque = False
    while pending:
        item = pending.pop()
        kind = type(item)
        assert kind in _KINDS, kind
        opaque = opaque or kind is Opaque
        if kind in (list, tuple, set, frozenset):
            pending += item
        elif kind is dict:
            pending += [*item, *item.values()]
    text = wire.dump(value)
    assert wire.dump(wire.load(text)) == text, "a value that crosses as another"
    assert opaque or Match().same(value, wire.load(text)), "a value that is not the same as itself"


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


# Worst cases -----------------------------------------------------------------------------------------------------


def floods(size: int) -> dict[str, bytes]:
    """Inputs of about this many bytes, each made to take a reader as long as can be."""
    many = size // 24
    numbers = [i * _HASH for i in range(1, many)]
    groups = [i % (many // 30) + (i // (many // 30)) * _HASH for i in range(many)]  # 30 of every hash: just let through
    forms: dict[str, Any] = {
        "a list of numbers": list(range(size // 8)),
        "a set of numbers of one hash": {"set": numbers},
        "a dict of numbers of one hash": {"dict": [[n, 0] for n in numbers]},
        "a set of tuples of one hash": {"set": [{"tuple": [n]} for n in numbers[: many // 2]]},
        "a set, 30 members of every hash": {"set": groups},
        "four frozensets of one hash, 30 members of every hash in each": {
            "set": [{"frozenset": [*groups[: many // 5], (many + i) * _HASH]} for i in range(4)]
        },
        "frozensets of frozensets of one hash": {"set": [_family(11, v) for v in (1, 2)]},
        "a set of floats": {"set": [float(i) * 1e-9 for i in range(size // 12)]},
        "lists of 4,000-digit ints": [10**3999] * (size // 4002),
        "a dict of strings": {"dict": [[f"k{i}", i] for i in range(size // 20)]},
        "bytes": {"bytes": "ab" * (size // 2)},
        "64 deep, side by side": [_nested(62, "tuple") for _ in range(size // 800)],
    }
    raw = {name: json.dumps(form, separators=(",", ":")).encode() for name, form in forms.items()}
    raw["[ without end"] = b"[" * size
    raw["digits without end"] = b"9" * size
    raw["a string without end"] = b'"' + b"x" * size
    raw["tags without end"] = b'{"set":[' * (size // 8)
    raw["repeated keys"] = b"{" + b'"set":1,' * (size // 8) + b'"x":1}'
    return raw


def _family(deep: int, variant: int) -> Any:
    if deep == 0:
        return variant * _HASH
    return {"frozenset": [_family(deep - 1, 2 + variant), _family(deep - 1, 1)]}


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


# Report ----------------------------------------------------------------------------------------------------------


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, nargs="*", help="these inputs alone, by number")
    parser.add_argument("--out", type=Path, help="write the figures here, as JSON, and the page beside it")
    options = parser.parse_args(argv)
    tally = fuzz(options.count, options.seed, numbers=options.only, every=100_000)
    tell(tally, worst(), options.out)
    return 1 if tally.faults else 0


def tell(tally: Tally, crafted: dict[str, tuple[int, float, str]], out: Path | None) -> None:
    """Print the figures, and write them."""
    from benchmarks.table import Report  # wants scipy, and a checkout

    total = sum(tally.statuses.values()) + len(tally.faults)
    slowest, size, number = tally.slowest
    report = Report("What jobs may write, mutated, through everything that reads it", "fuzz")
    report.say(" ".join((__doc__ or "").split("\n\n", 1)[1].split()))
    report.say(f"{total:,} inputs, {tally.bytes / total:,.0f} bytes in the mean, {tally.largest:,} at most.")
    report.table(("taken as", "inputs"), [(name, f"{n:,}") for name, n in tally.statuses.most_common()])
    report.say(
        f"Inputs that broke the law: {len(tally.faults)}. Reading one and checking all that was read took"
        f" {tally.cpu_s / total * 1e6:.0f} µs of processor time in the mean and {slowest * 1000:.1f} ms at most"
        f" (input {number}, {size:,} bytes)."
    )
    for fault in tally.faults[:20]:
        report.say(f"- {fault}")
    report.say("Inputs made to take long, of about a mebibyte, the most that a job may write by default, through the decoder:")
    rows = [(name, f"{size:,}", f"{cpu * 1000:.0f}", taken) for name, (size, cpu, taken) in crafted.items()]
    report.table(("input", "bytes", "CPU ms", "taken as"), rows)
    figures = {"inputs": total, "faults": tally.faults, "taken": tally.statuses, "mean_us": tally.cpu_s / total * 1e6}
    if out is not None:
        report.write(out, {**figures, "slowest": {"ms": slowest * 1000, "bytes": size, "input": number}, "worst": crafted})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
