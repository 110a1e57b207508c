"""Tiny Hanabi is OpenSpiel's, and its best convention earns 10 in every deal."""

from __future__ import annotations

from itertools import product

import pytest

from axion_env import Env, GameTree, enumerate_plays, judge, load
from axion_env.record.episode import Draw

pyspiel = pytest.importorskip("pyspiel", reason="open-spiel is not installed: pip install open-spiel")

ACTIONS = ("red", "green", "blue")


@pytest.fixture(scope="module")
def env() -> Env:
    return load("axion/TinyHanabi-v0")


@pytest.fixture(scope="module")
def tree(env: Env) -> GameTree:
    return GameTree(env)


def test_all_endings_are_openspiels(env: Env) -> None:
    """36 endings, a quarter for each deal, and the payoffs of both."""
    game = pyspiel.load_game("tiny_hanabi")
    endings = 0
    for one in enumerate_plays(env):
        cards = [int(event.value) - 1 for event in one.episode.root if isinstance(event, Draw)]
        state = game.new_initial_state()
        for action in (*cards, *(ACTIONS.index(turn.action.parsed) for turn in one.episode.turns)):
            state.apply_action(action)
        assert state.is_terminal()
        assert [v.reward for v in judge(env, one.episode).values()] == state.returns()
        assert one.chance == 0.25
        endings += 1
    assert endings == 36


def test_information_sets_are_openspiels(tree: GameTree) -> None:
    """Two for the first, by its card; six for the second, by its card and the action it saw: the other's card shows in none."""
    assert [sum(s.agent == agent for s in tree.information_sets) for agent in tree.agents] == [2, 6]
    assert len({(s.agent, s.messages) for s in tree.information_sets}) == 8


def test_the_best_convention_earns_ten(tree: GameTree) -> None:
    """Of all 9 x 729 pairs of pure strategies the best earns 10, by telling the card; without telling it none earns more than 8."""
    first = [s.index for s in tree.information_sets if s.agent == "player_0"]
    best: dict[bool, float] = {}
    for speech in product(range(3), repeat=2):
        strategy = tree.uniform()
        for index, action in zip(first, speech, strict=True):
            strategy[index] = [float(a == action) for a in range(3)]
        worth = tree.best_response_value("player_1", strategy)  # over all 729 of the second
        tells = speech[0] != speech[1]
        best[tells] = max(best.get(tells, 0), worth)
    assert best == {True: 10.0, False: 8.0}


def test_a_convention_is_not_found_alone(tree: GameTree) -> None:
    """Green always is an equilibrium at 8, though 10 is to be had: neither gains by leaving it alone."""
    green = [[0.0, 1.0, 0.0] for _ in tree.information_sets]
    assert tree.values(green) == {"player_0": 8.0, "player_1": 8.0}
    assert tree.nash_conv(green) == 0
    assert tree.nash_conv(tree.uniform()) > 0
