"""The tiny language of the function backend: four literals joined by `&` and `|`, read from the left.

`a&B|c&D` is ((a and not b) or c) and not d: a letter is a variable, a capital one its negation. A program is a function of four bits, and
so one of 2¹⁶ tables: bit r of a table is the value at the inputs a, b, c, d = bits 0 to 3 of r. There are 26,560 programs that are not
constant, with 1,048 tables in 8 orbits under renaming and negation of variables and negation of the result.

Held out is what a program *does*. A hash puts each table into one class: `orbit` (a whole orbit, so that nothing symmetric to it is ever
trained on), `test`, `dev` (to choose settings on) or `train`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from axion_env import derive

VARIABLES = "abcd"
LITERALS = "abcdABCD"
OPERATORS = "&|"
LENGTH = 7
"""Tokens of a program, each one character: literals at even places, operators at odd ones."""
ROWS = 16
ALL = (1 << ROWS) - 1
CLASSES = ("orbit", "test", "dev", "train")

_PURE = dict(zip(VARIABLES, (0xAAAA, 0xCCCC, 0xF0F0, 0xFF00), strict=True))
_TABLE = _PURE | {name.upper(): ALL ^ table for name, table in _PURE.items()}
_KINDS = tuple(OPERATORS if place % 2 else LITERALS for place in range(LENGTH))
_ORBITS, _SHARE = 8, 6  # one orbit in eight is held out, and of the others one table in six for `test` and one for `dev`


def is_program(text: str) -> bool:
    """Whether a text is a program, and nothing else."""
    return len(text) == LENGTH and all(token in kind for token, kind in zip(text, _KINDS, strict=True))


def table(program: str) -> int:
    """What a program computes, on all inputs at once.

    >>> table("a&b&c&d") == 1 << 15
    True
    """
    value = _TABLE[program[0]]
    for place in range(1, LENGTH, 2):
        operand = _TABLE[program[place + 1]]
        value = value & operand if program[place] == "&" else value | operand
    return value


def trace(program: str) -> list[int]:
    """The tables after each operator; the last is the program's own."""
    values = [_TABLE[program[0]]]
    for place in range(1, LENGTH, 2):
        operand = _TABLE[program[place + 1]]
        values.append(values[-1] & operand if program[place] == "&" else values[-1] | operand)
    return values[1:]


def is_constant(value: int) -> bool:
    """Whether a table is the same at all inputs."""
    return value in (0, ALL)


@lru_cache(maxsize=len(CLASSES))
def programs(kind: str) -> tuple[str, ...]:
    """All programs with tables of a class, except constant ones."""
    found = map("".join, product(*_KINDS))
    return tuple(program for program in found if not is_constant(value := table(program)) and behavior(value) == kind)


def edited(program: str, other: str) -> list[int]:
    """The places at which two programs differ."""
    return [place for place in range(LENGTH) if program[place] != other[place]]


def put(program: str, place: int, token: str) -> str:
    """The program with another token at a place."""
    return f"{program[:place]}{token}{program[place + 1 :]}"


def behavior(value: int) -> str:
    """The class a table belongs to, one of `CLASSES`, whatever the seed."""
    if value not in _class:
        _sort_out(_orbit(value))
    return _class[value]


_class: dict[int, str] = {}


def _sort_out(orbit: set[int]) -> None:
    """Decide the class of each table of an orbit: all of it is held out, or shares of it are, so that every class has all kinds."""
    if derive(0, "orbit", min(orbit)) % _ORBITS == 0:
        _class.update(dict.fromkeys(orbit, "orbit"))
        return
    share = len(orbit) // _SHARE
    for rank, value in enumerate(sorted(orbit, key=lambda value: derive(0, "table", value))):
        _class[value] = "test" if rank < share else "dev" if rank < 2 * share else "train"


def _orbit(value: int) -> set[int]:
    """All tables that symmetries make of one table."""
    found, ahead = {value}, [value]
    while ahead:
        fresh = set(_neighbours(ahead.pop())) - found
        found |= fresh
        ahead += fresh
    return found


def _neighbours(value: int) -> Iterator[int]:
    """Tables one symmetry away: the result negated, a variable negated, two neighbouring variables exchanged."""
    yield ALL ^ value
    for i, pure in enumerate(_PURE.values()):
        yield (value & pure) >> (1 << i) | (value << (1 << i)) & pure
    for low, high in ((0, 1), (1, 2), (2, 3)):
        first, second = _PURE[VARIABLES[low]], _PURE[VARIABLES[high]]
        shift = (1 << high) - (1 << low)
        up, down = value & first & ~second, value & second & ~first
        yield value & ~(first ^ second) | up << shift | down >> shift
