"""Checks of leaks: raw answers, thinking and solutions must not reach agents."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from axion_env.check.catalog import Skip, promise
from axion_env.check.finding import Finding, Severity
from axion_env.check.subject import ScriptedAgent, Subject
from axion_env.core.play import Play
from axion_env.core.policy import RandomPolicy, Scripted
from axion_env.core.request import Ask
from axion_env.record.episode import Draw, Episode
from axion_env.record.task import Task
from axion_env.record.value import is_plain

_MARK = "zq7canary"  # a text that no environment contains
_DEALS = 8
_TASKS = 16
_LEAST = 4  # tasks that must agree, so that a match is no accident
_DONORS = 4


@promise(
    "obs.no_raw_action_leak",
    caught="Each agent thinks a word that nobody would say, or writes it beside its answer; it is looked for in what others are shown.",
)
def no_raw_action_leak(subject: Subject) -> Iterator[Finding]:
    """Of an answer only the parsed value crosses to other agents: never raw text, never thinking."""
    if len(subject.env.seats) < 2:
        raise Skip("there is only one agent")
    for agent in subject.env.seats:
        for where, say in _FORMS.items():
            for k in range(min(subject.deals, _DEALS)):
                episode = subject.play(subject.task(k), k, ScriptedAgent(agent, say))
                found = _shown_to_others(episode, agent, where == "thinking")
                if found is not None:
                    message = (
                        f"{found} what {agent} wrote as its {where}; pass on the parsed value (axion_env.strip_thinking removes thinking)"
                    )
                    yield Finding(message, task=episode.task.id, seed=k)
                    return


def _thinking(ask: Ask[Any]) -> str:
    return f"<think>{_MARK}</think>{RandomPolicy().act([ask])[0]}"


def _beside(ask: Ask[Any]) -> str:
    legal = RandomPolicy().act([ask])[0]
    text = f"{_MARK}\n[{legal}]" if ask.choices else f"{_MARK}\n{legal}"
    return text if _legal(ask, text) else legal


_FORMS: Mapping[str, Callable[[Ask[Any]], str]] = {"thinking": _thinking, "raw answer": _beside}


def _legal(ask: Ask[Any], text: str) -> bool:
    try:
        return ask.read(text)[1] is None
    except Exception:
        return False  # reported by action.robustness


def _shown_to_others(episode: Episode, agent: str, thinking: bool) -> str | None:
    """Says which other agent was shown the mark; None if none was, or if the mark was in the parsed value."""
    if not thinking and any(not is_plain(t.action.parsed) or _MARK in str(t.action.parsed) for t in episode.turns_of(agent)):
        return None
    for turn in episode.turns:
        if turn.agent != agent and (any(_MARK in m.text for m in turn.observation) or _MARK in " ".join(turn.choices or ())):
            return f"{turn.agent} is shown"
    told = [name for name, messages in episode.closing.items() if name != agent and any(_MARK in m.text for m in messages)]
    return f"{told[0]} is told at the end" if told else None


@promise(
    "semantic.no_solution_leakage",
    caught="Secrets are exchanged between tasks, and what is shown before the first answer must not change; public fields that equal a "
    "secret in every task are named, and so is feedback that holds it.",
)
def no_solution_leakage(subject: Subject) -> Iterator[Finding]:
    """No observation, legal action or `Task.public` holds what is in `Task.secret` before it is judged."""
    tasks = list({task.id: task for task in (subject.task(k) for k in range(min(subject.deals, _TASKS)))}.values())
    if not any(task.secret for task in tasks):
        raise Skip("tasks have no secret")
    secrets = [dict(_leaves(task.secret)) for task in tasks]
    yield from _same_fields(tasks, secrets)
    yield from _dependent(subject, tasks)
    yield from _feedback(subject, tasks, secrets)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for i, item in enumerate(value):
            yield from _leaves(item, f"{path}[{i}]")
    elif value is not None and not isinstance(value, bool) and str(value).strip():
        yield path, value


def _same_fields(tasks: Sequence[Task], secrets: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """Findings of public fields that equal the secret in every task; agents may be told all that is public."""
    publics = [dict(_leaves(task.public)) for task in tasks]
    for path in secrets[0]:
        values = [secret.get(path) for secret in secrets]
        if None in values or len({str(value) for value in values}) < min(_LEAST, len(tasks)) or len(tasks) < 2:
            continue
        for field in publics[0]:
            if [str(public.get(field)) for public in publics] == [str(value) for value in values]:
                yield Finding(f"Task.public[{field!r}] is Task.secret[{path!r}] in every task; leave it out", task=tasks[0].id)


def _dependent(subject: Subject, tasks: Sequence[Task]) -> Iterator[Finding]:
    """Findings of first observations that change with the secret, except for secrets that a draw deals to the agent."""
    for i, task in enumerate(tasks):
        shown = _opening(subject, task)
        dealt = _dealt(subject, task)
        for donor in (tasks[(i + step) % len(tasks)] for step in range(1, _DONORS)):
            other = _opening(subject, replace(task, secret=donor.secret))
            for agent in shown.keys() & other.keys():
                found = _leaked(task, shown[agent], other[agent], dealt.get(agent, frozenset()))
                if found is not None:
                    yield found._replace(message=f"{agent} {found.message}", task=task.id)
                    return


def _leaked(task: Task, shown: str, other: str, dealt: frozenset[str]) -> Finding | None:
    """Compares an agent's first observation with the one under another secret; a finding if it depends on the secret."""
    told = [str(value) for _, value in _leaves(task.secret) if _holds(shown, str(value)) and not _holds(other, str(value))]
    undealt = [value for value in told if value not in dealt]
    if undealt:
        return Finding(f"is shown the secret {undealt[0]!r:.80} before the first answer; keep it for play and the rubric")
    if shown != other and not dealt:
        message = "is shown something before the first answer that depends on Task.secret; put what may be known into Task.public"
        return Finding(message, Severity.WARNING)
    return None


