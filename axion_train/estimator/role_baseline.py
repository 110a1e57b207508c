"""SPIRAL's role-conditioned advantage: each return against its role's running mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from axion_env import Trajectory, UsageError
from axion_train.estimator.key import Key, checked, keys


class RoleBaseline:
    """`A = r - b[key]`, b an exponential moving average of each role's rewards: SPIRAL's role-conditioned advantage estimation.

    (Liu et al., "SPIRAL", arXiv 2506.24119, section 3.) The average is read before the batch updates it, so it does not depend on the
    batch's actions and the gradient stays unbiased; and a batch of n updates it once, with decay^n and the batch's mean, so the order
    within a batch does not show. It tracks differences between roles (first-move edge, another scale); it does not remove the luck of
    the deal.

    Args:
        decay: Of the average, per trajectory.
        key: Fields that say whose rewards are averaged together.
    """

    def __init__(self, decay: float = 0.95, key: Sequence[str] = ("env", "role")) -> None:
        if not 0 <= decay < 1:
            raise UsageError(f"RoleBaseline.decay must be in [0, 1): got {decay}")
        self.decay = decay
        self.key = checked(key)
        self._average: dict[Key, float] = {}

    def __call__(self, trajectories: Sequence[Trajectory]) -> list[float]:
        """[N] Advantages; the averages are updated afterwards."""
        found = keys(trajectories, self.key)
        advantages = [t.reward - self._average.get(key, 0.0) for key, t in zip(found, trajectories, strict=True)]
        rewards: dict[Key, list[float]] = defaultdict(list)
        for key, t in zip(found, trajectories, strict=True):
            rewards[key].append(t.reward)
        for key, values in rewards.items():
            kept = self.decay ** len(values)
            mean = float(np.mean(np.sort(values)))  # sorted, so that the order does not show in the last bit either
            self._average[key] = kept * self._average.get(key, 0.0) + (1 - kept) * mean
        return advantages

    def state_dict(self) -> dict[str, Any]:
        """The averages."""
        return {"average": [[list(key), value] for key, value in sorted(self._average.items())]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the averages."""
        self._average = {tuple(key): value for key, value in state["average"]}
