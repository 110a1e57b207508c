"""Monitors: each watches one way in which self-play goes wrong, and rings when its figure is beyond a level for long.

The failure modes are those that systems of the field report; a monitor's docstring names where.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from axion_env import UsageError

ACTIONS = ("warn", "roll_back", "stop")


class Monitor(Protocol):
    """Watches the figures of updates."""

    action: str
    """What follows when it rings: `warn` writes it down, `stop` ends the run, `roll_back` puts the weights back to where all was well."""
    level: float
    """Beyond it the figure is a failure."""
    value: float | None
    """What is held against the level. None: not enough was seen."""
    wrong: bool
    """Whether the latest update alone was beyond the level."""

    def observe(self, figures: Mapping[str, Any]) -> bool:
        """Take note of an update; whether it rings."""
        ...

    def clear(self) -> None:
        """Forget what was seen."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """All it remembers between updates."""
        ...

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        ...


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


class Gap(Threshold):
    """What is paid runs away from what is true: a weak verifier is being exploited.

    (Gao et al., "Scaling laws for reward model overoptimization", arXiv 2210.10760.) Wants an environment whose facts tell the truth.

    Args:
        figure: What is paid: `reward/{role}`.
        truth: What it should be worth, on the same scale: `fact/{name}`.
        level: Greatest difference.
        window: As of `Threshold`.
        action: As of `Threshold`.
    """

    def __init__(self, figure: str, truth: str, level: float = 0.1, window: int = 20, action: str = "warn") -> None:
        super().__init__(figure, level, False, window, action)
        self.truth = truth

    @property
    def reads(self) -> tuple[str, ...]:
        """What is paid, and the truth."""
        return self.figure, self.truth

    def read(self, figures: Mapping[str, Any]) -> float | None:
        """The difference."""
        paid, true = figures.get(self.figure), figures.get(self.truth)
        return None if paid is None or true is None else paid - true


class TooEasy(Threshold):
    """Proposals are all solved: the proposer has become trivial (direct injection in Self-play SWE-RL, arXiv 2512.18552)."""

    def __init__(self, figure: str = "fact/solve_rate", level: float = 0.95, window: int = 20, action: str = "warn") -> None:
        super().__init__(figure, level, False, window, action)


class TooHard(Threshold):
    """Proposals are never solved: nothing is learned from them, and they may not be solvable."""

    def __init__(self, figure: str = "fact/solve_rate", level: float = 0.02, window: int = 20, action: str = "warn") -> None:
        super().__init__(figure, level, True, window, action)


class Invalid(Threshold):
    """Proposals hardly ever pass their gates: the proposer wastes nearly all of the plays."""

    def __init__(self, figure: str = "fact/valid", level: float = 0.1, window: int = 20, action: str = "warn") -> None:
        super().__init__(figure, level, True, window, action)


class NoSignal(Threshold):
    """Nearly all groups have equal rewards, and nothing is learned from them (DAPO's dynamic sampling, arXiv 2503.14476, section 3.2).

    Args:
        figure: `zero_advantage`, or of one role `zero_advantage/{role}`.
        level: Greatest share.
        window: As of `Threshold`.
        action: As of `Threshold`.
    """

    def __init__(self, figure: str = "zero_advantage", level: float = 0.98, window: int = 20, action: str = "warn") -> None:
        super().__init__(figure, level, False, window, action)


class DiversityCollapse(Threshold):
    """A proposer proposes the same few things again and again."""

    def __init__(self, figure: str = "unique_proposals", level: float = 0.1, window: int = 20, action: str = "warn") -> None:
        super().__init__(figure, level, True, window, action)


class EntropyCollapse(Threshold):
    """A policy has stopped to vary (Cui et al., "The entropy mechanism of reinforcement learning", arXiv 2505.22617).

    Args:
        figure: `entropy`, of a policy `entropy/{policy}`, of a role `surprise/{role}`.
        level: Least share of what it was at the first update.
        window: As of `Threshold`.
        action: As of `Threshold`.
    """

    def __init__(self, figure: str = "entropy", level: float = 0.1, window: int = 20, action: str = "warn") -> None:
        super().__init__(figure, level, True, window, action)
        self._first: float | None = None

    def read(self, figures: Mapping[str, Any]) -> float | None:
        """The share of the first."""
        found = super().read(figures)
        if found is not None and self._first is None and found > 0:
            self._first = found
        return None if found is None or self._first is None else found / self._first

    def state_dict(self) -> dict[str, Any]:
        """What was seen, and seen first."""
        return {**super().state_dict(), "first": self._first}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        super().load_state_dict(state)
        self._first = state["first"]


class RoleDominance(Threshold):
    """One role wins nearly all there is to win, and the other has nothing to learn from (Vision-Zero, arXiv 2509.25541).

    Args:
        level: Greatest difference between the mean rewards of two roles.
        roles: Between which; default all whose rewards are told.
        window: As of `Threshold`.
        action: As of `Threshold`.
    """

    def __init__(self, level: float, roles: tuple[str, ...] = (), window: int = 20, action: str = "warn") -> None:
        super().__init__("reward", level, False, window, action)
        self.roles = roles

    @property
    def reads(self) -> tuple[str, ...]:
        """The rewards of the roles that are named."""
        return tuple(f"reward/{role}" for role in self.roles)

    def read(self, figures: Mapping[str, Any]) -> float | None:
        """The greatest difference."""
        earned = [v for k, v in figures.items() if k.startswith("reward/") and (not self.roles or k.removeprefix("reward/") in self.roles)]
        return max(earned) - min(earned) if len(earned) > 1 else None
