"""Mutants of a program: one small change each, made in its text, so that comments and form around it stay.

For tests that are to be tested, and for bugs that are to be found. The first ten operators are the textbook's, the others are mistakes that
people make:

| operator | change |
|---|---|
| comparison | `<` and `<=`, `>` and `>=`, `==` and `!=`, `in` and `not in`, `is` and `is not` |
| arithmetic | `+` and `-`, `*` to `+`, `/` to `//`, `//` to `*`, `%` to `*`, `**` to `*`; `+=` and so on too |
| constant | a number plus and minus one, a string longer and emptied, True and False |
| boolean | `and` and `or`; `not x` becomes `x` |
| condition | the test of an `if` or `while`, of a filter or of a choice, negated |
| slice | a bound of a slice plus one |
| return | `return x` becomes `return` of None, 0, "" or [] |
| call | `f(x)` and `x.f()` become `x` |
| statement | an assignment or a call as a statement, left out |
| loop | `break` and `continue` |
| off_by_one | the end of a range, a length, an index one more or less; `x + 1` becomes `x` |
| branch | a branch of an `if`, left out |
| arguments | two arguments of a call, swapped |
| default | a wrong default value |
| variable | another name of the same function |
| swapped_return | what two returns of a function give, swapped |
| early_return | the return after a loop, put into it |
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from axion_zoo.shared.mutation import mistake, textbook
from axion_zoo.shared.mutation.source import Edit, Site, Source

__all__ = ["MISTAKES", "OPERATORS", "TEXTBOOK", "Edit", "Mutant", "Operator", "Site", "Source", "edits", "mutants"]

Operator: TypeAlias = Callable[[Source, Site], Iterator[Edit]]
TEXTBOOK: Mapping[str, Operator] = {
    "comparison": textbook.comparison, "arithmetic": textbook.arithmetic, "constant": textbook.constant, "boolean": textbook.boolean,
    "condition": textbook.condition, "slice": textbook.slice_, "return": textbook.return_, "call": textbook.call,
    "statement": textbook.statement, "loop": textbook.loop,
}  # fmt: skip
MISTAKES: Mapping[str, Operator] = {
    "off_by_one": mistake.off_by_one, "branch": mistake.branch, "arguments": mistake.arguments, "default": mistake.default,
    "variable": mistake.variable, "swapped_return": mistake.swapped_return, "early_return": mistake.early_return,
}  # fmt: skip
OPERATORS: Mapping[str, Operator] = {**TEXTBOOK, **MISTAKES}


class Mutant(NamedTuple):
    """A program with one change."""

    operator: str
    line: int
    before: str
    after: str
    source: str


def mutants(source: str, operators: Sequence[str] = tuple(TEXTBOOK)) -> Iterator[Mutant]:
    """Every mutant of a program, in the order of its text; each is read by Python as another program than all before.

    Args:
        source: The program.
        operators: Names of `OPERATORS`.

    Raises:
        SyntaxError: it is no program.
    """
    program, known = Source(source), {source}
    for operator, edit in edits(program, operators):
        text = program.put(edit)
        if text is not None and text not in known:
            known.add(text)
            before = source[edit.start : edit.end]
            line = source.count("\n", 0, edit.start + len(before) - len(before.lstrip())) + 1
            yield Mutant(operator, line, before.strip(), edit.after.strip(), text)


def edits(program: Source, operators: Sequence[str] = tuple(OPERATORS)) -> Iterator[tuple[str, Edit]]:
    """What operators would change, not yet tried: some of it may not be a program."""
    for site in program.sites():
        for name in operators:
            for edit in OPERATORS[name](program, site):
                yield name, edit
