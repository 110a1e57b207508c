"""Rule 23: `reset` and `step` over one play, with PettingZoo's five dictionaries."""

from __future__ import annotations

import random
from typing import Any

import pytest

from axion_env import Context, Outcome, Play, PlayFailed, Reward, Steppable, Task, Truncated, UsageError, judge, make
from tests.core.game import GRADES, PROPOSE_AND_SOLVE, game

XY = ("x", "y")


async def _simultaneous(task: Task, ctx: Context) -> Outcome:
    for i in range(2):
        moves = await ctx.gather(*(ctx.ask(agent, f"round {i}", choices=XY) for agent in ctx.agents))
        ctx.tell(ctx.agents, f"all said {''.join(moves)}")
    return Outcome({})


def paid(episode: Any, agent: str) -> float:
    return {"a": 1.0, "b": -1.0}.get(agent, 0.5)


def _env(play: Any = _simultaneous, agents: str = "ab", **spec: Any) -> Steppable:
    return Steppable(game(play, agents, rewards=[Reward(paid)], reward_range=(-1, 1), **spec))


def test_all_seated_agents_are_in_all_five() -> None:
    """At every step, asked or not; they all end together."""
    env = _env()
    observations, infos = env.reset(seed=1)
    assert observations == {"a": "round 0", "b": "round 0"}
    assert infos == {agent: {"role": agent, "acting": True, "legal_actions": ("x", "y")} for agent in "ab"}
    results = env.step({"a": "x", "b": "y"})
    assert [list(d) for d in results] == [["a", "b"]] * 5
    assert results[0] == dict.fromkeys("ab", "all said xy\nround 1")
    assert results[1:4] == ({"a": 0.0, "b": 0.0}, {"a": False, "b": False}, {"a": False, "b": False})
    observations, rewards, terminations, truncations, infos = env.step({"a": "y", "b": "y"})
    assert observations == dict.fromkeys("ab", "all said yy")
    assert rewards == {"a": 1.0, "b": -1.0}
    assert terminations == {"a": True, "b": True}
    assert truncations == {"a": False, "b": False}
    assert infos["a"] == {"role": "a", "acting": False, "legal_actions": None, "parts": {"paid": 1.0}, "ending": "FINISHED"}
    assert env.acting == ()


def test_partial_steps_of_simultaneous_agents() -> None:
    """Any non-empty subset may answer; the others stay asked, and nothing they see has changed."""
    env = _env(agents="abc")
    env.reset(seed=0)
    observations, *_ = env.step({"b": "y"})
    assert env.acting == ("a", "c")
    assert observations == {"a": "round 0", "b": "", "c": "round 0"}
    with pytest.raises(UsageError, match=r"asked now \(a, c\): got \['b'\]"):
        env.step({"b": "x", "a": "x"})
    assert env.acting == ("a", "c")
    observations, *_ = env.step({"c": "x", "a": "x"})
    assert observations["b"] == "all said xyx\nround 1"


@pytest.mark.parametrize("actions", [{}, {"nobody": "x"}])
def test_strangers_and_silence_are_refused(actions: dict[str, str]) -> None:
    """By name, and without touching the play."""
    env = _env()
    with pytest.raises(UsageError, match="call reset"):
        env.step(actions)
    env.reset(seed=0)
    with pytest.raises(UsageError, match="asked now"):
        env.step(actions)
    assert env.acting == ("a", "b")


def test_order_within_a_step_does_not_show() -> None:
    """The same actions in another dictionary order, or in several partial steps, make the same episode."""
    whole, parts = _env(agents="abc"), _env(agents="abc")
    for env in (whole, parts):
        env.reset(seed=3)
    chance = random.Random(0)
    while whole.acting:
        actions = {agent: chance.choice(XY) for agent in whole.acting}
        whole.step(actions)
        for agent in chance.sample(sorted(actions), 3):
            parts.step({agent: actions[agent]})
    assert whole.episode == parts.episode


def test_legal_actions() -> None:
    """Of the agents asked now; None for free text."""

    async def talks(task: Task, ctx: Context) -> Outcome:
        await ctx.ask("a", "?", choices=XY)
        await ctx.ask("b", "Say something.")
        return Outcome({})

    env = _env(talks)
    env.reset()
    assert env.legal_actions("a") == XY
    with pytest.raises(UsageError, match="'b' is not asked now; asked: a"):
        env.legal_actions("b")
    env.step({"a": "x"})
    assert env.legal_actions("b") is None


def _run(env: Steppable, seed: int | None) -> Any:
    observations, _ = env.reset(seed=seed)
    seen = [observations]
    while env.acting:
        observations, *_ = env.step({agent: (env.legal_actions(agent) or ("",))[0] for agent in env.acting})
        seen.append(observations)
    return seen


def test_the_same_seed_is_the_same_episode() -> None:
    """Same seed, same observations, in any instance; other seeds, other deals."""
    one, two = make("axion/KuhnPoker-v0"), make("axion/KuhnPoker-v0")
    assert [_run(one, seed) for seed in range(20)] == [_run(two, seed) for seed in range(20)]
    assert len({str(_run(one, seed)) for seed in range(20)}) > 3


def test_without_a_seed_the_stream_goes_on() -> None:
    """After reset(seed) come the same further episodes every time, and not the same episode again."""
    env = make("axion/KuhnPoker-v0")
    runs = []
    for _ in range(2):
        env.reset(seed=5)
        runs.append([_run(env, None) for _ in range(12)])
    assert runs[0] == runs[1]
    assert len({str(run) for run in runs[0]}) > 2
    one, two = make("axion/KuhnPoker-v0"), make("axion/KuhnPoker-v0")
    assert [_run(one, None) for _ in range(5)] == [_run(two, None) for _ in range(5)]


