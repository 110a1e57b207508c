"""A branch: one coroutine of a play, with its own log, its own chance stream and its own undelivered messages."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from axion_env.core.author_frame import blame, where
from axion_env.core.request import Forfeit, Gather, Request, Truncated
from axion_env.core.rng import Stream, derive
from axion_env.record.episode import Event, Gathered, Message

if TYPE_CHECKING:
    from axion_env.core.env import Env
    from axion_env.core.play import Play


class Branch:
    """One coroutine of a play, with its log."""

    __slots__ = ("coroutine", "ended", "events", "gather", "inbox", "parent", "path", "play", "result", "stream", "turns")

    def __init__(self, play: Play, parent: Branch | None, path: tuple[int, ...], coroutine: Coroutine[Any, Any, Any] | None) -> None:
        self.play = play
        self.parent = parent
        self.path = path
        """Its last number is the branch's index among its siblings."""
        self.coroutine = coroutine
        """None where the branch is a single request."""
        self.events: list[Event] = []
        self.inbox: dict[str, tuple[Message, ...]] = {}
        """Told in this branch and not yet seen."""
        self.turns: float = 0 if parent is None else parent.turns
        """Accepted turns on the causal path up to here; infinite once a limit was reached, and then nobody may be asked any more."""
        self.stream: Stream | None = None
        """Its own chance stream, made when first drawn from."""
        self.gather: Gather[Any] | None = None
        """The gather it waits for."""

    def open_stream(self) -> Stream:
        """Make its chance stream, from the episode's seed and its path."""
        self.stream = stream = Stream(derive(self.play.seed or 0, *self.path))
        return stream

    def end(self, result: Any, ended: Forfeit | Truncated | None = None) -> None:
        """It returned, or was ended by a forfeit or a limit."""
        self.result = result
        self.ended = ended


def log(branch: Branch) -> tuple[Event, ...]:
    """What has happened in it so far, in the branches it waits for too."""
    events = tuple(branch.events)
    if branch.gather is None:
        return events
    return (*events, Gathered(tuple(log(child) for child in branch.gather.branches)))


def close_parts(request: Request[Any]) -> None:
    """Close sub-plays that were never started; those started have a branch that knows them."""
    if isinstance(request, Gather) and not request.branches:
        for part in request.parts:
            if isinstance(part, Request):
                close_parts(part)
            else:
                part.close()


def close(branch: Branch, env: Env) -> str | None:
    """Close its coroutine and those below it, innermost first; says so if one swallowed its GeneratorExit."""
    swallowed = None
    if branch.gather is not None:
        for child, part in zip(branch.gather.branches, branch.gather.parts, strict=True):
            swallowed = close(child, env) or swallowed
            if isinstance(part, Gather):
                close_parts(part)
    if branch.coroutine is not None:
        try:
            branch.coroutine.close()
        except RuntimeError:  # Python's own word for a coroutine that went on after GeneratorExit
            swallowed = f"GeneratorExit was swallowed at {where(branch.coroutine, env)}"
        except Exception as problem:
            swallowed = blame(problem, env)
    return swallowed
