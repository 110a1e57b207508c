"""Counterexamples, as each role saw them: plays of which new tasks were made, or whose rewards exceed the truth most."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from axion_env import Episode, Task
from axion_env.record.outline import as_text
from axion_train.report.episode import SEATS, episode_card, leading, update_of, verdicts_of
from axion_train.report.markup import Markup, join, tag
from axion_train.report.role import WatchedGap, gaps, ratios
from axion_train.report.run_data import RunData, number

_MOST = 3
_MADE = "Plays of which the environment made new tasks; shown are the seats that said, or were shown, what is new in these tasks. "
_PAID = "Plays that paid most beyond the truth. "


class Found(NamedTuple):
    """A play that may be shown."""

    episode: Episode
    tasks: Sequence[Task]
    """Tasks that the environment made of it."""
    excess: float
    """Reward beyond the truth; 0 where that is not known."""
    note: str
    """The excess in words; empty where it is not known."""


def heading(run: RunData) -> str:
    """The section's title: tasks may be made of what got past a verifier, or of anything."""
    return "What slipped through" if gaps(run) else "What became a task"


def counterexamples(run: RunData, deals: Sequence[Sequence[Episode]]) -> Markup:
    """The most telling plays, of different tasks; empty where there are none, or the environment cannot be loaded."""
    gap = next(iter(gaps(run)), None)
    found = [_found(run, episode, gap) for copies in deals for episode in copies]
    made = [one for one in found if one.tasks]
    ranked = sorted(made or [one for one in found if one.excess > 0], key=lambda one: (-one.excess, -(update_of(one.episode) or 0)))
    chosen = list({one.episode.task.id: one for one in reversed(ranked)}.values())[::-1][:_MOST]
    chosen.sort(key=ranked.index)
    if not chosen:
        return Markup()
    note = (_MADE if made else _PAID) + "Each seat's side is in a column of its own: what it was asked, what it said, what it earned."
    return join((*(_card(run, one) for one in chosen), tag("p", note, class_="note")))


def _found(run: RunData, episode: Episode, gap: WatchedGap | None) -> Found:
    excess = _excess(run, episode, gap) if gap else None
    note = f"{gap.metric} {excess[0]:.2f}, {gap.truth} {excess[1]:.2f}" if gap and excess else ""
    return Found(episode, _derived(run, episode), max(0.0, excess[0] - excess[1]) if excess else 0.0, note)


def _derived(run: RunData, episode: Episode) -> Sequence[Task]:
    if run.env is None:
        return ()
    try:
        return list(run.env.derived(episode))
    except Exception:  # it is the author's code, and the page can do without
        return ()


def _excess(run: RunData, episode: Episode, gap: WatchedGap) -> tuple[float, float] | None:
    """The mean reward of a role and the truth, in one play; None where one of them is not known."""
    role, true = gap.metric.removeprefix("reward/"), _true(run, episode, gap.truth)
    paid = [verdict.reward for verdict in verdicts_of(run.env, episode).values() if verdict.role == role]
    return (sum(paid) / len(paid), true) if paid and true is not None else None


def _true(run: RunData, episode: Episode, metric: str) -> float | None:
    """A fact of one play, or the ratio of two; None where it has none."""
    facts, (key, _, name) = episode.facts or {}, metric.partition("/")
    names = ratios(run).get(name, ()) if key == "share" else [name] if key == "fact" else ()
    found = [float(facts[name]) for name in names if number(facts.get(name))]
    if not found or len(found) < len(names) or not all(found[1:]):
        return None
    return found[0] / found[1] if len(found) > 1 else found[0]


def _card(run: RunData, one: Found) -> Markup:
    made = "; ".join(f"task {task.id}, with {', '.join(_new(one.episode, [task])) or 'nothing new'}" for task in one.tasks[:_MOST])
    notes = [f"Made of it: {made}."] if made else []
    notes += [f"In this play: {one.note}."] if one.note else []
    seats = leading(one.episode, SEATS, involved(one.episode, one.tasks))
    return episode_card(one.episode, run.env, seats=seats, note=" ".join(notes))


def involved(episode: Episode, tasks: Sequence[Task]) -> list[str]:
    """The seats that said or were shown something that is in a task made of the play and not in the play's own task."""
    new = _new(episode, tasks)
    return [agent for agent in episode.agents if any(_holds(text, leaf) for leaf in new for text in _side(episode, agent))]


def _new(episode: Episode, tasks: Sequence[Task]) -> list[str]:
    """The values in these tasks that are not in the play's own task, as text."""
    old = set(_leaves(episode.task))
    return list(dict.fromkeys(leaf for task in tasks for leaf in _leaves(task) if leaf not in old))


def _leaves(task: Task) -> Iterator[str]:
    """Every value in a task, as text."""
    rest: list[Any] = [task.public, task.secret]
    while rest:
        value = rest.pop()
        if isinstance(value, dict):
            rest += value.values()
        elif isinstance(value, list | tuple):
            rest += value
        elif value is not None and as_text(value).strip():
            yield as_text(value)


def _side(episode: Episode, agent: str) -> Iterator[str]:
    """All that an agent was shown and said."""
    for turn in episode.turns_of(agent):
        yield from (message.text for message in turn.observation)
        yield from (text for action in turn.attempts if action.legal for text in (action.text, as_text(action.parsed)))


def _holds(text: str, leaf: str) -> bool:
    """Whether a text holds a value as a word of its own: a 3 is not in 30."""
    return re.search(rf"(?<!\w){re.escape(leaf)}(?!\w)", text) is not None
