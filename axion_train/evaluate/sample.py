"""Samples many plays of many tasks with one policy into a file; an interrupted run continues with the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from axion_env import Ending, Env, Episode, EpisodeStore, Play, PlayFailed, Policy, Service, Task, UsageError, derive, drive
from axion_env.core.env import current_options
from axion_train.evaluate.pass_at_k import SampledMetrics
from axion_train.policy.multi import Seated

RANDOM = "random"
"""Names the policy that answers at random."""
_TASKS = 1024  # of a split, by default


def sample_tasks(
    env: Env,
    policy: Policy,
    store: EpisodeStore,
    *,
    split: str,
    tasks: int | None = None,
    copies: int,
    seed: int = 0,
    batch: int = 1024,
    part: str = "correct",
    services: Mapping[str, Service] | None = None,
    watch: Callable[[int, int], None] = lambda done, of: None,
) -> dict[str, Any]:
    """Plays `copies` copies of a split's first tasks, the policy in every seat, and appends what the store does not hold yet.

    Stopped and started again, the file ends up the same, byte for byte: plays go in batches of whole tasks, and each batch has a sampling
    stream of its own.

    Args:
        env: The rules.
        policy: Plays every seat.
        store: Where episodes go.
        split: Of the environment's tasks.
        tasks: How many, in the split's order; more than there are: further deals of the same. Default: all, at most 1024.
        copies: Of each task: equal draws, other answers.
        seed: Seeds chance and sampling.
        batch: Plays at once, a bound on memory. Another batch is another sampling stream.
        part: The reward part counted as solved.
        services: Outside services by name.
        watch: Told how many plays of how many are there.

    Returns:
        As `SampledMetrics.metrics`, over all these plays, and how many were `played` now, `found` in the file, and `failed` by the
        machine's fault; those are not stored, and the next call plays them again.

    Raises:
        PlayFailed: the environment's own code broke.
        UsageError: no such split, the file holds plays of these deals by another policy, or another process writes it.
    """
    pool = env.tasks(split)
    store.extend(())  # from before the file is read until the last play is in it, nobody else writes it
    tasks = min(_TASKS, len(pool)) if tasks is None else tasks
    tally = SampledMetrics(env, part)
    deals = {(pool[k % len(pool)].id, _deal(seed, k)): k for k in range(tasks)}
    there = _found(env, policy, store, deals, copies, tally)
    found, failed = len(there), 0
    watch(found, tasks * copies)
    size = max(1, batch // copies)
    for first in range(0, tasks, size):
        numbers = range(first, min(first + size, tasks))
        missing = [(k, c) not in there for k in numbers for c in range(copies)]
        if any(missing):
            fresh = _play(env, policy, pool, numbers, copies, seed, services)
            new = [(k, e) for k, e, wanted in zip((k for k in numbers for _ in range(copies)), fresh, missing, strict=True) if wanted]
            whole = [(k, e) for k, e in new if e.ending is not Ending.FAILED]
            store.extend(episode for _, episode in whole)
            for k, episode in new:
                tally.add(k, episode)
            there.update((k, episode.copy) for k, episode in whole)
            failed += len(new) - len(whole)
            watch(len(there), tasks * copies)
    return {"played": len(there) - found, "found": found, "failed": failed, **tally.metrics()}


def _found(
    env: Env, policy: Policy, store: EpisodeStore, deals: dict[tuple[str, int], int], copies: int, tally: SampledMetrics
) -> set[tuple[int, int]]:
    """(task, copy) of every play that the file holds already; each is tallied once."""
    there: set[tuple[int, int]] = set()
    for k, episode in _stored(env, store, deals):
        if episode.copy >= copies:
            continue
        _refuse_other_policy(store, episode, policy)
        if (k, episode.copy) not in there:
            there.add((k, episode.copy))
            tally.add(k, episode)
    return there


def _play(
    env: Env, policy: Policy, pool: Sequence[Task], numbers: range, copies: int, seed: int, services: Mapping[str, Service] | None
) -> list[Episode]:
    """All copies of some tasks, with a sampling stream that depends on nothing played before."""
    if isinstance(policy, Seated):
        rng = np.random.default_rng(derive(seed, "sample", copies, numbers.start, numbers.stop))
        for member in policy.members:
            member.rng = rng
    plays = (Play(env, pool[k % len(pool)], _deal(seed, k), copy=c) for k in numbers for c in range(copies))
    episodes = list(drive(plays, policy, services=services, in_flight=len(numbers) * copies))
    broken = next((e for e in episodes if e.ending is Ending.FAILED and e.fault == "author"), None)
    if broken is not None:
        raise PlayFailed(broken)
    return episodes


def _deal(seed: int, k: int) -> int:
    return derive(seed, "sample", k) >> 1


def _stored(env: Env, store: EpisodeStore, deals: dict[tuple[str, int], int]) -> Iterator[tuple[int, Episode]]:
    """Episodes of these deals that the file holds, with the number of their task."""
    if not store.path.exists():
        return
    for episode in store:
        k = None if episode.seed is None else deals.get((episode.task.id, episode.seed))
        if k is not None and episode.env == env.spec.id and current_options(type(env), episode.options) == env.options:
            yield k, episode


def _refuse_other_policy(store: EpisodeStore, episode: Episode, policy: Policy) -> None:
    """Refuses a file that another policy began: its plays would count as this policy's."""
    tokens = next((a.tokens for turn in episode.turns for a in turn.attempts), None)
    theirs = (RANDOM, 0) if tokens is None else (tokens.policy, tokens.version)
    ours = (policy.members[0].name, policy.members[0].version) if isinstance(policy, Seated) else (RANDOM, 0)
    if episode.turns and theirs != ours:
        raise UsageError(
            f"{store.path} holds plays of these deals by {theirs[0]} (version {theirs[1]}), and this is {ours[0]} (version {ours[1]}): "
            "choose another --out or --seed"
        )
