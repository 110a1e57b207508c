"""Runs all monitors after every update, reports which trigger, and stops the run or rolls its weights back where that is asked for."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Protocol

from axion_train.protocol import Monitor

_MOST = 3  # rollbacks of a run; a failure that comes back after each of them will come back again


class Weights(Protocol):
    """What is rolled back."""

    def state_dict(self) -> dict[str, Any]:
        """The weights, and all that moves with them."""
        ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore the state."""
        ...


class Rollback:
    """All monitors of a run.

    A rollback restores the weights as of the last multiple of `every` updates at which no monitor was beyond its level. Random streams and
    the count of updates are not restored, so that other deals follow. After three rollbacks the run stops.

    Args:
        monitors: By name.
        weights: What a rollback restores.
        every: Updates between snapshots of the weights.
    """

    def __init__(self, monitors: Mapping[str, Monitor], weights: Weights, every: int) -> None:
        self.monitors = dict(monitors)
        self.stopped = ""
        """The monitor that ended the run."""
        self._weights = weights
        self._every = every
        self._triggered: list[str] = []
        self._returns = 0
        self._keeps = any(monitor.action == "roll_back" for monitor in monitors.values())
        self._good: dict[str, Any] = {}
        self.keep()

    def keep(self) -> None:
        """Takes a snapshot of the weights, for a rollback."""
        self._good = copy.deepcopy(self._weights.state_dict()) if self._keeps else {}

    def __call__(self, updates: int, metrics: Mapping[str, Any]) -> dict[str, Any]:
        """Records an update's metrics, and stops or rolls back if a monitor triggers.

        Returns:
            `monitor/{name}`, the value that each compares with its level; and `alarms`, the monitors that begin to trigger.
        """
        triggers = [name for name, monitor in self.monitors.items() if monitor.observe(metrics)]
        found: dict[str, Any] = {f"monitor/{name}": m.value for name, m in self.monitors.items() if m.value is not None}
        begun = [name for name in triggers if name not in self._triggered]
        self._triggered = triggers
        if begun:
            actions = {name: self._action(name) for name in begun}
            found["alarms"] = [
                {"monitor": name, "value": self.monitors[name].value, "level": self.monitors[name].level, "action": action}
                for name, action in actions.items()
            ]
            self._act(actions)
        elif updates % self._every == 0 and not triggers and not any(monitor.wrong for monitor in self.monitors.values()):
            self.keep()
        return found

    def _action(self, name: str) -> str:
        """The action that follows when the monitor triggers."""
        action = self.monitors[name].action
        return "stop" if action == "roll_back" and self._returns >= _MOST else action

    def _act(self, actions: Mapping[str, str]) -> None:
        """Stops or rolls back; monitors that trigger together roll back once."""
        for name, action in actions.items():
            if action == "stop":
                self.stopped = self.stopped or name
        if "roll_back" in actions.values():
            self._weights.load_state_dict(copy.deepcopy(self._good))
            self._returns += 1
            self._triggered = []
            for monitor in self.monitors.values():
                monitor.clear()

    def state_dict(self) -> dict[str, Any]:
        """The monitors, and the snapshot of the weights."""
        return {
            "monitors": {name: monitor.state_dict() for name, monitor in self.monitors.items()},
            "stopped": self.stopped,
            "ringing": self._triggered,
            "returns": self._returns,
            "good": self._good,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore the state."""
        for name, monitor in self.monitors.items():
            monitor.load_state_dict(state["monitors"][name])
        self.stopped = state["stopped"]
        self._triggered = list(state["ringing"])
        self._returns = state["returns"]
        self._good = state["good"]
