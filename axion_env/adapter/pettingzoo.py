"""Adapters to PettingZoo's two forms, AEC and Parallel, thin views of the steppable form.

    from axion_env.pettingzoo import aec_env, parallel_env
    env = aec_env("axion/KuhnPoker-v0")

Observations are `{"text": …}`, actions are strings, and `infos` say what is legal now. In these forms an agent can
learn something from the number of steps and from empty observations; `play` and `drive` show it nothing of the kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import gymnasium
from pettingzoo import AECEnv, ParallelEnv

from axion_env.adapter.space import Text, observation_space
from axion_env.core.env import Env
from axion_env.core.registry import load
from axion_env.core.steppable import Steppable
from axion_env.error import UsageError
from axion_env.record.transcript import transcript
from axion_env.service import Service

Observation = dict[str, str]
Infos = dict[str, dict[str, Any]]


def parallel_env(env: str | Env, *, services: Mapping[str, Service] | None = None, **options: Any) -> Parallel:
    """Builds the Parallel form of an environment, in which everybody who is asked answers at once.

    Args:
        env: Its id, or its rules.
        services: Outside services by name.
        options: Of the environment, where an id is given.
    """
    return Parallel(_rules(env, options), services=services)


def aec_env(env: str | Env, *, services: Mapping[str, Service] | None = None, **options: Any) -> AEC:
    """Builds the AEC form of an environment, in which one agent answers after the other. Arguments as for `parallel_env`."""
    return AEC(_rules(env, options), services=services)


class _View:
    """The common part of both forms."""

    def __init__(self, env: Env, services: Mapping[str, Service] | None) -> None:
        self.steppable = Steppable(env, services=services)
        self.metadata = {"name": env.spec.id, "render_modes": ["ansi"], "is_parallelizable": False, "render_fps": 1}
        self.render_mode = "ansi"
        self.possible_agents = list(self.steppable.possible_agents)
        self.agents: list[str] = []
        self._spaces = {agent: (observation_space(), Text(partial(self._legal, agent))) for agent in self.possible_agents}

    def _legal(self, agent: str) -> tuple[str, ...] | None:
        return self.steppable.legal_actions(agent) if agent in self.steppable.acting else None

    def observation_space(self, agent: str) -> gymnasium.Space[Any]:
        return self._spaces[agent][0]

    def action_space(self, agent: str) -> gymnasium.Space[Any]:
        """Any text; samples are legal actions where the agent has a choice of them now."""
        return self._spaces[agent][1]

    def render(self) -> str:
        """The finished episode as text; "" before, since nobody may see all of a running one."""
        episode = self.steppable.episode
        return "" if episode is None else transcript(episode)

    def close(self) -> None:
        """Does nothing: no resources are held."""


class Parallel(_View, ParallelEnv[str, Observation, str]):  # type: ignore[misc]  # PettingZoo ships no types
    """The Parallel form: `step` takes actions by agent, and drops those of agents who are not asked."""

    def __init__(self, env: Env, *, services: Mapping[str, Service] | None = None) -> None:
        super().__init__(env, services)

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[dict[str, Observation], Infos]:
        """Starts an episode; `options` as for `Steppable.reset`, others are ignored."""
        observations, infos = self.steppable.reset(seed=seed, options=_known(options))
        self.agents = list(self.steppable.agents)
        return _boxed(observations), infos

    def step(self, actions: dict[str, str]) -> tuple[dict[str, Observation], dict[str, float], dict[str, bool], dict[str, bool], Infos]:
        """Answers for everybody who is asked.

        Raises:
            UsageError: somebody who is asked has no action.
        """
        asks = self.steppable.asks
        if not asks or not actions.keys() >= asks.keys():
            raise UsageError(
                f"step takes an action of everybody asked now ({', '.join(asks) or 'nobody: call reset'}): got {sorted(actions)}"
            )
        observations, rewards, terminations, truncations, infos = self.steppable.step({agent: actions[agent] for agent in asks})
        if not self.steppable.asks:
            self.agents = []
        return _boxed(observations), rewards, terminations, truncations, infos


class AEC(_View, AECEnv[str, Observation, str]):  # type: ignore[misc]
    """The AEC form: one agent after the other; agents asked at the same time answer in the order of their seats."""

    def __init__(self, env: Env, *, services: Mapping[str, Service] | None = None) -> None:
        super().__init__(env, services)

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        """Starts an episode; `options` as for `Steppable.reset`, others are ignored."""
        self._observations, self.infos = self.steppable.reset(seed=seed, options=_known(options))
        self.agents = list(self.steppable.agents)
        self.rewards = dict.fromkeys(self.agents, 0.0)
        self._cumulative_rewards = dict.fromkeys(self.agents, 0.0)
        self.terminations = dict.fromkeys(self.agents, False)
        self.truncations = dict.fromkeys(self.agents, False)
        self.agent_selection = next(iter(self.steppable.asks), self.agents[0])

    def observe(self, agent: str) -> Observation:
        """What is new to the agent since its own last turn, or at the end; "" between its turns."""
        return {"text": self._observations[agent]}

    def step(self, action: str | None) -> None:
        """Answers for `agent_selection`; None, for an agent whose episode is over."""
        agent = self.agent_selection
        if self.terminations[agent] or self.truncations[agent]:
            return self._retire(agent, action)
        if action is None:
            raise UsageError(f"{agent} is asked and answers None; None is for an agent whose episode is over")
        self._observations, self.rewards, self.terminations, self.truncations, self.infos = self.steppable.step({agent: action})
        asks = self.steppable.asks
        if asks:
            self.agent_selection = next(iter(asks))
        else:  # nothing is paid before the end
            self._cumulative_rewards = self.rewards.copy()
            self.agent_selection = self.agents[0]
        return None

    def _retire(self, agent: str, action: str | None) -> None:
        """Removes an agent whose episode is over. PettingZoo's own version expects live agents too; here all end at once."""
        if action is not None:
            raise ValueError(f"the episode of {agent} is over, and the only action left is None: got {action!r}")
        del self.terminations[agent], self.truncations[agent], self.rewards[agent], self._cumulative_rewards[agent], self.infos[agent]
        self.agents.remove(agent)
        if self.agents:
            self.agent_selection = self.agents[0]
            self.rewards = dict.fromkeys(self.agents, 0.0)


def _rules(env: str | Env, options: dict[str, Any]) -> Env:
    if isinstance(env, str):
        return load(env, **options)
    if options:
        raise UsageError(f"options belong to an id; these rules are built already: got {sorted(options)}")
    return env


def _known(options: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return {name: value for name, value in options.items() if name in ("task", "split", "index")} if options else None


def _boxed(observations: Mapping[str, str]) -> dict[str, Observation]:
    return {agent: {"text": text} for agent, text in observations.items()}
