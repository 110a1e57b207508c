"""GRPO, Dr.GRPO and RLOO: each return against its group's mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from axion_env import Trajectory
from axion_train.estimator.key import Key, Stateless, checked, keys


class GroupMean(Stateless):
    """`A = (r - mean) / scale` within a group: GRPO, Dr.GRPO and RLOO by its options.

    GRPO (Shao et al., arXiv 2402.03300): `std=True`. Dr.GRPO (Liu et al., arXiv 2503.20783): as it stands. RLOO (Ahmadian et al., arXiv
    2402.14740): `leave_one_out=True`, which is n/(n-1) times the mean-only form. Leave `std` off for games: it re-weights deals, and
    so optimises another game.

    Args:
        key: Fields that make the group.
        std: Divide by the group's standard deviation.
        leave_one_out: Compare with the mean of the others instead of the mean of all.
        epsilon: Added to the standard deviation.

    A group of one, and a group whose rewards are all equal, gets zeros.
    """

    def __init__(
        self, key: Sequence[str] = ("env", "role", "task", "deal"), std: bool = False, leave_one_out: bool = False, epsilon: float = 1e-4
    ) -> None:
        self.key = checked(key)
        self.std = std
        self.leave_one_out = leave_one_out
        self.epsilon = epsilon

    def __call__(self, trajectories: Sequence[Trajectory]) -> list[float]:
        """[N] Advantages."""
        groups: dict[Key, list[int]] = defaultdict(list)
        for i, key in enumerate(keys(trajectories, self.key)):
            groups[key].append(i)
        advantages = [0.0] * len(trajectories)
        for members in groups.values():
            rewards = np.array([trajectories[i].reward for i in members])
            spread = float(np.std(rewards))
            if len(members) == 1 or spread == 0.0:
                continue
            centred = rewards - np.mean(np.sort(rewards))
            if self.leave_one_out:
                centred *= len(members) / (len(members) - 1)
            if self.std:
                centred /= spread + self.epsilon
            for i, advantage in zip(members, centred.tolist(), strict=True):
                advantages[i] = advantage
        return advantages
