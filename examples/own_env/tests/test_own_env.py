"""What me/OwnEnv-v0 promises."""

from __future__ import annotations

import pytest
from axion_env import Ending, Scripted, judge, play
from axion_env.testing import EnvSuite

from own_env import OwnEnv


class TestOwnEnv(EnvSuite):
    """Every check of `axion check` as a test; the name is known once `pip install -e .` has been run."""

    env = "me/OwnEnv-v0"


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
