"""Rules 8 to 11: asking, attempts, what crosses to others, notes, and what an agent is shown."""

from __future__ import annotations

from typing import Any

import pytest

from axion_env import Action, Context, Ending, Illegal, Memory, Outcome, Play, Reward, Task, Tokens, judge, tagged_answer
from axion_env.record.episode import Message
from tests.core.game import error, finish, game

XY = ("x", "y")


async def _one_ask(task: Task, ctx: Context) -> Outcome:
    return Outcome({"got": await ctx.ask("a", "x or y?", choices=XY)})


def test_every_attempt_is_recorded() -> None:
    """Refused answers stay in the turn, with the reason the agent was told and their tokens; the last one counted."""
    tokens = Tokens((1, 2), (3,), (-0.5,), "learner", 4)
    play = Play(game(_one_ask, retries=2))
    (ask,) = play.requests
    play.answer(ask, Action("z", tokens=tokens))
    assert play.requests == [ask]
    assert [m.author for m in ask.messages] == ["user", "assistant", "user"]  # type: ignore[union-attr]
    assert "one of x, y" in ask.messages[-1].text  # type: ignore[union-attr]
    play.answer(ask, "[Y]")
    assert play.episode is not None
    (turn,) = play.episode.turns
    assert [(a.text, a.parsed, a.legal) for a in turn.attempts] == [("z", None, False), ("[Y]", "y", True)]
    assert turn.attempts[0].tokens == tokens
    assert turn.action.parsed == "y"
    assert play.episode.facts == {"got": "y"}


def test_retries_run_out() -> None:
    """With r retries the agent has r + 1 attempts; then it has forfeited."""
    for retries in range(3):
        episode = finish(game(_one_ask, retries=retries), {"a": ["?"] * (retries + 1)})
        assert episode.ending is Ending.FORFEIT
        assert [a.legal for a in episode.turns[0].attempts] == [False] * (retries + 1)


def test_attempts_before_a_limit_are_kept() -> None:
    """A driver's limit in the middle of the attempts loses none of them."""
    play = Play(game(_one_ask, retries=2))
    play.answer(play.requests[0], "z")
    play.truncate(play.requests[0], "tokens")
    assert play.episode is not None
    assert play.episode.ending is Ending.TRUNCATED
    assert [a.text for a in play.episode.turns[0].attempts] == ["z"]


def test_an_action_cannot_bring_its_own_verdict() -> None:
    """What a policy writes into `parsed` and `error` is not believed."""
    episode = finish(game(_one_ask), {"a": ["nonsense"]})
    play = Play(game(_one_ask))
    play.answer(play.requests[0], Action("nonsense", parsed="x", error=None))
    assert play.episode == episode


@pytest.mark.parametrize("reply", [None, 3, b"x", ["x"]])
def test_an_answer_is_text(reply: Any) -> None:
    """Anything else is the caller's mistake, said with the type it was."""
    play = Play(game(_one_ask))
    with pytest.raises(Exception, match=f"answered with a {type(reply).__name__}"):
        play.answer(play.requests[0], reply)


def test_subclasses_of_str_are_text() -> None:
    """NumPy's strings are strings, and do not enter the record as anything else."""

    class Text(str):
        pass

    play = Play(game(_one_ask))
    play.answer(play.requests[0], Text("x"))
    assert play.episode is not None
    assert type(play.episode.turns[0].attempts[0].text) is str


def test_split_characters_are_joined() -> None:
    """A character that arrives as two surrogates is the one character a reader of the record will see; a lone surrogate stays."""

    async def counts(task: Task, ctx: Context) -> Outcome:
        return Outcome({"length": len(await ctx.ask("a", "?"))})

    episode = finish(game(counts), {"a": ["\ud83d\ude00 \ud83d"]})
    assert episode.facts == {"length": 3}
    assert episode.turns[0].action.text == "\U0001f600 \ud83d"


async def _parsed(task: Task, ctx: Context) -> Outcome:
    def even(text: str) -> int:
        if int(tagged_answer(text)) % 2:
            raise Illegal("an even number is wanted")
        return int(tagged_answer(text))

    got = await ctx.ask("a", "An even number?", parse=even)
    ctx.tell("b", f"a says {got}")
    return Outcome({"free": await ctx.ask("b", "And you?"), "got": got})


def test_only_the_parsed_value_crosses() -> None:
    """`play` gets the parsed value; the thinking stays in the record and is never told to others."""
    secret = "<think>I hold the king</think><answer>4</answer>"
    episode = finish(game(_parsed), {"a": [secret], "b": ["<think>he lies</think> Nothing. "]})
    assert episode.facts == {"free": "Nothing.", "got": 4}
    assert episode.turns[0].action.text == secret
    assert all("king" not in m.text for m in episode.turns[1].observation)


def test_a_parsers_refusal_is_told() -> None:
    """The reason in `Illegal` is the error of the attempt."""
    episode = finish(game(_parsed, retries=1), {"a": ["<answer>3</answer>", "<answer>2</answer>"], "b": ["ok"]})
    assert [a.error for a in episode.turns[0].attempts] == ["an even number is wanted", None]


