"""Comparison of a candidate's values with expected ones: in the host, on rebuilt builtins, so that no `__eq__` of the candidate's runs.

What counts as the same is a property of the task, which states it as a `Match`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from axion_env.error import UsageError


@dataclass(frozen=True, slots=True)
class Match:
    """The rule by which two values count as the same. The default is strict: same types, same structure, same values.

    NaN is the same as NaN, -0.0 the same as 0.0, and an `Opaque` the same as nothing.

    >>> Match().same(1, 1.0), Match(numbers=True).same(1, 1.0), Match(relative=1e-6).same(0.3, 0.1 + 0.2)
    (False, True, True)
    """

    numbers: bool = False
    """1, 1.0 and True are the same, as Python's `==` has it."""
    sequences: bool = False
    """A list and a tuple of the same items are the same."""
    unordered: bool = False
    """The items of the outermost list or tuple may stand in any order."""
    absolute: float = 0.0
    """Numbers this far apart are the same …"""
    relative: float = 0.0
    """… or this far, as a share of the greater one. With either, an int counts as the nearest float beside a float."""

    def __post_init__(self) -> None:
        if not (0 <= self.absolute < math.inf and 0 <= self.relative < 1):
            raise UsageError(f"Match: absolute is at least 0 and relative in [0, 1): got {self.absolute!r} and {self.relative!r}")

    def same(self, expected: Any, got: Any) -> bool:
        """Whether `got` counts as `expected`."""
        if self.unordered and isinstance(expected, list | tuple) and isinstance(got, list | tuple):
            return self._kin(expected, got) and self._pairwise(_sorted(expected), _sorted(got))
        return self._same(expected, got)

    def _same(self, expected: Any, got: Any) -> bool:
        kind = type(expected)
        if kind in _NUMBERS and type(got) in _NUMBERS:
            return self._near(expected, got)
        if not self._kin(expected, got):
            return False
        if kind in (list, tuple):
            return self._pairwise(expected, got)
        if kind is dict:
            return self._pairwise(_sorted(expected.items()), _sorted(got.items()))
        if kind in (set, frozenset):
            return self._pairwise(_sorted(expected), _sorted(got))
        if kind is complex:
            return self._near(expected.real, got.real) and self._near(expected.imag, got.imag)
        return bool(expected == got)

    def _kin(self, expected: Any, got: Any) -> bool:
        a, b = type(expected), type(got)
        return a is b or (self.sequences and a in (list, tuple) and b in (list, tuple))

    def _pairwise(self, expected: Any, got: Any) -> bool:
        return len(expected) == len(got) and all(map(self._same, expected, got))

    def _near(self, a: float, b: float) -> bool:
        loose = bool(self.absolute or self.relative)
        if type(a) is not type(b) and not self.numbers and (not loose or bool in (type(a), type(b))):
            return False
        if a == b or (a != a and b != b):
            return True
        try:
            if type(a) is int and type(b) is int:  # as floats, 10**20 and its neighbors would be one number
                return abs(a - b) <= max(self.absolute, self.relative * max(abs(a), abs(b)))
            return loose and math.isclose(a, b, rel_tol=self.relative, abs_tol=self.absolute)
        except OverflowError:  # an int beyond all floats
            return False


_NUMBERS = frozenset({bool, int, float})


def _sorted(items: Iterable[Any]) -> list[Any]:
    """The items in an order that depends on their values alone; near numbers stand near each other."""
    return sorted(items, key=_rank)


def _rank(value: Any) -> tuple[Any, ...]:
    kind = type(value)
    if kind in _NUMBERS:
        return ("nan",) if value != value else ("number", value, kind.__name__)
    if kind is str or kind is bytes:
        return (kind.__name__, value)
    if kind in (list, tuple):
        return ("sequence", tuple(map(_rank, value)))
    if kind is dict:
        return ("dict", tuple(sorted((_rank(k), _rank(v)) for k, v in value.items())))
    if kind in (set, frozenset):
        return ("set", tuple(sorted(map(_rank, value))))
    if kind is complex:
        return ("complex", _rank(value.real), _rank(value.imag))
    return (kind.__name__,)
