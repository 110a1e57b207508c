"""The four endings of a play: finished, forfeited, truncated, failed. Each of them leaves a record."""

from __future__ import annotations

from typing import Any

from axion_env.core.author_frame import first_line
from axion_env.core.branch import PlayState, close, close_parts, log
from axion_env.core.request import Forfeit, Truncated
from axion_env.record.episode import Ending, Episode, Outcome
from axion_env.record.value import plain

_new: Any = tuple.__new__  # builds the record at half the price of calling its class


def finish(play: PlayState, outcome: Any) -> None:
    """Ends the play with what its code returned: FINISHED, or FAILED where that is no `Outcome` of plain facts."""
    if type(outcome) is not Outcome or type(outcome.facts) is not dict:
        got = f"Outcome({type(outcome.facts).__name__})" if type(outcome) is Outcome else type(outcome).__name__
        return fail(play, "author", f"play returned {got}; it must return Outcome({{…facts…}}) ({first_line(play.env.play)})", None)
    try:
        facts = plain(outcome.facts, "facts")
    except TypeError as problem:
        return fail(play, "author", f"{problem} ({first_line(play.env.play)})", problem)
    return _end(play, Ending.FINISHED, facts)


def stop(play: PlayState, ended: Forfeit | Truncated) -> None:
    """Ends the play as FORFEIT or TRUNCATED: its code did not catch a forfeit or a limit."""
    if isinstance(ended, Forfeit):
        _end(play, Ending.FORFEIT, culprits=ended.culprits)
    else:
        _end(play, Ending.TRUNCATED, error=ended.reason)


def fail(play: PlayState, fault: str, error: str, exception: BaseException | None) -> None:
    """Ends the play as FAILED.

    Args:
        play: The play.
        fault: Whose fault it is: `author` or `machine`.
        error: What happened.
        exception: What the author's code raised.
    """
    play.exception = exception
    swallowed = close_all(play)
    _end(play, Ending.FAILED, fault=fault, error=f"{error}; {swallowed}" if swallowed and swallowed not in error else error)


def _end(
    play: PlayState,
    ending: Ending,
    facts: dict[str, Any] | None = None,
    culprits: tuple[str, ...] = (),
    fault: str | None = None,
    error: str | None = None,
) -> None:
    root = play.root
    play.requests = []
    play.queue = None
    env = play.env
    play.episode = _new(Episode, (
        play.spec.id, env.options, play.task, env.roles(play.agents), play.seed, play.copy, log(root),
        root.inbox, ending, facts, culprits, fault, error,
    ))  # fmt: skip
    del play.root, play.current  # cuts the circle play → branch → coroutine → context → play: a finished play needs no collector


def close_all(play: PlayState) -> str | None:
    """Closes every coroutine of a play, innermost first. Returns a message if one swallowed its GeneratorExit."""
    for request in play.made:
        close_parts(request)
    return close(play.root, play.env)
