"""Checks of information: until it is revealed, a draw changes no observation of the agents it is not visible to.

Non-interference (Goguen and Meseguer, "Security policies and security models", IEEE S&P 1982), tested by its definition: a play is
repeated with another outcome of one draw and every answer kept, and what the others are shown must not change by a byte.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, TypeAlias

from axion_env.check.catalog import Skip, promise
from axion_env.check.finding import Finding
from axion_env.check.subject import Subject
from axion_env.core.policy import RandomPolicy
from axion_env.core.request import Address, Ask
from axion_env.core.rng import Stream, derive
from axion_env.record.episode import Action, Draw, Episode, Event, Gathered, Reveal, Turn
from axion_env.record.value import is_plain, plain

KnownTurn: TypeAlias = tuple[Turn, set[str]]

_EPISODES = 24
_DRAWS = 12  # per episode
_OTHERS = 5  # values put in place of one draw


@promise(
    "obs.noninterference",
    caught="Plays are repeated with one draw replaced by another value and all answers kept; what others see must be the same bytes.",
    needs=("runtime.startup", "runtime.episode_determinism"),
)
def noninterference(subject: Subject) -> Iterator[Finding]:
    """A draw is known to the agents it is visible to, and to nobody else before a `reveal`: not by a word, a length or a turn."""
    said = set()
    hidden = 0
    for episode in list(subject.episodes)[:_EPISODES]:
        for address, draw in list(_draws(episode.root, ()))[:_DRAWS]:
            if draw.of < 2 or set(draw.visible_to) >= set(episode.agents):
                continue
            hidden += 1
            for index in _other_indices(draw):
                message = _interference(episode, _substituted(subject, episode, address, index))
                if message is not None and draw.label not in said:
                    said.add(draw.label)
                    yield Finding(f"the draw {draw.label!r} shows: {message}", address=address, task=episode.task.id, seed=episode.seed)
    if not hidden:
        raise Skip("no draw is hidden from anybody")


def _draws(events: Sequence[Event], path: tuple[int, ...]) -> Iterator[tuple[Address, Draw]]:
    for place, event in enumerate(events):
        if isinstance(event, Draw):
            yield (path, place), event
        elif isinstance(event, Gathered):
            for i, branch in enumerate(event.branches):
                yield from _draws(branch, (*path, place, i))


def _other_indices(draw: Draw) -> list[int]:
    """Other outcomes of a draw, spread evenly over all of them, as indices."""
    step = max(1, (draw.of - 1) // _OTHERS)
    return [(draw.index + i) % draw.of for i in range(1, draw.of, step)][:_OTHERS]


def _substituted(subject: Subject, episode: Episode, at: Address, index: int) -> Episode:
    """Plays an episode again with another outcome of one draw, and everything else the same as far as possible.

    If a later draw from the same deck had the new outcome, it gets the old one instead, and both draws count as changed.
    """
    recorded = dict(_draws(episode.root, ()))
    fresh = Stream(derive(0, "substituted"))

    def chance(address: Address, label: str, items: Sequence[Any]) -> int:
        old = recorded.get(address)
        if address == at:
            return index
        if old is None or old.label != label:
            return fresh.below(len(items))
        if old.index < len(items) and plain(items[old.index], label) == old.value:
            return old.index
        values = [plain(item, label) for item in items]
        return next((values.index(value) for value in (old.value, recorded[at].value) if value in values), 0)

    return subject.play(episode.task, None, _SameAnswers(episode), chance=chance)


class _SameAnswers:
    """A policy that repeats each agent's answers of an episode in order; further ones are legal and at random."""

    def __init__(self, episode: Episode) -> None:
        self._answers = {agent: [turn.action.text for turn in episode.turns_of(agent)] for agent in episode.agents}
        self._given: Counter[str] = Counter()
        self._others = RandomPolicy()

    def act(self, asks: Sequence[Ask[Any]]) -> list[str]:
        return [self._one(ask) for ask in asks]

    def _one(self, ask: Ask[Any]) -> str:
        k = self._given[ask.agent]
        self._given[ask.agent] += not ask.attempts
        answers = self._answers[ask.agent]
        return answers[k] if k < len(answers) and not ask.attempts else self._others.act([ask])[0]


