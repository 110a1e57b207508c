"""Programs that training never meets, nor any other that does the same: `dev` and `test`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from axion_env import Stream
from axion_zoo.selfplay.absolute_zero.python.seeds import LETTERS
from axion_zoo.shared.programs.embedded.statement import ints, text


def gaps(values: list[int]) -> list[int]:
    """How far each number is from the one before it."""
    return [values[i] - values[i - 1] for i in range(1, len(values))]


def vowels_first(word: str) -> str:
    """Vowels first, then all other letters, each in their order."""
    return "".join(c for c in word if c in "aeiou") + "".join(c for c in word if c not in "aeiou")


def digit_product(n: int) -> int:
    """The product of the digits that are not 0."""
    product = 1
    for digit in str(n):
        product *= int(digit) or 1
    return product


def turned(values: list[int], by: int) -> list[int]:
    """The list turned to the left by so many places."""
    if not values:
        return []
    by %= len(values)
    return values[by:] + values[:by]


def longest_word(words: list[str]) -> str:
    """The longest word, the last one if several are equally long; nothing for none."""
    best = ""
    for word in words:
        if len(word) >= len(best):
            best = word
    return best


def alternating(values: list[int]) -> int:
    """The first less the second plus the third, and so on."""
    return sum(v if i % 2 == 0 else -v for i, v in enumerate(values))


def in_base_three(n: int) -> str:
    """The number written with the digits 0, 1 and 2."""
    digits = ""
    while True:
        n, digit = divmod(n, 3)
        digits = str(digit) + digits
        if n == 0:
            return digits


def by_length(words: list[str]) -> dict[int, list[str]]:
    """The words by how long they are."""
    found: dict[int, list[str]] = {}
    for word in words:
        found.setdefault(len(word), []).append(word)
    return found


def peaks(values: list[int]) -> list[int]:
    """Numbers that are greater than both of their neighbors."""
    return [b for a, b, c in zip(values, values[1:], values[2:], strict=False) if a < b > c]


def squeezed(word: str) -> list[tuple[str, int]]:
    """Runs of one letter, each with its length."""
    runs: list[tuple[str, int]] = []
    for letter in word:
        if runs and runs[-1][0] == letter:
            runs[-1] = (letter, runs[-1][1] + 1)
        else:
            runs.append((letter, 1))
    return runs


def common(a: list[int], b: list[int]) -> list[int]:
    """Numbers of the first list that are in the second too, each once, in ascending order."""
    return sorted(set(a) & set(b))


def second_best(values: list[int]) -> int | None:
    """The second greatest of the different numbers; nothing if there is none."""
    found = sorted(set(values))
    return found[-2] if len(found) > 1 else None


def shifted(word: str, by: int) -> str:
    """Each letter moved on in the alphabet, from z on to a."""
    return "".join(chr((ord(c) - 97 + by) % 26 + 97) for c in word)


def triangle(n: int) -> list[list[int]]:
    """Rows of Pascal's triangle."""
    rows: list[list[int]] = []
    for i in range(n):
        rows.append([1 if j in (0, i) else rows[-1][j - 1] + rows[-1][j] for j in range(i + 1)])
    return rows


def majority(words: list[str]) -> str | None:
    """The word that is more than half of them; nothing if there is none."""
    return next((word for word in words if 2 * words.count(word) > len(words)), None)


def dealt(values: list[int], hands: int) -> list[list[int]]:
    """The numbers dealt in turn to so many hands."""
    return [values[i::hands] for i in range(hands)]


def balanced(word: str) -> bool:
    """Whether every bracket is closed, and none before it was opened."""
    depth = 0
    for c in word:
        depth += 1 if c == "(" else -1
        if depth < 0:
            return False
    return depth == 0


def collapsed(values: list[int]) -> list[int]:
    """Two equal neighbors become their sum, from the left, as long as there are any."""
    stack: list[int] = []
    for v in values:
        while stack and stack[-1] == v:
            v += stack.pop()
        stack.append(v)
    return stack


def _words(s: Stream, most: int, letters: str = LETTERS) -> list[str]:
    return [text(s, 4, letters, 1) for _ in range(s.below(most + 1))]


Draws = Mapping[Callable[..., Any], Callable[[Stream], tuple[Any, ...]]]
DEV: Draws = {
    gaps: lambda s: (ints(s, 6, -9, 20),),
    vowels_first: lambda s: (text(s, 9, "abcdeio"),),
    digit_product: lambda s: (s.below(10_000),),
    turned: lambda s: (ints(s, 6, 0, 9), s.below(7)),
    longest_word: lambda s: (_words(s, 5),),
    alternating: lambda s: (ints(s, 7, -9, 9),),
    in_base_three: lambda s: (s.below(300),),
    by_length: lambda s: (_words(s, 5),),
}
TEST: Draws = {
    peaks: lambda s: (ints(s, 9, 0, 9),),
    squeezed: lambda s: (text(s, 9, "ab"),),
    common: lambda s: (ints(s, 7, 0, 9), ints(s, 7, 0, 9)),
    second_best: lambda s: (ints(s, 6, -9, 9),),
    shifted: lambda s: (text(s, 7, "abcxyz"), 1 + s.below(25)),
    triangle: lambda s: (s.below(13),),
    majority: lambda s: (_words(s, 5, "ab"),),
    dealt: lambda s: (ints(s, 9, 0, 9), 1 + s.below(4)),
    balanced: lambda s: (text(s, 8, "()"),),
    collapsed: lambda s: (ints(s, 8, 1, 3),),
}
"""Programs, and what draws their arguments."""
