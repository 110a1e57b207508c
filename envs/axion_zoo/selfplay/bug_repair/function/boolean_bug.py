"""Bugs in programs of the tiny language: mutators by name, and some that were written by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from axion_env import Stream
from axion_zoo.selfplay.bug_repair.function.boolean import LENGTH, LITERALS, OPERATORS, put

_OPERATOR_PLACES = range(1, LENGTH, 2)
_LITERAL_PLACES = range(0, LENGTH, 2)
_OTHERS = {token: kind.replace(token, "") for kind in (LITERALS, OPERATORS) for token in kind}

T = TypeVar("T")

Mutator = Callable[[str, Stream], str]
"""A program and a stream in, another program out; whether that is a bug, the gates say."""


def substitution(program: str, stream: Stream) -> str:
    """Another token at any place."""
    return _replaced(program, stream.below(LENGTH), stream)


def operator(program: str, stream: Stream) -> str:
    """Another operator."""
    return _replaced(program, _any(_OPERATOR_PLACES, stream), stream)


def variable(program: str, stream: Stream) -> str:
    """Another variable, negated as the first was."""
    place = _any(_LITERAL_PLACES, stream)
    others = [token for token in _OTHERS[program[place]] if token.isupper() == program[place].isupper() and token != program[place]]
    return put(program, place, _any(others, stream))


def negation(program: str, stream: Stream) -> str:
    """A negation forgotten, or one too many."""
    place = _any(_LITERAL_PLACES, stream)
    return put(program, place, program[place].swapcase())


def two(program: str, stream: Stream) -> str:
    """Other tokens at two places."""
    first, second = stream.below(LENGTH), stream.below(LENGTH - 1)
    return _replaced(_replaced(program, first, stream), second + (second >= first), stream)


def swap(program: str, stream: Stream) -> str:
    """Two operands exchanged."""
    return _exchanged(program, _LITERAL_PLACES, stream)


def order(program: str, stream: Stream) -> str:
    """Two operators exchanged."""
    return _exchanged(program, _OPERATOR_PLACES, stream)


MUTATORS: dict[str, Mutator] = {mutator.__name__: mutator for mutator in (substitution, operator, variable, negation, two, swap, order)}

HANDWRITTEN: tuple[tuple[str, str], ...] = (
    # a guard at the end taken for an alternative, or the other way round
    *(("a|C|D|B", "a|C|D&B"), ("A&b|d|C", "A&b|d&C"), ("a|B&d|c", "a|B|d|c"), ("a|d|B|c", "a&d|B|c")),
    *(("b&c|A&d", "b|c|A&d"), ("a&b|C&d", "a&b&C&d"), ("a&d|c|B", "a|d&c|B"), ("b&c|a|D", "b|c|a&D"), ("a&c&B|d", "a|c|B|d")),
    # a negation forgotten, too many, or in the wrong place
    *(("D&C|a|B", "D&c|a|B"), ("B&A&c|d", "B&a&c|d"), ("a&B&c|d", "A&B&c|d"), ("a|C|D&B", "a|C|d&b"), ("d|C&A|b", "d|C&a|B")),
    *(("b|c&D|A", "b|c&D&A"), ("A|C&b&d", "A|c&B&d")),
    # a line copied and not changed
    *(("a|B|d|c", "a|B|B|c"), ("a|d&b&c", "a|d&b&d"), ("c&d|b&A", "c&d|a&A"), ("A&D|C|b", "A&D|C|A")),
    # operands in the wrong order
    *(("A|b|c&d", "A|b|d&c"), ("b&d&a|c", "b&d&c|a"), ("a|c&B|d", "B|c&a|d"), ("D&a|b&c", "D&c|b&a"), ("b&D|a&C", "b&D|C&a")),
)
"""Mistakes people make, (program, bug); their variables named so that both tables are in the class `test`."""


def _replaced(program: str, place: int, stream: Stream) -> str:
    return put(program, place, _any(_OTHERS[program[place]], stream))


def _exchanged(program: str, places: Sequence[int], stream: Stream) -> str:
    first, second = stream.below(len(places)), stream.below(len(places) - 1)
    i, j = places[first], places[second + (second >= first)]
    return put(put(program, i, program[j]), j, program[i])


def _any(items: Sequence[T], stream: Stream) -> T:
    return items[stream.below(len(items))]
