"""Kuhn poker, games per second: our public driver and steppable form beside OpenSpiel's four loops and TextArena.

Everybody plays uniformly at random, with the same `random.Random.choice`, one hand a game. Ours goes through the front door with
every rule of the contract on: each game is recorded as an `Episode` that replays, and is judged. The others keep no record.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pyspiel
import textarena
from open_spiel.python import rl_environment

import axion_env
from axion_env import Play
from benchmarks.measure import Contender, rates, ratios, spread
from benchmarks.uniform import ENV, Uniform

ROUNDS = 9


def axion_drive(games: int) -> None:
    """The public driver as it comes, in_flight at its default."""
    env = axion_env.load(ENV)
    for episode in axion_env.drive((Play(env, None, seed) for seed in range(games)), Uniform(0)):
        axion_env.judge(env, episode)


def axion_steppable(games: int) -> None:
    env = axion_env.make(ENV)
    choose = random.Random(0).choice
    for seed in range(games):
        env.reset(seed=seed)
        while acting := env.acting:
            agent = acting[0]
            env.step({agent: choose(env.legal_actions(agent) or ())})


def openspiel_bare(games: int) -> None:
    """The state loop, with nothing read that the rules do not need."""
    game = pyspiel.load_game("kuhn_poker")
    choose = random.Random(0).choice
    for _ in range(games):
        state = game.new_initial_state()
        while not state.is_terminal():
            state.apply_action(choose(state.legal_actions()))
        state.returns()


def openspiel_strings(games: int) -> None:
    """The state loop with what a text agent would be shown: its information state as a string."""
    game = pyspiel.load_game("kuhn_poker")
    choose = random.Random(0).choice
    for _ in range(games):
        state = game.new_initial_state()
        while not state.is_terminal():
            if not state.is_chance_node():
                state.information_state_string()
            state.apply_action(choose(state.legal_actions()))
        state.returns()


def openspiel_example(games: int) -> None:
    """The loop of open_spiel/python/examples/example.py; its strings are made and not printed."""
    game = pyspiel.load_game("kuhn_poker")
    choose = random.Random(0).choice
    for _ in range(games):
        state = game.new_initial_state()
        str(state)
        while not state.is_terminal():
            if state.is_chance_node():
                outcomes = state.chance_outcomes()
                actions, probabilities = zip(*outcomes, strict=True)
                action = np.random.choice(actions, p=probabilities)
                state.action_to_string(state.current_player(), action)
                state.apply_action(action)
            else:
                action = choose(state.legal_actions(state.current_player()))
                state.action_to_string(state.current_player(), action)
                state.apply_action(action)
            str(state)
        for player, worth in enumerate(state.returns()):
            f"Utility for player {player} is {worth}"


def openspiel_rl_environment(games: int) -> None:
    """OpenSpiel's own reset/step environment."""
    env = rl_environment.Environment("kuhn_poker")
    choose = random.Random(0).choice
    for _ in range(games):
        step = env.reset()
        while not step.last():
            player = step.observations["current_player"]
            step = env.step([choose(step.observations["legal_actions"][player])])


def textarena_reset(games: int) -> None:
    """TextArena's KuhnPoker-v0 with its default wrappers, at one hand a game: one environment, reset for every game.

    No rate at all, since it falls with the number of games: the observation wrapper of 0.7.4 keeps what it showed in all games
    before, and shows it again at every turn.
    """
    env = textarena.make("KuhnPoker-v0", max_rounds=1)
    choose = random.Random(0).choice
    for seed in range(games):
        _textarena_game(env, seed, choose)


def textarena_make(games: int) -> None:
    """The same, with a new environment for every game."""
    choose = random.Random(0).choice
    for seed in range(games):
        _textarena_game(textarena.make("KuhnPoker-v0", max_rounds=1), seed, choose)


def _textarena_game(env: Any, seed: int, choose: Callable[[list[str]], str]) -> None:
    env.reset(num_players=2, seed=seed)
    done = False
    while not done:
        env.get_observation()
        done, _ = env.step(f"[{choose(list(env.state.game_state['current_legal_action_tree']))}]")  # legal moves: from its state
    env.close()


CONTENDERS: dict[str, tuple[Contender, int]] = {
    "axion_drive": (axion_drive, 4000),
    "axion_steppable": (axion_steppable, 2000),
    "openspiel_rl_environment": (openspiel_rl_environment, 2000),
    "openspiel_example": (openspiel_example, 2000),
    "openspiel_strings": (openspiel_strings, 8000),
    "openspiel_bare": (openspiel_bare, 8000),
    "textarena_make": (textarena_make, 1000),
    "textarena_reset": (textarena_reset, 2000),
}


def run() -> dict[str, Any]:
    """Games per second, and our two forms as multiples of the others."""
    taken = rates(CONTENDERS, ROUNDS)
    ours = [name for name in CONTENDERS if name.startswith("axion")]
    return {
        "games_per_s": {name: spread(values) for name, values in taken.items()},
        "ratio": {us: {other: ratios(taken[us], taken[other]) for other in taken if other not in ours} for us in ours},
    }