def _shown(memory: Memory) -> list[tuple[tuple[str, str], ...]]:
    async def talk(task: Task, ctx: Context) -> Outcome:
        for i in range(2):
            ctx.tell("a", f"news {i}")
            await ctx.ask("a", f"question {i}", choices=XY)
        return Outcome({})

    play = Play(game(talk, ("a",), memory=memory))
    shown = []
    while play.requests:
        shown.append(tuple(play.requests[0].messages))  # type: ignore[union-attr]
        play.answer(play.requests[0], "<think>hm</think>[x]")
    return shown


NEWS = [(("user", f"news {i}"), ("user", f"question {i}")) for i in range(2)]


@pytest.mark.parametrize(
    ("memory", "past"),
    [
        (Memory.NONE, ()),
        (Memory.DIALOGUE, (*NEWS[0], ("assistant", "<think>hm</think>[x]"))),
        (Memory.DIALOGUE_WITHOUT_THINKING, (*NEWS[0], ("assistant", "[x]"))),
    ],
)
def test_memory(memory: Memory, past: tuple[tuple[str, str], ...]) -> None:
    """An agent is shown as much of its own past as its role remembers, and then what is new."""
    assert _shown(memory) == [NEWS[0], (*past, *NEWS[1])]


def test_the_record_holds_what_is_new_only() -> None:
    """An observation is what is new since the agent's own last turn, whatever its memory."""

    async def twice(task: Task, ctx: Context) -> Outcome:
        await ctx.ask("a", "one", choices=XY)
        await ctx.ask("a", "two", choices=XY)
        return Outcome({})

    episode = finish(game(twice, memory=Memory.DIALOGUE), {"a": ["x", "y"]})
    assert [t.observation for t in episode.turns] == [(Message("user", "one"),), (Message("user", "two"),)]


def _noted(episode, turn) -> float:  # type: ignore[no-untyped-def]
    return float(turn.notes.get("good", 0))


async def _notes(task: Task, ctx: Context) -> Outcome:
    for good in (1, 0, 1):
        await ctx.ask("a", "?", choices=XY)
        ctx.note("a", good=good)
        ctx.note("a", agent="a word like any other")
    return Outcome({})


def test_notes_sit_on_their_turn_and_earn_there() -> None:
    """A per-turn reward sees its own turn's notes and is paid at the step after it."""
    env = game(_notes, ("a",), rewards=[Reward(_noted, per_turn=True)], reward_range=(0, 3))
    episode = finish(env, {"a": ["x"] * 3})
    assert [t.notes["good"] for t in episode.turns] == [1, 0, 1]
    verdict = judge(env, episode)["a"]
    assert verdict.reward == 2.0
    assert verdict.step_rewards(3) == (1.0, 0.0, 1.0)


async def _notes_after_the_join(task: Task, ctx: Context) -> Outcome:
    async def two(agent: str) -> list[str]:
        return [await ctx.ask(agent, "?", choices=XY), *(await ctx.gather(ctx.ask(agent, "??", choices=XY)))]

    answers = await ctx.gather(*map(two, ctx.agents))
    for agent, said in zip(ctx.agents, answers, strict=True):
        ctx.note(agent, said=said)
    return Outcome({})


def test_notes_after_a_join() -> None:
    """After a gather the latest turn of each agent stands in its branch, and is the one noted on."""
    episode = finish(game(_notes_after_the_join), {"a": ["x", "y"], "b": ["y", "y"]})
    assert [dict(t.notes) for t in episode.turns] == [{}, {"said": ["x", "y"]}, {}, {"said": ["y", "y"]}]


async def _notes_on_nothing(task: Task, ctx: Context) -> Outcome:
    ctx.note("b", early=True)
    return Outcome({})


def test_a_note_needs_a_turn() -> None:
    """Before an agent's first turn there is nothing to note on."""
    assert "no turn in this branch yet" in error(game(_notes_on_nothing))


@pytest.mark.parametrize("choices", [(), "xy", None])
def test_malformed_asks(choices: Any) -> None:
    """No choices, or a string for a list of them, is the author's failure; so are choices together with a parser."""

    async def asks(task: Task, ctx: Context) -> Outcome:
        await ctx.ask("a", "?", choices=choices, parse=None if choices is not None else 3)  # type: ignore[call-overload]
        return Outcome({})

    if choices is None:  # a parser that is not callable fails when it is called
        assert "not callable" in error(game(asks), {"a": ["x"]})
    else:
        assert "sequence of choices" in error(game(asks))


def test_strangers_are_named() -> None:
    """Asking, telling and revealing to somebody who is not seated says who is."""

    async def asks(task: Task, ctx: Context) -> Outcome:
        await ctx.ask("c", "?")
        return Outcome({})

    async def tells(task: Task, ctx: Context) -> Outcome:
        ctx.tell("c", "psst")
        return Outcome({})

    async def reveals(task: Task, ctx: Context) -> Outcome:
        ctx.reveal("card", "c")
        return Outcome({})

    for play in (asks, tells, reveals):
        said = error(game(play))
        assert "'c'" in said
        assert "seated: a, b" in said
