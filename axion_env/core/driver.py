"""The driver: advances any number of plays at once and answers their requests in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from axion_env.core.demo import Demo
from axion_env.core.env import Env
from axion_env.core.play import Play
from axion_env.core.policy import Policies, Policy, Scripted, seat
from axion_env.core.request import Address, Ask, Call
from axion_env.core.rng import Stream, derive
from axion_env.error import ContractError, PlayFailed, UsageError
from axion_env.record.episode import Ending, Episode
from axion_env.record.task import Task
from axion_env.service import Fault, Service


def play(
    env: Env, policies: Policies, *, task: Task | None = None, seed: int = 0, copy: int = 0, services: Mapping[str, Service] | None = None
) -> Episode:
    """Plays one task to its end.

    Args:
        env: The rules.
        policies: One policy for every seat, or policies by agent or role name.
        task: Default: the first task of the train split.
        seed: Seeds the chance stream.
        copy: Which play of this deal; policies sample by it.
        services: Outside services by name; `ctx.run` is answered by `sandbox`, or by this process's own where none is given.

    Raises:
        PlayFailed: the environment's code, or machinery, broke.
    """
    play = Play(env, task, seed, copy=copy)
    (episode,) = drive([play], policies, services=services)
    if episode.ending is Ending.FAILED:
        raise PlayFailed(episode) from play.exception
    return episode


def drive(
    plays: Iterable[Play],
    policies: Policies | Callable[[Play], Policies],
    *,
    services: Mapping[str, Service] | None = None,
    in_flight: int = 32,
) -> Iterator[Episode]:
    """Advances plays together; their episodes come out in the order the plays were given.

    Args:
        plays: Fresh plays, taken as room arises: an endless iterator will do.
        policies: Who answers; a function chooses by play.
        services: Outside services by name.
        in_flight: How many plays are open at once. Each round asks every policy once, with all that is pending: give a model as many
            as fill its batch. More than that costs speed, because Python's garbage collector visits all that waits (docs/benchmarks.md).

    A FAILED episode is returned like any other, for the caller to look at.
    """
    source = iter(plays)
    seating = _Seating(policies)
    services = services or {}
    window: list[Play] = []
    seats: list[dict[str, Policy]] = []
    while True:
        if len(window) < in_flight:
            window += islice(source, in_flight - len(window))
            if not window:
                return
            seats += map(seating.of, window[len(seats) :])
        _round(zip(window, seats, strict=True), services)
        done = 0
        for play in window:
            if play.episode is None:
                break
            yield play.episode
            done += 1
        if done:
            del window[:done], seats[:done]


class _Seating:
    """Finds the policy of each agent of a play, once per play."""

    def __init__(self, policies: Policies | Callable[[Play], Policies]) -> None:
        self._policies = policies
        self._shared: dict[tuple[Env, tuple[str, ...]], dict[str, Policy]] = {}

    def of(self, play: Play) -> dict[str, Policy]:
        seated = self._shared.get((play.env, play.agents))
        return self._seat(play) if seated is None else seated

    def _seat(self, play: Play) -> dict[str, Policy]:
        env = play.env
        if callable(self._policies) and not hasattr(self._policies, "act"):  # a policy may be callable, as every torch module is
            return seat(self._policies(play), env.roles(play.agents), env.roles(env.seats))
        policies: Any = self._policies
        seated = self._shared[env, play.agents] = seat(policies, env.roles(play.agents), env.roles(env.seats))
        return seated


def _round(window: Iterable[tuple[Play, dict[str, Policy]]], services: Mapping[str, Service]) -> None:
    """Answers every pending request once."""
    asks: dict[int, tuple[Policy, list[Ask[Any]]]] = {}
    calls: list[Call[Any]] = []
    latest: Policy | None = None  # mostly one policy answers for many asks in a row: look its batch up once
    batch: list[Ask[Any]] = []
    for play, seated in window:
        for request in play.requests:
            if type(request) is Ask:
                policy = seated[request.agent]
                if policy is not latest:
                    latest = policy
                    _, batch = asks.setdefault(id(policy), (policy, []))
                batch.append(request)
            elif type(request) is Call:
                calls.append(request)
    for policy, batch_asks in asks.values():
        replies = policy.act(batch_asks)
        if len(replies) != len(batch_asks):
            raise ContractError(f"{type(policy).__name__}.act answered {len(replies)} of {len(batch_asks)} asks")
        for ask, reply in zip(batch_asks, replies, strict=True):
            owner = ask.branch.play  # type: ignore[union-attr]  # set when it was opened
            if owner.episode is None:
                owner.answer(ask, reply)
    if calls:
        serve(calls, services)


def serve(calls: Sequence[Call[Any]], services: Mapping[str, Service]) -> None:
    """Lets services answer calls, those of one service in one batch. A service that raises voids the plays that called it.

    Raises:
        UsageError: a service was not given, or no sandbox works on this machine.
    """
    batches: dict[str, list[Call[Any]]] = {}
    for call in calls:
        batches.setdefault(call.service, []).append(call)
    for name, batch in batches.items():
        service = services.get(name)
        if service is None and name == "sandbox":
            service = _own_sandbox(batch)
        if service is None:
            given = ", ".join(sorted(services)) or "none"
            raise UsageError(f"{batch[0].play.spec.id} calls the service {name!r}, which was not given; given: {given}")
        try:
            responses = list(service([call.given for call in batch]))
            if len(responses) != len(batch):
                raise ValueError(f"{len(responses)} responses to {len(batch)} requests")
        except UsageError:
            raise
        except Exception as problem:
            for call in batch:
                call.play.fail(f"service {name!r}: {type(problem).__name__}: {problem}")
            continue
        for call, response in zip(batch, responses, strict=True):
            if type(response) is Fault:
                call.play.fail(f"service {name!r}: {response.reason}")
            elif call.play.episode is None:
                call.play.answer(call, response)


def _own_sandbox(calls: Sequence[Call[Any]]) -> Service:
    """This process's sandbox, started before the first job, so that a machine without one raises an error instead of voiding plays."""
    from axion_env.sandbox import shared  # needed only where jobs are run

    sandbox = shared()
    for profile in {call.given[0].profile for call in calls}:
        sandbox.tier(profile)
    return sandbox


def play_demo(env: Env, demo: Demo, *, services: Mapping[str, Service] | None = None) -> Episode:
    """Plays a demo's script; its draws are recorded as chosen.

    Args:
        env: The rules.
        demo: One of its demos.
        services: Outside services by name, as in `play`.
    """
    streams: dict[tuple[int, ...], Stream] = {}

    def chance(address: Address, label: str, items: Sequence[Any]) -> int:
        if label in demo.draws:
            if demo.draws[label] not in items:
                raise UsageError(f"the demo {demo.name!r} draws {demo.draws[label]!r} as {label!r}, which is none of {list(items)!r:.200}")
            return items.index(demo.draws[label])
        path = address[0]
        if path not in streams:
            streams[path] = Stream(derive(0, *path))
        return streams[path].below(len(items))

    scripts = {agent: Scripted(answers) for agent, answers in demo.actions.items()}
    (episode,) = drive([Play(env, demo.task, None, chance=chance)], scripts, services=services)
    return episode
