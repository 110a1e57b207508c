"""The steppable form: `reset` and `step` over one play, for people who write their own loop.

env = axion_env.make("axion/KuhnPoker-v0")
observations, infos = env.reset(seed=7)
while env.acting:
    actions = {agent: choose(observations[agent], env.legal_actions(agent)) for agent in env.acting}
    observations, rewards, terminations, truncations, infos = env.step(actions)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from axion_env.core.driver import serve
from axion_env.core.env import Env
from axion_env.core.play import Play
from axion_env.core.request import Ask, Call
from axion_env.core.rng import Stream, derive
from axion_env.core.rubric import judge
from axion_env.error import PlayFailed, UsageError
from axion_env.record.episode import Action, Ending, Episode, Message
from axion_env.record.task import Task
from axion_env.service import Service

Observations = dict[str, str]
Infos = dict[str, dict[str, Any]]


class Steppable:
    """One play at a time, advanced by dictionaries of actions, with PettingZoo's five dictionaries back.

    An observation is what is new since the agent's own last turn, and "" between its turns. Every seated agent is in all
    five dictionaries at every step, and all end together. `infos` say each agent's role, whether it is asked and what is legal for it,
    and at the end the ending and the parts of its reward.

    Args:
        env: The rules.
        services: Outside services by name; their calls are answered before `reset` and `step` return.
    """

    def __init__(self, env: Env, *, services: Mapping[str, Service] | None = None) -> None:
        self.env = env
        self.spec = env.spec
        self._services = services or {}
        self._train = env.tasks("train")
        self._seated = env.seats
        self._blank = _blank(env, env.seats)  # template of the dictionaries of every step
        self._play: Play | None = None
        self._asks: dict[str, Ask[Any]] = {}
        """The open asks, by agent."""
        self._seed: int | None = None
        self._continuing: Stream | None = Stream(0)
        """Stream of seeds for episodes that are given none; None: to be derived from the last seed given."""

    @property
    def agents(self) -> tuple[str, ...]:
        """Who is seated in this episode; nobody before `reset`."""
        return self._play.agents if self._play else ()

    @property
    def possible_agents(self) -> tuple[str, ...]:
        """Every seat there can be."""
        return self.env.seats

    @property
    def acting(self) -> tuple[str, ...]:
        """The agents asked now; empty once the episode is over."""
        return tuple(self._asks)

    @property
    def asks(self) -> Mapping[str, Ask[Any]]:
        """The open asks by agent, as a policy's `act` takes them."""
        return self._asks

    @property
    def episode(self) -> Episode | None:
        """The record, once the episode is over."""
        return self._play.episode if self._play else None

    def legal_actions(self, agent: str) -> tuple[str, ...] | None:
        """The actions open to an agent that is asked now; None for free text."""
        if agent not in self._asks:
            raise UsageError(f"{agent!r} is not asked now; asked: {', '.join(self._asks) or 'nobody'}")
        return self._asks[agent].choices

    def reset(self, *, seed: int | None = None, options: Mapping[str, Any] | None = None) -> tuple[Observations, Infos]:
        """Starts an episode.

        Args:
            seed: Seeds the chance stream and picks the task from the train split. None: goes on with the environment's own
                sequence of seeds, which starts from the last seed given.
            options: `task` (a `Task`) or `split` and `index` choose the task.

        Raises:
            PlayFailed: the environment's code broke.
        """
        if seed is None:
            if self._continuing is None:
                self._continuing = Stream(derive(self._seed or 0, "next"))
            seed = self._continuing.below(1 << 62)
        else:
            self._seed = seed
            self._continuing = None
        play = self._play = Play(self.env, self._task(seed, options or {}), seed)
        self._settle(play)
        observations, _, _, _, infos = self._step_result(play)
        return observations, infos

    def step(self, actions: Mapping[str, str | Action]) -> tuple[Observations, dict[str, float], dict[str, bool], dict[str, bool], Infos]:
        """Answers some or all of the agents asked now.

        Returns:
            observations, rewards, terminations, truncations, infos, by agent.

        Raises:
            UsageError: nobody answers, or somebody who is not asked.
            PlayFailed: the environment's code, or machinery, broke; a zero reward here would be trained on.
        """
        play, asks = self._play, self._asks
        if play is None or not actions or not actions.keys() <= asks.keys():
            strangers = [agent for agent in actions if agent not in asks]
            raise UsageError(
                f"step takes actions of agents asked now ({', '.join(asks) or 'nobody: call reset'}): got {strangers or 'none'}"
            )
        for agent, ask in asks.items():
            if agent in actions and play.episode is None:
                play.answer(ask, actions[agent])
        self._settle(play)
        return self._step_result(play)

    def _task(self, seed: int, options: Mapping[str, Any]) -> Task:
        if not options and len(self._train) == 1:
            return self._train[0]
        if unknown := set(options) - {"task", "split", "index"}:
            raise UsageError(f"reset has no option {sorted(unknown)}; it has task, split, index")
        if "task" in options:
            task: Task = options["task"]
            return task
        tasks = self.env.tasks(options["split"]) if "split" in options else self._train
        return tasks[options["index"] if "index" in options else Stream(derive(seed, "task")).below(len(tasks))]

    def _settle(self, play: Play) -> None:
        """Lets services answer until only asks are open, so that `acting` does not depend on timing."""
        while True:
            requests = play.requests
            asks = self._asks = {}
            for request in requests:
                if type(request) is Ask:
                    asks[request.agent] = request
            if len(asks) == len(requests):
                break
            serve([request for request in requests if type(request) is Call], self._services)
        if play.episode is not None and play.episode.ending is Ending.FAILED:
            raise PlayFailed(play.episode) from play.exception

    def _step_result(self, play: Play) -> tuple[Observations, dict[str, float], dict[str, bool], dict[str, bool], Infos]:
        if play.agents != self._seated:
            self._seated, self._blank = play.agents, _blank(self.env, play.agents)
        roles, nothing, no = self._blank
        episode, asks = play.episode, self._asks
        observations: Observations = {}
        infos: Infos = {}
        for agent, role in roles:
            if agent in asks:
                ask = asks[agent]
                observations[agent] = ask.observation[0].text if len(ask.observation) == 1 and not ask.attempts else _text(ask)
                infos[agent] = {"role": role, "acting": True, "legal_actions": ask.choices}
            else:
                observations[agent] = ""
                infos[agent] = {"role": role, "acting": False, "legal_actions": None}
        if episode is None:
            return observations, nothing.copy(), no.copy(), no.copy(), infos
        ending, closing, rewards = episode.ending, episode.closing, nothing.copy()
        for agent, verdict in judge(self.env, episode).items():
            if agent in closing:
                observations[agent] = _join(closing[agent])
            rewards[agent] = verdict.reward
            parts: dict[str, float] = {}
            for name, value, _ in verdict.parts:
                parts[name] = parts.get(name, 0.0) + value
            info = infos[agent]
            info["parts"] = parts
            info["ending"] = ending.value
        truncated = ending is Ending.TRUNCATED
        yes = dict.fromkeys(no, True)
        return observations, rewards, no.copy() if truncated else yes, yes if truncated else no.copy(), infos


_Blank: TypeAlias = tuple[tuple[tuple[str, str], ...], dict[str, float], dict[str, bool]]


def _blank(env: Env, agents: tuple[str, ...]) -> _Blank:
    """The dictionaries that every step starts from: roles, and for each agent no reward and no end."""
    return tuple(env.roles(agents).items()), dict.fromkeys(agents, 0.0), dict.fromkeys(agents, False)


def _text(ask: Ask[Any]) -> str:
    return _join(ask.observation) if not ask.attempts else ask.messages[-1].text


def _join(messages: tuple[Message, ...]) -> str:
    return messages[0].text if len(messages) == 1 else "\n".join([message.text for message in messages])
