"""Demos: scripted plays with known verdicts, which show that an environment rewards what it claims to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from axion_env.record.task import Task


@dataclass(frozen=True)
class Demo:
    """A scripted play with a known verdict: one that wins, one that loses, one that cheats."""

    name: str
    actions: Mapping[str, Sequence[str]]
    """What each agent answers, in order."""
    rewards: Mapping[str, float]
    """What each agent earns."""
    draws: Mapping[str, Any] = field(default_factory=dict)
    """Draws chosen by label; the others come from the seed 0."""
    task: Task | None = None
    """Default: the first of the train split."""
