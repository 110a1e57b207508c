"""The gates that read a proposal and run nothing: `parse`, `ban` and `syntax`."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from axion_env import Context
from axion_zoo.selfplay.absolute_zero.python.answer import blocks
from axion_zoo.selfplay.absolute_zero.python.ban import LONGEST, banned, misshapen, parsed
from axion_zoo.selfplay.absolute_zero.python.case import Case, Refused
from axion_zoo.selfplay.absolute_zero.python.literal import text_of, values_of

LONGEST_MESSAGE = 500
"""Characters of a message."""


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
    """Refuses a program that uses what is banned, as far as it can be read."""
    tree = parsed(case.program)
    code, detail = next(banned(tree), ("", "")) if tree is not None else ("", "")
    if code:
        raise Refused(f"BANNED_{code}", detail)


async def syntax(_: Context, case: Case) -> None:
    """Refuses a program that does not compile, or is not in form."""
    tree = parsed(case.program)
    if tree is None:
        raise Refused("SYNTAX_ERROR")
    wrong = misshapen(tree, tuple(map(count_of, case.inputs)))
    if wrong is not None:
        raise Refused(*wrong)
