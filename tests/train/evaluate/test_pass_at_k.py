"""What several plays of a task come to, worked by hand."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from axion_env import Ending, Play, Scripted, drive, load
from axion_train.evaluate.pass_at_k import SampledMetrics, Vote, majority_at, pass_at
from axion_train.evaluate.reward import sampled_reward

ENV = load("axion/Arithmetic-v0")


def votes(*answers: str | None, right: str = "a") -> list[Vote]:
    return [Vote(answer == right, answer) for answer in answers]


@pytest.mark.parametrize(
    ("answers", "elected"),
    [
        (("a", "b", "a"), True),
        (("b", "a", "b"), False),
        (("a", "b"), True),  # a tie: the first seen
        (("b", "a"), False),
        (("b", "a", "a", "b"), False),
        ((None, None, "a", None), True),  # who has no answer abstains
        ((None, None), False),
    ],
)
def test_the_answer_most_plays_give_is_elected(answers: tuple[str | None, ...], elected: bool) -> None:
    assert majority_at(votes(*answers), len(answers)) == elected


def test_votes_are_taken_in_disjoint_groups() -> None:
    """Six plays make two votes of three; the seventh is left over."""
    assert majority_at(votes("a", "a", "b", "b", "b", "a", "a"), 3) == 0.5


@pytest.mark.parametrize(("n", "right", "k"), [(5, 2, 1), (5, 2, 3), (5, 4, 2), (4, 0, 2)])
def test_pass_at_k_is_the_share_of_subsets_with_a_right_one(n: int, right: int, k: int) -> None:
    subsets = list(combinations([i < right for i in range(n)], k))
    assert pass_at(n, right, k) == pytest.approx(sum(map(any, subsets)) / len(subsets))


def tally(script: list[list[str]]) -> dict[str, Any]:
    """Plays of one task each, in the order given; `#` is the right answer, `!` one too many."""
    found = SampledMetrics(ENV)
    for k, answers in enumerate(script):
        task = ENV.tasks("test")[k]
        right = task.secret["answer"]
        texts = [a.replace("#", f"<answer>{right}</answer>").replace("!", f"<answer>{right + 1}</answer>") for a in answers]
        for episode in drive((Play(ENV, task, k, copy=c) for c in range(len(texts))), Scripted(texts), in_flight=1):
            found.add(k, episode)
    return found.metrics()


def test_figures_by_hand() -> None:
    """Two tasks of four plays. The first: right, wrong, wrong, nothing; the second: wrong, right, 0-padded right, right."""
    found = tally([["#", "!", "!", "?"], ["!", "#", "#", "#"]])
    assert found["accuracy"] == found["pass@1"] == 0.5
    assert found["reward/solver"] == pytest.approx((1 + 0.1 + 0.1 + 0 + 0.1 + 3) / 8)
    assert found["pass@4"] == 1.0
    assert found["maj@4"] == 0.5  # 2 : 1 for the wrong one, and 3 : 1 for the right one
    assert found["best@4/solver"] == 1.0
    assert "pass@16" not in found


def test_a_number_of_plays_that_is_no_power_has_its_figures_too() -> None:
    found = tally([["!", "!", "#"]])
    assert (found["pass@3"], found["maj@3"], found["best@3/solver"]) == (1.0, 0.0, 1.0)


def test_one_play_per_task_makes_no_vote() -> None:
    assert set(tally([["#"], ["!"]])) == {"reward/solver", "illegal_rate", "accuracy", "accuracy_error"}


def test_void_plays_are_left_out_of_their_own_task() -> None:
    """A FAILED first play takes nothing from its task, and nothing is booked under the task before."""
    task = ENV.tasks("test")[0]
    answers = Scripted(lambda ask: f"<answer>{ask.task.secret['answer']}</answer>")
    found = SampledMetrics(ENV)
    whole = list(drive((Play(ENV, task, 0, copy=c) for c in range(3)), answers))
    found.add(0, whole[0]._replace(facts={**(whole[0].facts or {}), "correct": False}))
    for episode in (whole[0]._replace(ending=Ending.FAILED, fault="machine"), *whole[1:]):
        found.add(1, episode)
    assert found.metrics()["accuracy"] == 0.5
    assert found.metrics()["pass@2"] == 1.0


def test_without_an_answer_among_the_facts_there_is_no_vote() -> None:
    """Kuhn poker names none, and has no part `correct` either."""
    env = load("axion/KuhnPoker-v0")
    found = sampled_reward(env, Scripted(lambda ask: ask.choices[0]), split="train", tasks=2, seed=0, copies=4)  # type: ignore[index]
    assert set(found) == {"reward/first", "reward/second", "illegal_rate", "best@4/first", "best@4/second"}
