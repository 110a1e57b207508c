"""Packs trajectories and advantages into rows that a learner trains on, equal rows once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from axion_env import Tokens, Trajectory
from axion_train.types import Batch, Row


def demonstration(prompt_ids: tuple[int, ...], ids: tuple[int, ...]) -> Row:
    """A row for supervised learning of an answer: one copy, with an advantage of 1."""
    return Row(prompt_ids, ids, (0.0,) * len(ids), 1, 1.0, 0.0)


def pack(
    trajectories: Sequence[Trajectory], advantages: Sequence[float], policy: str = "learner", kl_weights: Mapping[str, float] | None = None
) -> Batch:
    """Merges the actions that `policy` sampled into distinct rows; actions of others (frozen snapshots, scripts, people) get no gradient.

    Every attempt of a turn is a row of its own, illegal ones included: they are what must become less likely.

    Args:
        trajectories: [N] Of one batch of episodes.
        advantages: [N] One each.
        policy: Whose actions are trained.
        kl_weights: By role, the weight of its rows in the KL penalty, times the coefficient. Default: 1.
    """
    sums: dict[tuple[int, float], list[float]] = {}  # roles that share an answer may weigh its KL penalty differently
    seen: dict[int, Tokens] = {}  # by identity first: a sampler hands out one Tokens per distinct answer
    learners = tokens_in_all = 0
    for trajectory, advantage in zip(trajectories, advantages, strict=True):
        mine, kl_weight = False, 1.0 if kl_weights is None else kl_weights[trajectory.role]
        for turn in trajectory.turns:
            for action in turn.attempts:
                tokens = action.tokens
                if tokens is None or tokens.policy != policy:
                    continue
                mine = True
                tokens_in_all += len(tokens.completion_ids)
                entry = sums.get((id(tokens), kl_weight))
                if entry is None:
                    seen[id(tokens)] = tokens
                    entry = sums[id(tokens), kl_weight] = [0, 0.0, 0.0]
                entry[0] += 1
                entry[1 if advantage > 0 else 2] += advantage
        learners += mine
    merged: dict[tuple[tuple[int, ...], tuple[int, ...]], Row] = {}
    for (key, kl_weight), (count, positive, negative) in sums.items():
        tokens = seen[key]
        row = merged.get((tokens.prompt_ids, tokens.completion_ids))
        if row is not None:
            kl_weight = kl_weight if kl_weight == row.kl_weight else (count * kl_weight + row.count * row.kl_weight) / (count + row.count)
            count, positive, negative = count + row.count, positive + row.positive, negative + row.negative
        merged[tokens.prompt_ids, tokens.completion_ids] = Row(
            tokens.prompt_ids, tokens.completion_ids, tokens.logprobs, int(count), positive, negative, kl_weight
        )
    return Batch(list(merged.values()), learners, tokens_in_all)
