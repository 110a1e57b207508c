"""The gates of the Python backend, in the order of Absolute Zero (arXiv 2505.03335, section 3.3), and the codes of their refusals.

    parse        the blocks that were asked for; inputs are literals, all different
                 NO_PROGRAM MANY_PROGRAMS NO_INPUT COUNT_OF_INPUTS NO_LITERAL REPEATED_INPUT NO_MESSAGE MANY_MESSAGES TOO_LONG
    ban          nothing that reads a clock, chance, the host or the process (`ban.py`)
                 BANNED_IMPORT (the paper's list) BANNED_CLOCK BANNED_CHANCE BANNED_IDENTITY BANNED_HOST BANNED_HIDDEN
    syntax       one plain function `f` that takes these inputs
                 SYNTAX_ERROR STATEMENT NO_FUNCTION MANY_FUNCTIONS ASYNC DECORATED REBOUND ARITY
    execute      every call gives plain data within the limits; what it gives is the output, whatever a proposer says
                 NOT_PLAIN, or how the job ended: EXCEPTION CPU_LIMIT WALL_LIMIT MEMORY OUTPUT_LIMIT NO_RESULT BAD_RESULT
    determinism  and gives it again in fresh processes, elsewhere in memory and under other hash seeds
                 UNSTABLE
    split        the program does not do what a held-out one does
                 HELD_OUT

The paper's code runs a call twice in one process. That lets through what was chosen when the program was loaded, an address or the order
of a set, and what was remembered from the first call; and it refuses a counter, which a solver can very well follow through one call.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from axion_env import Context
from axion_env.sandbox import Case as Called
from axion_zoo.selfplay.absolute_zero.backend import Certified, Gate, Triple
from axion_zoo.selfplay.absolute_zero.python.ban import arity, parsed
from axion_zoo.selfplay.absolute_zero.python.case import Case, Refused
from axion_zoo.selfplay.absolute_zero.python.executor import LIMITS, job, run, run_cold
from axion_zoo.selfplay.absolute_zero.python.literal import same, values_of
from axion_zoo.selfplay.absolute_zero.python.static import ban, count_of, parse, syntax

HASH_SEEDS = (1, 2, 3)
"""Of the fresh interpreters. A program that tosses one coin as it is loaded gets past all three one time in eight."""
_PROBED = replace(LIMITS, cpu_s=0.25)
"""Of all the calls by which a proposal is compared with a held-out program: many that are right at their own inputs hang at others."""


async def certify(ctx: Context, case: Case) -> Certified:
    """Ask the gates, one after another, up to the first that refuses."""
    said: list[Gate] = []
    for name, gate in GATES.items():
        said.append(await _ask(name, gate, ctx, case))
        if said[-1].code:
            return Certified(tuple(said), case.proposal)
    return Certified(tuple(said), case.proposal, Triple(case.program, case.inputs, tuple(case.outputs), case.message))


async def _ask(name: str, gate: Callable[[Context, Case], Awaitable[None]], ctx: Context, case: Case) -> Gate:
    try:
        await gate(ctx, case)
    except Refused as no:
        return Gate(name, no.code, no.detail)
    return Gate(name)


async def execute(ctx: Context, case: Case) -> None:
    """Calls the program; what it gives are the outputs."""
    for given, ran in zip(case.inputs, await run(ctx, case.program, case.inputs), strict=True):
        if ran.text is None:
            raise Refused(ran.code, f"f({given[:80]}): {ran.detail}")
        case.outputs.append(ran.text)


async def determinism(ctx: Context, case: Case) -> None:
    """Calls the program in other processes, and compares."""
    given = list(zip(case.inputs, case.outputs, strict=True))
    if not all(await repeated(ctx, case.program, given)):
        raise Refused("UNSTABLE", "another value in a fresh process")


async def repeated(ctx: Context, program: str, pairs: Sequence[tuple[str, str]]) -> list[bool]:
    """[pairs] Whether the call gives that output in fresh processes too."""
    inputs = [given for given, _ in pairs]
    again = await run_cold(ctx, program, inputs, HASH_SEEDS) if pairs else ()
    return [all(is_value(ran[i].text, output) for ran in again) for i, (_, output) in enumerate(pairs)]


def is_value(text: str | None, output: str) -> bool:
    """Whether two literals say the same value."""
    return text is not None and (text == output or same(values_of(text), values_of(output)))


async def split(ctx: Context, case: Case) -> None:
    """Calls the program with held-out programs' inputs; one that gives all their outputs does what they do."""
    tree = parsed(case.program)
    assert tree is not None
    least, most = arity(tree)
    near = [held for held in case.held_out if all(least <= count_of(text) <= most for text in held.inputs)]
    calls = [text for held in near for text in held.inputs]
    result = await ctx.run(job(case.program, *calls, limits=_PROBED)) if calls else None
    if result is not None and len(result.cases) == len(calls):
        cases = iter(result.cases)
        alike = [_alike(list(islice(cases, len(held.inputs))), held) for held in near]
    else:  # it ended at one of the calls, and each has to be asked alone, lest an endless loop hide what comes after it
        alike = [_alike((await ctx.run(job(case.program, *held.inputs, limits=_PROBED))).cases, held) for held in near]
    if any(alike):
        raise Refused("HELD_OUT", "it does what a held-out program does")


def _alike(cases: Sequence[Called], held: Triple) -> bool:
    """Whether a program gives all of a held-out program's outputs at its inputs."""
    return len(cases) >= len(held.outputs) and all(
        called.returned and same((called.value,), values_of(output)) for called, output in zip(cases, held.outputs, strict=False)
    )


GATES: Mapping[str, Callable[[Context, Case], Awaitable[None]]] = {
    "parse": parse,
    "ban": ban,
    "syntax": syntax,
    "execute": execute,
    "determinism": determinism,
    "split": split,
}
"""The gates by name, in the order in which they are asked."""
