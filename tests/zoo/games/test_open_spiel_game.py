"""OpenSpiel's games as text: the same legal actions, payoffs, chances and exploitability as OpenSpiel's own."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Any

import pytest

from axion_env import Env, GameTree, NotFound, Play, RandomPolicy, UsageError, drive, judge, load, play, replay
from axion_env.record.codec import encode

pyspiel = pytest.importorskip("pyspiel", reason="open-spiel is not installed: pip install open-spiel")
exploitability = pytest.importorskip(
    "open_spiel.python.algorithms.exploitability", reason="open-spiel is not installed: pip install open-spiel"
)
policy = pytest.importorskip("open_spiel.python.policy", reason="open-spiel is not installed: pip install open-spiel")

GAMES = [
    "kuhn_poker", "leduc_poker", "tiny_hanabi", "tic_tac_toe", "connect_four", "breakthrough", "hex", "nim", "pig", "liars_dice",
    "goofspiel", "matrix_rps", "matrix_pd", "blotto", "oshi_zumo", "first_sealed_auction", "battleship", "hearts", "hanabi",
    "coin_game", "backgammon", "cliff_walking", "catch", "dark_hex", "phantom_ttt", "oware", "mancala", "y", "havannah",
    "lines_of_action", "markov_soccer",
]  # fmt: skip


def game(name: str, **settings: Any) -> Env:
    return load("axion/OpenSpiel-v0", game=name, settings=settings)


def can_be_played(name: str) -> bool:
    return name in pyspiel.registered_names() and pyspiel.load_game(name).max_game_length() <= 1500


@pytest.mark.parametrize("name", [name for name in GAMES if can_be_played(name)])
def test_a_play_pays_what_openspiel_pays(name: str) -> None:
    """Following the recorded history, OpenSpiel ends where we did and returns what we paid; and the record replays."""
    env = game(name)
    for episode in drive([Play(env, seed=seed) for seed in range(2)], RandomPolicy(seed=7)):
        assert episode.facts is not None, episode.error
        state = pyspiel.load_game(name).new_initial_state()
        actions = iter(episode.facts["history"])
        for action in actions:
            if state.is_simultaneous_node():
                state.apply_actions([action, *islice(actions, state.num_players() - 1)])
            else:
                state.apply_action(action)
        assert state.is_terminal()
        assert state.returns() == episode.facts["returns"]
        assert [verdict.reward for verdict in judge(env, episode).values()] == episode.facts["returns"]
        assert encode(replay(episode, env=env)) == encode(episode)


def test_simultaneous_moves_are_asked_at_once() -> None:
    """Neither player of rock, paper, scissors is shown the other's move, and the payoffs are the matrix's."""
    env = game("matrix_rps")
    tree = GameTree(env)
    assert [len(s.actions) for s in tree.information_sets] == [3, 3]
    third = [[1 / 3] * 3] * 2
    assert tree.nash_conv(third) == pytest.approx(0.0, abs=1e-12)
    assert tree.nash_conv([[1.0, 0.0, 0.0]] * 2) == pytest.approx(2.0)


@pytest.mark.parametrize(("name", "settings"), [("kuhn_poker", {}), ("kuhn_poker", {"players": 3}), ("tiny_hanabi", {})])
def test_uniform_play_is_as_exploitable_as_openspiel_says(name: str, settings: dict[str, Any]) -> None:
    """The tree has OpenSpiel's information sets, and NashConv of uniform play agrees to 1e-9 where OpenSpiel has one."""
    env = game(name, **settings)
    tree = GameTree(env)
    theirs = pyspiel.load_game(name, settings)
    uniform = policy.UniformRandomPolicy(theirs)
    states = len(policy.TabularPolicy(theirs).states)
    assert len(tree.information_sets) == states
    if name == "kuhn_poker":
        ours = tree.nash_conv([[1 / len(s.actions)] * len(s.actions) for s in tree.information_sets])
        assert ours == pytest.approx(exploitability.nash_conv(theirs, uniform), abs=1e-9)


def test_chances_that_are_not_equal_are_kept() -> None:
    """A new tile of 2048 is a 2 nine times in ten: the population has as many items as that takes."""
    met: list[Sequence[int]] = []

    def first(address: Any, label: str, items: Sequence[Any]) -> int:
        met.append(items)
        return 0

    Play(game("2048"), seed=None, chance=first)
    expected = dict(pyspiel.load_game("2048").new_initial_state().chance_outcomes())
    counts = Counter(met[0])
    assert {action: count / len(met[0]) for action, count in counts.items()} == pytest.approx(expected)
    assert len(set(counts.values())) == 2


def test_only_those_who_see_a_card_are_told_of_it() -> None:
    """In Kuhn poker the first card is player 0's and the second player 1's."""
    events = play(game("kuhn_poker"), RandomPolicy(0), seed=1).root
    assert [event.visible_to for event in events[:2]] == [("player_0",), ("player_1",)]


def test_wrong_names_and_settings_say_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown game, a setting it refuses, a kind of game that has no turns, no OpenSpiel at all."""
    with pytest.raises(NotFound, match="did you mean 'kuhn_poker'"):
        game("kuhn_pokr")
    with pytest.raises(UsageError, match="OpenSpiel does not load kuhn_poker with"):
        game("kuhn_poker", players=99)
    with pytest.raises(UsageError, match="mean_field game; those with turns"):
        game("mfg_crowd_modelling")
    with pytest.raises(UsageError, match="a generator of its own"):
        game("negotiation")
    monkeypatch.setitem(sys.modules, "pyspiel", None)
    with pytest.raises(UsageError, match="pip install open-spiel"):
        game("kuhn_poker")
