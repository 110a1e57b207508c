"""SPIRAL's Kuhn poker, defects and all: held against its published rules, written here once more, and measured beside the correct game."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from axion_env import Ending, Env, Episode, GameTree, Play, RandomPolicy, Scripted, drive, enumerate_plays, judge, load, play
from axion_env.record.episode import Draw

RANKS = "JQK"
AGENTS = ("player_0", "player_1")


def _env(rounds: int) -> Env:
    return load("axion/KuhnPokerSpiral-v0", rounds=rounds)


_FACING_BET = {"fold": "loser", "call": "showdown"}
_MOVES = {"check": {"check": "showdown", "bet": _FACING_BET}, "bet": _FACING_BET}


class Published:
    """The published rules over numbers: two players, a pot that is never paid into, and a winner set by the last round."""

    def __init__(self, deals: Sequence[tuple[int, int]]) -> None:
        self.deals = deals
        self.chips = [0, 0]
        self.round = self.starting = 0
        self.winner: int | None = None
        self.start_round()

    def start_round(self) -> None:
        self.pot = 2
        self.chips = [chips - 1 for chips in self.chips]
        self.starting = self.player = 1 - self.starting
        self.cards = self.deals[self.round]
        self.legal: Any = _MOVES
        self.round += 1

    def step(self, move: str) -> None:
        self.legal = self.legal[move]
        if self.legal == "loser":
            self.end_round(1 - self.player)
        elif self.legal == "showdown":
            self.end_round(0 if self.cards[0] > self.cards[1] else 1)
        else:
            self.player = 1 - self.player

    def end_round(self, winner: int) -> None:
        self.chips[winner] += self.pot
        if self.round < len(self.deals):
            self.start_round()
        else:
            self.winner = winner  # whatever the chips say


def _replay(episode: Episode) -> Published:
    cards = [RANKS.index(event.value) for event in episode.root if isinstance(event, Draw)]
    published = Published(list(zip(cards[::2], cards[1::2], strict=True)))
    for turn in episode.turns:
        assert published.winner is None
        assert turn.agent == AGENTS[published.player]
        assert turn.choices is not None
        assert set(turn.choices) == set(published.legal)
        published.step(turn.action.parsed)
    return published


def _agrees(env: Env, episode: Episode) -> None:
    published, facts = _replay(episode), episode.facts
    assert facts is not None
    assert published.winner is not None
    assert facts["winner"] == AGENTS[published.winner]
    assert list(facts["chips"].values()) == published.chips
    assert [v.reward for v in judge(env, episode).values()] == [1.0 if i == published.winner else -1.0 for i in range(2)]


@pytest.mark.parametrize(("rounds", "endings"), [(1, 30), (2, 900)])
def test_every_ending_is_as_published(rounds: int, endings: int) -> None:
    """Players, legal moves, chips and winner of every short match."""
    env, count = _env(rounds), 0
    for one in enumerate_plays(env):
        _agrees(env, one.episode)
        count += 1
    assert count == endings


def test_random_matches_are_as_published() -> None:
    """500 matches of the published length; in some the winner has fewer chips, which is the second defect."""
    env = load("axion/KuhnPokerSpiral-v0")
    against_the_chips = 0
    for episode in drive((Play(env, seed=seed) for seed in range(500)), RandomPolicy(1)):
        _agrees(env, episode)
        assert episode.facts is not None
        chips, winner = episode.facts["chips"], episode.facts["winner"]
        against_the_chips += chips[winner] < 0
        assert sum(chips.values()) == 0
    assert 50 < against_the_chips < 200


def test_a_bet_costs_nothing() -> None:
    """The first defect: no chip moves but the antes, whatever is bet and called; in the correct game a called bet moves two."""
    env, correct = _env(1), load("axion/KuhnPoker-v0")
    assert {abs(one.episode.facts["chips"]["player_0"]) for one in enumerate_plays(env) if one.episode.facts} == {1}
    assert {abs(one.episode.facts["chips"]["player_0"]) for one in enumerate_plays(correct) if one.episode.facts} == {1, 2}


def _never_folds(tree: GameTree, bet: float) -> list[list[float]]:
    chances = {"check": 1 - bet, "bet": bet, "call": 1.0, "fold": 0.0}
    return [[chances[action] for action in s.actions] for s in tree.information_sets]


@pytest.mark.parametrize("bet", [0.0, 0.3, 1.0])
def test_to_call_always_is_an_equilibrium_of_the_published_game_only(bet: float) -> None:
    """However it bets, calling everything cannot be exploited there, and the match is even; in Kuhn's game it can."""
    published, correct = GameTree(_env(1)), GameTree(load("axion/KuhnPoker-v0"))
    assert len(published.information_sets) == len(correct.information_sets) == 12
    strategy = _never_folds(published, bet)
    assert published.nash_conv(strategy) == pytest.approx(0, abs=1e-12)
    assert published.values(strategy)["player_0"] == pytest.approx(0, abs=1e-12)
    assert correct.nash_conv(_never_folds(correct, bet)) > 0.3


def test_rounds_before_the_last_count_for_nothing() -> None:
    """Folding everything in the first of two rounds and calling everything in the second is an equilibrium."""
    tree = GameTree(_env(2))
    strategy = _never_folds(tree, 0.5)
    for s in tree.information_sets:
        if "fold" in s.actions and not any("Round 2" in m.text for m in s.messages):
            strategy[s.index] = [float(action == "fold") for action in s.actions]
    assert tree.nash_conv(strategy) == pytest.approx(0, abs=1e-12)


def test_an_illegal_move_pays_as_trained() -> None:
    """-1.5 to the culprit and 0.5 to the other, which is no zero-sum game, as the published training loop pays it."""
    env = load("axion/KuhnPokerSpiral-v0")
    episode = play(env, {"player_0": Scripted(["all in"]), "player_1": Scripted(["bet"])})
    assert episode.ending is Ending.FINISHED
    assert {a: v.reward for a, v in judge(env, episode).items()} == {"player_0": -1.5, "player_1": 0.5}


def test_cards_show_at_a_showdown_only() -> None:
    """The other's card changes nothing an agent sees before its showdown, and nothing at all after a fold."""
    seen: dict[Any, set[Any]] = {}
    for one in enumerate_plays(_env(1)):
        cards = {event.label[-8:]: event.value for event in one.episode.root if isinstance(event, Draw)}
        moves = tuple(turn.action.parsed for turn in one.episode.turns)
        for agent in AGENTS:
            shown = tuple(turn.observation for turn in one.episode.turns_of(agent))
            closing = one.episode.closing[agent] if moves[-1] == "fold" else ()
            seen.setdefault((agent, cards[agent], moves), set()).add((shown, closing))
    assert all(len(variants) == 1 for variants in seen.values())
    assert len(seen) == 2 * 3 * 5