def _interference(one: Episode, other: Episode) -> str | None:
    """Describes the first change in what an agent that may not know the changed draws is shown; None if there is none.

    Turns are compared only up to the first answer that differs: agents who know a draw may show it by what they do.
    """
    if other.fault is not None:
        return None
    draws, others = dict(_draws(one.root, ())), dict(_draws(other.root, ()))
    changed = [d for at in draws.keys() | others.keys() if draws.get(at) != others.get(at) for d in (draws.get(at), others.get(at)) if d]
    labels = {draw.label for draw in changed}
    knowing = {agent for draw in changed for agent in draw.visible_to}
    mine, theirs = list(_known_turns(one, labels, knowing)), list(_known_turns(other, labels, knowing))
    for at, ((turn, known), (other_turn, known_too)) in enumerate(zip(mine, theirs, strict=False)):
        if turn.agent != other_turn.agent:
            return _asked_otherwise(mine[at:], theirs[at:])
        found = _shown_otherwise(turn, other_turn) if turn.agent not in known | known_too else None
        if found is not None:
            return f"{turn.agent} {found}; reveal it first, or make it visible to {turn.agent}"
        if len(turn.attempts) != len(other_turn.attempts) or not all(map(_same, turn.attempts, other_turn.attempts)):
            return None
    if len(mine) != len(theirs):
        shorter = min(len(mine), len(theirs))
        return _asked_otherwise(mine[shorter:], theirs[shorter:])
    return _told_otherwise(one, other, set(one.agents) - knowing - _revealed_to(one, labels) - _revealed_to(other, labels))


def _asked_otherwise(mine: Sequence[KnownTurn], theirs: Sequence[KnownTurn]) -> str | None:
    """Names an agent that is asked next in one play and never again in the other."""
    for rest, other in ((mine, theirs), (theirs, mine)):
        if rest and rest[0][0].agent not in rest[0][1] and all(turn.agent != rest[0][0].agent for turn, _ in other):
            return f"{rest[0][0].agent} is asked once more with one value than with another; reveal it first"
    return None


def _told_otherwise(one: Episode, other: Episode, agents: set[str]) -> str | None:
    """Names one of these agents that is told something else after its last turn."""
    for agent in sorted(agents):
        texts = [" ".join(m.text for m in episode.closing.get(agent, ())) for episode in (one, other)]
        if texts[0] != texts[1]:
            return f"{agent} is told at the end {texts[0]!r:.200} with one value and {texts[1]!r:.200} with another; reveal it first"
    return None


def _shown_otherwise(mine: Turn, theirs: Turn) -> str | None:
    for a, b in zip_longest(mine.observation, theirs.observation):
        if a != b:
            return f"reads {a and a.text!r:.200} with one value and {b and b.text!r:.200} with another"
    return None if mine.choices == theirs.choices else f"may choose {mine.choices} with one value and {theirs.choices} with another"


def _same(mine: Action, theirs: Action) -> bool:
    compared = (mine.parsed, theirs.parsed) if is_plain(mine.parsed) and is_plain(theirs.parsed) else (mine.text, theirs.text)
    return compared[0] == compared[1] and (mine.error is None) == (theirs.error is None)


def _known_turns(episode: Episode, labels: set[str], knowing: set[str]) -> Iterator[KnownTurn]:
    """Every turn, with the agents who know one of the draws by then."""
    for event in episode.events():
        if isinstance(event, Reveal) and event.label in labels:
            knowing = knowing | set(event.agents)
        elif isinstance(event, Turn):
            yield event, knowing


def _revealed_to(episode: Episode, labels: set[str]) -> set[str]:
    """The agents to whom one of the draws was revealed at any time."""
    return {agent for event in episode.events() if isinstance(event, Reveal) and event.label in labels for agent in event.agents}


@promise(
    "spec.information",
    caught="The draws of random plays and demos are compared with who was asked later.",
)
def information(subject: Subject) -> Iterator[Finding]:
    """Where information is `perfect`, every draw is visible or revealed to everybody asked after it."""
    if subject.env.spec.information != "perfect":
        raise Skip("information is imperfect")
    for episode in subject.episodes:
        known: Mapping[str, set[str]] = {agent: set() for agent in episode.agents}
        drawn: set[str] = set()
        for event in episode.events():
            if isinstance(event, Draw | Reveal):
                drawn |= {event.label} if isinstance(event, Draw) else set()
                for agent in event.visible_to if isinstance(event, Draw) else event.agents:
                    known[agent].add(event.label)
            elif isinstance(event, Turn) and drawn - known[event.agent]:
                hidden = sorted(drawn - known[event.agent])[0]
                message = f"{event.agent} is asked and may not know the draw {hidden!r}; say information='imperfect', or show it"
                yield Finding(message, task=episode.task.id, seed=episode.seed)
                return
