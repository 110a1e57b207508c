"""The tiny language of the exact backend: step functions over the whole numbers below a domain's size.

`b15 d45 a` is b below 15, d from there to below 45, and a from 45 on. Every program is total, and its table (its value at every input) is
all that it does, so that whether it is right is known and never estimated. A specification says the same with its bounds as sums,
`b<12+3 d<40+5 a`: whoever writes the program has to work them out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from axion_env import Stream, derive

LETTERS = "abcd"
MOST_PIECES = 8
ADDENDS = 4
"""The second term of a bound is 1 to this."""
CLASSES = ("test", "dev", "train")

_PROGRAM = re.compile(rf"(?:[{LETTERS}]\d\d ){{0,{MOST_PIECES - 1}}}[{LETTERS}]")
_SHARES = {"test": 5, "dev": 8}  # one table in so many; then one of what is left


def read(text: str) -> str | None:
    """The program that a text is; None: it is none.

    >>> read(" b15 d45 a"), read("b15 d45")
    ('b15 d45 a', None)
    """
    program = " ".join(text.split())
    return program if program.isascii() and _PROGRAM.fullmatch(program) else None


def write(letters: str, bounds: Sequence[int]) -> str:
    """The program with these values, and these bounds between them."""
    return "".join(f"{letter}{bound:02d} " for letter, bound in zip(letters, bounds, strict=False)) + letters[-1]


def parts(program: str) -> tuple[str, list[int]]:
    """(letters, bounds) of a program: what `write` makes it of."""
    *steps, last = program.split(" ")
    return "".join(step[0] for step in steps) + last, [int(step[1:]) for step in steps]


@lru_cache(maxsize=1 << 16)
def table(program: str, domain: int) -> str:
    """[domain] The value at every input. The first bound above an input decides, so that bounds out of order do no harm.

    >>> table("b02 a03 d", 4)
    'bbad'
    """
    letters, bounds = parts(program)
    values = ""
    for letter, bound in zip(letters, bounds, strict=False):
        values += letter * (min(bound, domain) - len(values))
    return values + letters[-1] * (domain - len(values))


@lru_cache(maxsize=1 << 16)
def mistakes(program: str, reference: str, domain: int) -> frozenset[int]:
    """The inputs at which two programs differ."""
    mine, true = table(program, domain), table(reference, domain)
    return frozenset(x for x in range(domain) if mine[x] != true[x])


def random_program(stream: Stream, domain: int, pieces: int) -> str:
    """A program whose every piece shows: bounds ascend, and neighbours have different letters."""
    numbers = list(range(1, domain))
    stream.shuffle(numbers)
    letters = LETTERS[stream.below(len(LETTERS))]
    while len(letters) < pieces:
        letters += LETTERS.replace(letters[-1], "")[stream.below(len(LETTERS) - 1)]
    return write(letters, sorted(numbers[: pieces - 1]))


def behaviour(program: str, domain: int) -> str:
    """The class a table belongs to, one of `CLASSES`, whatever the seed: what is held out is what a program does."""
    value = derive(0, "table", table(program, domain))
    if value % _SHARES["test"] == 0:
        return "test"
    return "dev" if value // _SHARES["test"] % _SHARES["dev"] == 0 else "train"


def mistaken(program: str, domain: int, chance: float, stream: Stream) -> str:
    """The program as somebody careless writes it: each bound is off with this chance, each letter with a quarter of it.

    Of the bounds that are off three in four are off by one, the others by ten: a carry forgotten, or a digit misread.
    """
    letters, bounds = parts(program)
    for i, bound in enumerate(bounds):
        if stream.uniform() < chance:
            step = (1 if stream.below(4) else 10) * (1 if stream.below(2) else -1)
            bounds[i] = next(b for b in (bound + step, bound - step, bound - 1) if 0 <= b <= domain)
    for i in range(len(letters)):
        if stream.uniform() < chance / 4:
            other = LETTERS.replace(letters[i], "")[stream.below(len(LETTERS) - 1)]
            letters = letters[:i] + other + letters[i + 1 :]
    return write(letters, bounds)
