"""Running programs: what a call gives, in a process where nothing else was called before.

A `Function` job is a fresh process, but a clone of its slot's warm interpreter: addresses and the order of sets are those of the slot, and
two jobs can agree on what no reader of the program could know. So a value is asked for again in interpreters that start from nothing,
each under another hash seed and elsewhere in memory. There too every call has a process of its own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from axion_env import Context
from axion_env.sandbox import BadValue, Command, Function, JobResult, JobStatus, Limits
from axion_env.sandbox.inside import wire
from axion_zoo.selfplay.absolute_zero.python.ban import ENTRY
from axion_zoo.selfplay.absolute_zero.python.literal import text_of, values_of

LIMITS = Limits(cpu_s=1.0, wall_s=60.0, memory_mib=256, output_bytes=1 << 16)
"""Of one call. What could wait is banned, so that wall time says only how busy the machine is."""
_START_S = 0.5
"""CPU seconds that a cold interpreter may take beyond its calls; it takes a hundredth."""


class Ran(NamedTuple):
    """What a call gave."""

    text: str | None
    """The literal of its value; None: it has none."""
    code: str = ""
    """Why: a job status, or NOT_PLAIN, where the value is no plain one or too long."""
    detail: str = ""


async def run(ctx: Context, program: str, inputs: Sequence[str]) -> list[Ran]:
    """One call for each input, each a job of its own."""
    return [_of_job(result) for result in await ctx.gather(*(ctx.run(job(program, text)) for text in inputs))] if inputs else []


def job(program: str, *inputs: str, limits: Limits = LIMITS) -> Function:
    """The job of these calls. More than one share a process, and what the first leaves behind the next may find."""
    return Function(program, ENTRY, [_arguments(text) for text in inputs], limits=limits)


async def run_cold(ctx: Context, program: str, inputs: Sequence[str], hash_seeds: Sequence[int]) -> list[list[Ran]]:
    """[hash seeds][inputs] The same in interpreters that start for it, from each of which every call is forked."""
    count = len(hash_seeds) * len(inputs)
    told = {"code": program, "entry": ENTRY, "calls": [wire.pack(_arguments(text)) for text in inputs], "seeds": hash_seeds, "cold": _COLD}
    limits = replace(LIMITS, cpu_s=len(hash_seeds) * _START_S + count * LIMITS.cpu_s, output_bytes=count * LIMITS.output_bytes)
    result = await ctx.run(Command(["python", "-c", _STARTS], json.dumps(told), limits, profile="proc"))
    lines = result.stdout.split("\n")[:-1]
    if result.status is not JobStatus.OK or len(lines) != count:
        return [[Ran(None, str(result.status), str(result.error))] * len(inputs)] * len(hash_seeds)
    found = iter(map(_of_line, lines))
    return [[next(found) for _ in inputs] for _ in hash_seeds]


def _arguments(text: str) -> tuple[Any, ...]:
    found = values_of(text)
    if found is None:
        raise ValueError(f"no arguments of a call: {text[:80]!r}")
    return found


def _of_job(result: JobResult) -> Ran:
    if result.status is JobStatus.OK:
        return _of_value(result.cases[0].value)
    return Ran(None, str(result.status), str(result.error))


def _of_line(line: str) -> Ran:
    """What a line of a cold interpreter says: the value in wire form, or nothing."""
    try:
        return _of_value(wire.load(line)) if line else Ran(None, str(JobStatus.EXCEPTION))
    except BadValue as problem:
        return Ran(None, str(JobStatus.BAD_RESULT), str(problem))


def _of_value(value: Any) -> Ran:
    text = text_of(value)
    return Ran(text) if text is not None else Ran(None, "NOT_PLAIN", "its value is not plain data, or too long")


_STARTS = """
import json, marshal, os, sys, wire
told = json.load(sys.stdin)
given = marshal.dumps((told["code"], told["entry"], [wire.unpack(form) for form in told["calls"]]))
for seed in told["seeds"]:
    asked, ask = os.pipe()
    tells, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(asked, 0)
        os.dup2(tell, 1)
        os.closerange(3, 64)
        command = [sys.executable, "-s", "-S", "-c", told["cold"]]
        os.execve(sys.executable, command, {**os.environ, "PYTHONHASHSEED": str(seed)})
    os.close(asked)
    os.close(tell)
    with open(ask, "wb") as pipe:
        pipe.write(given)
    with open(tells, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    for _ in told["calls"]:
        end = 4 + int.from_bytes(said[:4], "big")
        answer, said = said[4:end], said[end:]
        try:
            print(wire.dump(marshal.loads(answer)))
        except Exception:
            print()
"""
"""In the warm interpreter: starts a cold one for each seed, and writes down what it says."""
_COLD = """
import marshal, posix, sys
code, entry, calls = marshal.loads(sys.stdin.buffer.read())
out, null = posix.dup(1), posix.open("/dev/null", posix.O_RDWR)
for number in range(3):
    posix.dup2(null, number)

def plain(value):
    if value is None or value is True or value is False:
        return value
    for kind in (str, int, float, complex):
        if isinstance(value, kind):
            return kind.__str__(value) if kind is str else kind.__pos__(value)
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in dict.items(value)}
    for kind in (list, tuple, set, frozenset):
        if isinstance(value, kind):
            return kind(map(plain, kind.__iter__(value)))
    raise TypeError(type(value).__name__)

def answer(arguments):
    module = sys.modules["solution"] = type(sys)("solution")
    exec(compile(code, "solution.py", "exec", dont_inherit=True), module.__dict__)
    return marshal.dumps(plain(getattr(module, entry)(*arguments)))

for arguments in calls:
    reading, writing = posix.pipe()
    child = posix.fork()
    if child == 0:
        try:
            text = answer(arguments)
            while text:
                text = text[posix.write(writing, text):]
        finally:
            posix._exit(0)
    posix.close(writing)
    said = b""
    while part := posix.read(reading, 1 << 16):
        said += part
    posix.close(reading)
    posix.waitpid(child, 0)
    said = len(said).to_bytes(4, "big") + said
    while said:
        said = said[posix.write(out, said):]
"""
"""In a cold one, which imports nothing that is not built in: that would take longer than all the rest."""
