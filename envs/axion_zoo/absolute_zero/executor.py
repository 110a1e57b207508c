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
from axion_zoo.absolute_zero.ban import ENTRY
from axion_zoo.absolute_zero.literal import text_of, values_of

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


async def run_cold(ctx: Context, program: str, inputs: Sequence[str], hash_seed: int) -> list[Ran]:
    """The same in an interpreter that starts for it, from which every call is forked."""
    count = len(inputs)
    limits = replace(LIMITS, cpu_s=_START_S + count * LIMITS.cpu_s, output_bytes=count * LIMITS.output_bytes)
    calls = [wire.pack(_arguments(text)) for text in inputs]
    command = Command(
        ["python", "-c", _WARM, str(hash_seed), _COLD],
        json.dumps({"code": program, "entry": ENTRY, "calls": calls}),
        limits,
        profile="proc",
    )
    result = await ctx.run(command)
    if result.status is not JobStatus.OK:
        return [Ran(None, str(result.status), str(result.error))] * count
    lines = result.stdout.split("\n")[:-1]
    return [_of_line(line) for line in lines] if len(lines) == count else [Ran(None, "NO_RESULT")] * count


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
    """Of a cold interpreter: the value in wire form, or nothing."""
    try:
        return _of_value(wire.load(line)) if line else Ran(None, str(JobStatus.EXCEPTION))
    except BadValue as problem:
        return Ran(None, str(JobStatus.BAD_RESULT), str(problem))


def _of_value(value: Any) -> Ran:
    text = text_of(value)
    return Ran(text) if text is not None else Ran(None, "NOT_PLAIN", "its value is not plain data, or too long")


_WARM = """
import os, sys, wire
os.environ["PYTHONHASHSEED"] = sys.argv[1]
os.execv(sys.executable, [sys.executable, "-s", "-S", "-c", sys.argv[2], os.path.dirname(wire.__file__)])
"""
_COLD = """
import json, os, sys, types
sys.path.append(sys.argv.pop())
import wire
del sys.path[-1]
told = json.load(sys.stdin)
out, null = os.dup(1), os.open("/dev/null", os.O_RDWR)
for number in range(3):
    os.dup2(null, number)

def answer(form):
    module = sys.modules["solution"] = types.ModuleType("solution")
    exec(compile(told["code"], "solution.py", "exec", dont_inherit=True), module.__dict__)
    return wire.dump(getattr(module, told["entry"])(*wire.unpack(form)))

for form in told["calls"]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(out)
            text = answer(form).encode()
            while text:
                text = text[os.write(writing, text):]
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        os.write(out, pipe.read().replace(b"\\n", b" ") + b"\\n")
    os.waitpid(child, 0)
"""
