"""Pure self-play: the learner in every seat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from axion_env import Policy
from axion_train.protocol import Frozen, Seating


class SelfPlay:
    """The learner in every seat."""

    def seating(self, learner: Policy, frozen: Frozen) -> Seating:
        """The learner."""
        return learner

    def observe(self, updates: int, weights: Callable[[], dict[str, Any]]) -> None:
        """Keeps nothing."""

    def state_dict(self) -> dict[str, Any]:
        """Empty: it keeps nothing."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restores nothing."""
