"""Kuhn poker's options: each changes what it says, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from axion_env import Env, GameTree, RandomPolicy, UsageError, enumerate_plays, judge, load, play


def _kuhn(**options: Any) -> Env:
    return load("axion/KuhnPoker-v0", **options)


@pytest.mark.parametrize(("ranks", "endings"), [(2, 10), (3, 30), (5, 100)])
def test_ranks(ranks: int, endings: int) -> None:
    """n(n-1) deals of five endings each; with more ranks, four information sets a card."""
    tree = GameTree(_kuhn(ranks=[f"r{i}" for i in range(ranks)]))
    assert (tree.leaves, len(tree.information_sets)) == (endings, 4 * ranks)


def test_words_do_not_change_the_game() -> None:
    """Other cards and other words, the same tree: NashConv of uniform play stays 11/12."""
    tree = GameTree(_kuhn(ranks=["sun", "moon", "star"], moves=["wait", "push", "yield", "match"]))
    assert tree.nash_conv(tree.uniform()) == pytest.approx(11 / 12, abs=1e-15)
    assert {a for s in tree.information_sets for a in s.actions} == {"wait", "push", "yield", "match"}


@pytest.mark.parametrize("stake", [2, 7])
def test_stakes_scale(stake: int) -> None:
    """With ante and bet both times k every payoff is times k."""
    plain, scaled = _kuhn(), _kuhn(ante=stake, bet=stake)
    pairs = zip(enumerate_plays(plain), enumerate_plays(scaled), strict=True)
    for one, two in pairs:
        assert judge(scaled, two.episode)["player_0"].reward == stake * judge(plain, one.episode)["player_0"].reward
    assert scaled.spec.range_of("first") == (-2.0 * stake, 2.0 * stake)


def test_ante_and_bet() -> None:
    """A fold or two checks cost the ante, a call the ante and the bet."""
    env = _kuhn(ante=3, bet=5)
    worth = {abs(judge(env, one.episode)["player_0"].reward) for one in enumerate_plays(env)}
    assert worth == {3.0, 8.0}
    for one in enumerate_plays(env):
        called = any(turn.action.text == "call" for turn in one.episode.turns)
        assert abs(judge(env, one.episode)["player_1"].reward) == (8.0 if called else 3.0)


def test_hands() -> None:
    """Two hands: chips add up, cards are dealt afresh, and 30 x 30 endings."""
    env = _kuhn(hands=2)
    assert sum(1 for _ in enumerate_plays(env)) == 900
    assert env.spec.max_turns == 6
    for seed in range(50):
        episode = play(env, RandomPolicy(seed), seed=seed)
        assert episode.ending == "FINISHED"
        verdicts = judge(env, episode)
        assert verdicts["player_0"].reward == -verdicts["player_1"].reward
        assert episode.facts is not None
        winner = {1: "player_0", -1: "player_1", 0: None}[(verdicts["player_0"].reward > 0) - (verdicts["player_0"].reward < 0)]
        assert episode.facts["winner"] == winner


@pytest.mark.parametrize(
    "options",
    [
        {"ranks": ["J"]},
        {"ranks": ["J", "J", "Q"]},
        {"ranks": ["J", "j", "Q"]},
        {"moves": ["check", "bet", "fold"]},
        {"moves": ["check", "Bet", "bet", "call"]},
        {"moves": ["check", "bet ", "bet", "call"]},
        {"moves": ["check", "", "fold", "call"]},
        {"moves": ["J", "bet", "fold", "call"]},
        {"ranks": ["low bet", "Q", "K"]},
        {"ante": 0},
        {"bet": -1},
        {"hands": 0},
    ],
)
def test_options_that_make_no_game(options: dict[str, Any]) -> None:
    """Refused when the environment is built, not in the middle of a play."""
    with pytest.raises(UsageError):
        _kuhn(**options)
