"""Rates of several contenders, taken in turns so that a busy machine is busy for all of them."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from statistics import median

Contender = Callable[[int], None]
"""Does a thing so many times."""
Spread = dict[str, float]
"""`median`, `min` and `max` over rounds."""


def rates(contenders: Mapping[str, tuple[Contender, int]], rounds: int) -> dict[str, list[float]]:
    """[rounds] per contender: how many a second of processor time, which others on the machine disturb less than the clock on the wall.

    Args:
        contenders: By name: what is done, and how many times in a round.
        rounds: How often each has its turn. One round more goes before them, unmeasured, to warm caches.
    """
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for i in range(rounds + 1):
        for name, (contender, times) in contenders.items():
            gc.collect()  # what the one before left behind is not this one's to sweep
            start = time.process_time()
            contender(times)
            spent = time.process_time() - start
            if i > 0:
                taken[name].append(times / spent)
    return taken


def spread(values: list[float]) -> Spread:
    """Median, least and greatest."""
    return {"median": median(values), "min": min(values), "max": max(values)}


def ratios(a: list[float], b: list[float]) -> Spread:
    """How many times b's rate a's is, round by round."""
    return spread([x / y for x, y in zip(a, b, strict=True)])
