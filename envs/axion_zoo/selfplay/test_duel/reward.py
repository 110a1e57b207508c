"""What coders and testers are paid."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

from axion_env import Episode, Reward
from axion_env.reward.shaper import shaper

Worth: TypeAlias = Callable[[int, int], float]
"""(inputs that give a program away, of how many that are known) → what it is worth to catch it."""


def passed(episode: Episode, agent: str) -> float:
    """1 if the tester's suite accepts the coder's program, right or wrong."""
    assert episode.facts is not None
    return float(episode.facts["passes"][agent])


def worth_of(name: str, evidence: str) -> Worth:
    """The worth that a shaper gives; 1 where testers know of nothing but their own suite."""
    shape = shaper(name)

    @lru_cache(maxsize=1 << 14)  # shapers count in fractions
    def worth(telling: int, known: int) -> float:
        return 1.0 if evidence == "own" else shape(telling, known)

    return worth


def tester_rewards(share: float, worth: Worth) -> list[Reward]:
    """What a tester's suite gives away; nothing for one that is none.

    Args:
        share: Share of the reward that is for the play's pool, and not for the program that the tester was given.
        worth: What catching a program is worth.
    """

    def caught(episode: Episode, agent: str) -> float:
        """What the program is worth that the tester was to test, if its suite rejects it."""
        assert episode.facts is not None
        own = episode.facts["caught"][agent]["own"]
        return worth(*own) if own else 0.0

    def caught_of_pool(episode: Episode, agent: str) -> float:
        """The share of all that the play's wrong programs are worth, that the suite rejects."""
        assert episode.facts is not None
        pool = [worth(*telling) for telling in episode.facts["pool"]]
        places: list[int] = episode.facts["caught"][agent]["pool"]
        return sum(pool[i] for i in places) / (sum(pool) or 1.0)

    parts = ((caught, 1 - share), (caught_of_pool, share))
    return [Reward(function, weight) for function, weight in parts if weight]
