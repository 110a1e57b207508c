"""What a reader is shown of an episode, before it has a form: the transcript, the page of `axion view` and a run's report render this.

Decided here, once: that a told message is shown where it is read and not where it was told, what stands beside an answer, how a value
becomes text. Decided by each rendering: its layout, and how much of a long text it shows.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple, TypeAlias

from axion_env.record.episode import Action, Called, Draw, Episode, Event, Gathered, Limit, Message, Reveal, Tell, Tokens, Turn


class Attempt(NamedTuple):
    """One answer, and what was made of it."""

    text: str
    refused: str | None
    """Why it was refused. None: it was legal."""
    read: str | None
    """What it was read as. None: it was refused, or read as its own text."""
    tokens: Tokens | None


class Asked(NamedTuple):
    """A turn: what the agent was shown, what it could answer, what it answered."""

    agent: str
    seen: tuple[Message, ...]
    choices: tuple[str, ...] | None
    attempts: tuple[Attempt, ...]
    notes: str
    """The environment's notes on the turn, as JSON. Empty: none."""


class Branches(NamedTuple):
    """Branches that ran at once; some may have nothing to show."""

    branches: tuple[tuple[Shown, ...], ...]


Shown: TypeAlias = "Asked | Draw | Reveal | Called | Limit | Branches"


def outline(events: tuple[Event, ...], agent: str | None = None) -> tuple[Shown, ...]:
    """The events that are shown, in order.

    Args:
        events: An episode's, or a branch's.
        agent: Show only this agent's turns, and nothing else. Default: everything.
    """
    shown: list[Shown] = []
    for event in events:
        if isinstance(event, Gathered):
            branches = tuple(outline(branch, agent) for branch in event.branches)
            shown += [Branches(branches)] if agent is None or any(branches) else []
        elif isinstance(event, Turn):
            shown += [asked(event)] if agent in (None, event.agent) else []
        elif agent is None and not isinstance(event, Tell):  # what was told stands in an observation, or at the end
            shown.append(event)
    return tuple(shown)


def asked(turn: Turn) -> Asked:
    """What is shown of a turn."""
    notes = as_text(dict(turn.notes)) if turn.notes else ""
    return Asked(turn.agent, turn.observation, turn.choices, tuple(map(_attempt, turn.attempts)), notes)


def _attempt(action: Action) -> Attempt:
    read = as_text(action.parsed) if action.error is None and action.parsed != action.text else None
    return Attempt(action.text, action.error, read, action.tokens)


def newest_version(episode: Episode) -> int | None:
    """The newest version of weights that sampled in it. None: no language model did."""
    return max((a.tokens.version for t in episode.turns for a in t.attempts if a.tokens is not None), default=None)


def as_text(value: Any) -> str:
    """A value as it is read: words as they are, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def cut(text: str, most: int, where: str = "") -> str:
    """The first `most` characters of a text, and how many more there are."""
    return text if len(text) <= most else f"{text[:most]} … ({len(text) - most:,} more characters{where})"
