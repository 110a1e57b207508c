"""Measuring a policy: exactly where the game is small enough, by sampling elsewhere."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from axion_env import Env, GameTree, Play, Policy, UsageError, derive, drive
from axion_env.tree import ILLEGAL
from axion_train.ensemble import Seated
from axion_train.ledger import Ledger
from axion_train.strategy import TooFree, estimate, exact_strategy, figures, sampled_strategy
from axion_train.tally import Tally

_OPEN = 0.01  # the largest probability that may stay unresolved in a figure called exact
_SAMPLES = 500  # per information set, for policies that think freely


def nash_conv(policy: Seated, tree: GameTree, *, cut: float = 1e-6) -> dict[str, Any]:
    """NashConv, raw and legal, and illegal mass; exact, or an estimate with an interval where completions cannot be enumerated.

    Args:
        policy: Plays every seat.
        tree: Built with `illegal=True`.
        cut: Completions rarer than this are not followed.
    """
    try:
        strategy, unresolved = _exact(policy, tree, cut)
    except TooFree:
        return estimate(tree, sampled_strategy(policy, tree, _SAMPLES), policy.members[0].rng)
    return asdict(figures(tree, strategy, unresolved))


def _exact(policy: Seated, tree: GameTree, cut: float) -> tuple[list[list[float]], float]:
    """The exact strategy at the finest cut that can be followed, `cut` or up to a hundred times coarser.

    Raises:
        TooFree: even that leaves more than a hundredth of some answer's probability open.
    """
    for coarser in (1, 10, 100):
        try:
            strategy, unresolved = exact_strategy(policy, tree, cut * coarser)
        except TooFree:
            continue
        if unresolved <= _OPEN:
            return strategy, unresolved
    raise TooFree


def strategy_table(policy: Seated, tree: GameTree) -> list[dict[str, Any]]:
    """The policy's probabilities at each information set, ready for a file.

    Raises:
        UsageError: its completions are too many to enumerate.
    """
    try:
        strategy, _ = _exact(policy, tree, 1e-8)
    except TooFree:
        raise UsageError("this policy thinks too freely for an exact table of its probabilities") from None
    return [
        {
            "agent": s.agent,
            "observation": [m.text for m in s.messages],
            "actions": [a for a in s.actions if a != ILLEGAL],
            "probabilities": [p for a, p in zip(s.actions, chances, strict=True) if a != ILLEGAL],
            "illegal": sum(p for a, p in zip(s.actions, chances, strict=True) if a == ILLEGAL),
        }
        for s, chances in zip(tree.information_sets, strategy, strict=True)
    ]


def sampled_reward(
    env: Env,
    policy: Policy,
    *,
    split: str,
    tasks: int,
    seed: int,
    copies: int = 1,
    part: str = "correct",
    label: str = "accuracy",
    facts: Ledger | None = None,
) -> dict[str, Any]:
    """Reward by role, accuracy and illegal rate over sampled plays of a split's first tasks, the policy in every seat.

    Args:
        env: The rules.
        policy: Plays every seat.
        split: Of the environment's tasks.
        tasks: How many, in the split's order.
        seed: Seeds the chance streams.
        copies: Plays per task; with several, `pass@k`, `maj@k` and `best@n` are reported too.
        part: The reward part counted as solved.
        label: What the share solved is called.
        facts: Facts that are added up.

    Returns:
        As `Tally.figures`; the shares of `facts`.
    """
    pool = env.tasks(split)
    plays = (Play(env, pool[k % len(pool)], derive(seed, "evaluation", k) >> 1, copy=c) for k in range(tasks) for c in range(copies))
    tally = Tally(env, part, label)
    episodes = []
    for i, episode in enumerate(drive(plays, policy)):
        tally.add(i // copies, episode)
        episodes += [episode] if facts is not None and facts.shares else []
    return tally.figures() | (facts.measured(episodes) if facts is not None else {})
