"""Leave-one-out: each return against the mean of the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from axion_env import Trajectory
from axion_train.estimator.key import Stateless, checked, columns, keys, numbers


class LeaveOneOut(Stateless):
    """`A = r - mean reward of the same key over the other episodes`; the default for games.

    The whole episode is left out, since a co-player's return depends on my action too. Unbiased: what is subtracted does not depend on
    the trajectory's own actions. Its variance is n/(n-1) · Var(r | key) over n episodes, so have 8 copies of a deal or more. In Kuhn poker
    Var(r | role, deal) is 48 % (uniform play) to 84 % (equilibrium) below Var(r).

    Args:
        key: Fields that say whose returns are comparable.

    A trajectory whose key no other episode shares gets 0: with nothing to compare, nothing is learned.
    """

    def __init__(self, key: Sequence[str] = ("env", "role", "deal")) -> None:
        self.key = checked(key)

    def __call__(self, trajectories: Sequence[Trajectory]) -> list[float]:
        """[N] Advantages."""
        reward = np.array([t.reward for t in trajectories], dtype=np.float64)
        key = numbers(keys(trajectories, self.key))
        episode = columns(trajectories, ("task", "deal", "copy"))
        seat = numbers(zip(key.tolist(), *episode, strict=True))  # those of one episode are left out together
        others = np.bincount(key)[key] - np.bincount(seat)[seat]
        rest = np.bincount(key, reward)[key] - np.bincount(seat, reward)[seat]
        advantages: list[float] = np.where(others > 0, reward - rest / np.maximum(others, 1), 0.0).tolist()
        return advantages
