"""The driver: batches, order, and who answers for whom."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Sequence
from itertools import count, islice
from typing import Any

import pytest

from axion_env import Ask, Context, ContractError, Ending, Env, EnvSpec, Outcome, Play, Role, Rubric, Scripted, Task, UsageError, drive
from tests.core.game import GRADES, PROPOSE_AND_SOLVE, finish, game


class First:
    """Answers with the first choice, and counts."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def act(self, asks: Sequence[Ask[Any]]) -> list[str]:
        self.batches.append(len(asks))
        return [ask.choices[0] if ask.choices else "" for ask in asks]


async def _as_long_as_the_task(task: Task, ctx: Context) -> Outcome:
    for _ in range(task.public["turns"]):
        await ctx.ask("a", "?", choices=("x",))
    return Outcome({})


LENGTHS = game(_as_long_as_the_task, ("a",))


def _plays(*turns: int) -> list[Play]:
    return [Play(LENGTHS, Task(str(n), public={"turns": n})) for n in turns]


def test_episodes_come_in_the_order_of_the_plays() -> None:
    """However long each takes."""
    turns = [5, 1, 0, 3, 2, 0, 4]
    for in_flight in (1, 2, 100):
        assert [len(e.turns) for e in drive(_plays(*turns), First(), in_flight=in_flight)] == turns


def test_one_batch_a_round() -> None:
    """Each round asks every policy once, with all that is pending."""
    policy = First()
    list(drive(_plays(3, 3, 1), policy))
    assert policy.batches == [3, 2, 2]


def test_one_policy_in_several_seats_gets_one_batch() -> None:
    """A batch is by policy, not by seat."""
    policy = First()
    list(drive([Play(PROPOSE_AND_SOLVE, None, 1)], {"proposer": policy, **{f"solver_{i}": policy for i in range(4)}}, services=GRADES))
    assert policy.batches == [1, 4, 4, 1]


def test_an_endless_iterator_will_do() -> None:
    """Plays are taken as room arises."""
    endless = (Play(LENGTHS, Task(public={"turns": 1}), seed) for seed in count())
    assert [e.seed for e in islice(drive(endless, First(), in_flight=3), 10)] == list(range(10))


def test_policies_by_play() -> None:
    """A function chooses who answers, play by play."""
    chosen = drive(_plays(1, 1), lambda play: Scripted(["x" if play.seed else "nonsense"]))
    assert [e.ending for e in chosen] == [Ending.FORFEIT, Ending.FORFEIT]


def test_a_callable_policy_is_a_policy() -> None:
    """A policy may be callable, as every torch module is; it is still asked to act."""

    class Module(First):
        def __call__(self, *args: Any) -> None:
            raise AssertionError("called")

    assert next(iter(drive(_plays(1), Module()))).ending is Ending.FINISHED


async def _both(task: Task, ctx: Context) -> Outcome:
    return Outcome({agent: await ctx.ask(agent, "?", choices=("x", "y")) for agent in ctx.agents})


class Left(Env):
    spec = EnvSpec("test/Left-v0", agents={"a": Role("one"), "b": Role("two")})
    rubric = Rubric(one=[], two=[])
    play = staticmethod(_both)  # type: ignore[assignment]


class Right(Left):
    spec = EnvSpec("test/Right-v0", agents={"a": Role("two"), "b": Role("one")})


def test_plays_of_different_environments_are_seated_each_by_its_own_roles() -> None:
    """Agents of one name may have another role elsewhere."""
    policies = {"one": Scripted(["x", "x"]), "two": Scripted(["y", "y"])}
    left, right = drive([Play(Left()), Play(Right())], policies)
    assert (left.facts, right.facts) == ({"a": "x", "b": "y"}, {"a": "y", "b": "x"})


def test_a_policy_answers_every_ask() -> None:
    """Too few answers are named, not lined up with the wrong asks."""

    class Short:
        def act(self, asks: Sequence[Ask[Any]]) -> list[str]:
            return ["x"]

    with pytest.raises(ContractError, match="answered 1 of 2 asks"):
        list(drive(_plays(1, 1), Short()))


async def _calls(task: Task, ctx: Context) -> Outcome:
    return Outcome({"got": list(await ctx.gather(ctx.call("one", 1), ctx.call("two", 2), ctx.call("one", 3)))})


def test_calls_of_one_service_are_one_batch() -> None:
    """Over all plays, and answered in order."""
    seen: list[list[Any]] = []

    def one(requests: Sequence[Any]) -> list[Any]:
        seen.append(list(requests))
        return [r * 10 for r in requests]

    episodes = list(drive([Play(game(_calls)) for _ in range(2)], Scripted([]), services={"one": one, "two": list}))
    assert seen == [[1, 3, 1, 3]]
    assert [e.facts for e in episodes] == [{"got": [10, 2, 30]}] * 2


def test_a_missing_service_is_named() -> None:
    """Nothing is voided by a service that was merely not given."""
    with pytest.raises(UsageError, match="calls the service 'one', which was not given; given: two"):
        list(drive([Play(game(_calls))], Scripted([]), services={"two": list}))


def test_a_service_answers_every_request() -> None:
    """A service that answers too few is broken."""
    (episode,) = drive([Play(game(_calls))], Scripted([]), services={"one": lambda r: [1], "two": list})
    assert (episode.ending, episode.fault) == (Ending.FAILED, "machine")
    assert "1 responses to 2 requests" in (episode.error or "")


def test_a_script_that_ends_too_early() -> None:
    """The agent and its question are named."""
    with pytest.raises(UsageError, match="no answer left for a, who is asked"):
        finish(LENGTHS, {"a": ["x"]}, task=Task(public={"turns": 2}))


@pytest.mark.parametrize("answer", ["x", "nonsense"])
def test_finished_plays_leave_no_cycles(answer: str) -> None:
    """Won or forfeited, a play is freed by reference counts alone, and does not keep the others of its round."""

    class Always:
        def act(self, asks: Sequence[Ask[Any]]) -> list[str]:
            return [answer for _ in asks]

    gc.collect()
    gc.disable()
    try:
        deque(drive(_plays(1, 2, 3), Always()), maxlen=0)
        assert gc.collect() == 0
    finally:
        gc.enable()
