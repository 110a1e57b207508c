"""One seat of an environment as a Gymnasium environment, the other seats played by given policies.

import gymnasium
import axion_env.gymnasium                     # registers every installed environment
env = gymnasium.make("axion/KuhnPoker-v0", seat="player_1")
envs = gymnasium.make_vec("axion/KuhnPoker-v0", num_envs=8, vectorization_mode="async", vector_kwargs={"shared_memory": False})
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import gymnasium

from axion_env.adapter.space import Text, observation_space
from axion_env.core.env import Env
from axion_env.core.policy import Policies, RandomPolicy
from axion_env.core.policy import seat as seated
from axion_env.core.registry import ids, load
from axion_env.core.steppable import Steppable
from axion_env.error import NotFound, UsageError
from axion_env.record.transcript import transcript
from axion_env.service import Service

_DEALS = 100  # deals tried until the seat is asked in one

Observation = dict[str, str]
_Step: TypeAlias = tuple[dict[str, str], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]]


class Seat(gymnasium.Env[Observation, str]):
    """One seat of an environment as a Gymnasium environment.

    Observations are `{"text": …}`, actions are strings, and `info["legal_actions"]` says what is legal now, None where it is free text.

    Args:
        env: An id, or the rules.
        seat: The agent that is stepped; default: the first.
        opponents: Who plays the other seats, as `play` takes policies; default: at random.
        services: Outside services by name.
        render_mode: `ansi`, or None.
        options: Of the environment, where an id is given.

    Raises:
        NotFound: the environment has no such agent.
    """

    metadata = {"render_modes": ["ansi"], "render_fps": 1}  # noqa: RUF012 (as Gymnasium declares it)

    def __init__(
        self,
        env: str | Env,
        *,
        seat: str | None = None,
        opponents: Policies | None = None,
        services: Mapping[str, Service] | None = None,
        render_mode: str | None = None,
        **options: Any,
    ) -> None:
        if render_mode not in (None, "ansi"):
            raise UsageError(f"render_mode is None or 'ansi': got {render_mode!r}")
        rules = env if isinstance(env, Env) else load(env, **options)
        self.steppable = Steppable(rules, services=services)
        self.seat = seat or rules.seats[0]
        if self.seat not in rules.seats:
            raise NotFound(f"agent of {rules.spec.id} named", self.seat, rules.seats)
        self._opponents = RandomPolicy() if opponents is None else opponents
        self.render_mode = render_mode
        self.observation_space: gymnasium.Space[Any] = observation_space()
        self.action_space = Text(self._legal)

    def _legal(self) -> tuple[str, ...] | None:
        return self.steppable.legal_actions(self.seat) if self.seat in self.steppable.acting else None

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Observation, dict[str, Any]]:
        """Starts an episode and lets the others play until the seat is asked.

        Args:
            seed: Seed of the deal, and of all later ones until another is given.
            options: As for `Steppable.reset`.

        Raises:
            UsageError: in a hundred deals the seat is never asked.
        """
        super().reset(seed=seed)
        deal = seed
        for _ in range(_DEALS):
            chosen = int(self.np_random.integers(1 << 62)) if deal is None else deal
            observations, infos = self.steppable.reset(seed=chosen, options=options)
            agents = self.steppable.agents
            deal = None
            if self.seat not in agents:  # a task that does not seat it
                continue
            start: _Step = (observations, dict.fromkeys(agents, 0.0), dict.fromkeys(agents, False), dict.fromkeys(agents, False), infos)
            observations, _, _, _, infos = self._others(start)
            if self.seat in self.steppable.acting:
                return {"text": observations[self.seat]}, self._info(infos)
        raise UsageError(
            f"{self.seat} was asked in none of {_DEALS} deals of {self.steppable.spec.id}; choose another seat or other options"
        )

    def step(self, action: str) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Answers for the seat and lets the others play until it is asked again or the episode is over."""
        observations, rewards, terminations, truncations, infos = self._others(self.steppable.step({self.seat: action}))
        seat = self.seat
        return {"text": observations[seat]}, rewards[seat], terminations[seat], truncations[seat], self._info(infos)

    def _others(self, step: _Step) -> _Step:
        """Plays the other seats until ours is asked. Returns the last step, with the sum of our seat's rewards on the way."""
        roles = self.steppable.env.roles(self.steppable.agents)
        everybody = self.steppable.env.roles(self.steppable.possible_agents)
        policies = seated(self._opponents, {agent: role for agent, role in roles.items() if agent != self.seat}, everybody)
        paid = step[1][self.seat]
        while self.steppable.acting and self.seat not in self.steppable.acting:
            step = self.steppable.step({agent: policies[agent].act([ask])[0] for agent, ask in self.steppable.asks.items()})
            paid += step[1][self.seat]
        step[1][self.seat] = paid
        return step

    def _info(self, infos: Mapping[str, Any]) -> dict[str, Any]:
        return {**infos[self.seat], "legal_actions": self._legal()}

    def render(self) -> str | None:
        """The finished episode as text; "" before it is finished."""
        if self.render_mode is None:
            return None
        return "" if self.steppable.episode is None else transcript(self.steppable.episode)


def register() -> None:
    """Registers every installed environment with `gymnasium.make`; called when this module is imported."""
    for name in ids():
        if name not in gymnasium.registry:
            gymnasium.register(name, entry_point="axion_env.gymnasium:Seat", kwargs={"env": name})
