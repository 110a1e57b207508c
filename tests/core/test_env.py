"""Rules 21 and 22: seats, specs, options and frozen instances."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axion_env import (
    Context,
    ContractError,
    Env,
    EnvSpec,
    Memory,
    Outcome,
    Play,
    Procedural,
    RandomPolicy,
    Reward,
    Role,
    Rubric,
    Task,
    UsageError,
    Utility,
    judge,
    play,
    trajectories,
)  # fmt: skip
from tests.core.game import error, game, nothing


class Options(Env):
    spec = EnvSpec("test/Options-v3", agents={"a": Role("r")})
    rubric = Rubric(r=[Reward(nothing)])

    def __init__(self, size: int = 3, words: Any = ("x", "y")) -> None:
        self.size = size
        self.words = words

    async def play(self, task: Task, ctx: Context) -> Outcome:
        return Outcome({"size": self.size, "words": self.words})


def test_options_are_recorded() -> None:
    """Every episode records what its environment was built with, and nothing it was not."""
    assert play(Options(), RandomPolicy()).options == {}
    assert play(Options(4), RandomPolicy()).options == {"size": 4}
    assert play(Options(words=("p", "q")), RandomPolicy()).options == {"words": ["p", "q"]}


def test_an_environment_is_built_from_what_is_recorded() -> None:
    """A tuple is recorded as a list, so a list is what `__init__` gets: live or loaded, the same instance; and a copy of its own."""
    given = [["x"]]
    env = Options(words=given)
    given[0].append("y")
    assert env.options == {"words": [["x"]]}
    env.words.append("z")  # type: ignore[attr-defined]
    assert env.options == {"words": [["x"]]}
    assert Options(words=("p",)).words == ["p"]  # type: ignore[attr-defined]


def test_unknown_options_name_the_nearest() -> None:
    """A misspelled option is answered with the right one."""
    with pytest.raises(UsageError, match="no option 'sise'; did you mean 'size'"):
        Options(sise=3)  # type: ignore[call-arg]


def test_options_are_plain_values() -> None:
    """An option that no record could hold is refused, and named."""
    with pytest.raises(TypeError, match=r"Options options.size is a set"):
        Options(size={3})  # type: ignore[arg-type]


def test_options_of_a_subclass() -> None:
    """Options passed on as **kwargs are recorded by their names; positional ones that have none are refused."""

    class Passing(Options):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)

    class Starred(Options):
        def __init__(self, *options: Any) -> None:
            super().__init__(*options)

    assert Passing(size=5).options == {"size": 5}
    assert Passing(size=5).size == 5
    with pytest.raises(UsageError, match="by name"):
        Starred(5)


def test_pickle_and_copy_rebuild_from_options() -> None:
    """An environment is its class and its options."""
    env = Options(7)
    for twin in (pickle.loads(pickle.dumps(env)), copy.deepcopy(env)):
        assert (type(twin), twin.options, twin.size) == (Options, {"size": 7}, 7)


def test_instances_are_frozen() -> None:
    """State lives in `play`'s locals: an assignment to self in `play` is the author's failure."""
    env = Options()
    with pytest.raises(ContractError, match=r"Options\.size was assigned after __init__"):
        env.size = 4
    with pytest.raises(ContractError, match=r"Options\.size was deleted after __init__"):
        del env.size

    class Stateful(Options):
        async def play(self, task: Task, ctx: Context) -> Outcome:
            self.turn = 1
            return Outcome({})

    running = Play(Stateful())
    assert running.episode is not None
    assert "local variables" in (running.episode.error or "")


def test_an_environment_is_whole() -> None:
    """Without a spec, a rubric or a reward for some role it is refused when built."""
    with pytest.raises(ContractError, match="must set `spec` and `rubric`"):
        type("Bare", (Env,), {})()
    with pytest.raises(ContractError, match="no rewards for the role 'r'"):
        type("Poor", (Options,), {"rubric": Rubric(other=[])})()


async def _greets(task: Task, ctx: Context) -> Outcome:
    said = [await ctx.ask(agent, "?", choices=("x",)) for agent in ctx.agents]
    return Outcome({"agents": list(ctx.agents), "said": said})


def test_the_task_says_who_is_seated() -> None:
    """`Task.agents` seats some of the spec's agents, in the spec's order; each gets a verdict, and nobody else does."""
    env = game(_greets, "abc")
    for seated, expected in ((None, "abc"), (("c", "a"), "ac"), (("b",), "b")):
        episode = play(env, RandomPolicy(), task=Task(agents=seated))
        assert episode.facts is not None
        assert episode.facts["agents"] == list(expected)
        assert list(episode.agents) == list(expected) == list(judge(env, episode))


def test_a_stranger_in_a_task() -> None:
    """A task that seats somebody the spec does not know is refused by name before anything is played."""
    with pytest.raises(UsageError, match="'d'"):
        Play(game(_greets, "abc"), Task(agents=("a", "d")))


def test_policies_for_those_not_seated_in_this_task() -> None:
    """Policies may be given for every seat of the spec; for a name that is nobody's they may not."""
    env = game(_greets, "abc")
    every = {agent: RandomPolicy() for agent in "abc"}
    assert play(env, every, task=Task(agents=("b",))).ending == "FINISHED"
    with pytest.raises(UsageError, match="'d'"):
        play(env, {**every, "d": RandomPolicy()})
    with pytest.raises(UsageError, match="no policy for 'c'"):
        play(env, {"a": RandomPolicy(), "b": RandomPolicy()})


