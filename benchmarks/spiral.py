"""`python -m benchmarks.spiral CHECKOUT`: our plays of SPIRAL's two games, played again in lock-step by the code it released.

CHECKOUT is a folder with https://github.com/spiral-rl/spiral, whose games import TextArena. All they take from it is a base class and
the bookkeeping of turns and winners, which is stood in for here, so that no other version of TextArena changes what is compared.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from axion_env import Ask, Env, Episode, Play, RandomPolicy, Scripted, Stream, drive, judge, load
from axion_env.record.episode import Draw


class State:
    """Turns, and who has won."""

    def __init__(self, *, max_turns: int, check_truncated: bool = True, **players: int) -> None:
        self.max_turns = max_turns
        self.num_players = 2
        self.turn = self.current_player_id = 0
        self.done = False
        self.rewards: dict[int, int] = {}
        self.info: dict[str, Any] = {}
        self.game_state: dict[str, Any] = {}

    def reset(self, *, game_state: dict[str, Any], **ignored: Any) -> None:
        self.game_state = game_state

    def add_observation(self, **ignored: Any) -> None:
        """What players read is not compared."""

    def get_current_player_observation(self) -> None:
        """Nor here."""

    def step(self) -> tuple[bool, dict[str, Any]]:
        self.turn += not self.done
        self.current_player_id = 1 - self.current_player_id
        return self.done, self.info

    def set_winners(self, *, player_ids: list[int], reason: str) -> None:
        self.done, self.rewards = True, {i: 1 if i in player_ids else -1 for i in range(2)}

    def set_draw(self, *, reason: str) -> None:
        self.done, self.rewards = True, {0: 0, 1: 0}

    def set_invalid_move(self, *, player_id: int, reason: str) -> None:
        raise AssertionError(f"the released code refuses what we accepted: {reason}")


def released(checkout: Path, game: str) -> ModuleType:
    """The module of a released game."""
    textarena, renderer = ModuleType("textarena"), ModuleType("textarena.envs.SimpleNegotiation.renderer")
    vars(textarena).update(Env=object, State=State, Info=dict, GAME_ID=-1)
    vars(renderer).update(create_board_str=None)
    parents = {name: ModuleType(name) for name in ("textarena.envs", "textarena.envs.SimpleNegotiation")}
    sys.modules |= {"textarena": textarena, **parents, renderer.__name__: renderer}
    spec = importlib.util.spec_from_file_location(f"spiral_{game}", checkout / "spiral" / "envs" / game / "env.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def kuhn(module: Any, env: Env, episode: Episode) -> None:
    """Moves, chips and winner of a match."""
    cards = ["JQK".index(event.value) for event in episode.root if isinstance(event, Draw)]
    deals: Iterator[tuple[int, int]] = zip(cards[::2], cards[1::2], strict=True)

    class Dealt:
        @staticmethod
        def shuffle(deck: list[int]) -> None:
            a, b = next(deals)
            deck[:] = [a, b, 3 - a - b]

    module.random = Dealt
    game = module.KuhnPokerEnv(ante=1, max_rounds=len(cards) // 2)
    game.reset(2)
    for turn in episode.turns:
        player, _ = game.get_observation()
        assert (f"player_{player}", game.state.done) == (turn.agent, False)
        assert set(game.state.game_state["current_legal_action_tree"]) == set(turn.choices or ())
        game.step(f"[{turn.action.parsed}]")
    assert episode.facts is not None
    assert list(episode.facts["chips"].values()) == [game.state.game_state["player_chips"][i] for i in range(2)]
    _same_rewards(game, env, episode)


def negotiation(module: Any, env: Env, episode: Episode) -> None:
    """Holdings and winner of a negotiation."""
    game = module.SimpleNegotiationEnv(max_turns=10)
    game.reset(2)
    for turn in episode.turns:
        assert (f"player_{game.state.current_player_id}", game.state.done) == (turn.agent, False)
        word, *offer = turn.action.parsed.replace(" for ", " -> ").split()
        game.step(f"[Offer: {' '.join(offer)}]" if offer else "Hm." if word == "pass" else f"[{word}]")
    assert episode.facts is not None
    owned = game.state.game_state["player_resources"]
    assert episode.facts["holdings"] == {f"player_{i}": {good.lower(): n for good, n in owned[i].items()} for i in range(2)}
    _same_rewards(game, env, episode)


def _same_rewards(game: Any, env: Env, episode: Episode) -> None:
    assert game.state.done
    assert [verdict.reward for verdict in judge(env, episode).values()] == [game.state.rewards[i] for i in range(2)]


def trader(ask: Ask[Any]) -> str:
    """Accepts every other offer, and else does anything."""
    legal, stream = ask.play.env.examples(ask), Stream(ask.key)
    return "accept" if "accept" in legal[:2] and stream.below(2) else legal[stream.below(len(legal))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--plays", type=int, default=3000)
    arguments = parser.parse_args()
    for game, name, compare, policy in (
        ("KuhnPoker", "axion/KuhnPokerSpiral-v0", kuhn, RandomPolicy()),
        ("SimpleNegotiation", "axion/SimpleNegotiation-v0", negotiation, Scripted(trader)),
    ):
        module, env = released(arguments.checkout, game), load(name)
        turns = 0
        for episode in drive((Play(env, seed=seed) for seed in range(arguments.plays)), policy):
            compare(module, env, episode)
            turns += len(episode.turns)
        print(f"{name}: {arguments.plays} plays of {turns} turns, all as released")


if __name__ == "__main__":
    main()
