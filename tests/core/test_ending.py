"""Rules 13, 14 and 16: forfeits, truncations and failures."""

from __future__ import annotations

from typing import Any

import pytest

from axion_env import Context, Ending, Forfeit, Outcome, Play, PlayFailed, Scripted, Task, Truncated, drive, judge, play
from tests.core.game import error, finish, game, line

XY = ("x", "y")


async def _siblings(task: Task, ctx: Context) -> Outcome:
    async def sub(agent: str) -> list[str]:
        return [await ctx.ask(agent, "?", choices=XY), await ctx.ask(agent, "?", choices=XY)]

    return Outcome({"got": list(await ctx.gather(*map(sub, ctx.agents)))})


def test_siblings_of_a_forfeit_run_to_their_end() -> None:
    """A forfeit ends its branch; what the others would have said is not lost to the order of answering."""
    episode = finish(game(_siblings, "abc"), {"a": ["x", "x"], "b": ["?"], "c": ["y", "y"]})
    assert episode.ending is Ending.FORFEIT
    assert episode.culprits == ("b",)
    assert [t.agent for t in episode.turns] == ["a", "a", "b", "c", "c"]


def test_culprits_stand_in_branch_order() -> None:
    """However late the first branch forfeits, it is named first."""
    running = Play(game(_siblings, "abc"))
    asks = {ask.agent: ask for ask in running.requests}  # type: ignore[union-attr]
    for agent in "cba":
        running.answer(asks[agent], "nonsense")
    assert running.episode is not None
    assert running.episode.culprits == ("a", "b", "c")


@pytest.mark.parametrize("forfeiting", ["a", "b"])
def test_forfeit_beats_truncation(forfeiting: str) -> None:
    """Where one branch forfeits and another is truncated, the ending is FORFEIT, in either order."""
    running = Play(game(_siblings))
    asks = {ask.agent: ask for ask in running.requests}  # type: ignore[union-attr]
    other = "b" if forfeiting == "a" else "a"
    running.truncate(asks[other], "out of tokens")
    running.answer(asks[forfeiting], "nonsense")
    assert running.episode is not None
    assert (running.episode.ending, running.episode.culprits) == (Ending.FORFEIT, (forfeiting,))


def test_truncated_by_the_driver() -> None:
    """A limit of the driver's ends the play as TRUNCATED, says why, and is worth nothing to anybody."""
    env = game(_siblings)
    running = Play(env)
    running.truncate(running.requests[0], "out of tokens")
    for _ in range(2):
        running.answer(running.requests[0], "x")
    assert running.episode is not None
    assert (running.episode.ending, running.episode.error) == (Ending.TRUNCATED, "out of tokens")
    assert {v.reward for v in judge(env, running.episode).values()} == {0.0}


async def _forgiving(task: Task, ctx: Context) -> Outcome:
    try:
        said = await ctx.ask("a", "?", choices=XY)
    except Forfeit as forfeit:
        said = f"{forfeit.culprits[0]} forfeited; b: {await ctx.ask('b', '?', choices=XY)}"
    return Outcome({"said": said})


def test_a_caught_forfeit_is_finished() -> None:
    """`play` may catch a forfeit, ask the others and return facts."""
    episode = finish(game(_forgiving), {"a": ["nonsense"], "b": ["y"]})
    assert (episode.ending, episode.facts) == (Ending.FINISHED, {"said": "a forfeited; b: y"})


async def _forgiving_branch(task: Task, ctx: Context) -> Outcome:
    async def solve(agent: str) -> str | None:
        try:
            return await ctx.ask(agent, "?", choices=XY)
        except Forfeit:
            return None

    return Outcome({"got": list(await ctx.gather(*map(solve, ctx.agents)))})


def test_a_failed_solver_is_only_a_failed_solver() -> None:
    """A branch that catches its forfeit returns like any other."""
    assert finish(game(_forgiving_branch), {"a": ["?"], "b": ["x"]}).facts == {"got": [None, "x"]}


async def _asks_the_culprit(task: Task, ctx: Context) -> Outcome:
    try:
        await ctx.ask("a", "?", choices=XY)
    except Forfeit:
        await ctx.ask("a", "again?", choices=XY)  # again
    return Outcome({})


def test_a_culprit_is_asked_nothing_more() -> None:
    """Asking it again is the author's failure, named by its line."""
    said = error(game(_asks_the_culprit), {"a": ["?", "x"]})
    assert line(_asks_the_culprit, "# again") in said
    assert "a had forfeited" in said


async def _asks_after_truncation(task: Task, ctx: Context) -> Outcome:
    try:
        while True:
            await ctx.ask("a", "?", choices=XY)
    except Truncated:
        await ctx.ask("b", "after?", choices=XY)  # after
    return Outcome({})


def test_nobody_is_asked_after_a_truncation() -> None:
    """Anybody asked after `Truncated` is the author's failure, named by its line."""
    said = error(game(_asks_after_truncation, max_turns=2), {"a": ["x"] * 3, "b": ["x"]})
    assert line(_asks_after_truncation, "# after") in said
    assert "truncated" in said


async def _asks_after_a_truncated_branch(task: Task, ctx: Context) -> Outcome:
    async def sub() -> str | None:
        try:
            return await ctx.ask("a", "?", choices=XY)
        except Truncated:
            return None

    await ctx.gather(sub())
    await ctx.ask("b", "after?", choices=XY)  # after
    return Outcome({})


def test_nor_after_a_branch_that_caught_it() -> None:
    """A truncation caught in a branch still counts after the join."""
    running = Play(game(_asks_after_a_truncated_branch))
    running.truncate(running.requests[0], "time")
    assert running.episode is not None
    assert line(_asks_after_a_truncated_branch, "# after") in (running.episode.error or "")


