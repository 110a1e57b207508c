"""Kuhn poker is Kuhn poker: held against OpenSpiel and against its known solution."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest

from axion_env import Env, GameTree, enumerate_plays, judge, load
from axion_env.gametree.enumerate import Enumerated

pyspiel = pytest.importorskip("pyspiel", reason="open-spiel is not installed: pip install open-spiel")

RANKS = "JQK"
PASSIVE = {"check", "fold"}  # OpenSpiel has two actions: 0 passes, 1 bets
AGENTS = ("player_0", "player_1")


@pytest.fixture(scope="module")
def env() -> Env:
    return load("axion/KuhnPoker-v0")


@pytest.fixture(scope="module")
def tree(env: Env) -> GameTree:
    return GameTree(env)


@pytest.fixture(scope="module")
def openspiel() -> Any:
    return pyspiel.load_game("kuhn_poker")


def _cards(one: Enumerated) -> list[str]:
    return [event.value for event in one.episode.root if hasattr(event, "value")]


def _history(one: Enumerated) -> tuple[int, ...]:
    actions = [int(turn.action.parsed not in PASSIVE) for turn in one.episode.turns]
    return (*(RANKS.index(card) for card in _cards(one)), *actions)


def _openspiel_leaves(state: Any, chance: Fraction) -> dict[tuple[int, ...], tuple[Fraction, list[float]]]:
    if state.is_terminal():
        return {tuple(state.history()): (chance, state.returns())}
    leaves = {}
    for action in state.legal_actions():
        share = Fraction(1, len(state.legal_actions())) if state.is_chance_node() else 1
        leaves.update(_openspiel_leaves(state.child(action), chance * share))
    return leaves


def test_all_thirty_endings_are_openspiels(env: Env, openspiel: Any) -> None:
    """The 30 terminal histories, their probabilities and their payoffs are those of OpenSpiel."""
    ours = {}
    for one in enumerate_plays(env):
        verdicts = judge(env, one.episode)
        ours[_history(one)] = (one.chance, [verdicts[agent].reward for agent in AGENTS])
    theirs = _openspiel_leaves(openspiel.new_initial_state(), Fraction(1))
    assert len(ours) == 30
    assert ours.keys() == theirs.keys()
    for history, (chance, returns) in ours.items():
        assert chance == pytest.approx(float(theirs[history][0]), abs=1e-15)
        assert returns == theirs[history][1]
        assert sum(returns) == 0


def test_there_are_twelve_information_sets(tree: GameTree) -> None:
    """Six for each seat: a card and what was bet so far."""
    assert (tree.leaves, len(tree.information_sets)) == (30, 12)
    assert [sum(s.agent == agent for s in tree.information_sets) for agent in AGENTS] == [6, 6]
    assert len({(s.agent, s.messages) for s in tree.information_sets}) == 12


def test_uniform_play_is_exploitable_by_eleven_twelfths(tree: GameTree) -> None:
    """NashConv of the uniform policy is 11/12."""
    assert tree.nash_conv(tree.uniform()) == pytest.approx(11 / 12, abs=1e-15)


def _information_state(messages: Any) -> str:
    """OpenSpiel's name of an information set: the card's index, then p and b for what was done."""
    text = messages[-1].text
    said = text.partition("so far: ")[2].partition(".")[0]
    moves = "" if said == "none" else "".join("p" if move in PASSIVE else "b" for move in said.split(", "))
    return f"{RANKS.index(text.removeprefix('You hold ')[0])}{moves}"


def _openspiel_nash_conv(openspiel: Any, tree: GameTree, strategy: Any) -> float:
    from open_spiel.python.algorithms import exploitability
    from open_spiel.python.policy import TabularPolicy

    policy = TabularPolicy(openspiel)
    for infoset, (passive, active) in zip(tree.information_sets, strategy, strict=True):
        policy.policy_for_key(_information_state(infoset.messages))[:] = [passive, active]
    return float(exploitability.nash_conv(openspiel, policy))


def test_nash_conv_is_openspiels(openspiel: Any, tree: GameTree) -> None:
    """For random policies, some of them pure, the two agree to 1e-12."""
    chance = random.Random(1)
    for trial in range(40):
        first = [chance.random() if trial % 2 else float(chance.random() < 0.5) for _ in tree.information_sets]
        strategy = [[p, 1 - p] for p in first]
        assert tree.nash_conv(strategy) == pytest.approx(_openspiel_nash_conv(openspiel, tree, strategy), abs=1e-12)


def equilibrium(alpha: float) -> dict[str, float]:
    """How often each information set bets or calls (H. W. Kuhn, "A simplified two-person poker", 1950)."""
    first = {"0": alpha, "1": 0.0, "2": 3 * alpha, "0pb": 0.0, "1pb": alpha + 1 / 3, "2pb": 1.0}
    second = {"0p": 1 / 3, "1p": 0.0, "2p": 1.0, "0b": 0.0, "1b": 1 / 3, "2b": 1.0}
    return first | second


def _strategy(tree: GameTree, alpha: float) -> list[list[float]]:
    bets = equilibrium(alpha)
    return [[1 - (bet := bets[_information_state(s.messages)]), bet] for s in tree.information_sets]


@pytest.mark.parametrize("alpha", [0.0, 0.1, 0.2, 1 / 3])
def test_the_equilibria_are_equilibria(tree: GameTree, alpha: float) -> None:
    """The whole family scores NashConv 0 and is worth -1/18 to the first seat."""
    strategy = _strategy(tree, alpha)
    assert tree.nash_conv(strategy) == pytest.approx(0, abs=1e-12)
    values = tree.values(strategy)
    assert values["player_0"] == pytest.approx(-1 / 18, abs=1e-12)
    assert values["player_0"] + values["player_1"] == pytest.approx(0, abs=1e-15)


def test_outside_the_family_is_no_equilibrium(tree: GameTree) -> None:
    """The test above could fail: with alpha beyond 1/3 the first seat can be exploited."""
    bets = [[1 - p, p] for p in (min(1.0, equilibrium(0.4)[_information_state(s.messages)]) for s in tree.information_sets)]
    assert tree.nash_conv(bets) > 0.01


def test_best_response_to_uniform(tree: GameTree) -> None:
    """The best answer to uniform play is worth 1/2 to the first seat and 5/12 to the second."""
    uniform = tree.uniform()
    best = {agent: tree.best_response_value(agent, uniform) for agent in AGENTS}
    assert best == pytest.approx({"player_0": 1 / 2, "player_1": 5 / 12}, abs=1e-15)
    assert all(best[agent] > value for agent, value in tree.values(uniform).items())


# The game with a third action everywhere: an illegal answer, which forfeits and pays -2 to the culprit.


def _value(strategies: Any, player: int, best: Any, deal: tuple[int, int], moves: str) -> float:
    """A small Kuhn of its own, in the moves p, b and x (illegal)."""
    turn = len(moves) % 2
    if moves.endswith("x"):
        culprit = (len(moves) - 1) % 2
        return -2.0 if culprit == player else 2.0
    if moves in ("pp", "bb", "bp", "pbb", "pbp"):
        ahead = 0 if deal[0] > deal[1] else 1
        if moves in ("bp", "pbp"):
            winner, stake = (0, 1) if moves == "bp" else (1, 1)
        else:
            winner, stake = ahead, 1 if moves == "pp" else 2
        return float(stake if winner == player else -stake)
    key = (turn, deal[turn], moves)
    if turn == player and best is not None:
        return _value(strategies, player, best, deal, moves + best[key])
    return sum(p * _value(strategies, player, best, deal, moves + m) for p, m in zip(strategies[key], "pbx", strict=True) if p)


def _brute_force(strategies: Any) -> float:
    """NashConv by trying every pure strategy of each player: 3^6 of them."""
    from itertools import permutations, product

    deals = list(permutations(range(3), 2))
    total = 0.0
    for player in (0, 1):
        keys = [key for key in strategies if key[0] == player]
        by_card = []
        for card in range(3):  # a best response is chosen card by card, since the cards are told apart
            own = [key for key in keys if key[1] == card]
            mine = [deal for deal in deals if deal[player] == card]
            worth = [
                sum(_value(strategies, player, dict(zip(own, pure, strict=True)), deal, "") for deal in mine) / 6
                for pure in product("pbx", repeat=len(own))
            ]
            by_card.append(max(worth))
        gain = sum(by_card) - sum(_value(strategies, player, None, deal, "") for deal in deals) / 6
        total += gain
    return total


def test_the_tree_with_illegal_actions(env: Env) -> None:
    """54 endings; values and NashConv agree with an independent enumeration, for random policies that forfeit at times."""
    tree = GameTree(env, illegal=True)
    assert len(tree.information_sets) == 12
    assert {len(s.actions) for s in tree.information_sets} == {3}
    assert tree.leaves == 6 * (1 + 3 + 3 + 2)
    keys = []
    for infoset in tree.information_sets:
        name = _information_state(infoset.messages)
        keys.append((AGENTS.index(infoset.agent), int(name[0]), name[1:]))
    chance = random.Random(2)
    for trial in range(10):
        weights = [[chance.random(), chance.random(), chance.random() * (trial % 3)] for _ in keys]
        strategy = [[w / sum(row) for w in row] for row in weights]
        strategies = dict(zip(keys, strategy, strict=True))
        expected = sum(_value(strategies, 0, None, (i, j), "") for i in range(3) for j in range(3) if i != j) / 6
        assert tree.values(strategy)["player_0"] == pytest.approx(expected, abs=1e-12)
        assert tree.nash_conv(strategy) == pytest.approx(_brute_force(strategies), abs=1e-12)


def test_forfeiting_is_never_better(env: Env) -> None:
    """The illegal action changes no best response: with it, uniform legal play is exploitable by the same 11/12."""
    tree = GameTree(env, illegal=True)
    assert tree.nash_conv(tree.uniform()) == pytest.approx(11 / 12, abs=1e-12)


def test_the_others_card_does_not_interfere(env: Env) -> None:
    """Until the showdown an agent's observations are the same whatever card the other holds; a fold shows it never."""
    seen: dict[Any, set[Any]] = {}
    closing: dict[Any, set[Any]] = {}
    for one in enumerate_plays(env):
        cards = dict(zip(AGENTS, _cards(one), strict=True))
        moves = tuple(turn.action.text for turn in one.episode.turns)
        for agent in AGENTS:
            observations = tuple(turn.observation for turn in one.episode.turns_of(agent))
            seen.setdefault((agent, cards[agent], moves), set()).add(observations)
            if moves[-1] == "fold":
                closing.setdefault((agent, cards[agent], moves), set()).add(one.episode.closing[agent])
    assert all(len(variants) == 1 for variants in (*seen.values(), *closing.values()))
    assert len(seen) == 2 * 3 * 5


def test_a_showdown_shows_both_cards(env: Env) -> None:
    """Without a fold each is told the other's card and what it won."""
    for one in enumerate_plays(env):
        first, second = _cards(one)
        shown = one.episode.turns[-1].action.text != "fold"
        for agent, other in zip(AGENTS, (second, first), strict=True):
            (message,) = one.episode.closing[agent]
            assert (f"The other card was {other}." in message.text) is shown
            reward = judge(env, one.episode)[agent].reward
            assert message.text.endswith(f"You {'won' if reward > 0 else 'lost'} {abs(reward):g}.")