async def _asks_one(task: Task, ctx: Context) -> Outcome:
    await ctx.ask("a", "?", choices=("x",))
    return Outcome({})


def test_an_agent_without_a_turn() -> None:
    """It gets a verdict and no trajectory."""
    env = game(_asks_one)
    episode = play(env, RandomPolicy())
    assert set(judge(env, episode)) == {"a", "b"}
    assert [t.agent for t in trajectories(env, episode)] == ["a"]


names = st.text("abcxyz_", min_size=1, max_size=6)
bounds = st.tuples(st.floats(-9, 0), st.floats(0, 9))


@st.composite
def specs(draw: st.DrawFn) -> EnvSpec:
    agents = draw(st.dictionaries(names, st.builds(Role, names, st.text(max_size=5), st.sampled_from(Memory)), min_size=1, max_size=4))
    ranges = draw(bounds | st.fixed_dictionaries({role.name: bounds for role in agents.values()}))
    return EnvSpec(
        "me/Thing-v12",
        agents,
        ranges,
        utility=draw(st.sampled_from(Utility)),
        information=draw(st.sampled_from(["perfect", "imperfect"])),
        max_turns=draw(st.integers(1, 9)),
        retries=draw(st.integers(0, 9)),
        symmetric=True,
        max_requests=50,
        description=draw(st.text(max_size=9)),
    )


@given(specs())
def test_specs_survive_json(spec: EnvSpec) -> None:
    """A spec written down and read again is equal, its seats in the same order."""
    again = EnvSpec.from_json(spec.to_json())
    assert again == spec
    assert list(again.agents) == list(spec.agents)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "NoNamespace-v1"}, "namespace/Name-vN"),
        ({"id": "a/b"}, "namespace/Name-vN"),
        ({"agents": {}}, "seats nobody"),
        ({"agents": {"a": Role("r"), "b": Role("r")}}, "symmetric=True"),
        ({"information": "none"}, "perfect"),
        ({"max_turns": 0}, "1 or more"),
        ({"retries": -1}, "0 or more"),
        ({"reward_range": (1, 0)}, "least, greatest"),
        ({"reward_range": {"other": (0, 1)}}, "no entry for the role 'r'"),
    ],
)
def test_broken_promises_are_refused(change: dict[str, Any], said: str) -> None:
    """A spec that could not be kept is refused where it is written."""
    fields: dict[str, Any] = {"id": "a/B-v1", "agents": {"a": Role("r")}}
    with pytest.raises(UsageError, match=said):
        EnvSpec(**{**fields, **change})


@given(st.integers(1, 50), st.integers(-60, 60))
def test_procedural_tasks_are_a_sequence(length: int, k: int) -> None:
    """Item k comes from make(k), negative indices and slices as in a list, and nothing past the end."""
    tasks = Procedural(length, lambda i: Task(str(i)))
    plain = [Task(str(i)) for i in range(length)]
    assert list(tasks) == plain
    assert tasks[k:] == plain[k:]
    assert tasks[::-2] == plain[::-2]
    if -length <= k < length:
        assert tasks[k] == plain[k]
    else:
        with pytest.raises(IndexError):
            tasks[k]


def test_game_helper_names_errors() -> None:
    """`error` in these tests does fail on a play that does not."""
    with pytest.raises(AssertionError):
        error(game(_asks_one), {"a": ["x"]})
