"""What is read: what real jobs write, mutated. Every input follows from a seed and its number."""

from __future__ import annotations

import os
import random
from collections.abc import Callable

from axion_env.sandbox import BadValue, Command, Function, Limits, Workspace
from axion_env.sandbox.inside import tree, wire
from axion_env.sandbox.result import Ended, read_result
from benchmarks.fuzz.law import believe, checked
from benchmarks.fuzz.mutation import VALUES, mutated, scrambled

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
        lines = [mutated(_line(rng), rng) if rng.random() < 0.4 else _line(rng) for _ in range(rng.choice((1, 2, 3, 3, 3, 3, 3, 4)))]
        data = b"".join(line + b"\n" for line in lines)
        if rng.random() < 0.15:
            data = scrambled(data, rng)
        ended, job = rng.choice(ENDS), SMALL if rng.random() < 0.05 else JOB
        base = BEFORE if rng.random() < 0.1 else None

        def read() -> str:
            self._write(0, data)
            return checked(read_result(job, base, ended, self._files[:1]), base)

        return len(data), read

    def _command(self, rng: random.Random) -> tuple[int, Read]:
        exited = b'["exited",%d]\n' % rng.choice((0, 1, 2, -9, 127, 255))
        said = [scrambled(b"collected 3 items \xe2\x9c\x93", rng) * rng.choice((1, 1, 1, 200)) for _ in range(2)]
        parts = [mutated(exited, rng) if rng.random() < 0.3 else exited, *said, _packed(rng)]
        ended = rng.choice(ENDS)

        def read() -> str:
            for i, data in enumerate(parts):
                self._write(i, data)
            return checked(read_result(COMMAND, BEFORE, ended, self._files), BEFORE)

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
        packed = mutated(head, rng) + b"\n" + rest
    return scrambled(packed, rng) if rng.random() < 0.2 else packed


def _value(rng: random.Random) -> tuple[int, Read]:
    data = mutated(wire.dump(rng.choice(VALUES)).encode(), rng)

    def read() -> str:
        try:
            value = wire.load(data)
        except BadValue:
            return "value refused"
        believe(value)
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
