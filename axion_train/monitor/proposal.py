"""Detect proposals that are too easy, too hard, invalid or repeated."""

from __future__ import annotations

from axion_train.monitor.threshold import Threshold


class TooEasy(Threshold):
    """Proposals are always solved: the proposer has become trivial (direct injection in Self-play SWE-RL, arXiv 2512.18552)."""

    def __init__(self, metric: str = "fact/solve_rate", level: float = 0.95, window: int = 20, action: str = "warn") -> None:
        super().__init__(metric, level, False, window, action)


class TooHard(Threshold):
    """Proposals are never solved: they teach nothing, and may be unsolvable."""

    def __init__(self, metric: str = "fact/solve_rate", level: float = 0.02, window: int = 20, action: str = "warn") -> None:
        super().__init__(metric, level, True, window, action)


class Invalid(Threshold):
    """Proposals hardly ever pass the environment's gates: nearly all plays are wasted."""

    def __init__(self, metric: str = "fact/valid", level: float = 0.1, window: int = 20, action: str = "warn") -> None:
        super().__init__(metric, level, True, window, action)


class DiversityCollapse(Threshold):
    """Proposals repeat: few of a batch are distinct."""

    def __init__(self, metric: str = "unique_proposals", level: float = 0.1, window: int = 20, action: str = "warn") -> None:
        super().__init__(metric, level, True, window, action)
