"""Detects batches that teach nothing."""

from __future__ import annotations

from axion_train.monitor.threshold import Threshold


class NoSignal(Threshold):
    """Nearly all advantages are 0, since rewards within groups are equal (DAPO's dynamic sampling, arXiv 2503.14476, section 3.2).

    Args:
        metric: `zero_advantage`, or of one role `zero_advantage/{role}`.
        level: Greatest share.
        window: As of `Threshold`.
        action: As of `Threshold`.
    """

    def __init__(self, metric: str = "zero_advantage", level: float = 0.98, window: int = 20, action: str = "warn") -> None:
        super().__init__(metric, level, False, window, action)
