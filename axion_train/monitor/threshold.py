"""The plain monitor: a metric beyond a level for long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from axion_env import UsageError
from axion_train.protocol import ACTIONS


class Threshold:
    """Rings when the mean of a figure over the last updates is beyond a level.

    Args:
        figure: As it is called in `metrics.jsonl`. Measurements (`heldout/…`, `nash_conv`) come after the monitors and are not seen.
        level: Beyond it is a failure.
        below: The failure is to be below it, not above.
        window: Updates; with fewer seen it never rings.
        action: `warn`, `roll_back` or `stop`.
    """

    def __init__(self, figure: str, level: float, below: bool = False, window: int = 20, action: str = "warn") -> None:
        if window < 1 or action not in ACTIONS:
            raise UsageError(f"a monitor's window is 1 or more and its action {', '.join(ACTIONS)}: got {window} and {action!r}")
        self.figure = figure
        self.level = level
        self.below = below
        self.window = window
        self.action = action
        self._seen: list[float] = []

    @property
    def reads(self) -> tuple[str, ...]:
        """The figures without which it sees nothing."""
        return (self.figure,)

    def read(self, figures: Mapping[str, Any]) -> float | None:
        """What of an update is watched. None: it has no such figure."""
        return figures.get(self.figure)

    @property
    def value(self) -> float | None:
        """The mean over the window."""
        return sum(self._seen) / len(self._seen) if self._seen else None

    @property
    def wrong(self) -> bool:
        """Whether the latest update alone was beyond the level."""
        return bool(self._seen) and self._beyond(self._seen[-1])

    def observe(self, figures: Mapping[str, Any]) -> bool:
        """Take note of an update; whether it rings."""
        found = self.read(figures)
        if found is None:
            return False
        self._seen = [*self._seen, float(found)][-self.window :]
        return len(self._seen) == self.window and self._beyond(sum(self._seen) / self.window)

    def _beyond(self, value: float) -> bool:
        return value < self.level if self.below else value > self.level

    def clear(self) -> None:
        """Forget what was seen."""
        self._seen = []

    def state_dict(self) -> dict[str, Any]:
        """What was seen."""
        return {"seen": list(self._seen)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        self._seen = list(state["seen"])
