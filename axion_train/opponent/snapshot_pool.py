"""A pool of earlier versions of the learner, as opponents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from axion_env import Play, Policies, Policy, Stream, UsageError, derive
from axion_train.protocol import Frozen, Seating


class SnapshotPool:
    """Frozen snapshots of the learner play one seat of some plays; nothing is learned from what they do.

    Args:
        every: Updates between snapshots.
        keep: Snapshots kept; the oldest is dropped first.
        probability: That a play has a snapshot in one seat, chosen at random. The others are pure self-play.
    """

    renamed: ClassVar = {"share": "probability"}

    def __init__(self, every: int = 10, keep: int = 8, probability: float = 0.5) -> None:
        if every < 1 or keep < 1 or not 0 <= probability <= 1:
            raise UsageError(
                f"SnapshotPool needs every and keep of 1 or more and a probability in [0, 1]: got {every}, {keep}, {probability}"
            )
        self.every = every
        self.keep = keep
        self.probability = probability
        self._snapshots: list[tuple[int, dict[str, Any]]] = []
        self._policies: dict[int, Policy] = {}

    def seating(self, learner: Policy, frozen: Frozen) -> Seating:
        """Chooses by the deal alone: all copies of a deal have the same opponent in the same seat."""

        def seat(play: Play) -> Policies:
            stream = Stream(derive(play.seed or 0, "opponent"))
            if not self._snapshots or len(play.agents) < 2 or stream.uniform() >= self.probability:
                return learner
            version, weights = self._snapshots[stream.below(len(self._snapshots))]
            if version not in self._policies:
                self._policies[version] = frozen(weights, f"snapshot-{version}")
            away = play.agents[stream.below(len(play.agents))]
            return {agent: self._policies[version] if agent == away else learner for agent in play.agents}

        return seat

    def observe(self, updates: int, weights: Callable[[], dict[str, Any]]) -> None:
        """Takes a snapshot every `every` updates."""
        if updates % self.every == 0:
            self._snapshots = [*self._snapshots, (updates, weights())][-self.keep :]
            kept = {version for version, _ in self._snapshots}
            self._policies = {version: policy for version, policy in self._policies.items() if version in kept}

    def state_dict(self) -> dict[str, Any]:
        """The snapshots' weights."""
        return {"snapshots": self._snapshots}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the snapshots."""
        self._snapshots = [(version, weights) for version, weights in state["snapshots"]]
        self._policies = {}
