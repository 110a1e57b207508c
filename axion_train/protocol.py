"""What each kind of part must offer. Parts are found by name, built-in ones and those that other packages install (`axion_env._plugin`)."""

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
    """Chooses the deals that are played, and records how they went."""

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


class Opponents(Protocol):
    """Chooses who plays the seats that the learner does not."""

    def seating(self, learner: Policy, frozen: Frozen) -> Seating:
        """Who plays the next batch.

        Args:
            learner: The policies that are trained, as one that plays every seat.
            frozen: Makes a policy of weights that `observe` kept; nothing is learned from what it does.
        """
        ...

    def observe(self, updates: int, weights: Callable[[], dict[str, Any]]) -> None:
        """Record that an update is done.

        Args:
            updates: Done so far, this one included.
            weights: Copies the learners' weights as they are now, for `frozen`.
        """
        ...

    def state_dict(self) -> dict[str, Any]:
        """All it remembers between updates."""
        ...

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the state."""
        ...


ACTIONS = ("warn", "roll_back", "stop")


class Monitor(Protocol):
    """Compares the metrics of updates with a level, and triggers where they are beyond it for long."""

    action: str
    """What follows when it triggers: `warn` records it, `stop` ends the run, `roll_back` restores the weights of when all was well."""
    level: float
    """Beyond it the metric is a failure."""
    value: float | None
    """What is compared with the level. None: no update had the metric yet."""
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
