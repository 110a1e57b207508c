"""Sampled reward of a policy on a split of tasks."""

from __future__ import annotations

from typing import Any

from axion_env import Env, Play, Policy, derive, drive
from axion_train.evaluate.pass_at_k import SampledMetrics
from axion_train.metrics.fact_ratio import FactRatios


def sampled_reward(
    env: Env,
    policy: Policy,
    *,
    split: str,
    tasks: int,
    seed: int,
    copies: int = 1,
    part: str = "correct",
    label: str = "accuracy",
    facts: FactRatios | None = None,
) -> dict[str, Any]:
    """Reward by role, accuracy and illegal rate over sampled plays of a split's first tasks, the policy in every seat.

    Args:
        env: The rules.
        policy: Plays every seat.
        split: Of the environment's tasks.
        tasks: How many, in the split's order.
        seed: Seeds the chance streams.
        copies: Plays per task; with several, `pass@k`, `maj@k` and `best@n` are reported too.
        part: The reward part counted as solved.
        label: What the share solved is called.
        facts: Facts that are added up.

    Returns:
        As `SampledMetrics.metrics`; the shares of `facts`.
    """
    pool = env.tasks(split)
    plays = (Play(env, pool[k % len(pool)], derive(seed, "evaluation", k) >> 1, copy=c) for k in range(tasks) for c in range(copies))
    tally = SampledMetrics(env, part, label)
    episodes = []
    for i, episode in enumerate(drive(plays, policy)):
        tally.add(i // copies, episode)
        episodes += [episode] if facts is not None and facts.ratios else []
    return tally.metrics() | (facts.measured(episodes) if facts is not None else {})
