"""Sets of whole numbers kept as half-open intervals, in order and never touching."""

from collections.abc import Iterable, Iterator


class IntervalSet:
    """Whole numbers as intervals `(start, end)`, the end left out."""

    def __init__(self, intervals: Iterable[tuple[int, int]] = ()) -> None:
        self._parts: list[tuple[int, int]] = []
        for start, end in intervals:
            self.add(start, end)

    def add(self, start: int, end: int) -> None:
        """Put an interval in, joined with what it overlaps or touches."""
        if start >= end:
            return
        kept: list[tuple[int, int]] = []
        for a, b in self._parts:
            if b < start or end < a:
                kept.append((a, b))
            else:
                start, end = min(start, a), max(end, b)
        kept.append((start, end))
        self._parts = sorted(kept)

    def remove(self, start: int, end: int) -> None:
        """Take an interval out; what it lies within becomes two."""
        if start >= end:
            return
        kept: list[tuple[int, int]] = []
        for a, b in self._parts:
            if a < start:
                kept.append((a, min(b, start)))
            if b > end:
                kept.append((max(a, end), b))
        self._parts = kept

    def intersect(self, other: "IntervalSet") -> "IntervalSet":
        """What is in both."""
        found = IntervalSet()
        i = j = 0
        while i < len(self._parts) and j < len(other._parts):
            start = max(self._parts[i][0], other._parts[j][0])
            end = min(self._parts[i][1], other._parts[j][1])
            found.add(start, end)
            if self._parts[i][1] < other._parts[j][1]:
                i += 1
            else:
                j += 1
        return found

    def gaps(self) -> list[tuple[int, int]]:
        """What is missing between the first interval and the last."""
        return [(left[1], right[0]) for left, right in zip(self._parts, self._parts[1:], strict=False)]

    def __contains__(self, value: int) -> bool:
        low, high = 0, len(self._parts)
        while low < high:
            middle = (low + high) // 2
            if value >= self._parts[middle][1]:
                low = middle + 1
            else:
                high = middle
        return low < len(self._parts) and self._parts[low][0] <= value

    def __len__(self) -> int:
        return sum(end - start for start, end in self._parts)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self._parts)
