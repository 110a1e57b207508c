"""NashConv of a policy, and its table of probabilities: exact where the game is small enough."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from axion_env import GameTree, UsageError
from axion_env.gametree.enumerate import ILLEGAL
from axion_train.evaluate.strategy import TooFree, estimate, exact_strategy, metrics, sampled_strategy
from axion_train.policy.multi import Seated

_OPEN = 0.01  # the largest probability that may stay unresolved in a metric called exact
_SAMPLES = 500  # per information set, for policies that think freely


def nash_conv(policy: Seated, tree: GameTree, *, cut: float = 1e-6) -> dict[str, Any]:
    """Measures NashConv, raw and legal, and illegal mass: exactly, or by an estimate with an interval where completions are too many.

    Args:
        policy: Plays every seat.
        tree: Built with `illegal=True`.
        cut: Completions rarer than this are not followed.
    """
    try:
        strategy, unresolved = exact(policy, tree, cut)
    except TooFree:
        return estimate(tree, sampled_strategy(policy, tree, _SAMPLES), policy.members[0].rng)
    return asdict(metrics(tree, strategy, unresolved))


def exact(policy: Seated, tree: GameTree, cut: float) -> tuple[list[list[float]], float]:
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
        strategy, _ = exact(policy, tree, 1e-8)
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
