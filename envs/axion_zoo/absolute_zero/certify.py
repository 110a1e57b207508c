"""The gates of the Python rung, in the order of Absolute Zero (arXiv 2505.03335, section 3.3), and two things that it does not do.

    parse        the blocks that were asked for; inputs are literals, all different
    ban          nothing that reads a clock, chance, the host or the process (`ban.py`)
    syntax       one plain function `f` that takes these inputs
    execute      every call gives plain data within the limits; what it gives is the output, whatever a proposer says
    determinism  and gives it again in fresh processes, elsewhere in memory and under other hash seeds
    split        the program does not do what a held-out one does

The released code runs a call twice in one process. That lets through what was chosen when the program was loaded, an address or the order
of a set, and what was remembered from the first call; and it refuses a counter, which a solver can very well follow through one call.
"""

from __future__ import annotations

import ast
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from axion_env import Context
from axion_env.sandbox import Case as Called
from axion_zoo.absolute_zero.answer import blocks
from axion_zoo.absolute_zero.ban import LONGEST, arity, banned, misshapen, parsed
from axion_zoo.absolute_zero.executor import LIMITS, job, run, run_cold
from axion_zoo.absolute_zero.literal import same, text_of, values_of
from axion_zoo.absolute_zero.rung import Certified, Gate, Kind, Triple

HASH_SEEDS = (1, 2, 3)
"""Of the fresh interpreters. A program that tosses one coin as it is loaded gets past all three one time in eight."""
LONGEST_MESSAGE = 500
"""Characters of a message."""
_DETAIL = 200
_PROBED = replace(LIMITS, cpu_s=0.25)
"""Of all the calls by which a proposal is compared with a held-out program: many that are right at their own inputs hang at others."""


class Refused(Exception):
    """A gate says no."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail[:_DETAIL]


@dataclass(slots=True)
class Case:
    """A proposal on its way through the gates; each fills in what the next ones read."""

    kind: Kind
    text: str
    pairs: int
    """Inputs of an induction."""
    reference: str
    """Of an induction: the program that the inputs are for."""
    held_out: Sequence[Triple]
    """One for each held-out program: its inputs, and what it makes of them."""
    program: str = ""
    inputs: tuple[str, ...] = ()
    message: str = ""
    outputs: list[str] = field(default_factory=list)

    @property
    def proposal(self) -> list[object] | None:
        """What was proposed; None as long as nothing has been read."""
        return [self.program, list(self.inputs), self.message] if self.inputs else None


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


async def parse(_: Context, case: Case) -> None:
    """Read the blocks of the answer."""
    found = blocks(case.text)
    of = {name: [body for word, body in found if word == name] for name in ("python", "input", "message")}
    if case.kind == "induction":
        case.message = _only("MESSAGE", of["message"]).strip()
        case.program = case.reference
    else:
        case.program = normal(_only("PROGRAM", of["python"]))
    if len(case.message) > LONGEST_MESSAGE or len(case.program) > LONGEST:
        raise Refused("TOO_LONG", f"{len(case.message)} and {len(case.program)} characters of message and program")
    wanted = case.pairs if case.kind == "induction" else 1
    if len(of["input"]) != wanted:
        raise Refused("NO_INPUT" if not of["input"] else "COUNT_OF_INPUTS", f"{len(of['input'])} inputs, and {wanted} were asked for")
    inputs = tuple(map(arguments, of["input"]))
    if len(set(inputs)) < len(inputs):
        raise Refused("REPEATED_INPUT")
    case.inputs = inputs


def _only(name: str, found: Sequence[str]) -> str:
    if len(found) != 1:
        raise Refused(f"MANY_{name}S" if found else f"NO_{name}", f"{len(found)} such blocks, and one was asked for")
    return found[0]


def arguments(text: str) -> str:
    """The arguments that a text lists, in their one form."""
    values = values_of(text.strip())
    said = None if values is None else text_of(*values)
    if said is None:
        raise Refused("NO_LITERAL", f"no list of literals, or too long a one: {text[:80]!r}")
    return said


def count_of(text: str) -> int:
    """How many arguments a text lists."""
    return len(values_of(text) or ())


def normal(program: str) -> str:
    """A program without comments, laid out one way; as it is, if it is none."""
    tree = parsed(program) if len(program) <= LONGEST else None
    try:
        return program if tree is None else ast.unparse(tree)
    except (ValueError, RecursionError):  # strings in strings that only other quotes could hold
        return program


async def ban(_: Context, case: Case) -> None:
    """Look for what is banned, in what can be read."""
    tree = parsed(case.program)
    code, detail = next(banned(tree), ("", "")) if tree is not None else ("", "")
    if code:
        raise Refused(f"BANNED_{code}", detail)


async def syntax(_: Context, case: Case) -> None:
    """Compile it, and look at its form."""
    tree = parsed(case.program)
    if tree is None:
        raise Refused("SYNTAX_ERROR")
    wrong = misshapen(tree, tuple(map(count_of, case.inputs)))
    if wrong is not None:
        raise Refused(*wrong)


async def execute(ctx: Context, case: Case) -> None:
    """Call it; what it gives are the outputs."""
    for given, ran in zip(case.inputs, await run(ctx, case.program, case.inputs), strict=True):
        if ran.text is None:
            raise Refused(ran.code, f"f({given[:80]}): {ran.detail}")
        case.outputs.append(ran.text)


async def determinism(ctx: Context, case: Case) -> None:
    """Call it in other processes, and compare."""
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
    """Call it with held-out programs' inputs; one that gives all their outputs does what they do."""
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
    """Whether a program's values at a held-out program's inputs are all that one's."""
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
