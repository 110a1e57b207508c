"""Mean and variance of gradient estimators in a finite game, exactly: every group of plays, enumerated.

A group is the `copies` of one deal. Which plays it holds matters, their order does not, so the multisets of a deal's plays are all there
is: 2,970 groups of eight in Kuhn poker. Each is handed to the estimator itself, the class a run trains with.

Variance is the trace of the covariance of a batch's mean gradient with respect to the logits, times the games in the batch: what counts
where estimators are compared at equal numbers of games. Copies of a deal share its luck, and that is in the figure: with eight copies there
are an eighth as many deals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import factorial, prod
from typing import NamedTuple

import numpy as np

from axion_env import Trajectory, Verdict
from axion_train.analysis.tabular import FlatGame, Numbers
from axion_train.estimator.role_baseline import RoleBaseline
from axion_train.protocol import Estimator

ENV = "kuhn"


class Moments(NamedTuple):
    """Of an estimate of the gradient."""

    mean: Numbers
    """[I, A]"""
    variance: float
    """Per game."""

    @property
    def noise(self) -> float:
        """Variance over the squared length of the mean: what a longer step cannot mend."""
        return self.variance / float((self.mean**2).sum())

    def cosine(self, true: Numbers) -> float:
        """Of the angle between the mean and another direction."""
        return float((self.mean * true).sum() / np.sqrt((self.mean**2).sum() * (true**2).sum()))


class Group(NamedTuple):
    """So many copies of one deal."""

    weight: float
    """Probability of the deal and of these plays."""
    deal: int
    leaves: tuple[int, ...]
    """[copies] How each went."""


def groups(game: FlatGame, policy: Numbers, copies: int) -> Iterator[Group]:
    """Every group a deal can make, order aside."""
    assert game.deals is not None
    reach = game.reach(policy)
    for deal in range(int(game.deals.max()) + 1):
        here = np.flatnonzero(game.deals == deal)
        of_deal = float(reach[here].sum())
        for counts in _counts(len(here), copies):
            ways = factorial(copies) / prod(map(factorial, counts))
            weight = of_deal * ways * float(np.prod((reach[here] / of_deal) ** counts))
            yield Group(weight, deal, tuple(np.repeat(here, counts).tolist()))


def _counts(kinds: int, total: int) -> Iterator[tuple[int, ...]]:
    if kinds == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in _counts(kinds - 1, total - first):
            yield (first, *rest)


def moments(game: FlatGame, policy: Numbers, estimator: Callable[[], Estimator], copies: int) -> Moments:
    """Of the estimator in batches of any number of deals, each group judged by itself.

    Args:
        game: Draws before anybody acts.
        policy: [I, A] Everybody's.
        estimator: Makes it, as it stands when a batch comes in.
        copies: Of each deal.
    """
    scores = game.scores(policy)
    found = list(groups(game, policy, copies))
    weights = np.array([group.weight for group in found])
    estimates = np.stack([estimate(game, scores, estimator(), [group]) for group in found])
    mean = np.tensordot(weights, estimates, 1)
    return Moments(mean, copies * float(weights @ ((estimates - mean) ** 2).sum(axis=(1, 2))))


def estimate(game: FlatGame, scores: Numbers, estimator: Estimator, batch: list[Group]) -> Numbers:
    """[I, A] The mean gradient of a batch: per game, the sum over agents of advantage · score."""
    places = [
        (leaf, g, k, copy) for k, group in enumerate(batch) for copy, leaf in enumerate(group.leaves) for g in range(len(game.agents))
    ]
    played = []
    for leaf, g, k, copy in places:
        role, reward = game.agents[g], float(game.payoffs[leaf, g])
        played.append(Trajectory(ENV, role, "", k, role, copy, (), reward, Verdict(role, role, reward, ())))
    worth = np.array(estimator(played))
    chosen = scores[[p[0] for p in places], [p[1] for p in places]]
    return np.asarray(np.tensordot(worth, chosen, 1) * len(game.agents) / len(places))


def leave_one_out_by_role(game: FlatGame, policy: Numbers, copies: int, deals: int) -> Moments:
    """Of leave-one-out over the whole batch, the role alone for a key.

    All deals meet in its baseline, so groups are not apart. With P, S and R a group's sums of reward · score, score and reward, and N
    games, the estimate is Σ P / (N - 1) - (Σ S)(Σ R) / N(N - 1): a U-statistic of order two over independent groups (Hoeffding, "A class of
    statistics with asymptotically normal distribution", 1948), whose variance is that of its parts: a group by itself, and two groups
    together. The mean of S is nothing.
    """
    scores, found = game.scores(policy), list(groups(game, policy, copies))
    w = np.array([group.weight for group in found])
    leaves = np.array([group.leaves for group in found])  # [M, copies]
    flat = scores.reshape(*scores.shape[:2], -1)
    s = flat[leaves].sum(axis=1)  # [M, G, K]
    r = game.payoffs[leaves].sum(axis=1)  # [M, G]
    p = np.einsum("mcg,mcgk->mk", game.payoffs[leaves], flat[leaves])
    games = copies * deals
    a, b = 1 / (games - 1), 1 / (games * (games - 1))
    alone = a * p - b * np.einsum("mgk,mg->mk", s, r)
    with_another = -b * np.einsum("mgk,g->mk", s, w @ r)  # of a pair's part, given one of the two
    mean = deals * (w @ alone)
    linear = alone - w @ alone + (deals - 1) * with_another
    scores_2 = np.einsum("m,mgk,mhk->gh", w, s, s)
    rewards_2 = np.einsum("m,mg,mh->gh", w, r, r)
    mixed = np.einsum("m,mgk,mh->ghk", w, s, r)
    pair = 2 * b**2 * float((scores_2 * rewards_2).sum() + np.einsum("ghk,hgk->", mixed, mixed))
    pair -= 2 * float(w @ (with_another**2).sum(axis=1))
    variance = deals * float(w @ (linear**2).sum(axis=1)) + deals * (deals - 1) / 2 * pair
    return Moments(mean.reshape(scores.shape[2:]), games * variance)


def role_baseline(game: FlatGame, values: Numbers) -> Callable[[], Estimator]:
    """SPIRAL's baseline when its averages stand at these values [G]; at zeros, no baseline at all."""

    def made() -> Estimator:
        estimator = RoleBaseline()
        estimator.load_state_dict({"average": [[[ENV, agent], float(value)] for agent, value in zip(game.agents, values, strict=True)]})
        return estimator

    return made
