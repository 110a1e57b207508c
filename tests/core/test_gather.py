"""Rules 9, 12 and 17: several requests at once, in any depth."""

from __future__ import annotations

from typing import Any

import pytest

from axion_env import Context, Outcome, Play, Task
from axion_env.record.episode import Gathered, Message
from tests.core.game import error, finish, game


async def _mixed(task: Task, ctx: Context) -> Outcome:
    async def sub() -> str:
        return "sub"

    ask, call, made = await ctx.gather(ctx.ask("a", "?", choices=("x", "y")), ctx.gather(sub(), sub()), sub())
    return Outcome({"got": [ask, list(call), made]})


def test_results_come_in_the_order_of_the_arguments() -> None:
    """Bare requests, sub-plays and gathers within gathers: each result at its argument's place."""
    assert finish(game(_mixed), {"a": ["y"]}).facts == {"got": ["y", ["sub", "sub"], "sub"]}


async def _simultaneous(task: Task, ctx: Context) -> Outcome:
    moves = await ctx.gather(*(ctx.ask(agent, "rock or paper?", choices=("rock", "paper")) for agent in ctx.agents))
    return Outcome({"moves": list(moves)})


def test_all_are_asked_at_once() -> None:
    """Simultaneous moves: both asks are open together, and neither sees the other's answer."""
    play = Play(game(_simultaneous))
    assert [ask.agent for ask in play.requests] == ["a", "b"]  # type: ignore[union-attr]
    play.answer(play.requests[1], "paper")
    assert [ask.agent for ask in play.requests] == ["a"]  # type: ignore[union-attr]
    assert play.requests[0].messages == (Message("user", "rock or paper?"),)  # type: ignore[union-attr]
    play.answer(play.requests[0], "rock")
    assert play.episode is not None
    assert play.episode.facts == {"moves": ["rock", "paper"]}


async def _empty(task: Task, ctx: Context) -> Outcome:
    return Outcome({"got": list(await ctx.gather())})


def test_empty_gather() -> None:
    """A gather of nothing gives nothing, and is recorded."""
    episode = finish(game(_empty))
    assert episode.facts == {"got": []}
    assert episode.root == (Gathered(()),)


async def _two_thousand(task: Task, ctx: Context) -> Outcome:
    async def instant(i: int) -> int:
        return i

    total = 0
    for i in range(2000):
        total += sum(await ctx.gather(instant(i), instant(1)))
    return Outcome({"total": total})


def test_two_thousand_instant_gathers_do_not_meet_the_stack() -> None:
    """A ready queue, not recursion, drives joins."""
    assert finish(game(_two_thousand)).facts == {"total": 2000 * 1999 // 2 + 2000}


async def _wide(task: Task, ctx: Context) -> Outcome:
    async def instant(i: int) -> int:
        return i

    return Outcome({"total": sum(await ctx.gather(*(instant(i) for i in range(3000))))})


def test_a_wide_gather() -> None:
    """3,000 branches at once are no deeper than one."""
    assert finish(game(_wide)).facts == {"total": 3000 * 2999 // 2}


async def _nested(task: Task, ctx: Context) -> Outcome:
    async def level(n: int) -> int:
        return 1 + sum(await ctx.gather(level(n - 1), level(n - 1))) if n else 1

    return Outcome({"nodes": await level(6)})


def test_gathers_nest() -> None:
    """A binary tree of branches, six deep."""
    assert finish(game(_nested)).facts == {"nodes": 127}


async def _twice(task: Task, ctx: Context) -> Outcome:
    async def sub() -> str:
        return await ctx.ask("a", "again?", choices=("x", "y"))

    await ctx.gather(ctx.ask("a", "?", choices=("x", "y")), sub())
    return Outcome({})


def test_an_agent_is_asked_in_one_branch_only() -> None:
    """An agent asked in two branches of a gather could be told apart by timing; it is the author's failure, with the agent named."""
    assert "asks a in a second branch" in error(game(_twice), {"a": ["x", "x"]})


async def _cousins(task: Task, ctx: Context) -> Outcome:
    async def sub() -> tuple[str, ...]:
        return await ctx.gather(ctx.ask("a", "?", choices=("x", "y")))

    await ctx.gather(sub(), sub())
    return Outcome({})


def test_an_agent_is_asked_below_one_branch_only() -> None:
    """Nor may it be asked in the branches of two branches."""
    assert "asks a in a second branch" in error(game(_cousins), {"a": ["x", "x"]})


async def _tells(task: Task, ctx: Context) -> Outcome:
    async def branch(agent: str, other: str) -> None:
        ctx.tell(agent, f"{agent} hears at once")
        ctx.tell(other, f"{other} hears of {agent} at the join")
        await ctx.ask(agent, "?", choices=("x",))

    ctx.tell(ctx.agents, "before")
    await ctx.gather(branch("a", "b"), branch("b", "a"))
    ctx.tell("a", "after")
    return Outcome({})


def test_closing_observations() -> None:
    """In a branch a tell reaches that branch's agent now, others at the join; what follows the last turn is the closing observation."""
    episode = finish(game(_tells), {"a": ["x"], "b": ["x"]})
    seen = {turn.agent: [m.text for m in turn.observation] for turn in episode.turns}
    assert seen == {"a": ["before", "a hears at once", "?"], "b": ["before", "b hears at once", "?"]}
    closing = {agent: [m.text for m in messages] for agent, messages in episode.closing.items()}
    assert closing == {"b": ["b hears of a at the join"], "a": ["a hears of b at the join", "after"]}


def test_a_request_given_twice() -> None:
    """One request is one branch."""

    async def play(task: Task, ctx: Context) -> Outcome:
        ask = ctx.ask("a", "?", choices=("x",))
        await ctx.gather(ask, ask)
        return Outcome({})

    assert "is not a fresh request of this play" in error(game(play))


@pytest.mark.parametrize("part", [7, "text", [1]])
def test_gather_takes_awaitables_only(part: Any) -> None:
    """Anything else is named by its type."""

    async def play(task: Task, ctx: Context) -> Outcome:
        await ctx.gather(part)
        return Outcome({})

    assert f"got {type(part).__name__}" in error(game(play))


async def _breaks_early(task: Task, ctx: Context) -> Outcome:
    async def bad() -> None:
        raise ValueError("broken")

    async def never() -> None:
        await ctx.ask("b", "?", choices=("x",))

    await ctx.gather(ctx.ask("a", "?", choices=("x",)), bad(), never(), ctx.gather(never(), ctx.gather(never())))
    return Outcome({})


def test_children_are_closed_when_a_play_fails() -> None:
    """A failure cancels at once, and no sub-play is left behind "never awaited" (warnings are errors here)."""
    assert "ValueError: broken" in error(game(_breaks_early), {"a": ["x"]})
