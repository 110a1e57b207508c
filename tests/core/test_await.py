"""Rule 12: a request is awaited where it is made or is an argument of `gather`; anything else is named by its line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from axion_env import Context, Outcome, Play, Task
from axion_env.sandbox import Function
from tests.core.game import error, finish, game, line


async def _forgotten_ask(task: Task, ctx: Context) -> Outcome:
    ctx.ask("a", "?", choices=("x",))  # forgotten
    return Outcome({})


async def _forgotten_call(task: Task, ctx: Context) -> Outcome:
    ctx.call("service", 1)  # forgotten
    await ctx.ask("a", "?", choices=("x",))
    return Outcome({})


async def _forgotten_run(task: Task, ctx: Context) -> Outcome:
    ctx.run(Function("", "f"))  # forgotten
    return Outcome({})


async def _forgotten_gather(task: Task, ctx: Context) -> Outcome:
    async def sub() -> None:
        await ctx.ask("b", "?", choices=("x",))

    ctx.gather(sub(), sub())  # forgotten
    await ctx.ask("a", "?", choices=("x",))
    return Outcome({})


async def _forgotten_before_gather(task: Task, ctx: Context) -> Outcome:
    async def sub() -> None:
        await ctx.ask("b", "?", choices=("x",))

    ctx.ask("a", "?", choices=("x",))  # forgotten
    await ctx.gather(sub(), sub())
    return Outcome({})


async def _forgotten_after(task: Task, ctx: Context) -> Outcome:
    first = ctx.ask("a", "?", choices=("x",))
    ctx.ask("b", "?", choices=("x",))  # forgotten
    await first
    return Outcome({})


async def _forgotten_in_a_branch(task: Task, ctx: Context) -> Outcome:
    async def sub() -> None:
        ctx.ask("a", "?", choices=("x",))  # forgotten

    await ctx.gather(sub(), ctx.ask("b", "?", choices=("x",)))
    return Outcome({})


async def _forgotten_while_raising(task: Task, ctx: Context) -> Outcome:
    try:
        await ctx.ask("a", "?", choices=("x",))
    finally:
        ctx.ask("b", "?", choices=("x",))  # forgotten
    return Outcome({})


@pytest.mark.parametrize(
    "play",
    [
        _forgotten_ask, _forgotten_call, _forgotten_run, _forgotten_gather, _forgotten_before_gather, _forgotten_after,
        _forgotten_in_a_branch, _forgotten_while_raising,
    ],
)  # fmt: skip
@pytest.mark.parametrize("answer", ["x", "nonsense"])
def test_a_forgotten_await_is_named_by_its_line(play: Callable[..., Any], answer: str) -> None:
    """At each yield, return and raise, no other request may be open."""
    assert f"made at {line(play, '# forgotten')} was not awaited" in error(game(play), {"a": [answer], "b": [answer]})


async def _compared(task: Task, ctx: Context) -> Outcome:
    if ctx.ask("a", "?", choices=("bet", "check")) == "bet":  # compared
        return Outcome({"bet": True})
    return Outcome({"bet": False})


async def _in(task: Task, ctx: Context) -> Outcome:
    return Outcome({"bet": ctx.ask("a", "?", choices=("bet", "check")) in ("bet", "raise")})  # compared


async def _truth(task: Task, ctx: Context) -> Outcome:
    return Outcome({"some": not ctx.ask("a", "?")})  # compared


@pytest.mark.parametrize("play", [_compared, _in, _truth])
def test_an_unawaited_request_has_no_value(play: Callable[..., Any]) -> None:
    """Compared with a string or taken for a truth value, it raises instead of quietly being unequal."""
    said = error(game(play))
    assert line(play, "# compared") in said
    assert "write `await ctx.…`" in said


async def _awaited_twice(task: Task, ctx: Context) -> Outcome:
    ask = ctx.ask("a", "?", choices=("x",))
    await ask
    await ask
    return Outcome({})


def test_awaited_twice() -> None:
    """One request, one answer."""
    assert "awaited twice" in error(game(_awaited_twice), {"a": ["x", "x"]})


async def _asleep(task: Task, ctx: Context) -> Outcome:
    await asyncio.sleep(0)  # foreign
    return Outcome({})


async def _future(task: Task, ctx: Context) -> Outcome:
    await asyncio.Future(loop=_Loop())  # type: ignore[arg-type]  # foreign
    return Outcome({})


class _Loop(asyncio.AbstractEventLoop):
    def get_debug(self) -> bool:
        return False


@pytest.mark.parametrize(("play", "name"), [(_asleep, "sleep"), (_future, "Future")])
def test_foreign_awaitables_are_named_with_the_authors_line(play: Callable[..., Any], name: str) -> None:
    """What asyncio would wait for, nobody here will ever answer."""
    said = error(game(play))
    assert line(play, "# foreign") in said
    assert name in said


async def _waiting(task: Task, ctx: Context) -> Outcome:
    await ctx.ask("a", "?", choices=("x",))
    return Outcome({})


def test_another_plays_request_is_foreign() -> None:
    """A ctx belongs to one play."""
    leaked: list[Context] = []

    async def leak(task: Task, ctx: Context) -> Outcome:
        leaked.append(ctx)
        await ctx.ask("a", "?", choices=("x",))
        return Outcome({})

    async def steal(task: Task, ctx: Context) -> Outcome:
        await leaked[0].ask("a", "mine?", choices=("x",))  # stolen
        return Outcome({})

    other = Play(game(leak))
    said = error(game(steal))
    assert "belongs to another play" in said
    assert line(steal, "# stolen") in said
    assert other.episode is None


def test_answers_go_to_open_requests_only() -> None:
    """Answering what is not open raises, and says which request."""
    play = Play(game(_waiting))
    (ask,) = play.requests
    play.answer(ask, "x")
    with pytest.raises(ValueError, match="is not open in this play"):
        play.answer(ask, "x")


def test_an_open_request_knows_its_line() -> None:
    """Asks, calls and runs say which line of `play` made them."""

    async def calls(task: Task, ctx: Context) -> Outcome:
        await ctx.call("service", 1)  # here
        await ctx.run(Function("", "f"))  # there
        return Outcome({})

    play = Play(game(calls))
    assert play.requests[0].line == line(calls, "# here")
    play.answer(play.requests[0], None)
    assert play.requests[0].line == line(calls, "# there")


def test_play_must_be_async() -> None:
    """A `play` that is a plain function is refused when the environment is built."""

    def plain(task: Task, ctx: Context) -> Outcome:
        return Outcome({})

    with pytest.raises(Exception, match="async def play"):
        game(plain)


def test_finish_is_not_vacuous() -> None:
    """The helper of these tests does finish an honest play."""
    assert finish(game(_waiting), {"a": ["x"]}).ending == "FINISHED"
