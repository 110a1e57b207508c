"""Roman numerals: written, read strictly, and counted with."""

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_PARTS = [
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"),
    (4, "IV"), (1, "I"),
]  # fmt: skip
LARGEST = 3999


class NotRoman(ValueError):
    """Text that no Roman would write."""


def write(number: int) -> str:
    """A number from 1 to 3,999.

    Raises:
        ValueError: it is another.
    """
    if not 1 <= number <= LARGEST:
        raise ValueError(f"from 1 to {LARGEST}: got {number}")
    text = ""
    for value, letters in _PARTS:
        count, number = divmod(number, value)
        text += letters * count
    return text


def read(text: str) -> int:
    """The number that a numeral stands for, in capitals or not.

    Raises:
        NotRoman: it is none, or not the way to write its number.
    """
    letters = text.strip().upper()
    total = 0
    for i, letter in enumerate(letters):
        if letter not in _VALUES:
            raise NotRoman(f"{letter!r} is no numeral")
        value = _VALUES[letter]
        if i + 1 < len(letters) and value < _VALUES.get(letters[i + 1], 0):
            total -= value
        else:
            total += value
    if not 1 <= total <= LARGEST or write(total) != letters:
        raise NotRoman(f"{text!r} is not how it is written")
    return total


def is_roman(text: str) -> bool:
    """Whether a text is a numeral."""
    try:
        read(text)
    except NotRoman:
        return False
    return True


def add(left: str, right: str) -> str:
    """The sum of two numerals."""
    return write(read(left) + read(right))


def outline(depths: list[int]) -> list[str]:
    """Numbers of headings of these depths: numerals at depth 0, and below it numerals and counts."""
    counts: list[int] = []
    found = []
    for depth in depths:
        if depth > len(counts):
            raise ValueError(f"a heading of depth {depth} has none above it")
        counts = [*counts[: depth + 1]] if depth < len(counts) else [*counts, 0]
        counts[depth] += 1
        found.append(".".join([write(counts[0]), *map(str, counts[1:])]))
    return found
