"""Demos: scripted plays with known verdicts, by which an environment shows that it means what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from axion_env.chance import Stream, derive
from axion_env.driver import Service, drive
from axion_env.episode import Episode
from axion_env.error import UsageError
from axion_env.policy import Scripted
from axion_env.request import Address
from axion_env.running import Play
from axion_env.task import Task

if TYPE_CHECKING:
    from axion_env.env import Env


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


def play_demo(env: Env, demo: Demo, *, services: Mapping[str, Service] | None = None) -> Episode:
    """Play a demo's script; its draws are recorded as chosen.

    Args:
        env: The rules.
        demo: One of its demos.
        services: Outside services by name, as in `play`.
    """
    streams: dict[tuple[int, ...], Stream] = {}

    def chance(address: Address, label: str, items: Sequence[Any]) -> int:
        if label in demo.draws:
            if demo.draws[label] not in items:
                raise UsageError(f"the demo {demo.name!r} draws {demo.draws[label]!r} as {label!r}, which is none of {list(items)!r:.200}")
            return items.index(demo.draws[label])
        path = address[0]
        if path not in streams:
            streams[path] = Stream(derive(0, *path))
        return streams[path].below(len(items))

    scripts = {agent: Scripted(answers) for agent, answers in demo.actions.items()}
    (episode,) = drive([Play(env, demo.task, None, chance=chance)], scripts, services=services)
    return episode
