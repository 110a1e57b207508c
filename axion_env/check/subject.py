"""The environment under check, with plays that several checks share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from axion_env.core.author_frame import with_author_frame
from axion_env.core.branch import Chance
from axion_env.core.demo import Demo
from axion_env.core.driver import drive, play_demo
from axion_env.core.env import Env
from axion_env.core.play import Play
from axion_env.core.policy import Policies, RandomPolicy
from axion_env.core.request import Ask
from axion_env.core.rubric import judge
from axion_env.error import UsageError
from axion_env.record.episode import Called, Episode
from axion_env.record.task import Task
from axion_env.record.verdict import Verdict
from axion_env.service import Service

_DEALS = 32
_DEALS_WITH_CALLS = 4  # a job takes a thousand times as long as a turn
_TRIES = 3  # plays before the machine is given up


class Subject:
    """The environment that a check is given, with its plays.

    Args:
        env: The rules.
        deals: How many plays a check makes of each kind; default 32, or 4 where plays call services.
        services: Outside services by name; without one, jobs run in this process's own sandbox.
    """

    def __init__(self, env: Env, *, deals: int | None = None, services: Mapping[str, Service] | None = None) -> None:
        self.env = env
        self.bare = {"sandbox": _sandbox, **(services or {})}
        """The services without a cache."""
        self.services: dict[str, Service] = {name: CachedService(service) for name, service in self.bare.items()}
        """The services with a cache, so that differences between plays are the environment's."""
        self._deals = deals

    @cached_property
    def calls(self) -> bool:
        """Whether plays call services."""
        episodes = [self.play(self.task(0), 0), *(episode for _, episode in self.demos)]
        return any(isinstance(event, Called) for episode in episodes for event in episode.events())

    @cached_property
    def deals(self) -> int:
        """How many plays a check makes of each kind."""
        return self._deals or (_DEALS_WITH_CALLS if self.calls else _DEALS)

    def rebuilt(self, **options: Any) -> Env:
        """Another instance of the environment, with the same options except those given."""
        return type(self.env)(**{**self.env.options, **options})

    def task(self, k: int, split: str = "train", env: Env | None = None) -> Task:
        """The k-th of tasks spread over a split, at growing distances."""
        tasks = (env or self.env).tasks(split)
        return tasks[(k * (k + 1) // 2) % len(tasks)]

    # Plays -------------------------------------------------------------------------------------------------------

    def play(
        self, task: Task | None, seed: int | None, policies: Policies | None = None, *, env: Env | None = None, chance: Chance | None = None
    ) -> Episode:
        """Plays a task to its end, whatever that is; by default everybody answers legally and at random.

        Raises:
            UsageError: the machine fails it again and again.
        """
        error: str | None = None
        for _ in range(_TRIES):
            play = Play(env or self.env, task, seed, chance=chance)
            (episode,) = drive([play], RandomPolicy() if policies is None else policies, services=self.services)
            if episode.fault != "machine":
                return episode
            error = episode.error
        raise UsageError(f"{self.env.spec.id} cannot be checked, for what it needs does not work here: {error}")

    @cached_property
    def random(self) -> tuple[Episode, ...]:
        """Plays in which everybody answers legally and at random, FAILED ones too; play k has task k and the seed k."""
        return tuple(self.play(self.task(k), k) for k in range(self.deals))

    @property
    def legal(self) -> tuple[Episode, ...]:
        """The random plays that did not fail."""
        return tuple(episode for episode in self.random if episode.fault is None)

    @property
    def demos(self) -> tuple[tuple[Demo, Episode], ...]:
        """The demos that can be played, and their plays, FAILED ones too."""
        return self._demos[0]

    @property
    def demo_problems(self) -> tuple[str, ...]:
        """Why the other demos cannot be played."""
        return self._demos[1]

    @cached_property
    def _demos(self) -> tuple[tuple[tuple[Demo, Episode], ...], tuple[str, ...]]:
        played, problems = [], []
        try:
            demos = list(self.env.demos())
        except Exception as problem:
            return (), (f"demos() raised {with_author_frame(problem, self.env)}",)
        for demo in demos:
            try:
                played.append((demo, play_demo(self.env, demo, services=self.services)))
            except UsageError as problem:
                problems.append(f"the demo {demo.name!r} cannot be played: {problem}")
        return tuple(played), tuple(problems)

    @property
    def episodes(self) -> Iterator[Episode]:
        """Random plays and demos."""
        yield from self.legal
        yield from (episode for _, episode in self.demos if episode.fault is None)

    def judge(self, episode: Episode) -> dict[str, Verdict]:
        """The verdict of each agent."""
        return judge(self.env, episode)


class CachedService:
    """A service whose answers are cached by request."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.known: dict[str, Any] = {}

    def __call__(self, requests: Sequence[Any]) -> list[Any]:
        """Answers requests, from the cache where it can."""
        keys = [request_key(request) for request in requests]
        new = {key: request for key, request in zip(keys, requests, strict=True) if key not in self.known}
        answers = list(self.service(list(new.values()))) if new else []
        fresh = dict(zip(new, answers, strict=True))
        self.known |= {key: answer for key, answer in fresh.items() if type(answer).__name__ != "Fault"}
        return [fresh[key] if key in fresh else self.known[key] for key in keys]


def request_key(request: Any) -> str:
    """A text that is equal for equal requests."""
    if isinstance(request, tuple):  # a job and its workspace
        job, workspace = request
        request = [job.record(), None if workspace is None else workspace.id]
    return json.dumps(request)


def _sandbox(requests: Sequence[Any]) -> Sequence[Any]:
    from axion_env.sandbox import shared  # needed only where plays run jobs

    sandbox = shared()
    for profile in {job.profile for job, _ in requests}:
        sandbox.tier(profile)  # a machine without a tier raises here, instead of voiding plays
    return sandbox(requests)


class ScriptedAgent:
    """A policy in which one agent always says the same, or what `say` makes of an ask; the others answer legally and at random."""

    def __init__(self, agent: str, say: str | Callable[[Any], str]) -> None:
        self.agent = agent
        self.say = say
        self.others = RandomPolicy()

    def act(self, asks: Sequence[Any]) -> list[str]:
        """One answer per ask."""
        return [self._one(ask) for ask in asks]

    def _one(self, ask: Ask[Any]) -> str:
        if ask.agent != self.agent:
            return self.others.act([ask])[0]
        return self.say if isinstance(self.say, str) else self.say(ask)
