"""Enumeration of every play of a finite environment: each draw and each action taken in every way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any, NamedTuple

from axion_env.core.env import Env
from axion_env.core.play import Play
from axion_env.core.request import Address, Ask
from axion_env.error import PlayFailed, UsageError
from axion_env.record.episode import Ending, Episode, Message
from axion_env.record.task import Task

ILLEGAL = "<illegal>"
"""Stands for every answer that parses to no legal action."""


class Decision(NamedTuple):
    """One choice on the way to an ending: a draw (agent None) or an action."""

    agent: str | None
    seen: tuple[tuple[Message, ...], ...]
    """All messages the agent has seen and answered so far, turn by turn: its information state under perfect recall."""
    messages: tuple[Message, ...]
    """The messages shown to the agent now; a strategy plays alike wherever they are equal."""
    options: tuple[str, ...]
    """The options to choose from; for a draw, the indices."""
    chosen: int


class Enumerated(NamedTuple):
    """One play of a finite environment."""

    episode: Episode
    chance: float
    """Probability of its draws."""
    decisions: tuple[Decision, ...]


def enumerate_plays(env: Env, *, task: Task | None = None, illegal: bool = False) -> Iterator[Enumerated]:
    """Enumerates every play of a task: each draw and each action answered in every way.

    Args:
        env: A finite environment: every ask has choices.
        task: Default: the first of the train split.
        illegal: Let every ask also be answered illegally (all its attempts).

    Raises:
        UsageError: an ask takes free text, so its answers cannot be enumerated.
        PlayFailed: the environment's code broke.
    """
    script: list[int] = []
    while True:
        one = _one_play(env, task, illegal, script)
        yield one
        script = [d.chosen for d in one.decisions]
        sizes = [len(d.options) for d in one.decisions]
        while script and script[-1] + 1 == sizes[len(script) - 1]:
            script.pop()
        if not script:
            return
        script[-1] += 1


def _one_play(env: Env, task: Task | None, illegal: bool, script: Sequence[int]) -> Enumerated:
    """The play that follows the script, and takes the first option after its end."""
    decisions: list[Decision] = []

    def choose(agent: str | None, seen: tuple[tuple[Message, ...], ...], messages: tuple[Message, ...], options: tuple[str, ...]) -> int:
        chosen = script[len(decisions)] if len(decisions) < len(script) else 0
        decisions.append(Decision(agent, seen, messages, options, chosen))
        return chosen

    def chance(address: Address, label: str, items: Sequence[Any]) -> int:
        return choose(None, (), (), tuple(map(str, range(len(items)))))

    play = Play(env, task, None, chance=chance)
    seen: dict[str, tuple[tuple[Message, ...], ...]] = {}
    while play.requests:
        ask = play.requests[0]
        if type(ask) is not Ask or ask.choices is None:
            raise UsageError(f"{env.spec.id} cannot be enumerated: {ask.describe()} takes any answer")
        options = (*ask.choices, ILLEGAL) if illegal else ask.choices
        past = (*seen.get(ask.agent, ()), ask.messages)
        chosen = options[choose(ask.agent, past, ask.messages, options)]
        seen[ask.agent] = (*past, (Message("assistant", chosen),))
        while ask in play.requests:
            play.answer(ask, chosen)
    assert play.episode is not None
    if play.episode.ending is Ending.FAILED:
        raise PlayFailed(play.episode) from play.exception
    return Enumerated(play.episode, prod(1 / len(d.options) for d in decisions if d.agent is None), tuple(decisions))
