"""What me/OwnEnv-v0 promises."""

from __future__ import annotations

import pytest
from axion_env import Demo, Ending, Scripted, find, judge, play, play_demo

from own_env import OwnEnv


def test_the_name_leads_here() -> None:
    """It is registered: `pip install -e .` has been run."""
    assert find("me/OwnEnv-v0") is OwnEnv


@pytest.mark.parametrize("demo", OwnEnv().demos(), ids=lambda demo: demo.name)
def test_demos_earn_what_they_claim(demo: Demo) -> None:
    env = OwnEnv()
    earned = judge(env, play_demo(env, demo))
    assert {agent: verdict.reward for agent, verdict in earned.items()} == demo.rewards


@pytest.mark.parametrize("answer", ["", "7", "<answer>seven</answer>", "<answer>-1</answer>", "<answer>1</answer><answer>2</answer>"])
def test_what_is_no_number_forfeits(answer: str) -> None:
    env = OwnEnv()
    episode = play(env, Scripted([answer]), seed=1)
    assert episode.ending is Ending.FORFEIT
    assert judge(env, episode)["solver_0"].reward == 0


def test_no_task_is_in_both_splits() -> None:
    env = OwnEnv()
    train, test = ({task.public["number"] for task in env.tasks(split)} for split in ("train", "test"))
    assert len(train | test) == 90
    assert not train & test
