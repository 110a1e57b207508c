"""PettingZoo's games as text: the same legal actions and payoffs as PettingZoo's own, and records that replay."""

from __future__ import annotations

import warnings
from functools import partial
from typing import Any

import gymnasium
import numpy as np
import pytest
from axion_zoo.games.pettingzoo_game import PettingZooGame
from pettingzoo import AECEnv
from pettingzoo.utils import AgentSelector

from axion_env import Ending, Play, RandomPolicy, Scripted, UsageError, drive, judge, play, replay
from axion_env.pettingzoo import aec_env
from axion_env.record.codec import encode

GAMES = [
    ("tictactoe_v3", {}, (-1, 1)),
    ("connect_four_v3", {}, (-1, 1)),
    ("rps_v2", {"max_cycles": 4}, (-4, 4)),
]


class Dice(AECEnv):  # type: ignore[misc]
    """Each is shown a throw of the game's own generator and names two numbers near it; the nearer one is paid by the other."""

    metadata = {"name": "dice_v0"}  # noqa: RUF012

    def __init__(self, sides: int = 6) -> None:
        super().__init__()
        self.sides = sides
        self.possible_agents = ["red", "blue"]

    def action_space(self, agent: str) -> Any:
        return gymnasium.spaces.Box(0.0, float(self.sides), (2,), np.float32)

    def observation_space(self, agent: str) -> Any:
        return gymnasium.spaces.Dict({"throw": gymnasium.spaces.Box(0, self.sides, (2,), np.int64), "half": gymnasium.spaces.Box(0, 1, ())})

    def reset(self, seed: int | None = None, options: Any = None) -> None:
        rng = np.random.default_rng(seed)
        self.agents = list(self.possible_agents)
        self.throws = {agent: rng.integers(0, self.sides, 2) for agent in self.agents}
        self.said: dict[str, Any] = {}
        self.rewards = self._cumulative_rewards = dict.fromkeys(self.agents, 0.0)
        self._cumulative_rewards = dict.fromkeys(self.agents, 0.0)
        self.terminations, self.truncations = dict.fromkeys(self.agents, False), dict.fromkeys(self.agents, False)
        self.infos: dict[str, Any] = {agent: {} for agent in self.agents}
        self._order = AgentSelector(self.agents)
        self.agent_selection = self._order.next()

    def observe(self, agent: str) -> Any:
        return {"throw": self.throws[agent], "half": np.float64(0.5)}

    def step(self, action: Any) -> None:
        agent = self.agent_selection
        if self.terminations[agent]:
            return self._was_dead_step(action)
        self.said[agent] = float(np.abs(action - self.throws[agent]).sum())
        if len(self.said) == 2:
            won = float(np.sign(self.said["blue"] - self.said["red"]))
            self.rewards = {"red": won, "blue": -won}
            self.terminations = dict.fromkeys(self.agents, True)
        self.agent_selection = self._order.next()
        return self._accumulate_rewards()


def dice(**options: Any) -> PettingZooGame:
    return PettingZooGame(game=f"{__name__}:Dice", **options)


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys
    from types import ModuleType

    module = ModuleType(__name__)
    module.Dice = Dice  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, __name__, module)


def _classic(name: str) -> Any:
    pytest.importorskip("pygame", reason="pygame is not installed: pip install pygame-ce")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pettingzoo.classic

        return getattr(pettingzoo.classic, name)


@pytest.mark.parametrize(("name", "settings", "bounds"), GAMES)
def test_a_play_pays_what_pettingzoo_pays(name: str, settings: dict[str, Any], bounds: tuple[int, int]) -> None:
    """The recorded actions, given to PettingZoo's own game, find the same agents, masks and rewards; and the record replays."""
    module = _classic(name)
    rules = PettingZooGame(f"pettingzoo.classic.{name}", settings, bounds, utility="zero_sum")
    for episode in drive([Play(rules, seed=seed) for seed in range(6)], RandomPolicy(seed=7)):
        assert episode.ending is Ending.FINISHED, episode.error
        game = module.env(**settings)
        game.reset(seed=0)
        turns, paid = iter(episode.turns), dict.fromkeys(game.possible_agents, 0.0)
        for agent in game.agent_iter():
            seen, reward, terminated, truncated, _ = game.last()
            paid[agent] += reward
            if terminated or truncated:
                game.step(None)
                continue
            turn = next(turns)
            legal = np.flatnonzero(seen["action_mask"]) if isinstance(seen, dict) else range(game.action_space(agent).n)
            assert (turn.agent, turn.choices) == (agent, tuple(str(i) for i in legal))
            game.step(int(turn.action.text))
        assert next(turns, None) is None
        assert {agent: verdict.reward for agent, verdict in judge(rules, episode).items()} == paid
        assert sum(paid.values()) == 0
        assert encode(replay(episode, env=rules)) == encode(episode)


