"""What moves a play: a branch's code runs up to its next request, or to its end.

    advance → awaits one request → open, for an answer, or parted, where it is a gather
            → ends → the branch that waits for it, or the play's own end

Whatever else the code does is its author's fault, and ends the play with a word on what to write.
"""

from __future__ import annotations

from collections.abc import Coroutine
from math import inf
from typing import Any

from axion_env.core.author_frame import foreign_await, with_author_frame
from axion_env.core.branch import Branch, PlayState, close_parts
from axion_env.core.ending import close_all, fail, finish, stop
from axion_env.core.gather import claim, join, split
from axion_env.core.request import Ask, Forfeit, Gather, Request, Truncated
from axion_env.record.episode import Message

_AWAIT = "write `await ctx.…`"
_new: Any = tuple.__new__  # builds the records of the hot path at half the price of calling their class


def advance(play: PlayState, branch: Branch, value: Any, error: Forfeit | Truncated | None = None) -> None:
    """Run a branch's code up to its next request, or to its end."""
    coroutine = branch.coroutine
    if coroutine is None:  # a branch that was one request only
        branch.end(value, error)
        return _join(play, branch)
    play.current = branch
    try:
        request = coroutine.send(value) if error is None else coroutine.throw(error)
    except StopIteration as returned:
        made = play.made
        if made:
            return fail(play, "author", f"{made[0].describe()} was not awaited; {_AWAIT}", None)
        if branch.parent is None:
            return finish(play, returned.value)
        branch.end(returned.value)
        return _join(play, branch)
    except (Forfeit, Truncated) as ended:
        ended.__traceback__ = None  # it holds the frames of the driver, and with them every play of the round until the collector comes
        if play.made:
            return fail(play, "author", f"{play.made[0].describe()} was not awaited; {_AWAIT}", None)
        if branch.parent is None:
            return stop(play, ended)
        branch.end(None, ended)
        return _join(play, branch)
    except Exception as problem:
        return fail(play, "author", with_author_frame(problem, play.env), problem)
    except BaseException:
        close_all(play)
        raise
    made = play.made
    if len(made) != 1 or made[0] is not request:
        return _refuse(play, request, coroutine)
    play.made = ()
    play.budget -= 1
    if play.budget < 0:
        return _spent(play, request)
    if type(request) is Gather:
        return _part(play, branch, request)
    return _open(play, branch, request)


def _refuse(play: PlayState, request: Any, coroutine: Coroutine[Any, Any, Any]) -> None:
    made = play.made
    stray = [r for r in made if r is not request]
    if isinstance(request, Request) and len(stray) < len(made):
        fail(play, "author", f"{stray[0].describe()} was not awaited; {_AWAIT}", None)
    elif isinstance(request, Request):
        fail(play, "author", f"{request.describe()} was awaited twice or belongs to another play", None)
    else:
        fail(play, "author", foreign_await(request, coroutine, play.env), None)


def _open(play: PlayState, branch: Branch, request: Any) -> None:
    request.branch = branch
    if type(request) is Ask:
        agent = request.agent
        if agent in play.barred:
            return fail(play, "author", f"{request.describe()} came after {agent} had forfeited", None)
        if branch.turns >= play.spec.max_turns:
            return _overrun(play, branch, request)
        question = _new(Message, ("user", request.text))
        if branch.parent is None:
            inbox = branch.inbox
            request.observation = inbox.pop(agent) + (question,) if agent in inbox else (question,)  # noqa: RUF005
        else:
            told = claim(branch, agent)
            if told is None:
                return fail(play, "author", f"{request.describe()} asks {agent} in a second branch of one gather", None)
            request.observation = (*told, question)
    return play.requests.append(request)


def _spent(play: PlayState, request: Request[Any]) -> None:
    close_parts(request)
    fail(play, "author", f"more than {play.spec.max_requests} requests in one play; the last was {request.describe()}", None)


def _overrun(play: PlayState, branch: Branch, ask: Ask[Any]) -> None:
    if branch.turns == inf:
        return fail(play, "author", f"{ask.describe()} came after the play was truncated", None)
    branch.turns = inf
    return advance(play, branch, None, Truncated(f"max_turns={play.spec.max_turns}"))


# Branches ------------------------------------------------------------------------------------------------------------


def _part(play: PlayState, branch: Branch, gather: Gather[Any]) -> None:
    play.budget -= sum(isinstance(part, Request) for part in gather.parts)
    if play.budget < 0:
        return _spent(play, gather)
    split(branch, gather)
    return _ready(play, list(gather.branches) or [branch])


def _ready(play: PlayState, branches: list[Branch]) -> None:
    """Start branches, and resume those whose gather is complete: a queue, so that depth never meets the stack."""
    if play.queue is not None:
        play.queue.extend(branches)
        return
    queue = play.queue = list(branches)
    done = 0
    while done < len(queue) and play.episode is None:
        _start(play, queue[done])
        done += 1
    play.queue = None


def _start(play: PlayState, branch: Branch) -> None:
    if branch.gather is not None:
        advance(play, branch, *join(branch, branch.gather))
    elif branch.coroutine is not None:
        advance(play, branch, None)
    else:
        assert branch.parent is not None
        assert branch.parent.gather is not None
        part = branch.parent.gather.parts[branch.path[-1]]
        if type(part) is Gather:
            _part(play, branch, part)
        else:
            _open(play, branch, part)


def _join(play: PlayState, branch: Branch) -> None:
    """A branch has ended; the last of its siblings to end wakes their parent."""
    parent = branch.parent
    assert parent is not None
    assert parent.gather is not None
    parent.gather.left -= 1
    if parent.gather.left == 0:
        _ready(play, [parent])
