"""Two levels of comparison: solvers within a proposal, proposers across proposals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from axion_env import Trajectory
from axion_train.estimator.fitness_sharing import FitnessSharing
from axion_train.estimator.group_mean import GroupMean
from axion_train.estimator.key import EPISODE


class Hierarchical:
    """Two levels of comparison, for plays in which one agent proposes and several exchangeable ones answer.

    Seats of one role within one episode met the same proposal: they are compared with each other, and the proposal's difficulty cancels.
    A proposer is alone in its episode: its role is compared across the copies of its task, since what it proposed is its own doing. The
    shape is Self-play SWE-RL's (arXiv 2512.18552), where a group of solvers answers each bug.

    Args:
        across: Roles compared across episodes. All others are compared within theirs.
        key: Fields that make the groups of those roles; without `deal`, all episodes of a task are one group.
        std: As in `GroupMean`, on both levels.
        leave_one_out: As in `GroupMean`, on both levels.
        epsilon: As in `GroupMean`.
        fitness_sharing: Equal proposals share what they earn before they are compared, as in `FitnessSharing`.
        remember: As in `FitnessSharing`.

    A role that has one seat and is not named in `across` is a group of one, and gets zeros.
    """

    renamed: ClassVar = {"share": "fitness_sharing"}

    def __init__(
        self,
        across: Sequence[str] = (),
        key: Sequence[str] = ("env", "role", "task", "deal"),
        std: bool = False,
        leave_one_out: bool = False,
        epsilon: float = 1e-4,
        fitness_sharing: bool = False,
        remember: float = 0.0,
    ) -> None:
        self.across = frozenset(across)
        self._sharing = FitnessSharing(remember) if fitness_sharing else None
        self._over = GroupMean(key, std, leave_one_out, epsilon)
        self._within = GroupMean(EPISODE, std, leave_one_out, epsilon)

    def __call__(self, trajectories: Sequence[Trajectory]) -> list[float]:
        """[N] Advantages."""
        advantages = self._within(trajectories)
        lone = [i for i, t in enumerate(trajectories) if t.role in self.across]
        proposers = [trajectories[i] for i in lone]
        for i, advantage in zip(lone, self._over(self._sharing(proposers) if self._sharing else proposers), strict=True):
            advantages[i] = advantage
        return advantages

    def state_dict(self) -> dict[str, Any]:
        """Counts of earlier proposals."""
        return self._sharing.state_dict() if self._sharing else {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the state."""
        if self._sharing:
            self._sharing.load_state_dict(state)
