"""The exact dynamics of a finite game: what self-play on the same schedule does without a network and without sampling.

One table of logits, softmax at each information set, and the expected gradient instead of a sampled one:

    logits += eta · (∇ value of each agent − tau · Σ visits · ∇ KL(policy ‖ uniform))

It shows the *learning rule* alone, and is a yardstick rather than a bound: its step is in logits, a network's in weights. Without the KL
term self-play like this cycles; with it the last policy converges to a quantal response equilibrium, whose distance from equilibrium tau
sets (Sokota et al., "A unified approach to reinforcement learning, quantal response equilibria, and two-player zero-sum games", arXiv
2206.05825).

Shapes: I information sets, A actions at most, L leaves, D decisions at most on the way to one, G agents.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from axion_env import Env, GameTree, Task, UsageError, enumerate_plays, judge
from axion_train.learner.schedule import Schedule

Numbers: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True)
class FlatGame:
    """A finite game as arrays, one row per leaf: everything exact is a sum over leaves.

    A *choice* is one action at one information set, numbered `set · A + action`. Information sets are in the order of
    `GameTree(env).information_sets`, so a policy's rows can be handed to the tree.

    >>> from axion_env import load
    >>> game = flatten(load("axion/KuhnPoker-v0"))
    >>> game.payoffs.shape, game.legal.shape
    ((30, 2), (12, 2))
    """

    agents: tuple[str, ...]
    owner: Indices
    """[I] Index of the agent that acts."""
    legal: NDArray[np.bool_]
    """[I, A] Whether the action exists there."""
    chance: Numbers
    """[L] Probability of the leaf's draws."""
    paths: Indices
    """[L, D] The choices on the way, of all agents; I · A where there are no more."""
    payoffs: Numbers
    """[L, G]"""
    deals: Indices | None
    """[L] Number of the leaf's deal. None where a draw follows an action, since a leaf then belongs to many deals."""

    @property
    def owners(self) -> Indices:
        """[L, D] Index of the agent that made each choice on the way; 0 where there are no more."""
        return np.asarray(np.append(self.owner, 0)[self.paths // self.legal.shape[1]], dtype=np.intp)

    def reach(self, policy: Numbers) -> Numbers:
        """[L] Probability of each leaf when all follow the policy [I, A]."""
        product: Numbers = self.chance * np.append(policy.ravel(), 1.0)[self.paths].prod(axis=1)
        return product

    def taken(self, weights: Numbers) -> Numbers:
        """[I, A] Sum over leaves of `weights` [L, D] by choice; with each leaf's reach, how often a choice is made in a play."""
        choices = self.legal.size
        total = np.bincount(self.paths.ravel(), weights.ravel(), minlength=choices + 1)[:choices]
        return np.asarray(total, dtype=np.float64).reshape(self.legal.shape)

    def scores(self, policy: Numbers) -> Numbers:
        """[L, G, I, A] Each agent's ∇ log probability of its own choices on the way to each leaf, with respect to the logits.

        What a sampled policy gradient multiplies by an advantage: its moments over leaves, weighted by `reach`, are exact. Dense, so for
        small games.
        """
        out = np.zeros((len(self.chance), len(self.agents), *self.legal.shape))
        for leaf, depth in np.argwhere(self.paths < self.legal.size):
            infoset, action = divmod(int(self.paths[leaf, depth]), self.legal.shape[1])
            here = out[leaf, self.owner[infoset], infoset]
            here -= policy[infoset]
            here[action] += 1.0
        return out


def flatten(env: Env, *, task: Task | None = None, most: int | None = None) -> FlatGame:
    """The arrays of a finite environment, legal actions only.

    Args:
        env: Every ask has choices.
        task: Default: the first of the train split.
        most: Refuse games of more leaves than this.

    Raises:
        UsageError: an ask takes free text, or the game has more than `most` leaves.
    """
    agents = task.agents if task is not None and task.agents else env.seats
    sets: dict[tuple[str, object], tuple[int, int]] = {}  # (number, actions) by what the agent has seen
    deals: dict[tuple[int, ...], int] = {}
    plays, paths, settled = [], [], True
    for one in islice(enumerate_plays(env, task=task), None if most is None else most + 1):
        draws = [d.agent is None for d in one.decisions]
        settled = settled and draws == sorted(draws, reverse=True)
        number = deals.setdefault(tuple(d.chosen for d in one.decisions if d.agent is None), len(deals))
        plays.append((one.chance, number, [v.reward for v in judge(env, one.episode).values()]))
        acts = [(d.agent, d) for d in one.decisions if d.agent is not None]
        paths.append([(sets.setdefault((agent, d.seen), (len(sets), len(d.options)))[0], d.chosen) for agent, d in acts])
    if most is not None and len(plays) > most:
        raise UsageError(f"{env.spec.id} has more than {most} leaves, the most allowed here")
    sizes = [size for _, size in sets.values()]
    width, pad = max(sizes), len(sets) * max(sizes)
    depth = max(map(len, paths))
    return FlatGame(
        tuple(agents),
        np.array([list(agents).index(agent) for agent, _ in sets], dtype=np.intp),
        np.arange(width) < np.array(sizes)[:, None],
        np.array([chance for chance, _, _ in plays]),
        np.array([[s * width + a for s, a in path] + [pad] * (depth - len(path)) for path in paths], dtype=np.intp),
        np.array([payoffs for _, _, payoffs in plays]),
        np.array([deal for _, deal, _ in plays], dtype=np.intp) if settled else None,
    )


def softmax(game: FlatGame, logits: Numbers) -> Numbers:
    """[I, A] The policy of these logits [I, A], over legal actions."""
    masked = np.where(game.legal, logits, -np.inf)
    weights = np.exp(masked - masked.max(axis=1, keepdims=True))
    policy: Numbers = weights / weights.sum(axis=1, keepdims=True)
    return policy


def gradient(game: FlatGame, policy: Numbers, worth: Numbers | None = None) -> Numbers:
    """[I, A] Of each agent's expected worth, with respect to the logits of its own information sets.

    The sum over leaves of reach · worth · score: what every unbiased policy-gradient estimator has as its mean.

    Args:
        game: The arrays.
        policy: [I, A] Everybody's.
        worth: [L, G] What a leaf counts for each agent, its advantage; default its payoff. A baseline that does not depend on the agent's
            own actions leaves the result as it is.
    """
    weighted = game.reach(policy)[:, None] * (game.payoffs if worth is None else worth)
    taken = game.taken(np.take_along_axis(weighted, game.owners, axis=1))
    return np.asarray(taken - policy * taken.sum(axis=1, keepdims=True))


def divergence_gradient(game: FlatGame, policy: Numbers) -> Numbers:
    """[I, A] Of the sum over a play's answers of KL(policy ‖ uniform), with respect to the logits.

    How often each information set is visited is held fixed, as in the trainer's KL penalty, which charges an answer for itself alone.
    """
    visits = game.taken(np.repeat(game.reach(policy)[:, None], game.paths.shape[1], axis=1)).sum(axis=1, keepdims=True)
    surprise = np.log(np.where(policy > 0, policy, 1.0))
    return np.asarray(visits * policy * (surprise - (policy * surprise).sum(axis=1, keepdims=True)))


def standardized(game: FlatGame, policy: Numbers) -> Numbers:
    """[L, G] Payoffs less their mean and divided by their standard deviation over the plays of the same deal, both exact.

    What dividing by a group's standard deviation comes to with many copies; 0 where all plays pay the same. It weighs deals by how settled
    they are, and so plays another game.

    Raises:
        UsageError: a draw follows an action, so that a leaf has no deal of its own.
    """
    if game.deals is None:
        raise UsageError("the exact standard deviation within a deal needs a game that draws before anybody acts")
    reach = game.reach(policy)
    of_deal = np.eye(int(game.deals.max()) + 1)[game.deals]  # [L, deals]
    share = (of_deal * reach[:, None]) / (reach @ of_deal)
    centered = game.payoffs - (of_deal @ (share.T @ game.payoffs))
    deviation = np.sqrt(of_deal @ (share.T @ centered**2))
    scaled: Numbers = np.where(deviation > 1e-9, centered / np.maximum(deviation, 1e-9), 0.0)
    return scaled


class Point(NamedTuple):
    """Where the dynamics stand."""

    update: int
    nash_conv: float
    averaged: float
    """NashConv of the averaged logits: the same running average as the trainer's averaged weights."""


def dynamics(
    env: Env,
    *,
    updates: int,
    reference_kl: Schedule,
    rate: Schedule | None = None,
    eta: float = 3.0,
    optimism: float = 0.0,
    ema: float = 0.98,
    scale: str = "none",
    at: Collection[int] | None = None,
    most: int | None = None,
) -> Iterator[Point]:
    """NashConv along the exact dynamics, from the uniform policy on.

    Args:
        env: A finite environment.
        updates: Steps in all; what the schedules run over.
        reference_kl: tau, the coefficient of the KL penalty.
        rate: The recipe's learning rate; only its shape counts. Default: constant.
        eta: Step size where that shape is at its start.
        optimism: Adds this many times (gradient - previous gradient), as the recipe's optimizer does.
        ema: Decay of the averaged logits, as in the recipe.
        scale: What advantages are divided by: `none`, or `std` within a deal.
        at: Updates to measure at; default 0 and every tenth of the way.
        most: Refuse games of more leaves than this.

    Raises:
        UsageError: the game cannot be enumerated, or `scale` is neither.
    """
    game = flatten(env, most=most)
    tree = GameTree(env)
    wanted = {round(i * updates / 10) for i in range(11)} if at is None else set(at)

    def nash_conv(logits: Numbers) -> float:
        policy = softmax(game, logits)
        return tree.nash_conv([row[legal].tolist() for row, legal in zip(policy, game.legal, strict=True)])

    path = trace(game, updates=updates, reference_kl=reference_kl, rate=rate, eta=eta, optimism=optimism, ema=ema, scale=scale)
    for update, (logits, average) in enumerate(path):
        if update in wanted:
            yield Point(update, nash_conv(logits), nash_conv(average))


def trace(
    game: FlatGame, *, updates: int, reference_kl: Schedule, rate: Schedule | None, eta: float, optimism: float, ema: float, scale: str
) -> Iterator[tuple[Numbers, Numbers]]:
    """The logits and averaged logits [I, A] after 0, 1, … `updates` steps. Arguments as in `dynamics`."""
    if scale not in ("none", "std"):
        raise UsageError(f"scale is none or std: got {scale!r}")
    logits, average = np.zeros(game.legal.shape), np.zeros(game.legal.shape)
    yield logits, average
    previous: Numbers | None = None
    for step in range(updates):
        progress = step / updates
        policy = softmax(game, logits)
        worth = standardized(game, policy) if scale == "std" else None
        now = gradient(game, policy, worth) - reference_kl.at(progress) * divergence_gradient(game, policy)
        shape = rate.at(progress) / rate.start if rate is not None and rate.start else 1.0
        logits = logits + eta * shape * (now + optimism * (now - (now if previous is None else previous)))
        previous = now
        decay = min(ema, (step + 1) / (step + 10))  # as the learner's: a young average follows faster
        average = decay * average + (1 - decay) * logits
        yield logits, average
