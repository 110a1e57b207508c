"""Facts: the plain values that may enter a record."""

from __future__ import annotations

import math
from typing import Any

_SCALARS = frozenset({str, bool, type(None)})
_INT_LIMIT = 10**4000  # Python refuses to write or read an int of more than 4,300 digits, and so would every reader of the record
_DEPTH_LIMIT = 64  # deeper nesting, or a list that holds itself, would end in the recursion limit of some JSON reader


def is_fact(value: Any, depth: int = 0) -> bool:
    """Whether `value` is str-keyed dict, list, tuple, str, int, finite float, bool or None all the way down."""
    kind = type(value)
    if kind in _SCALARS:
        return True
    if kind is int:
        return bool(-_INT_LIMIT < value < _INT_LIMIT)
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str or not (type(item) in _SCALARS or is_fact(item, depth + 1)):
                return False
        return depth < _DEPTH_LIMIT
    if kind is list or kind is tuple:
        return depth < _DEPTH_LIMIT and all(is_fact(item, depth + 1) for item in value)
    return kind is float and math.isfinite(value)


def check_facts(value: Any, path: str) -> None:
    """Raise unless `value` may enter a record.

    Raises:
        TypeError: names the offending path and what stands there.
    """
    if not is_fact(value):
        raise TypeError(f"{_offence(value, path, 0)}; a record holds str-keyed dict, list, str, int, finite float, bool or None")


def record(value: Any, path: str) -> Any:
    """A copy of `value` as a reader of the record gets it: tuples are lists, and nothing is shared with the code that made it.

    Raises:
        TypeError: `value` may not enter a record; names the offending path.
    """
    check_facts(value, path)
    return _plain(value)


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is dict:
        return {key: item if type(item) in _SCALARS else _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if kind is list or kind is tuple else value


def _offence(value: Any, path: str, depth: int) -> str:
    kind = type(value)
    if depth > _DEPTH_LIMIT:
        return f"{path[:80]}… is nested more than {_DEPTH_LIMIT} deep"
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str:
                return f"{path} has the key {key!r}"
            if not is_fact(item, depth + 1):
                return _offence(item, f"{path}.{key}", depth + 1)
    if kind is list or kind is tuple:
        for i, item in enumerate(value):
            if not is_fact(item, depth + 1):
                return _offence(item, f"{path}[{i}]", depth + 1)
    if kind is int:
        return f"{path} is an int of more than 4000 digits"
    return f"{path} is {value!r}" if kind is float else f"{path} is a {kind.__name__}"
