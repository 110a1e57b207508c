"""Answers of the exact backend's warm-up: questions worked out from their text, with mistakes planted."""

from __future__ import annotations

import re
from itertools import pairwise

from axion_env import Stream
from axion_zoo.selfplay.absolute_zero.exact import step_function
from axion_zoo.shared import language

_PAIR = re.compile(rf"([0-9]{{2}}) ([{language.LETTERS}])")


def value(question: str, domain: int, noise: float, stream: Stream) -> str:
    """The answer to a deduction or an abduction: the letter, or any of the inputs that have it."""
    program, word, given = question.partition(" of ")[2].rsplit(" ", 2)
    values = language.table(step_function.slipped(step_function.worked_out(program), domain, noise, stream), domain)
    if word == "at":
        return values[int(given)]
    inputs = [x for x in range(domain) if values[x] == given] or range(domain)
    return f"{inputs[stream.below(len(inputs))]:02d}"


def program(question: str, domain: int, noise: float, stream: Stream) -> str:
    """The answer to an induction: a program that has the shown pairs, with each bound anywhere between two of them."""
    pairs = [(int(x), y) for x, y in _PAIR.findall(question)]
    letters, bounds = pairs[0][1], []
    for (low, y), (high, z) in pairwise(pairs):
        if y != z:
            bounds.append(low + 1 + stream.below(high - low))
            letters += z
    return step_function.slipped(language.write(letters, bounds), domain, noise, stream)
