"""The state of a play in progress, and its branches.

A branch is one coroutine of a play, with its own log, its own chance stream and its own undelivered messages.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeAlias

from axion_env.core.author_frame import where, with_author_frame
from axion_env.core.request import Address, Ask, Call, Forfeit, Gather, Request, Rules, Truncated
from axion_env.core.rng import Stream, derive
from axion_env.core.spec import EnvSpec
from axion_env.record.episode import Episode, Event, Gathered, Message
from axion_env.record.task import Task

Chance: TypeAlias = Callable[[Address, str, Sequence[Any]], int]
"""Answers a draw: (where it stands, its label, what can be drawn) → index of the outcome."""


class PlayState:
    """The state of a play in progress. `scheduler`, `gather` and `ending` change it; `Play` and `Context` give access to it."""

    __slots__ = (
        "agents", "barred", "budget", "chance", "copy", "current", "env", "episode", "exception", "history", "made", "queue", "requests",
        "root", "seed", "spec", "task",
    )  # fmt: skip

    env: Rules
    spec: EnvSpec
    task: Task
    agents: tuple[str, ...]
    """Who is seated, in the spec's order."""
    seed: int | None
    """Seed of the chance stream. None: every draw is answered by `chance`."""
    copy: int
    """Which of several plays of this deal."""
    chance: Chance | None
    requests: list[Ask[Any] | Call[Any]]
    """What waits for an answer now."""
    episode: Episode | None
    """The record, once the play is over."""
    exception: BaseException | None
    """What `play` or a parser raised, where the ending is FAILED by the author's fault."""
    barred: tuple[str, ...]
    """Who has forfeited, and may not be asked again."""
    budget: int
    """Requests that may still be made."""
    history: dict[str, tuple[Message, ...]]
    """By agent, what it is shown of its own past."""
    queue: list[Branch] | None
    """Branches waiting to be started or resumed. None: no branch is being started now."""
    root: Branch
    current: Branch
    """The branch whose code is running."""
    made: tuple[Request[Any], ...]
    """Requests made and not awaited yet: mostly none or one, and so a tuple."""


class Branch:
    """One coroutine of a play, with its log."""

    __slots__ = ("coroutine", "ended", "events", "gather", "inbox", "parent", "path", "play", "result", "stream", "turns")

    def __init__(self, play: Any, parent: Branch | None, path: tuple[int, ...], coroutine: Coroutine[Any, Any, Any] | None) -> None:
        self.play: Any = play
        """A `Play`, which is a `PlayState`."""
        self.parent = parent
        self.path = path
        """Its last number is the branch's index among its siblings."""
        self.coroutine = coroutine
        """None where the branch is a single request."""
        self.events: list[Event] = []
        self.inbox: dict[str, tuple[Message, ...]] = {}
        """By agent, messages told in this branch and not yet shown."""
        self.turns: float = 0 if parent is None else parent.turns
        """Accepted turns on the causal path up to here; infinite once a limit was reached, and then nobody may be asked any more."""
        self.stream: Stream | None = None
        """Its own chance stream, made when first drawn from."""
        self.gather: Gather[Any] | None = None
        """The gather it waits for."""

    def open_stream(self) -> Stream:
        """Makes the branch's chance stream, from the play's seed and the branch's path."""
        self.stream = stream = Stream(derive(self.play.seed or 0, *self.path))
        return stream

    def end(self, result: Any, ended: Forfeit | Truncated | None = None) -> None:
        """Records the branch's result, or the forfeit or limit that ended it."""
        self.result = result
        self.ended = ended


def log(branch: Branch) -> tuple[Event, ...]:
    """The events of a branch so far, those of the branches it waits for included."""
    events = tuple(branch.events)
    if branch.gather is None:
        return events
    return (*events, Gathered(tuple(log(child) for child in branch.gather.branches)))


def close_parts(request: Request[Any]) -> None:
    """Closes the coroutines of sub-plays that were never started; a started one is closed with its branch."""
    if isinstance(request, Gather) and not request.branches:
        for part in request.parts:
            if isinstance(part, Request):
                close_parts(part)
            else:
                part.close()


def close(branch: Branch, env: object) -> str | None:
    """Closes a branch's coroutine and those below it, innermost first. Returns a message if one swallowed its GeneratorExit."""
    swallowed = None
    if branch.gather is not None:
        for child, part in zip(branch.gather.branches, branch.gather.parts, strict=True):
            swallowed = close(child, env) or swallowed
            if isinstance(part, Gather):
                close_parts(part)
    if branch.coroutine is not None:
        try:
            branch.coroutine.close()
        except RuntimeError:  # Python raises this when a coroutine goes on after GeneratorExit
            swallowed = f"GeneratorExit was swallowed at {where(branch.coroutine, env)}"
        except Exception as problem:
            swallowed = with_author_frame(problem, env)
    return swallowed
