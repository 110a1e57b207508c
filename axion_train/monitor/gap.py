"""What is paid runs away from what is true."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from axion_train.monitor.threshold import Threshold


class Gap(Threshold):
    """What is paid runs away from what is true: a weak verifier is being exploited.

    (Gao et al., "Scaling laws for reward model overoptimization", arXiv 2210.10760.) Wants an environment whose facts tell the truth.

    Args:
        metric: What is paid: `reward/{role}`.
        truth: What it should be worth, on the same scale: `fact/{name}`.
        level: Greatest difference.
        window: As of `Threshold`.
        action: As of `Threshold`.
    """

    def __init__(self, metric: str, truth: str, level: float = 0.1, window: int = 20, action: str = "warn") -> None:
        super().__init__(metric, level, False, window, action)
        self.truth = truth

    @property
    def reads(self) -> tuple[str, ...]:
        """What is paid, and the truth."""
        return self.metric, self.truth

    def read(self, metrics: Mapping[str, Any]) -> float | None:
        """The difference."""
        paid, true = metrics.get(self.metric), metrics.get(self.truth)
        return None if paid is None or true is None else paid - true
