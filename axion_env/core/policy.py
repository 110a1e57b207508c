"""Policies that need no model: random, scripted, human."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TextIO, TypeAlias

from axion_env.core.request import Ask
from axion_env.core.rng import Stream, derive
from axion_env.error import UsageError
from axion_env.record.episode import Action
from axion_env.record.transcript import printable


class Policy(Protocol):
    """Anything that can act: it answers a batch of asks, from any plays, in order."""

    def act(self, asks: Sequence[Ask[Any]], /) -> Sequence[str | Action]:
        """One answer per ask."""
        ...


Policies: TypeAlias = Policy | Mapping[str, Policy]
"""One policy for every seat, or policies by agent or role name."""


def seat(policies: Policies, agents: Mapping[str, str], seats: Mapping[str, str] | None = None) -> dict[str, Policy]:
    """The policy of each agent; one given by agent name takes precedence over one given by role.

    Args:
        policies: One policy for all, or policies by agent or role name.
        agents: Who is seated, and in which role.
        seats: Every agent seated in some task, for whom a policy may be given too. Default: `agents`.

    Raises:
        UsageError: somebody has no policy, or a name is nobody's.
    """
    if not isinstance(policies, Mapping):
        return dict.fromkeys(agents, policies)
    seats = seats or agents
    unknown = set(policies) - set(seats) - set(seats.values())
    if unknown:
        raise UsageError(f"policies for {sorted(unknown)}, who are not seated; agents and roles: {dict(seats)}")
    seated: dict[str, Policy] = {}
    for agent, role in agents.items():
        if agent not in policies and role not in policies:
            raise UsageError(f"no policy for {agent!r} (role {role!r})")
        seated[agent] = policies[agent] if agent in policies else policies[role]
    return seated


class RandomPolicy:
    """A policy that takes legal actions uniformly at random; for free text, one of the environment's own examples, or nothing.

    Answers depend on the seed and the ask, never on the order of asking.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def act(self, asks: Sequence[Ask[Any]]) -> list[str]:
        """One answer per ask."""
        return [self._one(ask) for ask in asks]

    def _one(self, ask: Ask[Any]) -> str:
        legal = ask.choices or ask.play.env.examples(ask)
        return legal[Stream(derive(ask.key, self.seed)).below(len(legal))] if legal else ""


class Scripted:
    """A policy that answers from a list, in order, or by a function of the ask.

    >>> Scripted(["check", "fold"])  # doctest: +ELLIPSIS
    <axion_env.core.policy.Scripted object at ...>
    """

    def __init__(self, answers: Iterable[str] | Callable[[Ask[Any]], str]) -> None:
        if callable(answers):
            self._answer = answers
        else:
            script = iter(answers)
            self._answer = lambda ask: self._next(script, ask)

    @staticmethod
    def _next(script: Any, ask: Ask[Any]) -> str:
        try:
            return str(next(script))
        except StopIteration:
            raise UsageError(f"the script has no answer left for {ask.agent}, who is asked: {ask.text}") from None

    def act(self, asks: Sequence[Ask[Any]]) -> list[str]:
        """One answer per ask."""
        return [self._answer(ask) for ask in asks]


class Human:
    """A policy that asks a person at a terminal: shows what is new and the legal actions, and reads one line per ask.

    Args:
        read: Where answers come from; default: the terminal, with the line editing that it has.
        write: Where questions go; default: standard output.
    """

    def __init__(self, read: TextIO | None = None, write: TextIO | None = None) -> None:
        self._read = read
        self._write = write

    def act(self, asks: Sequence[Ask[Any]]) -> list[str]:
        """One answer per ask.

        Raises:
            EOFError: the input has ended.
        """
        return [self._one(ask) for ask in asks]

    def _one(self, ask: Ask[Any]) -> str:
        choices = f" ({', '.join(map(printable, ask.choices))})" if ask.choices else ""
        print(f"\n[{ask.agent}]{choices}", file=self._write)
        for message in ask.messages[-1:] if ask.attempts else ask.observation:
            for line in message.text.split("\n"):
                print(printable(line), file=self._write)
        if self._read is None and self._write is None:
            return input("> ").strip()
        print("> ", end="", file=self._write, flush=True)
        line = (self._read or sys.stdin).readline()
        if not line:
            raise EOFError
        return line.strip()
