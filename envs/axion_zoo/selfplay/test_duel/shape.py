"""Which arguments a function may be tested on: those that look like the ones it is known to be meant for.

A tester may be weak but never wrong. An input outside of what the statement means would reject right programs, for the reference has some
value there and another right program another. What the statement means shows in its cases: the types at every place, the least and the
greatest number, the longest sequence, the characters used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

_Place: TypeAlias = tuple[str, ...]


def fits(arguments: Sequence[Any], known: Sequence[Sequence[Any]]) -> bool:
    """Whether arguments are within what is known, place by place.

    >>> fits([[3, 1]], [[[5, 1, 2]], [[0]]]), fits([[9]], [[[5, 1, 2]], [[0]]])
    (True, False)
    """
    seen: dict[_Place, list[Any]] = {}
    for place, value in (leaf for case in known for leaf in _leaves(list(case), ())):
        seen.setdefault(place, []).append(value)
    if len(arguments) not in map(len, known):
        return False
    return all(place in seen and _within(value, seen[place]) for place, value in _leaves(list(arguments), ()))


def _leaves(value: Any, place: _Place) -> Iterator[tuple[_Place, Any]]:
    """Every value in a value, itself first; items of a sequence share one place, but for the arguments themselves."""
    kind = type(value).__name__
    here = (*place, kind)
    yield here, value
    if isinstance(value, dict):
        for k, v in value.items():
            yield from _leaves(k, (*here, "key"))
            yield from _leaves(v, (*here, "value"))
    elif isinstance(value, list | tuple | set | frozenset):
        for i, item in enumerate(value):
            yield from _leaves(item, here if place else (*here, str(i)))


def _within(value: Any, seen: Sequence[Any]) -> bool:
    if isinstance(value, str):
        return len(value) <= max(map(len, seen)) and set(value) <= set().union(*seen)
    if isinstance(value, int | float):
        return bool(min(seen) <= value <= max(seen))
    if isinstance(value, dict | list | tuple | set | frozenset):
        return min(map(len, seen)) <= len(value) <= max(map(len, seen))
    return value in seen
