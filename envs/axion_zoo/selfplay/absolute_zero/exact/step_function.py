"""Programs of the exact backend: step functions whose bounds are sums.

`b<12+3 d<40+5 a` is b below 15, d from there to below 45, and a from 45 on. Worked out it is `b15 d45 a`, a program of
`axion_zoo.shared.language`. What it does is its table, the value at every input.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from axion_env import Stream, derive
from axion_zoo.shared import language
from axion_zoo.shared.language import ADDENDS, LETTERS

_PROGRAM = re.compile(rf"(?:[{LETTERS}]<[0-9]{{2}}\+[0-9] )*[{LETTERS}]")
_SHARE = 16
"""Of 16 tables one belongs to `test`, and one to `dev`."""


def is_program(text: str) -> bool:
    """Whether a text is a program, of however many pieces.

    >>> is_program("b<12+3 a"), is_program("b<15 a")
    (True, False)
    """
    return _PROGRAM.fullmatch(text) is not None


def worked_out(program: str) -> str:
    """The program with its sums done.

    >>> worked_out("b<12+3 d<40+5 a")
    'b15 d45 a'
    """
    *steps, last = program.split(" ")
    return language.write("".join(step[0] for step in steps) + last, [int(step[2:4]) + int(step[5]) for step in steps])


def spelled(program: str, stream: Stream) -> str:
    """The program with a sum for every bound, whose second term is from 1 to 4, as in `axion_zoo.shared.language`."""
    letters, bounds = language.parts(program)
    addends = [1 + stream.below(min(ADDENDS, bound)) for bound in bounds]
    steps = zip(letters, bounds, addends, strict=False)
    return "".join(f"{letter}<{bound - b:02d}+{b} " for letter, bound, b in steps) + letters[-1]


def bounds_of(program: str) -> list[int]:
    """The bounds of a program, worked out."""
    return language.parts(worked_out(program))[1]


def table(program: str, domain: int) -> str:
    """[domain] The value at every input."""
    return language.table(worked_out(program), domain)


def behavior(program: str, domain: int) -> str:
    """The class its table belongs to, `test`, `dev` or `seed`, whatever the seed of the tasks."""
    place = derive(0, "absolute zero", table(program, domain)) % _SHARE
    return {0: "test", 1: "dev"}.get(place, "seed")


def drawn(stream: Stream, domain: int, pieces: int) -> str:
    """A program of 2 pieces or more; half of those with an inner piece have a narrow one."""
    count = 2 + stream.below(pieces - 1)
    letters, bounds = language.parts(language.random_program(stream, domain, count))
    if count > 2 and stream.below(2):
        place = stream.below(count - 2)
        upper = bounds[place] + 1 + stream.below(max(1, domain // 16))
        bounds[place + 1] = min(upper, bounds[place + 1])
    return spelled(language.write(letters, bounds), stream)


def grown(count: int, stream: Stream, domain: int, pieces: int) -> list[str]:
    """Different programs that are not held out, each but the first an edit of one before it.

    The first is a constant, the simplest there is, as the identity is in the paper.
    """
    found = [next(letter for letter in LETTERS if behavior(letter, domain) == "seed")]
    while len(found) < count:
        program = _edited(worked_out(found[stream.below(len(found))]), stream, domain, pieces)
        if program not in found and behavior(program, domain) == "seed":
            found.append(program)
    return found


def slipped(program: str, domain: int, chance: float, stream: Stream) -> str:
    """A worked-out program as somebody careless writes it: each bound is off by one to three with this chance."""
    letters, bounds = language.parts(program)
    for i, bound in enumerate(bounds):
        if stream.uniform() < chance:
            off = (1 + stream.below(3)) * (1 if stream.below(2) else -1)
            bounds[i] = bound + off if 0 <= bound + off <= domain else bound - off
    return language.write(letters, bounds)


def _edited(program: str, stream: Stream, domain: int, pieces: int) -> str:
    """One more piece, or a bound moved, or another letter."""
    letters, bounds = language.parts(program)
    change = stream.below(3)
    if change == 0 and len(letters) < pieces:
        place = stream.below(len(letters))
        letters = letters[:place] + _other(letters, place, stream) + letters[place:]
        bounds = sorted({*bounds, 1 + stream.below(domain - 1)})
    elif change == 1 and bounds:
        bounds = sorted({*bounds[1:], 1 + stream.below(domain - 1)})
    else:
        place = stream.below(len(letters))
        letters = letters[:place] + _other(letters, place, stream) + letters[place + 1 :]
    return spelled(_written(letters, bounds), stream)


def _other(letters: str, place: int, stream: Stream) -> str:
    others = LETTERS.replace(letters[place], "")
    return others[stream.below(len(others))]


def _written(letters: str, bounds: Sequence[int]) -> str:
    """The program without pieces that do not show: a bound was there already, or neighbors have one letter."""
    letters = letters[: len(bounds) + 1]
    shown = [i for i in range(len(bounds)) if letters[i] != letters[i + 1]]
    return language.write("".join(letters[i] for i in shown) + letters[-1], [bounds[i] for i in shown])
