"""What a part of a training has to be. Each is found by name, a built-in one or one that a package installs (`axion_env._plugin`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import torch

from axion_env import Env, Episode, Play, Policies, Policy, Trajectory
from axion_train.types import Deal, Tensors


class Estimator(Protocol):
    """Turns the rewards of one batch into advantages."""

    def __call__(self, trajectories: Sequence[Trajectory]) -> list[float]:
        """[N] One advantage per trajectory; permuting the batch permutes the result."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """All it remembers between batches."""
        ...

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the state."""
        ...


class Loss(Protocol):
    """A policy-gradient loss."""

    def __call__(self, logprobs: torch.Tensor, rows: Tensors) -> torch.Tensor:
        """The loss summed over rows, from `logprobs` [R, L] of the answers under the learner."""
        ...


class Curriculum(Protocol):
    """Chooses deals, and is told how they were played."""

    copies: int
    """Of each deal."""

    def draw(self, env: Env, seed: int) -> list[Deal]:
        """The next batch of deals."""
        ...

    def observe(self, env: Env, episodes: Sequence[Episode]) -> Mapping[str, float]:
        """Record a batch that was played.

        Returns:
            Metrics of the update; nothing, mostly.
        """
        ...

    def state_dict(self) -> dict[str, Any]:
        """All it remembers between batches."""
        ...

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the state."""
        ...


Frozen: TypeAlias = Callable[[dict[str, Any], str], Policy]
"""Makes a policy of stored weights, under a name."""
Seating: TypeAlias = Policies | Callable[[Play], Policies]
"""Who plays: the same in every play, or chosen by play."""


ACTIONS = ("warn", "roll_back", "stop")


class Monitor(Protocol):
    """Watches the metrics of updates."""

    action: str
    """What follows when it triggers: `warn` records it, `stop` ends the run, `roll_back` restores the weights of when all was well."""
    level: float
    """Beyond it the metric is a failure."""
    value: float | None
    """What is held against the level. None: not enough was seen."""
    wrong: bool
    """Whether the latest update alone was beyond the level."""

    def observe(self, metrics: Mapping[str, Any]) -> bool:
        """Record an update; whether the monitor triggers."""
        ...

    def clear(self) -> None:
        """Forget what was seen."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """All it remembers between updates."""
        ...

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the state."""
        ...
