"""Keys: which returns an estimator compares with which.

A key is a tuple of fields of a trajectory. In games it holds the role and the deal: the cards and the seat are not the agent's doing, and
comparing like with like takes their luck out of the gradient without biasing it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from axion_env import Trajectory, UsageError

Key: TypeAlias = tuple[Any, ...]
FIELDS = ("env", "role", "task", "deal", "agent", "copy")
EPISODE = ("env", "role", "task", "deal", "copy")  # one role of one episode


class Stateless:
    """An estimator that remembers nothing between batches."""

    def state_dict(self) -> dict[str, Any]:
        """Empty: it remembers nothing."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restores nothing."""


def checked(key: Sequence[str]) -> tuple[str, ...]:
    """The fields of a key, as a tuple.

    Raises:
        UsageError: there are none, or a trajectory has no such field.
    """
    unknown = [field for field in key if field not in FIELDS]
    if unknown or not key:
        raise UsageError(f"an advantage's key is made of {', '.join(FIELDS)}: got {list(key)}")
    return tuple(key)


def columns(trajectories: Sequence[Trajectory], fields: tuple[str, ...]) -> list[list[Any]]:
    """[fields, N] Their values."""
    return [[getattr(t, field) for t in trajectories] for field in fields]


def keys(trajectories: Sequence[Trajectory], fields: tuple[str, ...]) -> list[Key]:
    """[N] The values of these fields."""
    return list(zip(*columns(trajectories, fields), strict=True))


def numbers(keys: Iterable[Key]) -> NDArray[np.int64]:
    """[N] Equal numbers for equal keys, from 0 on."""
    number: dict[Key, int] = {}
    return np.array([number.setdefault(key, len(number)) for key in keys], dtype=np.int64)
