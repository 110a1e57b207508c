"""Schedules: numbers that change over a run."""

from __future__ import annotations

import math
from dataclasses import dataclass

from axion_env import UsageError


@dataclass(frozen=True)
class Schedule:
    """A number that goes from `start` to `end` over a run; constant where only `start` is given.

    >>> Schedule(0.2, 0.05, "exponential").at(0.5)
    0.1
    """

    start: float
    end: float | None = None
    shape: str = "linear"
    """`linear`, `cosine`, `root` (the square root of linear, which stays high for long) or `exponential`."""
    rise: float = 0.0
    """Share of the run in which it first rises from zero to `start`."""

    def __post_init__(self) -> None:
        if self.shape not in ("linear", "cosine", "root", "exponential"):
            raise UsageError(f"a schedule's shape is linear, cosine, root or exponential: got {self.shape!r}")
        if self.shape == "exponential" and min(self.start, self.last) <= 0:
            raise UsageError(f"an exponential schedule runs between positive numbers: got {self.start} to {self.last}")

    @property
    def last(self) -> float:
        """Its value at the end of the run."""
        return self.start if self.end is None else self.end

    def at(self, progress: float) -> float:
        """Its value when `progress` (0 … 1) of the run is done."""
        if progress < self.rise:
            return self.start * progress / self.rise
        if self.shape == "exponential":
            return float(self.start * (self.last / self.start) ** progress)
        weight = {"linear": progress, "cosine": (1 - math.cos(math.pi * progress)) / 2, "root": 1 - math.sqrt(1 - progress)}[self.shape]
        return self.start + (self.last - self.start) * weight
