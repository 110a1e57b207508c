"""Detects a role that wins nearly all there is to win."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from axion_train.monitor.threshold import Threshold


class RoleDominance(Threshold):
    """One role wins nearly all there is to win, and the other has nothing to learn from (Vision-Zero, arXiv 2509.25541).

    Args:
        level: Greatest difference between the mean rewards of two roles.
        roles: The roles that are compared. Default: all with a reward.
        window: As of `Threshold`.
        action: As of `Threshold`.
    """

    def __init__(self, level: float, roles: tuple[str, ...] = (), window: int = 20, action: str = "warn") -> None:
        super().__init__("reward", level, False, window, action)
        self.roles = roles

    @property
    def reads(self) -> tuple[str, ...]:
        """The rewards of the roles that are named; none where all are compared."""
        return tuple(f"reward/{role}" for role in self.roles)

    def read(self, metrics: Mapping[str, Any]) -> float | None:
        """The greatest difference between mean rewards. None: fewer than two roles have one."""
        earned = [v for k, v in metrics.items() if k.startswith("reward/") and (not self.roles or k.removeprefix("reward/") in self.roles)]
        return max(earned) - min(earned) if len(earned) > 1 else None
