"""Detects a policy whose entropy has collapsed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from axion_train.monitor.threshold import Threshold


class EntropyCollapse(Threshold):
    """The entropy of a policy has collapsed (Cui et al., "The entropy mechanism of reinforcement learning", arXiv 2505.22617).

    Args:
        metric: `entropy`, of a policy `entropy/{policy}`, of a role `surprise/{role}`.
        level: Least ratio to its value at the first update.
        window: As of `Threshold`.
        action: As of `Threshold`.
    """

    def __init__(self, metric: str = "entropy", level: float = 0.1, window: int = 20, action: str = "warn") -> None:
        super().__init__(metric, level, True, window, action)
        self._first: float | None = None

    def read(self, metrics: Mapping[str, Any]) -> float | None:
        """The metric divided by its first positive value."""
        found = super().read(metrics)
        if found is not None and self._first is None and found > 0:
            self._first = found
        return None if found is None or self._first is None else found / self._first

    def state_dict(self) -> dict[str, Any]:
        """The window and the first value."""
        return {**super().state_dict(), "first": self._first}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the state."""
        super().load_state_dict(state)
        self._first = state["first"]
