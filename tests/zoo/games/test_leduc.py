"""Leduc poker is Leduc poker: every ending and exact exploitability held against OpenSpiel."""

from __future__ import annotations

import random
from typing import Any

import pytest

from axion_env import Env, GameTree, enumerate_plays, judge, load
from axion_env.record.episode import Draw, Turn

pyspiel = pytest.importorskip("pyspiel", reason="open-spiel is not installed: pip install open-spiel")

MOVES = {"fold": 0, "check": 1, "call": 1, "raise": 2}
RANKS = "JQK"


@pytest.fixture(scope="module")
def env() -> Env:
    return load("axion/LeducPoker-v0")


@pytest.fixture(scope="module")
def tree(env: Env) -> GameTree:
    return GameTree(env)


def test_every_ending_is_openspiels(env: Env) -> None:
    """All 5,520: the same deals, players, legal moves and chips, in lock-step."""
    game = pyspiel.load_game("leduc_poker")
    endings = 0
    for one in enumerate_plays(env):
        state, dealt, chance = game.new_initial_state(), set(), 1.0
        for event in one.episode.root:
            if isinstance(event, Draw):
                assert state.is_chance_node()
                chance /= len(state.legal_actions())
                left = [card for card in range(6) if card not in dealt]
                assert state.legal_actions() == left
                assert "".join(RANKS[card // 2] for card in left)[event.index] == event.value
                state.apply_action(left[event.index])
                dealt.add(left[event.index])
            elif isinstance(event, Turn):
                assert event.agent == f"player_{state.current_player()}"
                assert event.choices is not None
                assert [MOVES[choice] for choice in event.choices] == state.legal_actions()
                state.apply_action(MOVES[event.action.parsed])
        assert state.is_terminal()
        assert [verdict.reward for verdict in judge(env, one.episode).values()] == state.returns()
        assert one.chance == pytest.approx(chance, abs=1e-15)
        endings += 1
    assert endings == 5520


def _states(state: Any, found: dict[str, tuple[int, str]]) -> dict[str, tuple[int, str]]:
    """OpenSpiel's information states, each with its player and what our question would say of it."""
    if state.is_terminal():
        return found
    if not state.is_chance_node():
        player = state.current_player()
        found[state.information_state_string()] = (player, _question(state, player))
    for action in state.legal_actions():
        _states(state.child(action), found)
    return found


def _question(state: Any, player: int) -> str:
    """Written from OpenSpiel's history alone."""
    cards: list[int] = []
    rounds: list[list[str]] = [[], []]
    replayed = state.get_game().new_initial_state()
    for action in state.history():
        if replayed.is_chance_node():
            cards.append(action)
        else:
            said = rounds[len(cards) - 2]
            said.append("fold" if action == 0 else "raise" if action == 2 else "call" if said[-1:] == ["raise"] else "check")
        replayed.apply_action(action)
    names = [RANKS[card // 2] for card in cards]
    public = names[2] if len(names) > 2 else "none"
    first, second = (", ".join(said) or "none" for said in rounds)
    return f"You hold {names[player]}. Public card: {public}. First round: {first}. Second round: {second}."


@pytest.fixture(scope="module")
def states() -> dict[str, tuple[int, str]]:
    return _states(pyspiel.load_game("leduc_poker").new_initial_state(), {})


def test_information_sets_are_openspiels(tree: GameTree, states: dict[str, tuple[int, str]]) -> None:
    """288, as OpenSpiel has with suits alike; its 936 with suits told apart fall onto them."""
    assert (tree.leaves, len(tree.information_sets)) == (5520, 288)
    assert len(states) == 936
    alike = _states(pyspiel.load_game("leduc_poker(suit_isomorphism=True)").new_initial_state(), {})
    assert len(alike) == 288
    ours = {(int(s.agent[-1]), s.messages[-1].text.partition(" Choose")[0]) for s in tree.information_sets}
    assert ours == set(states.values())


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_values_and_nash_conv_are_openspiels(tree: GameTree, states: dict[str, tuple[int, str]], seed: int | None) -> None:
    """For uniform and for random play, some of it pure, to 1e-9."""
    from open_spiel.python.algorithms import expected_game_score, exploitability
    from open_spiel.python.policy import TabularPolicy

    chance = random.Random(seed)
    strategy = tree.uniform()
    if seed is not None:
        weights = [[chance.random() ** (20 if seed == 2 else 1) for _ in row] for row in strategy]
        strategy = [[w / sum(row) for w in row] for row in weights]
    by_question = {s.messages[-1].text.partition(" Choose")[0]: (s, row) for s, row in zip(tree.information_sets, strategy, strict=True)}
    game = pyspiel.load_game("leduc_poker")
    policy = TabularPolicy(game)
    for key, (_, question) in states.items():
        infoset, row = by_question[question]
        policy.policy_for_key(key)[:] = 0
        for action, p in zip(infoset.actions, row, strict=True):
            policy.policy_for_key(key)[MOVES[action]] = p
    theirs = exploitability.nash_conv(game, policy)
    assert tree.nash_conv(strategy) == pytest.approx(theirs, abs=1e-9)
    scores = expected_game_score.policy_value(game.new_initial_state(), [policy, policy])
    assert list(tree.values(strategy).values()) == pytest.approx(list(scores), abs=1e-9)
    if seed is None:
        assert theirs == pytest.approx(4.747222222222222, abs=1e-12)


def test_hidden_cards_do_not_interfere(env: Env) -> None:
    """An agent's observations depend on its own card, the public card and the moves: never on the other's, which a fold never shows."""
    seen: dict[Any, set[Any]] = {}
    for one in enumerate_plays(env):
        draws = {event.label: event.value for event in one.episode.root if isinstance(event, Draw)}
        moves = tuple(turn.action.parsed for turn in one.episode.turns)
        for agent in one.episode.agents:
            shown = tuple(turn.observation for turn in one.episode.turns_of(agent))
            closing = one.episode.closing[agent] if moves[-1] == "fold" else ()
            key = (agent, draws[f"card of {agent}"], draws.get("public card"), moves)
            seen.setdefault(key, set()).add((shown, closing))
    assert all(len(variants) == 1 for variants in seen.values())
    assert len(seen) == 2 * (3 * 4 + 9 * 5 * 9)  # cards times betting: 4 ways to fold at once; 5 to go on, then 9 to end
