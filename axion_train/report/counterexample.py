"""What slipped through, as each role saw it: plays that gave rise to a new task, or that paid most beyond the truth."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from axion_env import Episode, Task
from axion_env.record.outline import as_text
from axion_train.report.episode import SEATS, episode_card, leading, update_of, verdicts_of
from axion_train.report.markup import Markup, join, tag
from axion_train.report.role import Watched, gaps, shares
from axion_train.report.run_data import RunData, number

_MOST = 3
_MADE = "Plays of which the environment made new tasks; shown are the seats that said, or were shown, what is new in these tasks. "
_PAID = "Plays that paid most beyond the truth. "


class Found(NamedTuple):
    """A play that is worth a look."""

    episode: Episode
    tasks: Sequence[Task]
    """That the environment made of it."""
    excess: float
    """Paid beyond the truth; 0 where that is not known."""
    told: str
    """The excess in words; empty where it is not known."""


def heading(run: RunData) -> str:
    """What they are called: tasks may be made of what got past a verifier, or of anything."""
    return "What slipped through" if gaps(run) else "What became a task"


def counterexamples(run: RunData, deals: Sequence[Sequence[Episode]]) -> Markup:
    """The few that show most, of tasks of their own; empty where there are none, or the environment cannot be loaded."""
    watched = next(iter(gaps(run)), None)
    found = [_found(run, episode, watched) for copies in deals for episode in copies]
    made = [one for one in found if one.tasks]
    ranked = sorted(made or [one for one in found if one.excess > 0], key=lambda one: (-one.excess, -(update_of(one.episode) or 0)))
    chosen = list({one.episode.task.id: one for one in reversed(ranked)}.values())[::-1][:_MOST]
    chosen.sort(key=ranked.index)
    if not chosen:
        return Markup()
    note = (_MADE if made else _PAID) + "Each seat's side is in a column of its own: what it was asked, what it said, what it earned."
    return join((*(_card(run, one) for one in chosen), tag("p", note, class_="note")))


def _found(run: RunData, episode: Episode, watched: Watched | None) -> Found:
    excess = _excess(run, episode, watched) if watched else None
    told = f"{watched.metric} {excess[0]:.2f}, {watched.truth} {excess[1]:.2f}" if watched and excess else ""
    return Found(episode, _derived(run, episode), max(0.0, excess[0] - excess[1]) if excess else 0.0, told)


def _derived(run: RunData, episode: Episode) -> Sequence[Task]:
    if run.env is None:
        return ()
    try:
        return list(run.env.derived(episode))
    except Exception:  # it is the author's code, and the page can do without
        return ()


def _excess(run: RunData, episode: Episode, watched: Watched) -> tuple[float, float] | None:
    """What a role was paid on average and what was true, in one play; None where one of them is not known."""
    role, true = watched.metric.removeprefix("reward/"), _true(run, episode, watched.truth)
    paid = [verdict.reward for verdict in verdicts_of(run.env, episode).values() if verdict.role == role]
    return (sum(paid) / len(paid), true) if paid and true is not None else None


def _true(run: RunData, episode: Episode, figure: str) -> float | None:
    """A fact of one play, or a share of two; None where it has none."""
    facts, (key, _, name) = episode.facts or {}, figure.partition("/")
    names = shares(run).get(name, ()) if key == "share" else [name] if key == "fact" else ()
    found = [float(facts[name]) for name in names if number(facts.get(name))]
    if not found or len(found) < len(names) or not all(found[1:]):
        return None
    return found[0] / found[1] if len(found) > 1 else found[0]


def _card(run: RunData, one: Found) -> Markup:
    made = "; ".join(f"task {task.id}, with {', '.join(_new(one.episode, [task])) or 'nothing new'}" for task in one.tasks[:_MOST])
    told = [f"Made of it: {made}."] if made else []
    told += [f"In this play: {one.told}."] if one.told else []
    seats = leading(one.episode, SEATS, involved(one.episode, one.tasks))
    return episode_card(one.episode, run.env, seats=seats, told=" ".join(told))


def involved(episode: Episode, tasks: Sequence[Task]) -> list[str]:
    """The seats that said or were shown something that is in a task made of the play, and was not in the play's own."""
    new = _new(episode, tasks)
    return [agent for agent in episode.agents if any(_holds(text, leaf) for leaf in new for text in _side(episode, agent))]


def _new(episode: Episode, tasks: Sequence[Task]) -> list[str]:
    """What is in these tasks and was not in the play's own, as text."""
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
    """As words of their own: a 3 is not in 30."""
    return re.search(rf"(?<!\w){re.escape(leaf)}(?!\w)", text) is not None
