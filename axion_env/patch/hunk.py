r"""Hunks: the change at one place of a text, located by exact matching of the lines around it.

Lines end in "\n" and in nothing else, as for git: "\r" and the other ends of lines of Unicode are content.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate
from typing import Literal, TypeAlias

from axion_env.core.parse import Illegal

Line: TypeAlias = tuple[str, str]
"""A sign of " ", "-" and "+", and the line with its end, which the last line of a text may lack."""
_CONTEXT = 3  # lines around a change, as in git
_MOST_WORK = 1 << 26  # about 3 s at worst; on adversarial texts `difflib` could take hours


class PatchError(Illegal):
    """A text is no patch, or a patch does not apply. It is an `Illegal`: an agent that answered with it is told why."""


@dataclass(frozen=True, slots=True)
class Hunk:
    r"""One hunk of a unified diff. Within a change, removed lines stand before added ones.

    >>> Hunk(1, 1, ((" ", "a\n"), ("-", "b\n"), ("+", "c\n"))).sides
    ('a\nb\n', 'a\nc\n')

    Raises:
        PatchError: it changes nothing, or goes on after a last line without an end.
    """

    start: int
    """First line of the hunk in the old text, from 1; for a hunk without old lines the line before it, which may be 0."""
    new_start: int
    """First line of the hunk in the new text, likewise."""
    lines: Sequence[Line]

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", tuple(_in_order(self.lines)))
        if all(sign == " " for sign, _ in self.lines):
            raise PatchError("changes nothing")
        for side in "-+":
            if not all(text.endswith("\n") for text in self._side(side)[:-1]):
                raise PatchError("goes on after a line without a newline at the end of the file")

    @property
    def sides(self) -> tuple[str, str]:
        """The text before and after."""
        return "".join(self._side("-")), "".join(self._side("+"))

    def reverse(self) -> Hunk:
        """The hunk that undoes this one."""
        return Hunk(self.new_start, self.start, [(_OTHER[sign], text) for sign, text in self.lines])

    @property
    def text(self) -> str:
        """The hunk as git writes it."""
        counts = (len(self._side(side)) for side in "-+")
        old, new = (str(at) if n == 1 else f"{at},{n}" for at, n in zip((self.start, self.new_start), counts, strict=True))
        lines = (f"{sign}{text}" if text.endswith("\n") else f"{sign}{text}\n{_NO_NEWLINE}\n" for sign, text in self.lines)
        return f"@@ -{old} +{new} @@\n{''.join(lines)}"

    def _side(self, side: str) -> list[str]:
        return [text for sign, text in self.lines if sign in (" ", side)]


_OTHER = {" ": " ", "-": "+", "+": "-"}
_NO_NEWLINE = "\\ No newline at end of file"


def _in_order(lines: Iterable[Line]) -> Iterator[Line]:
    added: list[Line] = []
    for line in lines:
        if line[0] == "+":
            added.append(line)
            continue
        if line[0] == " ":
            yield from added
            added = []
        yield line
    yield from added


def split_lines(text: str) -> list[str]:
    """The lines of a text with their ends."""
    *lines, last = text.split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def hunks_between(old: str, new: str) -> tuple[Hunk, ...]:
    """The hunks that lead from one text to another, with three lines of context."""
    before, after = split_lines(old), split_lines(new)
    return tuple(_hunk(group, before, after) for group in _Matcher(before, after).get_grouped_opcodes(_CONTEXT))


_Step: TypeAlias = tuple[Literal["replace", "delete", "insert", "equal"], int, int, int, int]


class _Matcher(SequenceMatcher[str]):
    """Compares two texts by `difflib` between their common head and tail; as one replacement where that would take too long."""

    def __init__(self, before: Sequence[str], after: Sequence[str]) -> None:
        super().__init__(None, "", "", autojunk=False)
        self.sides = before, after

    def get_opcodes(self) -> list[_Step]:  # read by `get_grouped_opcodes`
        before, after = self.sides
        head = _alike(before, after)
        tail = _alike(before[head:][::-1], after[head:][::-1])
        a, b = len(before) - tail, len(after) - tail
        steps: list[_Step] = [("equal", 0, head, 0, head)]
        if _work(before[head:a], after[head:b]) > _MOST_WORK:
            steps.append(("replace", head, a, head, b))
        else:
            inner = SequenceMatcher(None, before[head:a], after[head:b], autojunk=False).get_opcodes()
            steps.extend((tag, i + head, j + head, k + head, m + head) for tag, i, j, k, m in inner)
        steps.append(("equal", a, len(before), b, len(after)))
        return [step for step in steps if step[1] < step[2] or step[3] < step[4]]


def _alike(a: Sequence[str], b: Sequence[str]) -> int:
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _work(before: Sequence[str], after: Sequence[str]) -> int:
    """Upper bound of `difflib`'s steps: it visits all equal pairs of lines again for each run of them that it finds."""
    old, new = Counter(before), Counter(after)
    pairs = sum(old[text] * n for text, n in new.items())
    return (len(before) + pairs) * sum((old & new).values())


def _hunk(group: Sequence[tuple[str, int, int, int, int]], before: Sequence[str], after: Sequence[str]) -> Hunk:
    lines: list[Line] = []
    for tag, a, b, c, d in group:
        if tag == "equal":
            lines += [(" ", text) for text in before[a:b]]
        else:
            lines += [("-", text) for text in before[a:b]] + [("+", text) for text in after[c:d]]
    (_, a, _, c, _), (_, _, b, _, d) = group[0], group[-1]
    return Hunk(a + (b > a), c + (d > c), lines)


def apply_hunks(text: str, hunks: Sequence[Hunk]) -> str:
    """Applies every hunk to a text: at its stated line if its old lines stand there, else at the one other place where they do.

    Raises:
        PatchError: they stand nowhere, or in several places. There is no fuzzy matching.
    """
    starts = list(accumulate(map(len, split_lines(text)), initial=0))
    done: list[str] = []
    reached = 0
    for number, hunk in enumerate(hunks, 1):
        old, new = hunk.sides
        try:
            at = _place(text, hunk, starts, reached)
        except PatchError as problem:
            raise PatchError(f"hunk {number} ({hunk.text.partition(chr(10))[0]}) {problem}") from None
        done += [text[reached:at], new]
        reached = at + len(old)
    return "".join([*done, text[reached:]])


def _place(text: str, hunk: Hunk, starts: Sequence[int], reached: int) -> int:
    """The position of a hunk in the text, at `reached` or after."""
    old, new = hunk.sides
    line = hunk.start - 1 if old else hunk.start
    at_end = any(side and not side.endswith("\n") for side in (old, new))
    if 0 <= line < len(starts) and starts[line] >= reached and _stands(text, old, starts[line], at_end):
        return starts[line]
    if not old:
        raise PatchError("has no old lines to find its place by, and its stated line is not there")
    if at_end:
        at = len(text) - len(old)
        if at >= reached and _stands(text, old, at, at_end):
            return at
        raise PatchError("does not apply: its old lines do not end the file")
    whole, wanted = f"\n{text}", f"\n{old}"  # so that a match begins at the start of a line; `find` takes linear time
    first = whole.find(wanted, reached)
    if first < 0:
        raise PatchError("does not apply: its old lines are not in the file")
    if whole.find(wanted, first + 1) >= 0:
        raise PatchError("does not apply: its old lines are not at its stated line, and in several other places")
    return first


def _stands(text: str, old: str, at: int, at_end: bool) -> bool:
    begins_a_line = at == 0 or text[at - 1] == "\n"
    return begins_a_line and text.startswith(old, at) and (not at_end or at + len(old) == len(text))
