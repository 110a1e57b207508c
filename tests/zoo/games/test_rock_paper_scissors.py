"""Rock, paper, scissors is worth nothing, is solved by uniform play, and nobody sees the other's throw in time."""

from __future__ import annotations

from itertools import permutations

import pytest

from axion_env import Env, GameTree, Play, enumerate_plays, judge, load

THROWS = ("rock", "paper", "scissors")


@pytest.fixture(scope="module")
def env() -> Env:
    return load("axion/RockPaperScissors-v0")


@pytest.fixture(scope="module")
def tree(env: Env) -> GameTree:
    return GameTree(env)


def test_uniform_play_is_the_equilibrium(tree: GameTree) -> None:
    """One information set each, nine endings, value 0, NashConv 0."""
    assert (tree.leaves, len(tree.information_sets)) == (9, 2)
    assert tree.values(tree.uniform()) == pytest.approx({"player_0": 0, "player_1": 0}, abs=1e-15)
    assert tree.nash_conv(tree.uniform()) == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("strategy", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (0.5, 0.5, 0), (0.2, 0.3, 0.5)])
def test_all_else_is_exploited(tree: GameTree, strategy: tuple[float, ...]) -> None:
    """The best answer to (rock, paper, scissors) = (r, p, s) earns the greatest of s - p, r - s and p - r, from both seats alike."""
    r, p, s = strategy
    assert tree.nash_conv([strategy, strategy]) == pytest.approx(2 * max(s - p, r - s, p - r), abs=1e-15)


def test_the_seats_are_exchangeable(env: Env) -> None:
    """Swapped throws swap the rewards: the seats may share a role."""
    worth = {}
    for one in enumerate_plays(env):
        verdicts = judge(env, one.episode)
        throws = tuple(turn.action.parsed for turn in one.episode.turns)
        worth[throws] = verdicts["player_0"].reward
        assert verdicts["player_0"].reward + verdicts["player_1"].reward == 0
    assert all(worth[a, b] == -worth[b, a] for a in THROWS for b in THROWS)
    assert sorted(worth.values()) == [-1] * 3 + [0] * 3 + [1] * 3


def test_both_are_asked_before_either_answers(env: Env) -> None:
    """Both questions are open at once and hold no throw; an answer changes nothing in the other's question, whichever comes first."""
    records = set()
    for order in permutations(range(2)):
        play = Play(env)
        asks = list(play.requests)
        shown = [ask.messages for ask in asks]
        assert shown[0] == shown[1]
        for i in order:
            play.answer(asks[i], THROWS[i])
            assert [ask.messages for ask in asks if ask in play.requests] == [shown[i] for i in range(2) if asks[i] in play.requests]
        records.add(repr(play.episode))
    assert len(records) == 1
