"""Triggers when a metric stays beyond a level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from axion_env import UsageError
from axion_train.protocol import ACTIONS


class Threshold:
    """Triggers when the mean of a metric over the last updates is beyond a level.

    Args:
        metric: As it is called in `metrics.jsonl`. Measurements (`heldout/…`, `nash_conv`) come after the monitors and are not seen.
        level: Beyond it is a failure.
        below: The failure is to be below it, not above.
        window: Updates; with fewer seen it never triggers.
        action: `warn`, `roll_back` or `stop`.
    """

    renamed: ClassVar = {"figure": "metric"}

    def __init__(self, metric: str, level: float, below: bool = False, window: int = 20, action: str = "warn") -> None:
        if window < 1 or action not in ACTIONS:
            raise UsageError(f"a monitor's window is 1 or more and its action {', '.join(ACTIONS)}: got {window} and {action!r}")
        self.metric = metric
        self.level = level
        self.below = below
        self.window = window
        self.action = action
        self._seen: list[float] = []

    @property
    def reads(self) -> tuple[str, ...]:
        """The metrics that it needs."""
        return (self.metric,)

    def read(self, metrics: Mapping[str, Any]) -> float | None:
        """The value that is compared. None: the update has no such metric."""
        return metrics.get(self.metric)

    @property
    def value(self) -> float | None:
        """The mean over the window."""
        return sum(self._seen) / len(self._seen) if self._seen else None

    @property
    def wrong(self) -> bool:
        """Whether the latest update alone was beyond the level."""
        return bool(self._seen) and self._beyond(self._seen[-1])

    def observe(self, metrics: Mapping[str, Any]) -> bool:
        """Record an update; whether the monitor triggers."""
        found = self.read(metrics)
        if found is None:
            return False
        self._seen = [*self._seen, float(found)][-self.window :]
        return len(self._seen) == self.window and self._beyond(sum(self._seen) / self.window)

    def _beyond(self, value: float) -> bool:
        return value < self.level if self.below else value > self.level

    def clear(self) -> None:
        """Empties the window."""
        self._seen = []

    def state_dict(self) -> dict[str, Any]:
        """The values in the window."""
        return {"seen": list(self._seen)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the state."""
        self._seen = list(state["seen"])