async def _caught_truncation(task: Task, ctx: Context) -> Outcome:
    turns = 0
    try:
        while True:
            await ctx.ask("a", "?", choices=XY)
            turns += 1
    except Truncated:
        return Outcome({"turns": turns})


def test_a_caught_truncation_is_finished() -> None:
    """`play` may return facts after `Truncated`."""
    episode = finish(game(_caught_truncation, max_turns=2), {"a": ["x"] * 3})
    assert (episode.ending, episode.facts) == (Ending.FINISHED, {"turns": 2})


async def _swallows(task: Task, ctx: Context) -> Outcome:
    async def sub() -> None:
        try:
            await ctx.ask("a", "?", choices=XY)
        except GeneratorExit:
            await ctx.ask("a", "?", choices=XY)  # swallowed

    async def bad() -> None:
        await ctx.ask("b", "?", choices=XY)
        raise ValueError("broken")

    await ctx.gather(sub(), bad())
    return Outcome({})


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Python, too, complains when it collects the coroutine
def test_a_swallowed_generator_exit_is_named_by_its_line() -> None:
    """A sub-play that goes on after it was closed is FAILED, and the line is said beside the first cause."""
    running = Play(game(_swallows))
    running.answer(running.requests[1], "x")
    assert running.episode is not None
    assert running.episode.ending is Ending.FAILED
    said = running.episode.error or ""
    assert "broken" in said
    assert f"GeneratorExit was swallowed at {line(_swallows, '# swallowed')}" in said


def test_an_interrupt_closes_the_siblings() -> None:
    """Their `finally` clauses run, and no sub-play is left "never awaited"."""
    closed: list[str] = []

    async def interrupted(task: Task, ctx: Context) -> Outcome:
        async def sub(agent: str) -> None:
            try:
                await ctx.ask(agent, "?", choices=XY)
            finally:
                closed.append(agent)

        async def stop() -> None:
            raise KeyboardInterrupt

        await ctx.gather(sub("a"), stop(), sub("b"))
        return Outcome({})

    with pytest.raises(KeyboardInterrupt) as raised:
        Play(game(interrupted))
    assert raised.traceback  # the play is still referred to here: nothing was closed by its collection
    assert closed == ["a"]


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_is_not_a_failure(interrupt: type[BaseException]) -> None:
    """Ctrl-C inside `play` reaches the user and never becomes FAILED."""

    async def interrupted(task: Task, ctx: Context) -> Outcome:
        await ctx.ask("a", "?", choices=XY)
        raise interrupt

    with pytest.raises(interrupt):
        finish(game(interrupted), {"a": ["x"]})


async def _broken(task: Task, ctx: Context) -> Outcome:
    await ctx.ask("a", "?", choices=XY)
    raise ZeroDivisionError("planted")  # here


def test_an_authors_exception() -> None:
    """It is FAILED by the author's fault, named by its line; a batch driver returns it, and `play` raises it with its cause."""
    env = game(_broken)
    episode = finish(env, {"a": ["x"]})
    assert (episode.ending, episode.fault, episode.facts) == (Ending.FAILED, "author", None)
    assert episode.error == f"ZeroDivisionError: planted ({line(_broken, '# here')})"
    with pytest.raises(PlayFailed) as raised:
        play(env, {"a": Scripted(["x"]), "b": Scripted([])})
    assert raised.value.episode == episode
    assert isinstance(raised.value.__cause__, ZeroDivisionError)
    with pytest.raises(PlayFailed):
        judge(env, episode)


def test_a_parsers_exception() -> None:
    """A parser that raises anything but `Illegal` is broken, not the agent; what it choked on is kept."""

    async def parses(task: Task, ctx: Context) -> Outcome:
        return Outcome({"n": await ctx.ask("a", "?", parse=int)})

    episode = finish(game(parses), {"a": ["seven"]})
    assert (episode.ending, episode.fault) == (Ending.FAILED, "author")
    assert "ValueError" in (episode.error or "")
    assert "'seven'" in (episode.error or "")
    assert episode.turns[0].attempts[0].text == "seven"


async def _served(task: Task, ctx: Context) -> Outcome:
    got = await ctx.gather(ctx.call("one", 1), ctx.call("one", 2), ctx.call("two", 3))
    return Outcome({"got": list(got)})


def test_a_broken_service_is_the_machines_fault() -> None:
    """A service that raises voids the play, once, however many of its calls were in the batch; nobody is rewarded."""

    def broken(requests: Any) -> Any:
        raise ConnectionError("gone")

    env = game(_served)
    (episode,) = drive([Play(env)], Scripted([]), services={"one": broken, "two": list})
    assert (episode.ending, episode.fault) == (Ending.FAILED, "machine")
    assert "gone" in (episode.error or "")


def test_a_machine_fault_does_not_touch_other_plays() -> None:
    """Of two plays in one batch only the one that asked the broken service is void."""
    first = Play(game(_served))
    second = Play(game(_served))
    first.fail("the power went out")
    first.fail("again")
    (a, b) = drive([first, second], Scripted([]), services={"one": list, "two": list})
    assert (a.ending, a.error) == (Ending.FAILED, "the power went out")
    assert b.facts == {"got": [1, 2, 3]}


@pytest.mark.parametrize("returned", [None, {"won": True}, 7])
def test_play_returns_an_outcome(returned: Any) -> None:
    """Anything else is the author's failure and says what was got."""

    async def returns(task: Task, ctx: Context) -> Any:
        return returned

    assert f"play returned {type(returned).__name__}" in error(game(returns))