def _opening(subject: Subject, task: Task) -> dict[str, str]:
    """Each agent's first question, before any answer; empty where a task cannot be played."""
    play = Play(subject.env, task, 0)
    asks = [request for request in play.requests if isinstance(request, Ask)]
    return {ask.agent: f"{[m.text for m in ask.messages]} {ask.choices}" for ask in asks}


def _dealt(subject: Subject, task: Task) -> dict[str, frozenset[str]]:
    """The values that draws show each agent: a secret may be dealt, and obs.noninterference then checks who sees it."""
    draws = [event for event in subject.play(task, 0).events() if isinstance(event, Draw)]
    agents = {agent for draw in draws for agent in draw.visible_to}
    return {a: frozenset(str(value) for draw in draws if a in draw.visible_to for _, value in _leaves([draw.value])) for a in agents}


def _feedback(subject: Subject, tasks: Sequence[Task], secrets: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """Findings of feedback to a wrong answer, before another attempt, that shows the secret in every task."""
    if len(tasks) < _LEAST:
        return
    told: dict[str, int] = {}
    asked_again = 0
    for task, secret in zip(tasks, secrets, strict=True):
        episode = subject.play(task, 0, Scripted(_wrong))
        first, later = (" ".join(_texts(episode, agent, half)) for agent in list(episode.agents)[:1] for half in (0, 1))
        asked_again += bool(later)
        for path, value in secret.items():
            told[path] = told.get(path, 0) + (_holds(later, str(value)) and not _holds(first, str(value)))
    for path, count in told.items():
        if asked_again >= _LEAST and count == asked_again:
            yield Finding(
                f"after a wrong answer, and before the next, an agent is shown Task.secret[{path!r}]; tell it at the end", task=tasks[0].id
            )


def _texts(episode: Episode, agent: str, half: int) -> Iterator[str]:
    turns = episode.turns_of(agent)
    for turn in turns[1:] if half else turns[:1]:
        yield from (message.text for message in turn.observation)


def _wrong(ask: Ask[Any]) -> str:
    """A legal answer with its digits changed, so that it is wrong; unchanged where that would be illegal."""
    legal = RandomPolicy().act([ask])[0]
    text = re.sub(r"\d", lambda digit: str((int(digit[0]) + 3) % 10), legal)
    return text if _legal(ask, text) else legal


def _holds(text: str, value: str) -> bool:
    """Whether `value` occurs in the text, not as part of a longer word."""
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text) is not None
