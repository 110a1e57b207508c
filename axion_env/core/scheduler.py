"""The scheduler of a play: runs the code of each branch up to its next request, or to its end.

    advance → awaits one request → opened, for an answer; a gather: split into branches
            → ends → its siblings have ended too: their parent goes on; the root: the play ends

Anything else the code does is its author's fault: the play FAILS, with a message on what to write instead.
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
    """Runs a branch's code up to its next request, or to its end."""
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
        ended.__traceback__ = None  # it holds the frames of the driver, and so every play of the round until a garbage collection
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
        return _out_of_requests(play, request)
    if type(request) is Gather:
        return _open_gather(play, branch, request)
    return _open(play, branch, request)


def _refuse(play: PlayState, request: Any, coroutine: Coroutine[Any, Any, Any]) -> None:
    made = play.made
    unawaited = [r for r in made if r is not request]
    if isinstance(request, Request) and len(unawaited) < len(made):
        fail(play, "author", f"{unawaited[0].describe()} was not awaited; {_AWAIT}", None)
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
            return _out_of_turns(play, branch, request)
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


def _out_of_requests(play: PlayState, request: Request[Any]) -> None:
    close_parts(request)
    fail(play, "author", f"more than {play.spec.max_requests} requests in one play; the last was {request.describe()}", None)


def _out_of_turns(play: PlayState, branch: Branch, ask: Ask[Any]) -> None:
    if branch.turns == inf:
        return fail(play, "author", f"{ask.describe()} came after the play was truncated", None)
    branch.turns = inf
    return advance(play, branch, None, Truncated(f"max_turns={play.spec.max_turns}"))


# Branches ------------------------------------------------------------------------------------------------------------


def _open_gather(play: PlayState, branch: Branch, gather: Gather[Any]) -> None:
    play.budget -= sum(isinstance(part, Request) for part in gather.parts)
    if play.budget < 0:
        return _out_of_requests(play, gather)
    split(branch, gather)
    return _schedule(play, list(gather.branches) or [branch])


def _schedule(play: PlayState, branches: list[Branch]) -> None:
    """Starts branches, and resumes those whose gather is complete. A queue, so that deep nesting never overflows the stack."""
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
            _open_gather(play, branch, part)
        else:
            _open(play, branch, part)


def _join(play: PlayState, branch: Branch) -> None:
    """Resumes the parent of an ended branch once all its siblings have ended too."""
    parent = branch.parent
    assert parent is not None
    assert parent.gather is not None
    parent.gather.left -= 1
    if parent.gather.left == 0:
        _schedule(play, [parent])