def test_chance_of_the_game_replays() -> None:
    """Its generator is seeded by the play: same seed, same throws; other seeds, others; observations and answers are numbers."""
    rules = dice(utility="zero_sum")
    policy = Scripted(lambda ask: "[2.5, 1]")
    episodes = [play(rules, policy, seed=seed) for seed in range(12)]
    texts = [episode.turns[0].observation[-1].text for episode in episodes]
    assert texts[0].startswith("You are red.\nthrow: ")
    assert texts[0].endswith("\nhalf: 0.5\nAnswer with 2 numbers.")
    assert len(set(texts)) > 6
    assert {judge(rules, episode)["red"].reward for episode in episodes} >= {-1.0, 1.0}
    for episode in episodes:
        assert encode(replay(episode, env=rules)) == encode(episode)
        assert encode(play(rules, policy, seed=episode.seed or 0)) == encode(episode)


@pytest.mark.parametrize("answer", ["1 2 3", "high", "", "1 7"])
def test_what_is_no_action_forfeits(answer: str) -> None:
    """Too many numbers, none, or one that is out of bounds: the game never sees it."""
    rules = dice(utility="zero_sum")
    episode = play(rules, {"red": Scripted(["1 1"]), "blue": Scripted([answer])})
    assert (episode.ending, episode.culprits) == (Ending.FORFEIT, ("blue",))
    assert judge(rules, episode)["red"].reward == 1.0


def test_a_masked_action_forfeits() -> None:
    """A square that is taken is no choice."""
    _classic("tictactoe_v3")
    episode = play(PettingZooGame(), {"player_1": Scripted(["4", "0"]), "player_2": Scripted(["4"])})
    assert (episode.ending, episode.culprits) == (Ending.FORFEIT, ("player_2",))


class Board(PettingZooGame):
    """Tic-tac-toe for people."""

    def render(self, game: Any, agent: str, observation: Any) -> str:
        mine, theirs = (observation["observation"][:, :, i].T for i in range(2))
        return "\n".join("".join(".xo"[int(mine[r, c]) + 2 * int(theirs[r, c])] for c in range(3)) for r in range(3))

    def action_name(self, game: Any, agent: str, action: int) -> str:
        return f"{'abc'[action // 3]}{action % 3 + 1}"


def test_a_derived_class_says_it_better() -> None:
    """Its words are what is shown, and what is answered."""
    _classic("tictactoe_v3")
    script = {"player_1": Scripted(["b2", "a1", "c3"]), "player_2": Scripted(["b1", "a3"])}
    episode = play(Board(), script)
    assert episode.turns[2].observation[-1].text == "You are player_1.\n.o.\n.x.\n...\nChoose: a1 or a2 or a3 or b3 or c1 or c2 or c3."
    assert episode.facts == {"returns": {"player_1": 1.0, "player_2": -1.0}}


def test_it_goes_back_into_pettingzoo() -> None:
    """The AEC view of an AEC game: the same play, in words."""
    env = aec_env(dice())
    env.reset(seed=3)
    for _ in env.agent_iter():
        _, _, terminated, _, _ = env.last()
        env.step(None if terminated else "1 1")
    assert encode(env.steppable.episode) == encode(play(dice(), Scripted(lambda ask: "1 1"), seed=3))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (partial(PettingZooGame, "no.such.game"), "no PettingZoo game 'no.such.game'"),
        (partial(PettingZooGame, f"{__name__}:Cards"), "a game is module or module:factory"),
        (partial(dice, settings={"faces": 2}), r"cannot be made with \{'faces': 2\}"),
    ],
)
def test_what_is_wrong_is_said_at_once(make: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        make()
