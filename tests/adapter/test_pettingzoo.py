"""PettingZoo's own suites over every installed environment, and what they do not ask."""

import itertools
import warnings

import pytest

from axion_env import Env, EnvSpec, Outcome, Reward, Role, Rubric, UsageError, ids, load, make
from axion_env.core.context import Context
from axion_env.pettingzoo import aec_env, parallel_env
from axion_env.record.task import Task

with warnings.catch_warnings():  # where pygame is installed they import PettingZoo's games, in a way that PettingZoo itself warns of
    warnings.simplefilter("ignore")
    from pettingzoo.test import api_test, parallel_api_test, parallel_seed_test, seed_test

SOME = (
    "We recommend agents to be named in the format",  # a descriptor may be of two words here
    "No agents present but not all possible_agents are",  # a task may seat some of them
)
"""What it says of names, and of plays that are not for everybody."""
ARRAYS = ("Observation is not a NumPy array", "Observation space for each agent probably", "Action space for each agent probably")
"""What PettingZoo's suite says of every environment whose observations are no arrays."""


class Guessing(Env):
    """Two guessers answer at once, a judge after them."""

    spec = EnvSpec(
        "tests/Guessing-v0",
        agents={"guesser_0": Role("guesser"), "guesser_1": Role("guesser"), "judge_0": Role("judge")},
        max_turns=3,
        symmetric=True,
    )
    rubric = Rubric(
        guesser=[Reward(lambda episode, agent: float(episode.facts["won"] == agent))],
        judge=[Reward(lambda episode, agent: 0.5, name="fee")],
    )

    async def play(self, task: Task, ctx: Context) -> Outcome:
        guesses = await ctx.gather(*(ctx.ask(f"guesser_{i}", "Heads or tails?", choices=("heads", "tails")) for i in range(2)))
        await ctx.ask("judge_0", f"They said {' and '.join(guesses)}.", choices=("well", "so what"))
        return Outcome({"won": f"guesser_{guesses.index('heads')}" if "heads" in guesses else ""})


RULES = [*ids(), "Guessing"]


def rules(name: str) -> Env:
    return Guessing() if name == "Guessing" else load(name)


@pytest.fixture(autouse=True)
def text_is_no_array() -> None:
    for text in (*ARRAYS, *SOME):
        warnings.filterwarnings("ignore", text)


@pytest.mark.parametrize("name", RULES)
def test_pettingzoos_suites_pass(name: str) -> None:
    """`api_test`, `parallel_api_test` and both seed tests."""
    env = rules(name)
    api_test(aec_env(env), num_cycles=50)
    parallel_api_test(parallel_env(env), num_cycles=50)
    seed_test(lambda: aec_env(env), num_cycles=10)
    parallel_seed_test(lambda: parallel_env(env), num_cycles=10)


@pytest.mark.parametrize("seed", range(8))
def test_all_forms_are_one_play(seed: int) -> None:
    """Steppable, Parallel and AEC give the same episode for the same seed and actions."""
    steppable, parallel, aec = make("axion/KuhnPoker-v0"), parallel_env("axion/KuhnPoker-v0"), aec_env("axion/KuhnPoker-v0")
    steppable.reset(seed=seed)
    parallel.reset(seed=seed)
    aec.reset(seed=seed)
    for choice in itertools.count(seed):
        (agent,) = steppable.acting
        legal = steppable.legal_actions(agent)
        assert legal is not None
        action = legal[choice % len(legal)]
        assert (aec.agent_selection, aec.infos[agent]["legal_actions"]) == (agent, legal)
        _, rewards, *_ = steppable.step({agent: action})
        _, rewards_too, *_ = parallel.step({agent: action, "nobody": "ignored"})
        aec.step(action)
        if not steppable.acting:
            break
    assert rewards == rewards_too == aec.rewards
    assert steppable.episode == parallel.steppable.episode == aec.steppable.episode


def test_those_asked_at_once_answer_one_by_one_in_aec() -> None:
    """In the order of their seats; neither sees what the other said before it has answered itself."""
    env = aec_env(Guessing())
    env.reset(seed=1)
    asked = []
    for agent in env.agent_iter():
        observation, _, terminated, truncated, _ = env.last()
        asked.append((agent, observation["text"]))
        env.step(None if terminated or truncated else {"judge_0": "well"}.get(agent, "heads"))
    assert asked[:3] == [
        ("guesser_0", "Heads or tails?"),
        ("guesser_1", "Heads or tails?"),
        ("judge_0", "They said heads and heads."),
    ]
    assert [agent for agent, _ in asked[3:]] == ["guesser_0", "guesser_1", "judge_0"]
    assert env.steppable.episode is not None
    assert env.steppable.episode.facts == {"won": "guesser_0"}


def test_an_agent_whose_episode_is_over_has_one_action_left() -> None:
    """None, once for every agent, and `last` gives each what it earned."""
    env = aec_env("axion/KuhnPoker-v0")
    env.reset(seed=2)
    env.step("bet")
    env.step("call")
    with pytest.raises(ValueError, match="the episode of player_0 is over, and the only action left is None: got 'bet'"):
        env.step("bet")
    earned = {}
    for agent in env.agent_iter():
        _, earned[agent], terminated, _, info = env.last()
        assert (terminated, info["ending"]) == (True, "FINISHED")
        env.step(None)
    assert sorted(earned.values()) == [-2.0, 2.0]
    assert env.agents == []


def test_a_missing_action_is_named() -> None:
    """Parallel takes an action of everybody asked, and says who that is."""
    env = parallel_env(Guessing())
    env.reset(seed=0)
    with pytest.raises(UsageError, match=r"asked now \(guesser_0, guesser_1\): got \['guesser_0'\]"):
        env.step({"guesser_0": "heads"})


def test_options_belong_to_an_id() -> None:
    """Rules that are built already take none; an id's are those of the environment."""
    assert parallel_env("axion/KuhnPoker-v0", ante=2).steppable.spec.reward_range == (-3.0, 3.0)
    with pytest.raises(UsageError, match=r"built already: got \['ante'\]"):
        parallel_env(Guessing(), ante=2)


def test_spaces_are_the_same_objects_at_every_call() -> None:
    """As PettingZoo demands, and any text is in them."""
    env = parallel_env("axion/KuhnPoker-v0")
    assert env.action_space("player_0") is env.action_space("player_0")
    assert "Hello, wörld.\n" in env.action_space("player_0")
    assert {"text": ""} in env.observation_space("player_0")
    assert 3 not in env.action_space("player_0")
