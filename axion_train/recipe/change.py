"""Changes a recipe's TOML table before it is read: by `section.key=value`, as of `--set`, and from the form that older recipes have."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from axion_env import UsageError

_LISTS = {"env": "envs", "evaluation": "evaluations"}
"""Tables of older recipes that are lists now. In a change their name means the first entry."""


def listed(table: Mapping[str, Any]) -> dict[str, Any]:
    """The table of an older recipe as it is written now: `[env]` is the only entry of `[[envs]]`.

    Raises:
        UsageError: it has both.
    """
    for old, new in _LISTS.items():
        if old in table and new in table:
            raise UsageError(f"recipe key '{old}' is the old form of '[[{new}]]', and both are given")
    return {_LISTS.get(key, key): [value] if key in _LISTS else value for key, value in table.items()}


def change(table: dict[str, Any], text: str, current: Callable[[list[str], Mapping[str, Any]], list[str]]) -> None:
    """Make one change: `curriculum.deals=64`, `envs.0.options.bet=2` or, of the only entry, `env.options.bet=2`.

    Args:
        table: As `listed` returns it; is changed.
        text: The value as in TOML; what is no TOML is a string.
        current: Gives a path in the table by the names that keys have now.

    Raises:
        UsageError: there is no `=`, or no such entry of a list.
    """
    path, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--set takes key=value: got {text!r}")
    steps = current(_steps(path), table)
    here: Any = table
    for step in steps[:-1]:
        here = _entered(here, step, [] if step in _LISTS.values() else {}, path)
    last = steps[-1]
    new = _value(value)
    if isinstance(here, list):
        _entered(here, last, new, path)
        here[int(last)] = new
        return
    if last == "name" and here.get("name") != new:
        here.clear()  # another part: the old one's knobs are not its own
    here[last] = new


def _steps(path: str) -> list[str]:
    first, *others = path.strip().split(".")
    return [_LISTS[first], "0", *others] if first in _LISTS else [first, *others]


def _entered(holder: Any, step: str, empty: Any, path: str) -> Any:
    """What a table or list holds at a step of the path; what is not there yet is made."""
    if isinstance(holder, list):
        if not step.isdecimal() or int(step) > len(holder):
            raise UsageError(f"--set {path.strip()}: entries are counted from 0, and there are {len(holder)}: got {step!r}")
        if int(step) == len(holder):
            holder.append(empty)
        return holder[int(step)]
    inner = holder.setdefault(step, empty)
    if not isinstance(inner, dict | list):
        inner = holder[step] = {"start": inner}  # a schedule given as a number
    return inner


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
