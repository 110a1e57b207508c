"""Verdicts and trajectories: what an agent's play was worth, and its path through the episode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from axion_env.record.episode import Turn


class Part(NamedTuple):
    """One reward as it was paid."""

    name: str
    value: float
    """What was paid, weight included."""
    turn: int | None = None
    """Index among the agent's own turns. None: paid on its last turn."""


class Verdict(NamedTuple):
    """What an agent's play was worth."""

    agent: str
    role: str
    reward: float
    """The left-to-right sum of the parts, exactly."""
    parts: tuple[Part, ...]

    def step_rewards(self, turns: int) -> tuple[float, ...]:
        """[turns] The rewards paid after each of the agent's turns; they sum to `reward` up to rounding."""
        paid = [0.0] * max(turns, 1)
        for part in self.parts:
            paid[-1 if part.turn is None else part.turn] += part.value
        return tuple(paid)


class Trajectory(NamedTuple):
    """One agent's path through one episode, with its reward: the unit of credit."""

    env: str
    role: str
    task: str
    deal: int | None
    """Seed of the episode: trajectories of one deal share every draw."""
    agent: str
    copy: int
    turns: tuple[Turn, ...]
    reward: float
    verdict: Verdict
    facts: Mapping[str, Any] | None = None
    """What `play` returned; None where it did not return."""

    @property
    def step_rewards(self) -> tuple[float, ...]:
        """[turns] The rewards paid after each turn."""
        return self.verdict.step_rewards(len(self.turns))
