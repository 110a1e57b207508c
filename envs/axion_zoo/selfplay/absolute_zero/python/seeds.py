"""The seed buffer's own programs, from the identity on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from axion_env import Stream
from axion_zoo.shared.programs.embedded.statement import ints, text

LETTERS = "abcde"


def identity(value: int) -> int:
    """Give the value back."""
    return value


def double(n: int) -> int:
    """Twice the number, plus one."""
    return 2 * n + 1


def negated(values: list[int]) -> list[int]:
    """Every number with its sign changed."""
    return [-v for v in values]


def backwards(word: str) -> str:
    """The text from its end to its start."""
    return word[::-1]


def shouted(word: str) -> str:
    """Capital letters, and an exclamation mark."""
    return word.upper() + "!"


def without_odd(values: list[int]) -> list[int]:
    """Even numbers alone, in their order."""
    return [v for v in values if v % 2 == 0]


def span(values: list[int]) -> int:
    """The distance from the least to the greatest number, 0 for none."""
    return max(values) - min(values) if values else 0


def counted(word: str) -> dict[str, int]:
    """How often each letter stands there."""
    counts: dict[str, int] = {}
    for letter in word:
        counts[letter] = counts.get(letter, 0) + 1
    return counts


def running(values: list[int]) -> list[int]:
    """The sums of the first one, two, three and so on."""
    sums = []
    total = 0
    for v in values:
        total += v
        sums.append(total)
    return sums


def joined(words: list[str], mark: str) -> str:
    """The words in alphabetical order, with the mark between them."""
    return mark.join(sorted(words))


def clipped(values: list[int], low: int, high: int) -> list[int]:
    """Numbers below the first bound or above the second are set to it."""
    return [min(max(v, low), high) for v in values]


def places(values: list[int], wanted: int) -> list[int]:
    """Where the wanted number stands, counted from 0."""
    return [i for i, v in enumerate(values) if v == wanted]


def halves(word: str) -> tuple[str, str]:
    """The text cut in two, the second part longer by one if it is odd."""
    middle = len(word) // 2
    return word[:middle], word[middle:]


def letters_of(word: str) -> set[str]:
    """The letters, each once."""
    return set(word)


def steps_to_one(n: int) -> int:
    """Halve an even number, else triple it and add one: how many steps until it is 1."""
    steps = 0
    while n > 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


def swapped(pairs: list[tuple[int, str]]) -> dict[str, int]:
    """A table from the second of each pair to the first; the last one counts."""
    return {name: number for number, name in pairs}


def _pairs(s: Stream) -> list[tuple[int, str]]:
    return [(n, LETTERS[n % 3]) for n in ints(s, 5, 0, 20)]


SEEDS: Mapping[Callable[..., Any], Callable[[Stream], tuple[Any, ...]]] = {
    identity: lambda s: (s.below(100),),
    double: lambda s: (s.below(200) - 100,),
    negated: lambda s: (ints(s, 6, -9, 9),),
    backwards: lambda s: (text(s, 8, LETTERS),),
    shouted: lambda s: (text(s, 8, LETTERS),),
    without_odd: lambda s: (ints(s, 8, -20, 20),),
    span: lambda s: (ints(s, 6, -20, 20),),
    counted: lambda s: (text(s, 8, LETTERS),),
    running: lambda s: (ints(s, 6, -9, 9),),
    joined: lambda s: ([text(s, 4, LETTERS, 1) for _ in range(1 + s.below(4))], "-+/"[s.below(3)]),
    clipped: lambda s: (ints(s, 6, -20, 20), -s.below(10), s.below(10)),
    places: lambda s: (ints(s, 8, 0, 3), s.below(4)),
    halves: lambda s: (text(s, 9, LETTERS),),
    letters_of: lambda s: (text(s, 8, LETTERS),),
    steps_to_one: lambda s: (1 + s.below(60),),
    swapped: lambda s: (_pairs(s),),
}
"""Programs, and what draws their arguments."""
