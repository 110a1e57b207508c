"""Asks the monitors of a run after every update, records which trigger, and stops or rolls back where that is asked for."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Protocol

from axion_train.protocol import Monitor

_MOST = 3  # times that a run goes back; if it fails in the same way ever again, going on is no use


class Weights(Protocol):
    """What can be put back."""

    def state_dict(self) -> dict[str, Any]:
        """All of it."""
        ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Put it back."""
        ...


class Rollback:
    """All monitors of a run.

    Weights go back to where they were when no monitor saw anything wrong, at a multiple of `every` updates; random streams and the
    count of updates go on, so that what comes after is not what came before. After three times the run stops.

    Args:
        monitors: By name.
        weights: Is put back.
        every: Updates between looks at whether all is well.
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
        """Take the weights as they are for good ones."""
        self._good = copy.deepcopy(self._weights.state_dict()) if self._keeps else {}

    def __call__(self, updates: int, metrics: Mapping[str, Any]) -> dict[str, Any]:
        """Record an update's metrics, and act on them.

        Returns:
            `monitor/{name}`, what each compares with its level; and where some begin to trigger, `alarms`.
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
        """What is to be done about it."""
        action = self.monitors[name].action
        return "stop" if action == "roll_back" and self._returns >= _MOST else action

    def _act(self, actions: Mapping[str, str]) -> None:
        """Acts on it; monitors that trigger together roll back once."""
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
        """What monitors saw, and the good weights."""
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
