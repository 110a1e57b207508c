"""Rule 20: facts are plain values, checked where they are made, with the offending path named."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axion_env import Context, Outcome, Play, Task
from axion_env.record.value import is_plain, joined, plain
from tests.core.game import error, finish, game

text = st.text(st.characters(), max_size=8).map(joined)  # lone surrogates included
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text
facts = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4), max_leaves=12)


@given(facts)
def test_plain_values_are_facts(value: Any) -> None:
    """Every plain value is one, and its record equals it."""
    assert is_plain(value)
    assert plain(value, "value") == value


def _deep(depth: int) -> Any:
    return [_deep(depth - 1)] if depth else 1


def _deep_keys(depth: int) -> Any:
    return {"k": _deep_keys(depth - 1)} if depth else 1


LOOP: list[Any] = []
LOOP.append(LOOP)

BAD = [
    ({"a": [1, {"b": {2}}]}, "facts.a[1].b is a set"),
    ({"a": {1: "x"}}, "facts.a has the key 1"),
    ({"a": math.nan}, "facts.a is nan"),
    ({"a": [0.0, -math.inf]}, "facts.a[1] is -inf"),
    ({"a": b"x"}, "facts.a is a bytes"),
    ({"a": 1j}, "facts.a is a complex"),
    ({"a": 10**5000}, "facts.a is an int of more than 4000 digits"),
    ({"a": [10**5000]}, "facts.a[0] is an int of more than 4000 digits"),
    ({"a": _deep(500)}, "is nested more than 256 deep"),
    (_deep_keys(400), "is nested more than 256 deep"),
    ({"a": LOOP}, "is nested more than 256 deep"),
    ({"a": Outcome({})}, "facts.a is a Outcome"),
]


@pytest.mark.parametrize(("value", "named"), BAD)
def test_the_offending_path_is_named(value: Any, named: str) -> None:
    """What may not enter a record is the author's failure, and the message leads to it."""

    async def returns(task: Task, ctx: Context) -> Outcome:
        return Outcome(value)

    assert named in error(game(returns))


@pytest.mark.parametrize("where", ["note", "call", "draw"])
def test_facts_are_checked_where_they_are_made(where: str) -> None:
    """Notes, calls and draws too, each named."""

    async def plays(task: Task, ctx: Context) -> Outcome:
        bad: Any = {"x": {3}}
        if where == "note":
            await ctx.ask("a", "?", choices=("x",))
            ctx.note("a", **bad)
        elif where == "call":
            await ctx.call("service", bad)
        else:
            ctx.draw("card", [bad])
        return Outcome({})

    assert ".x is a set" in error(game(plays), {"a": ["x"]})


def test_a_services_response_is_checked() -> None:
    """A service that answers with something else is told so by a TypeError that names the path."""

    async def calls(task: Task, ctx: Context) -> Outcome:
        return Outcome({"got": await ctx.call("service", 1)})

    play = Play(game(calls))
    with pytest.raises(TypeError, match=r"response of 'service'\.x is a set"):
        play.answer(play.requests[0], {"x": {1}})


def test_a_record_shares_nothing_with_play() -> None:
    """What `play` does later to a request, a response or a note does not reach the record."""

    async def meddles(task: Task, ctx: Context) -> Outcome:
        request = {"query": ["x"]}
        call = ctx.call("service", request)
        request["query"].append("y")
        response = await call
        response["hits"].append("forged")
        note = ["first"]
        await ctx.ask("a", "?", choices=("x",))
        ctx.note("a", note=note)
        note.append("second")
        return Outcome({"pair": (1, (2, 3)), "hits": len(response["hits"])})

    play = Play(game(meddles))
    play.answer(play.requests[0], {"hits": ()})
    play.answer(play.requests[0], "x")
    assert play.episode is not None
    assert play.episode.root[0]._asdict() == {"service": "service", "request": {"query": ["x"]}, "response": {"hits": []}}
    assert play.episode.turns[0].notes == {"note": ["first"]}
    assert play.episode.facts == {"pair": [1, [2, 3]], "hits": 1}


def test_facts_reach_the_episode() -> None:
    """The tests above could fail: honest facts do arrive."""

    async def returns(task: Task, ctx: Context) -> Outcome:
        return Outcome({"deep": _deep(50), "big": 10**3999})

    assert finish(game(returns)).facts == {"deep": _deep(50), "big": 10**3999}
