"""The same games with random policies in everybody's own form: games per second; and what each peer costs to import and to install.

Kuhn poker has the driver's contenders and our PettingZoo forms. Tic-tac-toe and one throw of rock, paper, scissors are played in the forms
that PettingZoo has them in too. Everybody plays uniformly at random over legal actions, and only ours keeps a record and judges it.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import numpy as np
import textarena
from open_spiel.python import rl_environment

import axion_env
from axion_env.pettingzoo import aec_env, parallel_env
from benchmarks import driver, weight
from benchmarks.measure import Contender, rates, ratios, spread
from benchmarks.uniform import ENV

os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"

ROUNDS = 7
BASE = "openspiel_rl_environment"
"""The peer that does the most alike: Python's reset and step over one game."""


def axion_steppable(name: str, games: int) -> None:
    env = axion_env.make(name)
    choose = random.Random(0).choice
    for seed in range(games):
        _, infos = env.reset(seed=seed)
        while acting := env.acting:
            *_, infos = env.step({agent: choose(infos[agent]["legal_actions"]) for agent in acting})


def axion_parallel(name: str, games: int) -> None:
    env = parallel_env(name)
    choose = random.Random(0).choice
    for seed in range(games):
        _, infos = env.reset(seed=seed)
        while env.agents:
            *_, infos = env.step({agent: choose(info["legal_actions"]) for agent, info in infos.items() if info["acting"]})


def axion_aec(name: str, games: int) -> None:
    env = aec_env(name)
    choose = random.Random(0).choice
    for seed in range(games):
        env.reset(seed=seed)
        for _ in env.agent_iter():
            _, _, terminated, truncated, info = env.last()
            env.step(None if terminated or truncated else choose(info["legal_actions"]))


def pettingzoo_aec(name: str, games: int) -> None:
    """PettingZoo's own game, as its factory makes it: with its three wrappers."""
    module, _, cycles = name.partition(" ")
    env = import_module(f"pettingzoo.classic.{module}").env(**({"max_cycles": int(cycles)} if cycles else {}))
    choose = random.Random(0).choice
    for seed in range(games):
        env.reset(seed=seed)
        for agent in env.agent_iter():
            seen, _, terminated, truncated, _ = env.last()
            legal = np.flatnonzero(seen["action_mask"]) if isinstance(seen, dict) else range(env.action_space(agent).n)
            env.step(None if terminated or truncated else choose(legal))


def openspiel_rl_environment(name: str, games: int) -> None:
    """OpenSpiel's own reset/step environment."""
    env = rl_environment.Environment(name)
    choose = random.Random(0).choice
    for _ in range(games):
        step = env.reset()
        while not step.last():
            legal = step.observations["legal_actions"]
            step = env.step([choose(moves) for moves in legal if moves])


def textarena_make(name: str, games: int) -> None:
    """A new environment for every game: the observation wrapper of one that is reset forgets nothing, and slows down for ever."""
    choose = random.Random(0).choice
    for seed in range(games):
        env = textarena.make(name)
        env.reset(num_players=2, seed=seed)
        done = False
        while not done:
            env.get_observation()
            board = env.state.game_state["board"]
            done, _ = env.step(f"[{choose([i for i in range(9) if not board[i // 3][i % 3]])}]")
        env.close()


Form = Callable[[str, int], None]


def _contender(form: Form, name: str, games: int) -> tuple[Contender, int]:
    return (lambda n: form(name, n)), games


def _table(*forms: tuple[Form, str, int]) -> dict[str, tuple[Contender, int]]:
    return {form.__name__: _contender(form, name, games) for form, name, games in forms}


def games() -> dict[str, Mapping[str, tuple[Contender, int]]]:
    """Contenders by game."""
    toe, throw = "axion/TicTacToe-v0", "axion/RockPaperScissors-v0"
    kuhn = {name: contender for name, contender in driver.CONTENDERS.items() if name != "textarena_reset"}
    return {
        "kuhn_poker": kuhn | _table((axion_parallel, ENV, 2000), (axion_aec, ENV, 2000)),
        "tic_tac_toe": _table(
            (axion_steppable, toe, 500),
            (axion_parallel, toe, 500),
            (axion_aec, toe, 500),
            (openspiel_rl_environment, "tic_tac_toe", 500),
            (pettingzoo_aec, "tictactoe_v3", 200),
            (textarena_make, "TicTacToe-v0", 200),
        ),
        "rock_paper_scissors": _table(
            (axion_steppable, throw, 2000),
            (axion_parallel, throw, 2000),
            (axion_aec, throw, 2000),
            (openspiel_rl_environment, "matrix_rps", 2000),
            (pettingzoo_aec, "rps_v2 1", 1000),
        ),
    }


def run() -> dict[str, Any]:
    """Games per second, ours as multiples of the peers', and every peer's weight."""
    figures: dict[str, Any] = {}
    for game, contenders in games().items():
        taken = rates(contenders, ROUNDS)
        ours = [name for name in taken if name.startswith("axion")]
        figures[game] = {
            "games_per_s": {name: spread(values) for name, values in taken.items()},
            "ratio": {us: {other: ratios(taken[us], taken[other]) for other in taken if other not in ours} for us in ours},
        }
    return figures | {"weight": weight.run()}
