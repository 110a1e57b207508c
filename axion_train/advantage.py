"""Advantage estimators: every critic-free one is `A = (r - baseline[key]) / scale[key]`.

A key is a tuple of fields of a trajectory: which returns are compared with which. In games the key holds the role and the deal: the cards
and the seat are not the agent's doing, and comparing like with like takes their luck out of the gradient without biasing it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from axion_env import Trajectory, UsageError
from axion_train.share import Sharing

Key: TypeAlias = tuple[Any, ...]
_FIELDS = ("env", "role", "task", "deal", "agent", "copy")
_EPISODE = ("env", "role", "task", "deal", "copy")  # one role of one episode


class Advantage(Protocol):
    """Turns the rewards of one batch into advantages."""

    def __call__(self, trajectories: Sequence[Trajectory]) -> list[float]:
        """[N] One advantage per trajectory; permuting the batch permutes the result."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """All it remembers between batches."""
        ...

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        ...


class _Stateless:
    def state_dict(self) -> dict[str, Any]:
        """Nothing to remember."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Nothing to go on from."""


class LeaveOneOut(_Stateless):
    """`A = r - mean reward of the same key over the other episodes`; the default for games.

    The whole episode is left out, since a co-player's return depends on my action too. Unbiased: what is subtracted does not depend on
    the trajectory's own actions. Its variance is n/(n-1) · Var(r | key) over n episodes, so have 8 copies of a deal or more. In Kuhn poker
    Var(r | role, deal) is 48 % (uniform play) to 84 % (equilibrium) below Var(r).

    Args:
        key: Fields that say whose returns are comparable.

    A trajectory whose key no other episode shares gets 0: with nothing to compare, nothing is learned.
    """

    def __init__(self, key: Sequence[str] = ("env", "role", "deal")) -> None:
        self.key = _checked(key)

    def __call__(self, trajectories: Sequence[Trajectory]) -> list[float]:
        """[N] Advantages."""
        reward = np.array([t.reward for t in trajectories], dtype=np.float64)
        key = _numbers(_keys(trajectories, self.key))
        episode = _columns(trajectories, ("task", "deal", "copy"))
        seat = _numbers(zip(key.tolist(), *episode, strict=True))  # those of one episode are left out together
        others = np.bincount(key)[key] - np.bincount(seat)[seat]
        rest = np.bincount(key, reward)[key] - np.bincount(seat, reward)[seat]
        advantages: list[float] = np.where(others > 0, reward - rest / np.maximum(others, 1), 0.0).tolist()
        return advantages


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
        self.key = _checked(key)
        self._average: dict[Key, float] = {}

    def __call__(self, trajectories: Sequence[Trajectory]) -> list[float]:
        """[N] Advantages; the average moves on."""
        keys = _keys(trajectories, self.key)
        advantages = [t.reward - self._average.get(key, 0.0) for key, t in zip(keys, trajectories, strict=True)]
        rewards: dict[Key, list[float]] = defaultdict(list)
        for key, t in zip(keys, trajectories, strict=True):
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
        """Go on from these averages."""
        self._average = {tuple(key): value for key, value in state["average"]}


class GroupMean(_Stateless):
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
        self.key = _checked(key)
        self.std = std
        self.leave_one_out = leave_one_out
        self.epsilon = epsilon

    def __call__(self, trajectories: Sequence[Trajectory]) -> list[float]:
        """[N] Advantages."""
        groups: dict[Key, list[int]] = defaultdict(list)
        for i, key in enumerate(_keys(trajectories, self.key)):
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
        share: Equal proposals share what they earn, as `Sharing` says, before they are compared.
        remember: As in `Sharing`.

    A role that has one seat and is not named in `across` is a group of one, and gets zeros.
    """

    def __init__(
        self,
        across: Sequence[str] = (),
        key: Sequence[str] = ("env", "role", "task", "deal"),
        std: bool = False,
        leave_one_out: bool = False,
        epsilon: float = 1e-4,
        share: bool = False,
        remember: float = 0.0,
    ) -> None:
        self.across = frozenset(across)
        self._sharing = Sharing(remember) if share else None
        self._over = GroupMean(key, std, leave_one_out, epsilon)
        self._within = GroupMean(_EPISODE, std, leave_one_out, epsilon)

    def __call__(self, trajectories: Sequence[Trajectory]) -> list[float]:
        """[N] Advantages."""
        advantages = self._within(trajectories)
        lone = [i for i, t in enumerate(trajectories) if t.role in self.across]
        proposers = [trajectories[i] for i in lone]
        for i, advantage in zip(lone, self._over(self._sharing(proposers) if self._sharing else proposers), strict=True):
            advantages[i] = advantage
        return advantages

    def state_dict(self) -> dict[str, Any]:
        """Earlier proposals."""
        return self._sharing.state_dict() if self._sharing else {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        if self._sharing:
            self._sharing.load_state_dict(state)


class PermutedRewards(_Stateless):
    """A control, not an estimator: rewards are dealt out anew within each role, then judged by leave-one-out or by group.

    Whatever still improves under it is not learned from the rewards.

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
        """The permutations' stream."""
        return {"rng": self._rng.bit_generator.state}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        self._rng.bit_generator.state = state["rng"]


def _checked(key: Sequence[str]) -> tuple[str, ...]:
    unknown = [field for field in key if field not in _FIELDS]
    if unknown or not key:
        raise UsageError(f"an advantage's key is made of {', '.join(_FIELDS)}: got {list(key)}")
    return tuple(key)


def _columns(trajectories: Sequence[Trajectory], fields: tuple[str, ...]) -> list[list[Any]]:
    """[fields, N] Their values."""
    return [[getattr(t, field) for t in trajectories] for field in fields]


def _keys(trajectories: Sequence[Trajectory], fields: tuple[str, ...]) -> list[Key]:
    """[N] The values of these fields."""
    return list(zip(*_columns(trajectories, fields), strict=True))


def _numbers(keys: Iterable[Key]) -> NDArray[np.int64]:
    """[N] Equal numbers for equal keys, from 0 on."""
    number: dict[Key, int] = {}
    return np.array([number.setdefault(key, len(number)) for key in keys], dtype=np.int64)
