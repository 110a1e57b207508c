"""Gymnasium's own checker over every seat of every installed environment, and what it does not ask."""

import pickle
import subprocess
import sys
import warnings
from typing import Any

import gymnasium
import pytest
from gymnasium.utils.env_checker import check_env

import axion_env.gymnasium
from axion_env import Context, Env, EnvSpec, NotFound, Outcome, RandomPolicy, Reward, Role, Rubric, Task, UsageError, ids, load, play
from axion_env.core.policy import Scripted
from axion_env.gymnasium import Seat

SEATS = [(name, seat) for name in ids() for seat in load(name).seats]


@pytest.mark.parametrize(("name", "seat"), SEATS)
def test_gymnasiums_checker_passes(name: str, seat: str) -> None:
    """`check_env` on every seat, as `gymnasium.make` gives it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "For Box action spaces|.*not within the observation space|.*render")
        env = gymnasium.make(name, seat=seat, render_mode="ansi")
        check_env(env.unwrapped, skip_render_check=False)


@pytest.mark.parametrize(("mode", "settings"), [("sync", {}), ("async", {"shared_memory": False})])
@pytest.mark.parametrize("name", ids())
def test_vector_environments_work(name: str, mode: str, settings: dict[str, Any]) -> None:
    """Several copies side by side deal what single ones deal by the same seeds."""
    single = gymnasium.make(name)
    expected = tuple(single.reset(seed=seed)[0]["text"] for seed in (5, 6))
    envs = gymnasium.make_vec(name, num_envs=2, vectorization_mode=mode, vector_kwargs=settings)
    observations, _ = envs.reset(seed=[5, 6])
    assert tuple(observations["text"]) == expected
    for _ in range(4):
        _, rewards, _, _, _ = envs.step(("bet", "check"))
        assert rewards.shape == (2,)
    envs.close()


def test_a_seat_plays_the_same_episode_as_play() -> None:
    """Same seed, same opponents, same actions: the same record."""
    env = Seat("axion/KuhnPoker-v0", seat="player_1", opponents=RandomPolicy(3))
    _, info = env.reset(seed=11)
    done, said = False, []
    while not done:
        said.append(info["legal_actions"][0])
        _, reward, terminated, truncated, info = env.step(said[-1])
        done = terminated or truncated
    whole = play(load("axion/KuhnPoker-v0"), {"player_0": RandomPolicy(3), "player_1": Scripted(said)}, seed=11)
    assert env.steppable.episode == whole
    assert reward == info["parts"]["chips_won"]
    assert (info["ending"], info["role"]) == ("FINISHED", "second")


class Shy(Env):
    """The second is asked in one deal of a few, or never."""

    spec = EnvSpec("tests/Shy-v0", agents={"first": Role("first"), "second": Role("second")}, max_turns=2)
    rubric = Rubric(first=[Reward(lambda e, a: 0.0, name="nothing")], second=[Reward(lambda e, a: 1.0, name="there")])

    def __init__(self, asked: bool = True) -> None:
        self.asked = asked

    async def play(self, task: Task, ctx: Context) -> Outcome:
        await ctx.ask("first", "?", choices=("x",))
        if self.asked and ctx.draw("coin", range(3)) == 0:
            await ctx.ask("second", "?", choices=("y",))
        return Outcome({})


def test_a_deal_without_the_seat_is_dealt_again() -> None:
    """Until the seat is asked; a seat that never is ends in an error, not in a loop."""
    env = Seat(Shy(), seat="second")
    for seed in range(10):
        env.reset(seed=seed)
        assert env.step("y")[1] == 1.0
    with pytest.raises(UsageError, match="second was asked in none of 100 deals"):
        Seat(Shy(asked=False), seat="second").reset(seed=0)


def test_episodes_nobody_seeds_follow_the_last_seed() -> None:
    """`reset()` goes on; the same start gives the same row of deals, another start another."""

    def row(seed: int) -> list[str]:
        env = Seat("axion/KuhnPoker-v0")
        return [env.reset(seed=seed if i == 0 else None)[0]["text"] for i in range(8)]

    assert row(1) == row(1)
    assert row(1)[1:] != row(2)[1:]


def test_wrong_names_are_told_the_nearest() -> None:
    """A seat, a render mode."""
    with pytest.raises(NotFound, match="did you mean 'player_0'"):
        Seat("axion/KuhnPoker-v0", seat="player0")
    with pytest.raises(UsageError, match="'ansi': got 'human'"):
        Seat("axion/KuhnPoker-v0", render_mode="human")


def test_rendering_shows_the_finished_episode() -> None:
    """Before the end there is nothing that is everybody's to see."""
    env = Seat("axion/KuhnPoker-v0", render_mode="ansi")
    env.reset(seed=3)
    assert env.render() == ""
    while not env.step("bet" if "bet" in (env._legal() or ()) else "fold")[2]:
        pass
    assert "chance: card of player_0" in (env.render() or "")


def test_importing_axion_env_imports_no_gymnasium() -> None:
    """Whoever steps nothing pays nothing."""
    code = "import sys, axion_env; print([m for m in ('gymnasium', 'pettingzoo', 'numpy') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_text_spaces_pickle_and_equal_each_other() -> None:
    """They travel to the workers of a vector environment without their live environment."""
    env = Seat("axion/KuhnPoker-v0")
    env.reset(seed=0)
    assert env.action_space.sample() in ("check", "bet")
    there = pickle.loads(pickle.dumps(env.action_space))
    assert there == env.action_space
    assert there.contains(there.sample())
    assert axion_env.gymnasium.register() is None  # registering again changes nothing
