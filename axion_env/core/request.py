"""Requests that a play yields to its driver: asks, calls and gathers; and the exceptions that end it early."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine, Generator, Iterable, Mapping, Sequence
from types import CodeType
from typing import Any, Generic, NoReturn, Protocol, TypeAlias, TypeVar

from axion_env.core.parse import Illegal, match_choice
from axion_env.core.rng import derive
from axion_env.core.spec import EnvSpec, Memory
from axion_env.error import ContractError
from axion_env.record.episode import Action, Episode, Event, Message, Outcome
from axion_env.record.task import Task

T = TypeVar("T")
Address: TypeAlias = tuple[tuple[int, ...], int]
"""(path of the branch, position of the event in that branch's record).

A path alternates the position of a gather and the index of a branch in it: `()` is the root, `(3, 1)` the second
branch of the gather at position 3 of the root."""


class Rules(Protocol):
    """The part of an environment that a play uses."""

    spec: EnvSpec
    options: Mapping[str, Any]
    seats: tuple[str, ...]
    memory: Mapping[str, Memory]
    first_task: Task

    @property
    def play(self) -> Callable[[Task, Any], Coroutine[Any, Any, Outcome]]:
        """Plays one task."""
        ...

    @property
    def examples(self) -> Callable[[Any], Sequence[str]]:
        """Well-formed answers to an ask."""
        ...

    def roles(self, agents: tuple[str, ...]) -> Mapping[str, str]:
        """The role of each seated agent."""
        ...


class Playing(Protocol):
    """The part of a play that the answerer of a request uses."""

    env: Rules
    spec: EnvSpec
    task: Task
    seed: int | None
    copy: int
    agents: tuple[str, ...]
    episode: Episode | None
    requests: list[Ask[Any] | Call[Any]]

    def remembered(self, agent: str) -> tuple[Message, ...]:
        """What the agent is shown of its own past."""
        ...

    def answer(self, request: Ask[Any] | Call[Any], reply: Any) -> None:
        """Answers an open request."""
        ...

    def truncate(self, request: Ask[Any] | Call[Any], reason: str) -> None:
        """Ends the request's branch by a limit."""
        ...

    def fail(self, error: str) -> None:
        """Ends the play by the machine's fault."""
        ...


class Place(Protocol):
    """The branch in which a request is open."""

    path: tuple[int, ...]
    events: list[Event]

    @property
    def play(self) -> Playing:
        """The play that the branch belongs to."""
        ...


def refusals(attempts: Iterable[Action]) -> tuple[Message, ...]:
    """Messages that show an agent its refused answers, each with the reason."""
    return tuple(message for a in attempts for message in (Message("assistant", a.text), Message("user", f"Refused: {a.error}.")))


class Forfeit(BaseException):
    """An agent broke the rules. Raised where it was asked; `play` may catch it and go on without the culprits."""

    def __init__(self, *culprits: str) -> None:
        super().__init__(*culprits)
        self.culprits = culprits


class Truncated(BaseException):
    """A limit from outside the rules was reached. `play` may catch it and return facts, but ask nobody any more."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Request(Generic[T]):
    """Something only the driver can answer. It must be awaited where it is made, or given to `gather`."""

    __slots__ = ("_code", "_instruction", "branch")

    def __init__(self) -> None:
        frame = sys._getframe(3)  # the line of `play` that made it (play → ctx.call → Call → here), named if it is never awaited
        self._code: CodeType = frame.f_code
        self._instruction: int = frame.f_lasti
        self.branch: Place | None = None
        """The branch it is open in. None: not awaited yet."""

    def __await__(self) -> Generator[Request[T], T, T]:
        return (yield self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Request):
            return self is other
        raise ContractError(f"{self.describe()} was compared with {other!r} before it was awaited; write `await ctx.…`")

    __hash__ = object.__hash__

    def __bool__(self) -> NoReturn:
        raise ContractError(f"{self.describe()} was used as a truth value before it was awaited; write `await ctx.…`")

    @property
    def play(self) -> Playing:
        """The play that waits for it."""
        return self._open().play

    @property
    def address(self) -> Address:
        """Where its answer will stand in the episode."""
        branch = self._open()
        return branch.path, len(branch.events)

    def _open(self) -> Place:
        if self.branch is None:
            raise ContractError(f"{self.describe()} was not awaited")
        return self.branch

    @property
    def line(self) -> str:
        """`file:line` of the code that made it."""
        for start, end, line in self._code.co_lines():
            if start <= self._instruction < end and line is not None:
                return f"{self._code.co_filename}:{line}"
        return self._code.co_filename

    def describe(self) -> str:
        """Its kind and the line that made it, for messages."""
        return f"the {type(self).__name__.lower()} made at {self.line}"


class Ask(Request[T]):
    """A question to an agent, answered by a policy."""

    __slots__ = ("agent", "attempts", "choices", "observation", "parse", "text")

    def __init__(self, agent: str, text: str, choices: tuple[str, ...] | None, parse: Callable[[str], T] | None) -> None:
        frame = sys._getframe(2)  # as in Request, inlined: one call less on every turn
        self._code = frame.f_code
        self._instruction = frame.f_lasti
        self.branch = None
        self.agent = agent
        self.text = text
        self.choices = choices
        """The legal actions; None for free text."""
        self.parse = parse
        self.observation: tuple[Message, ...] = ()
        """What is new to the agent; the last message is the question."""
        self.attempts: tuple[Action, ...] = ()
        """Refused answers so far."""

    @property
    def role(self) -> str:
        """Role of the agent asked."""
        return self.play.spec.agents[self.agent].name

    @property
    def task(self) -> Task:
        """The task being played, secret included: for scripted policies and warm-ups, not for policies under test."""
        return self.play.task

    @property
    def messages(self) -> tuple[Message, ...]:
        """All that the agent may see: as much of its past as its role remembers, what is new, and its refused attempts."""
        shown = self.play.remembered(self.agent) + self.observation
        return shown + refusals(self.attempts) if self.attempts else shown  # mostly none: a policy asks this of every ask

    @property
    def key(self) -> int:
        """A 64-bit seed for a policy's sampling, different for every attempt and independent of the order of answering."""
        path, position = self.address
        play = self.play
        return derive(play.seed or 0, play.copy, len(self.attempts), position, *path)

    def read(self, text: str) -> tuple[Any, str | None]:
        """`(value, None)` for a legal answer, `(None, reason)` for an illegal one."""
        if self.choices is not None:
            return (text, None) if text in self.choices else match_choice(text, self.choices)
        assert self.parse is not None
        try:
            return self.parse(text), None
        except Illegal as refusal:
            return None, str(refusal) or "not a legal answer"


class Call(Request[T]):
    """A request to an outside service: a sandbox, a search engine, a judge model, a simulator."""

    __slots__ = ("given", "read", "request", "service")

    def __init__(self, service: str, request: Any, *, given: Any = None, read: Callable[[Any], T] | None = None) -> None:
        super().__init__()
        self.service = service
        self.request = request
        """The request as the record holds it."""
        self.given = request if given is None else given
        """The request as the service gets it."""
        self.read = read
        """Converts the response, plain facts, into what `play` gets; None: the facts themselves."""


class Gather(Request[T]):
    """Several awaitables at once, one branch each."""

    __slots__ = ("branches", "left", "owners", "parts")

    def __init__(self, parts: tuple[Request[Any] | Coroutine[Any, Any, Any], ...]) -> None:
        super().__init__()
        self.parts = parts
        self.branches: list[Any] = []
        self.left = len(parts)
        """Number of branches that have not ended."""
        self.owners: dict[str, int] = {}
        """By agent, the index of the one branch it may be asked in."""
