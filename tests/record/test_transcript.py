"""Transcripts: one episode, one text; complete for a reader, harmless to a terminal, private for an agent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axion_env import (
    Action,
    Context,
    Ending,
    Env,
    EnvSpec,
    Episode,
    Outcome,
    Reward,
    Role,
    Rubric,
    Scripted,
    Task,
    Tokens,
    ids,
    judge,
    load,
    play,
    play_demo,
)
from axion_env.record.transcript import amount, printable, transcript


class Whispers(Env):
    """Two speak at once; one guesses a coin and may be wrong once."""

    spec = EnvSpec("test/Whispers-v0", agents={"a": Role("speaker"), "b": Role("guesser")}, retries=1)
    rubric = Rubric(
        speaker=[Reward(lambda episode, agent: 0.25, name="spoke")],
        guesser=[Reward(lambda e, t: t.notes["hit"], per_turn=True, name="hit")],
    )

    async def play(self, task: Task, ctx: Context) -> Outcome:
        ctx.tell("b", "It was tossed.")
        said, guess = await ctx.gather(ctx.ask("a", "Speak."), self._guess(ctx))
        ctx.tell(("a", "b"), f"{guess}!")
        answer = await ctx.call("oracle", {"said": said})
        return Outcome({"answer": answer})

    async def _guess(self, ctx: Context) -> str:
        ctx.draw("coin", ("heads",), visible_to=("a",))
        guess = await ctx.ask("b", "Guess.", choices=("heads", "tails"))
        ctx.note("b", hit=1.0)
        ctx.reveal("coin", ("b",))
        return guess


GUESS = Action("It is heads.", tokens=Tokens((1, 2), (3, 4, 5), (-0.1, -0.2, -0.3), "learner", 12))

FULL = """\
test/Whispers-v0, task 0, seed 4
a is speaker, b is guesser

branch 1 of 2

  a is asked
    | Speak.
    > one
    > two

branch 2 of 2
  chance: coin is heads (1 of 1), seen by a

  b is asked (heads, tails)
    | It was tossed.
    | Guess.
    > maybe
    refused: not a legal move; answer with one of heads, tails
    > It is heads.
    = heads
    3 tokens by learner, version 12
    noted: {"hit": 1.0}

  known to b from here on: coin

call of oracle: {"said": "one\\ntwo"}
  answered: yes

a is told at the end
  | heads!

b is told at the end
  | heads!

FINISHED {"answer": "yes"}
a earns +0.25: spoke +0.25
b earns +1: hit +1 at its turn 1
"""

SEEN_BY_A = """\
test/Whispers-v0, task 0, seed 4
a is speaker, b is guesser

branch 1 of 2

  a is asked
    | Speak.
    > one
    > two

a is told at the end
  | heads!

FINISHED
a earns +0.25: spoke +0.25
"""


@pytest.fixture
def whispers() -> Episode:
    answers = iter(["maybe", GUESS])
    policies = {"a": Scripted(["one\ntwo"]), "b": Answers(answers)}
    return play(Whispers(), policies, seed=4, services={"oracle": lambda requests: ["yes"] * len(requests)})


class Answers:
    """Actions from an iterator, tokens included."""

    def __init__(self, answers) -> None:  # type: ignore[no-untyped-def]
        self._answers = answers

    def act(self, asks):  # type: ignore[no-untyped-def]
        return [next(self._answers) for _ in asks]


def test_everything_that_can_happen_is_shown(whispers: Episode) -> None:
    """Branches, draws, reveals, refused and accepted answers, tokens, notes, calls, closing words, facts, rewards."""
    assert transcript(whispers, judge(Whispers(), whispers)) == FULL


def test_an_agents_own_view_holds_only_its_own(whispers: Episode) -> None:
    """No draw, no fact, no service, no word of another agent."""
    assert transcript(whispers, judge(Whispers(), whispers), agent="a") == SEEN_BY_A


@pytest.mark.parametrize("name", ids())
def test_every_demo_has_a_transcript(name: str) -> None:
    """Each ends in one newline, without trailing spaces or two empty lines in a row, and shows what was asked and earned."""
    env = load(name)
    for demo in env.demos():
        episode = play_demo(env, demo)
        text = transcript(episode, judge(env, episode))
        lines = text.split("\n")
        assert text == transcript(play_demo(env, demo), judge(env, episode))
        assert lines[-1] == ""
        assert lines[-2] != ""
        assert "\n\n\n" not in text
        assert all(line == line.rstrip() for line in lines)
        assert text.count("is asked") == len(episode.turns)
        assert all(f"{agent} earns" in text for agent in episode.agents)


def test_a_task_s_secret_is_for_the_reader_and_not_in_an_agent_s_view() -> None:
    env = load("axion/Arithmetic-v0")
    episode = play(env, Scripted(["<answer>1</answer>"]))
    assert "secret: " in transcript(episode)
    assert "secret: " not in transcript(episode, agent="solver_0")


def test_endings_say_who_and_why(whispers: Episode) -> None:
    """A forfeit names its culprits, a limit its reason, a failure whose fault it was."""
    forfeit = play(Whispers(), {"a": Scripted(["x"]), "b": Scripted(["?", "?"])})
    assert transcript(forfeit).endswith("\nFORFEIT by b\n")
    assert transcript(whispers._replace(ending=Ending.TRUNCATED, facts=None, error="max_turns=3")).endswith("\nTRUNCATED: max_turns=3\n")
    failed = whispers._replace(ending=Ending.FAILED, facts=None, fault="author", error="KeyError: 'x'")
    assert transcript(failed).endswith("\nFAILED by the author's fault: KeyError: 'x'\n")


@given(st.text())
def test_nothing_that_steers_a_terminal_gets_through(text: str) -> None:
    """Whatever an agent says, each line of its transcript prints, and can be written to any UTF-8 file."""
    said = transcript(play(Whispers(), {"a": Scripted([text]), "b": Scripted(["heads"])}, services={"oracle": lambda r: [None] * len(r)}))
    assert all(line.isprintable() for line in said.split("\n"))
    said.encode()


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S"])))
def test_what_prints_is_left_as_it_is(text: str) -> None:
    assert printable(text) == text


def test_long_values_are_cut_and_words_are_not(whispers: Episode) -> None:
    """A service's response may be megabytes; what an agent was shown and said is never cut."""
    long = "x" * 5000
    policies = {"a": Scripted([long]), "b": Scripted(["heads"])}
    text = transcript(play(Whispers(), policies, services={"oracle": lambda requests: [long] * len(requests)}))
    assert f"    > {long}\n" in text
    assert f"  answered: {'x' * 299}…\n" in text


@pytest.mark.parametrize(("value", "shown"), [(0.0, "0"), (-0.0, "0"), (2.0, "+2"), (-0.1, "-0.1"), (1 / 3, "+0.333333")])
def test_rewards_carry_their_sign(value: float, shown: str) -> None:
    assert amount(value) == shown