def test_the_seed_draws_the_task() -> None:
    """From the train split, unless the options name one."""
    env = make("axion/Arithmetic-v0")
    asked = [env.reset(seed=seed)[0]["solver_0"] for seed in range(10)]
    assert asked == [env.reset(seed=seed)[0]["solver_0"] for seed in range(10)]
    assert len(set(asked)) == 10
    task = env.env.tasks("test")[3]
    named = [env.reset(seed=1, options=o)[0] for o in ({"task": task}, {"split": "test", "index": 3})]
    assert named[0] == named[1]
    assert f"{task.public['a']}+{task.public['b']}" in named[0]["solver_0"]
    with pytest.raises(UsageError, match="no option"):
        env.reset(options={"tusk": task})
    with pytest.raises(UsageError, match="no split"):
        env.reset(options={"split": "dev"})


def test_rewards_are_those_of_the_rubric() -> None:
    """The last step pays what `judge` says of the episode; nothing was paid before."""
    env = make("axion/KuhnPoker-v0", hands=2)
    for seed in range(30):
        env.reset(seed=seed)
        total = dict.fromkeys(env.agents, 0.0)
        while env.acting:
            _, rewards, *_ = env.step({agent: (env.legal_actions(agent) or ())[seed % 2] for agent in env.acting})
            total = {agent: total[agent] + rewards[agent] for agent in total}
        assert env.episode is not None
        assert total == {agent: v.reward for agent, v in judge(env.env, env.episode).items()}
        assert env.episode == env.episode._replace(seed=seed)


def test_parts_of_one_name_add_up() -> None:
    """A per-turn reward is paid several times; `infos` shows its sum."""

    def each(episode: Any, turn: Any) -> float:
        return 0.25

    env = Steppable(game(_simultaneous, "ab", rewards=[Reward(each, per_turn=True), Reward(paid)], reward_range=(-1, 2)))
    env.reset()
    env.step(dict.fromkeys("ab", "x"))
    _, rewards, _, _, infos = env.step(dict.fromkeys("ab", "x"))
    assert infos["a"]["parts"] == {"each": 0.5, "paid": 1.0}
    assert rewards["a"] == 1.5


def test_retries_show_the_refusal() -> None:
    """An agent that must try again sees why."""
    env = _env(retries=1)
    env.reset()
    observations, *_ = env.step({"a": "zzz", "b": "x"})
    assert env.acting == ("a",)
    assert "Refused: not a legal move" in observations["a"]


def test_forfeit_terminates_and_truncation_truncates() -> None:
    """TRUNCATED sets truncations, every other ending terminations."""
    env = _env()
    env.reset()
    _, _, terminations, _, _ = env.step({"a": "zzz"})
    assert terminations == {"a": False, "b": False}  # its sibling runs to its end
    _, rewards, terminations, truncations, infos = env.step({"b": "x"})
    assert (rewards, terminations["b"], truncations["b"]) == ({"a": -1.0, "b": 0.0}, True, False)
    assert infos["b"]["ending"] == "FORFEIT"
    short = _env(max_turns=2)
    short.reset()
    _, rewards, terminations, truncations, infos = short.step({"a": "x", "b": "x"})
    assert (rewards, terminations["a"], truncations["a"]) == ({"a": 0.0, "b": 0.0}, False, True)


def test_a_failed_play_raises() -> None:
    """Since a zero reward would be trained on; before and after the first step."""

    async def breaks(task: Task, ctx: Context) -> Outcome:
        if task.public["late"]:
            await ctx.ask("a", "?", choices=XY)
        raise ValueError("planted")

    env = _env(breaks)
    with pytest.raises(PlayFailed, match="planted"):
        env.reset(options={"task": Task(public={"late": False})})
    env.reset(options={"task": Task(public={"late": True})})
    with pytest.raises(PlayFailed, match="planted"):
        env.step({"a": "x"})
    assert env.acting == ()


def test_services_are_answered_before_step_returns() -> None:
    """So `acting` holds agents only; a service that is missing is named."""
    env = Steppable(PROPOSE_AND_SOLVE, services=GRADES)
    env.reset(seed=1)
    while env.acting:
        assert env._play is not None
        env.step({env.acting[0]: (env.legal_actions(env.acting[0]) or ())[0]})
    assert env.episode is not None
    assert env.episode.ending == "FINISHED"
    bare = Steppable(PROPOSE_AND_SOLVE)
    bare.reset(seed=1)
    bare.step({"proposer": "easy"})
    bare.step(dict.fromkeys(bare.acting, "1"))
    with pytest.raises(UsageError, match="service 'grade', which was not given"):
        bare.step(dict.fromkeys(bare.acting, "1"))


def test_agents_follow_the_task() -> None:
    """`possible_agents` are the spec's; `agents` those seated, known at reset."""
    env = _env(agents="abc")
    assert (env.agents, env.possible_agents) == ((), ("a", "b", "c"))
    observations, _ = env.reset(options={"task": Task(agents=("c", "a"))})
    assert env.agents == ("a", "c") == tuple(observations)


def test_it_plays_what_play_plays() -> None:
    """Stepped through, an episode is the one a driver makes."""
    env = _env()
    env.reset(seed=9)
    env.step({"a": "x", "b": "y"})
    env.step({"a": "x", "b": "y"})
    play = Play(env.env, None, 9)
    while play.requests:
        play.answer(play.requests[0], "x" if play.requests[0].agent == "a" else "y")  # type: ignore[union-attr]
    assert env.episode == play.episode


def test_truncated_is_public() -> None:
    """Authors catch it by its public name."""
    assert issubclass(Truncated, BaseException)
    assert not issubclass(Truncated, Exception)
