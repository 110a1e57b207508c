"""Facts: the plain values that may enter a record."""

from __future__ import annotations

import math
from typing import Any

_SCALARS = frozenset({str, int, bool, type(None)})


def is_fact(value: Any) -> bool:
    """Whether `value` is str-keyed dict, list, tuple, str, int, finite float, bool or None all the way down."""
    kind = type(value)
    if kind in _SCALARS:
        return True
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str or not (type(item) in _SCALARS or is_fact(item)):
                return False
        return True
    if kind is list or kind is tuple:
        return all(map(is_fact, value))
    return kind is float and math.isfinite(value)


def check_facts(value: Any, path: str) -> None:
    """Raise unless `value` may enter a record.

    Raises:
        TypeError: names the offending path and what stands there.
    """
    if not is_fact(value):
        raise TypeError(f"{_offence(value, path)}; a record holds str-keyed dict, list, str, int, finite float, bool or None")


def _offence(value: Any, path: str) -> str:
    if type(value) is dict:
        for key, item in value.items():
            if type(key) is not str:
                return f"{path} has the key {key!r}"
            if not is_fact(item):
                return _offence(item, f"{path}.{key}")
    if type(value) is list or type(value) is tuple:
        for i, item in enumerate(value):
            if not is_fact(item):
                return _offence(item, f"{path}[{i}]")
    return f"{path} is {value!r}" if type(value) is float else f"{path} is a {type(value).__name__}"
