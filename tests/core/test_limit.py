"""Rules 15 and 17: turns on the causal path, and a cap on requests."""

from __future__ import annotations

import pytest

from axion_env import Context, Ending, Forfeit, Outcome, Task
from tests.core.game import error, finish, game

XY = ("x", "y")


async def _endless(task: Task, ctx: Context) -> Outcome:
    while True:
        await ctx.ask("a", "?", choices=XY)


@pytest.mark.parametrize("most", [1, 2, 7])
def test_max_turns(most: int) -> None:
    """Exactly `max_turns` turns are accepted."""
    episode = finish(game(_endless, max_turns=most), {"a": ["x"] * 20})
    assert (episode.ending, len(episode.turns), episode.error) == (Ending.TRUNCATED, most, f"max_turns={most}")


def test_retries_are_not_turns() -> None:
    """Refused attempts lie inside a turn."""
    episode = finish(game(_endless, max_turns=2, retries=1), {"a": ["?", "x", "?", "y", "?", "x"]})
    assert (episode.ending, len(episode.turns)) == (Ending.TRUNCATED, 2)


async def _rounds(task: Task, ctx: Context) -> Outcome:
    turns = 0
    while True:
        await ctx.gather(*(ctx.ask(agent, "?", choices=XY) for agent in ctx.agents))
        turns += len(ctx.agents)
        if turns == task.public["turns"]:
            return Outcome({"turns": turns})


@pytest.mark.parametrize(("turns", "ending"), [(6, Ending.FINISHED), (9, Ending.TRUNCATED)])
def test_joined_branches_add_up(turns: int, ending: Ending) -> None:
    """Three agents in two rounds are six turns on the path; a seventh would be one too many."""
    env = game(_rounds, "abc", max_turns=6)
    assert finish(env, dict.fromkeys("abc", ["x"] * 9), task=Task(public={"turns": turns})).ending is ending


async def _long_branch(task: Task, ctx: Context) -> Outcome:
    async def turns(agent: str, n: int) -> None:
        for _ in range(n):
            await ctx.ask(agent, "?", choices=XY)

    await ctx.gather(turns("a", 3), turns("b", 3))
    return Outcome({})


def test_concurrent_branches_do_not_add_up() -> None:
    """Turns count on the causal path: two branches of three turns each fit in three."""
    assert finish(game(_long_branch, max_turns=3), {"a": ["x"] * 3, "b": ["x"] * 3}).ending is Ending.FINISHED
    assert finish(game(_long_branch, max_turns=2), {"a": ["x"] * 3, "b": ["x"] * 3}).ending is Ending.TRUNCATED


async def _forgiving(task: Task, ctx: Context) -> Outcome:
    try:
        await ctx.ask("a", "?", choices=XY)
    except Forfeit:
        await ctx.ask("b", "?", choices=XY)
    return Outcome({})


def test_a_forfeited_turn_is_not_an_accepted_one() -> None:
    """`max_turns` counts accepted turns."""
    assert finish(game(_forgiving, max_turns=1), {"a": ["?"], "b": ["x"]}).ending is Ending.FINISHED


async def _spins(task: Task, ctx: Context) -> Outcome:
    while True:
        await ctx.gather()


async def _spins_in_pairs(task: Task, ctx: Context) -> Outcome:
    while True:
        await ctx.gather(*(ctx.gather() for _ in range(50)))


async def _spins_in_branches(task: Task, ctx: Context) -> Outcome:
    async def spin() -> None:
        await _spins(task, ctx)

    await ctx.gather(spin(), spin())
    return Outcome({})


@pytest.mark.parametrize("play", [_spins, _spins_in_pairs, _spins_in_branches])
def test_max_requests(play) -> None:  # type: ignore[no-untyped-def]
    """A loop of requests that never ends is FAILED at its cap, whatever shape it has."""
    said = error(game(play, max_requests=120))
    assert "more than 120 requests" in said
    assert __file__ in said


def test_a_gather_counts_its_parts() -> None:
    """One gather of 200 asks is 200 requests, not one."""

    async def crowd(task: Task, ctx: Context) -> Outcome:
        async def never() -> None:
            await ctx.ask("a", "?", choices=XY)

        await ctx.gather(never(), *(ctx.ask("a", "?", choices=XY) for _ in range(200)))
        return Outcome({})

    assert "more than 100 requests" in error(game(crowd, max_requests=100))
