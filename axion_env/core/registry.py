"""Environments by name: the entry-point group `axion.envs`, and `module:Class` for code that is not installed."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from axion_env.core.env import Env
from axion_env.core.steppable import Steppable
from axion_env.error import NotFound, UsageError

GROUP = "axion.envs"


@lru_cache(maxsize=1)
def _registered() -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=GROUP))


def _entries() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in _registered()}


def _others(entry: EntryPoint) -> list[str]:
    """Where else its id is registered."""
    return [f"{e.value!r}{_of(e)}" for e in _registered() if e.name == entry.name and e.value != entry.value]


def _of(entry: EntryPoint) -> str:
    return f" of {entry.dist.name}" if entry.dist else ""


def ids() -> list[str]:
    """Ids of all installed environments, sorted."""
    return sorted(_entries())


def find(name: str) -> type[Env]:
    """The class registered as `name`, or named as `module:Class`.

    Raises:
        NotFound: no such environment; names the nearest ids.
        UsageError: two packages register the name, or what it leads to cannot be imported or is no environment.
    """
    entry = _entries().get(name)
    if entry is None and ":" not in name:
        raise NotFound("environment", name, _entries())
    if entry is not None and (others := _others(entry)):
        here = f"{entry.value!r}{_of(entry)}"
        raise UsageError(f"environment {name!r} is registered twice, at {here} and at {', '.join(others)}; rename or uninstall one")
    target = entry.value if entry is not None else name
    module, _, attribute = target.partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError, TypeError) as problem:  # the last two: a malformed module name
        raise UsageError(f"environment {name!r} cannot be imported from {target!r}: {problem}{_at(problem)}{_mend(entry)}") from problem
    if not (isinstance(found, type) and issubclass(found, Env)):
        raise UsageError(f"{target!r} is {found!r}, not a subclass of axion_env.Env")
    return found


def look_here() -> None:
    """Let `module:Class` be found in the current folder too, as commands and recipes do."""
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())  # last, so that a file here shadows nothing that is installed


def load(name: str, **options: Any) -> Env:
    """The rules of an environment, for `play`, `drive` and a trainer.

    >>> load("axion/KuhnPoker-v0", ante=2).spec.reward_range
    (-3.0, 3.0)
    """
    return find(name)(**options)


def make(name: str, **options: Any) -> Steppable:
    """An environment in its steppable form, for a loop of your own: `reset`, `acting`, `step`."""
    return Steppable(load(name, **options))


def _at(problem: BaseException) -> str:
    """The line of the package that could not be imported, if it was one of its lines."""
    frames = [f for f in traceback.extract_tb(problem.__traceback__) if f.filename != __file__ and "importlib" not in f.filename]
    return f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""


def _mend(entry: EntryPoint | None) -> str:
    return "" if entry is None else f"; mend the package{_of(entry)}, or its entry point in the group {GROUP}"
