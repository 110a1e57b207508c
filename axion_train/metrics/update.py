"""Metrics of an update: numbers by name, as they stand in `metrics.jsonl` and monitors read them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from axion_env import Ending, Episode, Trajectory
from axion_train.estimator.fitness_sharing import PROPOSAL


def batch_metrics(episodes: list[Episode], judged: list[Trajectory]) -> dict[str, Any]:
    """Metrics of a batch of plays: endings and rewards, facts, and surprise by role."""
    return play_metrics(episodes, judged) | fact_metrics(episodes) | surprise_metrics(judged)


def play_metrics(episodes: list[Episode], played: list[Trajectory]) -> dict[str, Any]:
    """Counts of endings; mean rewards and illegal rates by role."""
    rewards: dict[str, list[float]] = defaultdict(list)
    illegal: dict[str, list[bool]] = defaultdict(list)
    for trajectory in played:
        rewards[trajectory.role].append(trajectory.reward)
        illegal[trajectory.role] += [attempt.error is not None for turn in trajectory.turns for attempt in turn.attempts]
    endings = [episode.ending for episode in episodes]
    return {
        "episodes": len(episodes),
        "failed": endings.count(Ending.FAILED),
        "truncated": endings.count(Ending.TRUNCATED),
        **{f"reward/{role}": float(np.mean(values)) for role, values in sorted(rewards.items())},
        **_rates("illegal_rate", illegal),
    }


def fact_metrics(episodes: list[Episode]) -> dict[str, float]:
    """The mean of every fact that is a number, or true or false, over the plays that have it."""
    found: dict[str, list[float]] = defaultdict(list)
    for episode in episodes:
        for name, value in (episode.facts or {}).items():
            if isinstance(value, int | float):
                found[name].append(float(value))
    return {f"fact/{name}": sum(values) / len(values) for name, values in sorted(found.items())}


def credit_metrics(played: list[Trajectory], advantages: list[float]) -> dict[str, Any]:
    """How much a batch teaches: the share of trajectories with an advantage of 0, and of groups with any other advantage.

    A group is all trajectories of a role in one deal, whatever the estimator compares.
    """
    zero: dict[str, list[bool]] = defaultdict(list)
    taught: dict[str, dict[tuple[str, int | None], bool]] = defaultdict(dict)
    for trajectory, advantage in zip(played, advantages, strict=True):
        zero[trajectory.role].append(advantage == 0.0)
        group = trajectory.task, trajectory.deal
        taught[trajectory.role][group] = taught[trajectory.role].get(group, False) or advantage != 0.0
    return _rates("zero_advantage", zero) | _rates("signal", {role: list(groups.values()) for role, groups in taught.items()})


def surprise_metrics(played: list[Trajectory]) -> dict[str, float]:
    """Where there are several roles, the surprise of each: nats per sampled token, an estimate of its policy's entropy."""
    nats: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for trajectory in played:
        sums = nats[trajectory.role]
        for turn in trajectory.turns:
            for action in turn.attempts:
                if action.tokens is not None:
                    sums[0] -= sum(action.tokens.logprobs)
                    sums[1] += len(action.tokens.logprobs)
    return {f"surprise/{role}": total / max(1.0, tokens) for role, (total, tokens) in sorted(nats.items())} if len(nats) > 1 else {}


def _rates(key: str, counted: Mapping[str, list[bool]]) -> dict[str, float]:
    """The share of true ones, over all roles, and by role where there are several."""
    total = sum(len(values) for values in counted.values())
    by_role = {f"{key}/{role}": sum(values) / len(values) for role, values in sorted(counted.items()) if values}
    return {key: sum(map(sum, counted.values())) / max(1, total), **(by_role if len(by_role) > 1 else {})}


def proposal_metrics(played: Sequence[Trajectory]) -> dict[str, float]:
    """The share of distinct proposals among those of these plays; empty where nothing was proposed.

    It reads the facts and not the estimator: proposals may repeat under any.
    """
    facts = {(t.task, t.deal, t.copy): t.facts or {} for t in played}
    made = [json.dumps(found[PROPOSAL], sort_keys=True) for found in facts.values() if found.get(PROPOSAL) is not None]
    return {"unique_proposals": len(set(made)) / len(made)} if made else {}
