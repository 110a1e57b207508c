"""Reads keys of older recipes by the names that they have now: a section or part says as `renamed` what its keys were called before."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Protocol, TypeAlias, Union, get_args, get_origin, get_type_hints, runtime_checkable

from axion_env import UsageError

Target: TypeAlias = Callable[..., Any]
"""A class whose arguments are the keys of a table, or a function that makes one."""


@runtime_checkable
class ReadBy(Protocol):
    """Annotates a table that says itself who reads it."""

    def reader(self, key: str, table: Mapping[str, Any]) -> Target | None:
        """Who reads the table that stands under a key; None: nobody here."""
        ...


def current(target: Target, table: Mapping[str, Any], where: str = "", beside: Any = None) -> dict[str, Any]:
    """A table with its keys as they are called now, those of tables in it too.

    Args:
        target: Reads it.
        table: Of the recipe.
        where: The table's own place in the recipe.
        beside: The table that this one is a change of; says which part is meant where the change does not.

    Raises:
        UsageError: an old name and the one that it has now are both given.
    """
    hints = hints_of(target)
    renamed = {old: new for old, new in _renamed(target).items() if old not in hints}  # else a subclass took the name for itself
    found: dict[str, Any] = {}
    for key, value in table.items():
        new = renamed.get(key, key)
        if new != key and new in table:
            raise UsageError(f"recipe key '{joined(where, key)}' is the old name of '{joined(where, new)}', and both are given")
        found[new] = _within(hints.get(new), value, joined(where, new), _entry(beside, new))
    return found


def _renamed(target: Target) -> Mapping[str, str]:
    found = getattr(target, "renamed", {})
    return found if isinstance(found, Mapping) else {}


def current_steps(target: Target, steps: Sequence[str], table: Mapping[str, Any]) -> list[str]:
    """The path of a change in a table, by the names that keys have now."""
    change: Any = None
    for step in reversed(steps):
        change = {step: change}
    found, here = [], current(target, change, beside=table)
    while here:
        ((step, here),) = here.items()
        found.append(step)
    return found


@lru_cache(maxsize=256)
def hints_of(target: Target) -> dict[str, Any]:
    """What a section or part says of its arguments.

    Raises:
        UsageError: they name what is not there at run time.
    """
    whole = dataclasses.is_dataclass(target) or not isinstance(target, type)
    annotated: Any = target
    try:
        return get_type_hints(annotated if whole else annotated.__init__, include_extras=True)
    except NameError as problem:
        name = f"{annotated.__module__}:{annotated.__qualname__}"
        raise UsageError(f"annotations of {name} cannot be read: {problem}; import what they name outside of TYPE_CHECKING") from problem


def joined(where: str, key: str) -> str:
    """The place of a key of a table."""
    return f"{where}.{key}" if where else key


def _within(hint: Any, value: Any, where: str, beside: Any) -> Any:
    """What stands under a key, by the annotation of that key."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        for arm in inner:
            value = _within(arm, value, where, beside)
    elif origin is Annotated:
        target = _reader(inner[1:], value, where, beside)
        return current(target, value, where, beside) if target else _within(inner[0], value, where, beside)
    elif isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return current(hint, value, where, beside) if isinstance(value, Mapping) else value
    elif inner and isinstance(value, Mapping):
        return {key: _within(_item(inner), each, joined(where, key), _entry(beside, key)) for key, each in value.items()}
    elif inner and isinstance(value, list):
        return [_within(_item(inner), each, f"{where}[{i}]", None) for i, each in enumerate(value)]
    return value


def _reader(metadata: Iterable[Any], value: Any, where: str, beside: Any) -> Target | None:
    whole = {**beside, **value} if isinstance(beside, Mapping) and isinstance(value, Mapping) else value
    for kind in metadata:
        if isinstance(kind, ReadBy) and isinstance(whole, Mapping):
            return kind.reader(where.rpartition(".")[2], whole)
    return None


def _item(inner: tuple[Any, ...]) -> Any:
    """The annotation of what a list or table holds, where that is the same for all."""
    return inner[0] if inner[-1] is Ellipsis or len(inner) == 1 else inner[-1]


def _entry(beside: Any, key: str) -> Any:
    """What a table or list holds, as far as it is one and holds it."""
    if isinstance(beside, Mapping):
        return beside.get(key)
    if isinstance(beside, list):
        return beside[int(key)] if key.isdecimal() and int(key) < len(beside) else None
    return None
