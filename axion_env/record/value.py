"""Plain values: those that may enter a record."""

from __future__ import annotations

import math
from typing import Any

_SCALARS = frozenset({str, bool, type(None)})
_INT_LIMIT = 10**4000  # Python refuses to write or read an int of more than 4,300 digits, and so would every reader of the record
_LEAST_INT = -_INT_LIMIT
_DEPTH_LIMIT = 256  # deeper nesting, or a list that holds itself, would end in the recursion limit of some JSON reader


class _Refused(Exception):
    """A value contains something that may not enter a record."""


def is_plain(value: Any) -> bool:
    """Whether `value` is str-keyed dict, list, tuple, str, int, finite float, bool or None all the way down."""
    return _is_plain(value, 0)


def plain(value: Any, path: str) -> Any:
    """A copy of `value` as a reader of the record gets it: tuples are lists, and nothing is shared with the code that made it.

    Raises:
        TypeError: `value` may not enter a record; names the offending path.
    """
    try:
        return _copy(value, 0)
    except _Refused:
        offence = _offence(value, path, 0)
        raise TypeError(f"{offence}; a record holds str-keyed dict, list, str, int, finite float, bool or None") from None


def _copy(value: Any, depth: int) -> Any:
    """Checks and copies a value in one pass, since the facts of every play come through here."""
    kind = type(value)
    if kind is dict and depth < _DEPTH_LIMIT:
        copy = {}
        for key, item in value.items():
            if type(key) is not str:
                raise _Refused
            kind = type(item)
            if kind in _SCALARS or (kind is int and _LEAST_INT < item < _INT_LIMIT):
                copy[key] = item
            else:
                copy[key] = _copy(item, depth + 1)
        return copy
    if kind is int and _LEAST_INT < value < _INT_LIMIT:
        return value
    if kind in _SCALARS or (kind is float and math.isfinite(value)):
        return value
    if (kind is list or kind is tuple) and depth < _DEPTH_LIMIT:
        return [_copy(item, depth + 1) for item in value]
    raise _Refused


def _is_plain(value: Any, depth: int) -> bool:
    try:
        _copy(value, depth)
    except _Refused:
        return False
    return True


def joined(text: str) -> str:
    """The text as a reader of JSON gets it: surrogate pairs are joined into their characters."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _offence(value: Any, path: str, depth: int) -> str:
    kind = type(value)
    if depth > _DEPTH_LIMIT:
        return f"{path[:80]}… is nested more than {_DEPTH_LIMIT} deep"
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str:
                return f"{path} has the key {key!r}"
            if not _is_plain(item, depth + 1):
                return _offence(item, f"{path}.{key}", depth + 1)
    if kind is list or kind is tuple:
        for i, item in enumerate(value):
            if not _is_plain(item, depth + 1):
                return _offence(item, f"{path}[{i}]", depth + 1)
    if kind is int:
        return f"{path} is an int of more than 4000 digits"
    return f"{path} is {value!r}" if kind is float else f"{path} is a {kind.__name__}"
