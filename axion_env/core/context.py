"""`ctx`: everything an environment's `play` can do."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, overload

from axion_env.core.branch import PlayState
from axion_env.core.parse import strip_thinking
from axion_env.core.request import Ask, Call, Gather, Request
from axion_env.core.rng import Deck
from axion_env.error import ContractError
from axion_env.record.episode import Draw, Event, Gathered, Message, Reveal, Tell, Turn
from axion_env.record.value import plain

if TYPE_CHECKING:
    from axion_env.sandbox.job import Job, JobResult
    from axion_env.sandbox.workspace import Workspace

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")

_new: Any = tuple.__new__  # builds the records of the hot path at half the price of calling their class


class Context:
    """The requests and statements open to one play. It performs no I/O and holds no state the author can write."""

    __slots__ = ("_play", "agents")

    def __init__(self, play: PlayState, agents: tuple[str, ...]) -> None:
        self.agents = agents
        """Who is seated in this task, in the spec's order."""
        self._play = play

    @overload
    def ask(self, agent: str, text: str, *, choices: Sequence[str]) -> Ask[str]: ...
    @overload
    def ask(self, agent: str, text: str, *, parse: Callable[[str], T]) -> Ask[T]: ...
    @overload
    def ask(self, agent: str, text: str) -> Ask[str]: ...
    def ask(self, agent: str, text: str, *, choices: Sequence[str] | None = None, parse: Callable[[str], Any] | None = None) -> Ask[Any]:
        """Asks an agent for an action; `await` gives the parsed value, never the raw text.

        Args:
            agent: Who is asked.
            text: The question, the last message of the agent's observation.
            choices: The legal actions. An answer must name exactly one of them.
            parse: Turns raw text into a value, or raises `Illegal` with the reason. Without `choices` and `parse`
                the answer is free text with its thinking removed.
        """
        if agent not in self.agents:
            raise ContractError(f"asked {agent!r}, who is not seated; seated: {', '.join(self.agents)}")
        if choices is None:
            ask: Ask[Any] = Ask(agent, text, None, parse or strip_thinking)
        elif parse is None and choices and type(choices) is not str:
            ask = Ask(agent, text, choices if type(choices) is tuple else tuple(choices), None)
        else:
            raise ContractError(f"ask takes a non-empty sequence of choices or a parse function: got choices={choices!r}, parse={parse!r}")
        self._play.made += (ask,)
        return ask

    def call(self, service: str, request: Any) -> Call[Any]:
        """Asks an outside service; its answer is recorded, so that a replay does not need the service."""
        call: Call[Any] = Call(service, plain(request, f"the request to {service!r}"))
        self._play.made += (call,)
        return call

    def run(self, job: Job, *, workspace: Workspace | None = None) -> Call[JobResult]:
        """Executes a job in the sandbox: a call of the service `sandbox`.

        Args:
            job: What to run. It holds no expected value: compare in `play`, with `Match`.
            workspace: The files it works in. The result has the workspace after it; this one stays as it is.
        """
        from axion_env.sandbox.job import Command, Function, JobResult  # needed only where jobs are run

        if not isinstance(job, Function | Command):
            raise ContractError(f"run takes a Function or a Command: got {type(job).__name__}")
        job.payload()  # an argument that cannot be sent to a job is the author's mistake: raise where it was made
        request = {"job": plain(job.record(), "the job"), "workspace": None if workspace is None else workspace.id}
        call = Call("sandbox", request, given=(job, workspace), read=lambda facts: JobResult.of(facts, workspace))
        self._play.made += (call,)
        return call

    @overload
    def gather(self, a: Awaitable[A], b: Awaitable[B], /) -> Gather[tuple[A, B]]: ...
    @overload
    def gather(self, a: Awaitable[A], b: Awaitable[B], c: Awaitable[C], /) -> Gather[tuple[A, B, C]]: ...
    @overload
    def gather(self, *parts: Awaitable[T]) -> Gather[tuple[T, ...]]: ...
    def gather(self, *parts: Any) -> Gather[Any]:
        """Runs several requests or sub-plays at once; `await` gives their results in the order of the arguments.

        Each part is a branch with its own chance stream. An agent is asked in one branch only. A branch that
        forfeits or is truncated ends alone; its siblings run to their end, then it is raised here.
        """
        made = {id(request): request for request in self._play.made}
        for part in parts:
            if isinstance(part, Request):
                if made.pop(id(part), None) is None:
                    raise ContractError(f"{part.describe()} is not a fresh request of this play")
            elif not inspect.iscoroutine(part):
                raise ContractError(f"gather takes requests of this ctx and coroutines: got {type(part).__name__}")
        gather: Gather[Any] = Gather(parts)
        self._play.made = (*made.values(), gather)
        return gather

    @overload
    def draw(self, label: str, population: Deck[T], *, visible_to: Iterable[str] = ()) -> T: ...
    @overload
    def draw(self, label: str, population: Sequence[T], *, visible_to: Iterable[str] = ()) -> T: ...
    def draw(self, label: str, population: Deck[T] | Sequence[T], *, visible_to: Iterable[str] = ()) -> T:
        """Draws a chance outcome, each item of `population` equally likely; from a deck, without replacement.

        Args:
            label: Names the draw in the record.
            population: What can be drawn.
            visible_to: The agents who may learn the outcome before a `reveal`.
        """
        play = self._play
        branch = play.current
        of = len(population)
        if of == 0:
            raise ContractError(f"draw {label!r}: nothing left to draw from")
        index = (
            (branch.stream or branch.open_stream()).below(of)
            if play.chance is None
            else play.chance((branch.path, len(branch.events)), label, population)
        )
        value = population.pop(index) if isinstance(population, Deck) else population[index]
        visible = _named(visible_to if type(visible_to) is str else tuple(visible_to), self.agents)
        recorded = value if type(value) is str else plain(value, f"the outcome of the draw {label!r}")
        branch.events.append(_new(Draw, (label, index, of, recorded, visible)))
        return value

    def deck(self, items: Iterable[T]) -> Deck[T]:
        """A deck to draw from without replacement."""
        return Deck(items)

    def reveal(self, label: str, agents: Iterable[str]) -> None:
        """Declares that these agents may know a draw from here on."""
        named = _named(agents if type(agents) is str else tuple(agents), self.agents)
        self._play.current.events.append(_new(Reveal, (label, named)))

    def tell(self, agents: str | Iterable[str], text: str) -> None:
        """Puts a message into the next observation of one or several agents."""
        named = _named(agents if type(agents) is str else tuple(agents), self.agents)
        branch = self._play.current
        branch.events.append(_new(Tell, (named, text)))
        message = _new(Message, ("user", text))
        inbox = branch.inbox
        for agent in named:
            inbox[agent] = (*inbox[agent], message) if agent in inbox else (message,)

    def note(self, agent: str, /, **facts: Any) -> None:
        """Attaches facts to the agent's latest turn in this branch, or in the branches it has joined, for per-turn rewards."""
        if _note(self._play.current.events, agent, plain(facts, f"the note on {agent}")):
            return
        raise ContractError(f"note on {agent!r}, who has had no turn in this branch yet")


@lru_cache(maxsize=1024)
def _named(agents: str | tuple[str, ...], seated: tuple[str, ...]) -> tuple[str, ...]:
    """The named agents as a tuple, after checking that they are seated; cached, since every play names the same."""
    named = (agents,) if isinstance(agents, str) else agents
    for agent in named:
        if agent not in seated:
            raise ContractError(f"{agent!r} is not seated; seated: {', '.join(seated)}")
    return named


def _note(events: list[Event], agent: str, facts: Mapping[str, Any]) -> bool:
    """Adds facts to the agent's last turn among `events`, inside of gathers too. Returns whether there is such a turn."""
    for i in range(len(events) - 1, -1, -1):
        event = events[i]
        if type(event) is Turn and event.agent == agent:
            events[i] = event._replace(notes={**event.notes, **facts})
            return True
        if type(event) is Gathered:
            branches = [list(branch) for branch in event.branches]
            if any(_note(branch, agent, facts) for branch in branches):  # an agent is asked in one branch only
                events[i] = Gathered(tuple(map(tuple, branches)))
                return True
    return False
