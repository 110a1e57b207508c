"""Environments by name: the entry-point group `axion.envs`, and `module:Class` for code that is not installed."""

from __future__ import annotations

import os
import sys
from typing import Any

from axion_env._plugin import Group, imported
from axion_env.core.env import Env
from axion_env.core.steppable import Steppable
from axion_env.error import UsageError

ENVS = Group("axion.envs", "environment")
"""Installed environments."""


def ids() -> list[str]:
    """Ids of all installed environments, sorted."""
    return ENVS.names()


def find(name: str) -> type[Env]:
    """The class registered as `name`, or named as `module:Class`.

    Raises:
        NotFound: no such environment; names the nearest ids.
        UsageError: two packages register the name, or what it leads to cannot be imported or is no environment.
    """
    direct = ":" in name and name not in ENVS
    found = imported(name, f"environment {name!r}") if direct else ENVS.load(name)
    if not (isinstance(found, type) and issubclass(found, Env)):
        target = name if direct else ENVS.place(name).target
        raise UsageError(f"{target!r} is {found!r}, not a subclass of axion_env.Env")
    return found


def look_here() -> None:
    """Lets `module:Class` be found in the current folder too, as commands and recipes do."""
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())  # last, so that a file here shadows nothing that is installed


def load(name: str, **options: Any) -> Env:
    """Builds an environment, for `play`, `drive` and a trainer.

    >>> load("axion/KuhnPoker-v0", ante=2).spec.reward_range
    (-3.0, 3.0)
    """
    return find(name)(**options)


def make(name: str, **options: Any) -> Steppable:
    """Builds an environment in its steppable form, for a loop of your own: `reset`, `acting`, `step`."""
    return Steppable(load(name, **options))
