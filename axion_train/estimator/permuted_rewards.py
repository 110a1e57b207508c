"""An ablation without the meaning of rewards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from axion_env import Trajectory
from axion_train.estimator.group_mean import GroupMean
from axion_train.estimator.key import Stateless


class PermutedRewards(Stateless):
    """An ablation: rewards are permuted within each role, then compared by leave-one-out or by group.

    What still improves under it is not learned from the rewards.

    Args:
        seed: Seeds the permutations.
        std: As in `GroupMean`.
        key: As in `GroupMean`.
    """

    def __init__(self, seed: int = 0, std: bool = False, key: Sequence[str] = ("env", "role", "task", "deal")) -> None:
        self._rng = np.random.default_rng(seed)
        self._estimator = GroupMean(key, std=std, leave_one_out=not std)

    def __call__(self, trajectories: Sequence[Trajectory]) -> list[float]:
        """[N] Advantages of permuted rewards."""
        rewards = np.array([t.reward for t in trajectories])
        roles = np.array([t.role for t in trajectories])
        for role in sorted(set(roles.tolist())):
            rewards[roles == role] = self._rng.permutation(rewards[roles == role])
        return self._estimator([t._replace(reward=r) for t, r in zip(trajectories, rewards.tolist(), strict=True)])

    def state_dict(self) -> dict[str, Any]:
        """The state of the random generator."""
        return {"rng": self._rng.bit_generator.state}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the state."""
        self._rng.bit_generator.state = state["rng"]
