"""Detects rewards that exceed the truth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from axion_train.monitor.threshold import Threshold


class Gap(Threshold):
    """Rewards exceed the truth: a weak verifier is being exploited.

    (Gao et al., "Scaling laws for reward model overoptimization", arXiv 2210.10760.) Needs an environment whose facts tell the truth.

    Args:
        metric: The reward, `reward/{role}`.
        truth: The true value on the same scale, `fact/{name}` or `share/{name}`.
        level: Greatest difference.
        window: As of `Threshold`.
        action: As of `Threshold`.
    """

    def __init__(self, metric: str, truth: str, level: float = 0.1, window: int = 20, action: str = "warn") -> None:
        super().__init__(metric, level, False, window, action)
        self.truth = truth

    @property
    def reads(self) -> tuple[str, ...]:
        """The reward and the truth."""
        return self.metric, self.truth

    def read(self, metrics: Mapping[str, Any]) -> float | None:
        """The reward minus the truth."""
        paid, true = metrics.get(self.metric), metrics.get(self.truth)
        return None if paid is None or true is None else paid - true
