"""From trajectories and advantages to rows a learner can train on, equal rows once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from axion_env import Tokens, Trajectory
from axion_train.types import Batch, Row


def demonstration(prompt_ids: tuple[int, ...], ids: tuple[int, ...]) -> Row:
    """An answer to be made likelier, wherever it comes from: one copy, with an advantage of 1."""
    return Row(prompt_ids, ids, (0.0,) * len(ids), 1, 1.0, 0.0)


def pack(
    trajectories: Sequence[Trajectory], advantages: Sequence[float], policy: str = "learner", holds: Mapping[str, float] | None = None
) -> Batch:
    """Merge every action that `policy` sampled; actions of others (frozen snapshots, scripts, people) get no gradient.

    Every attempt of a turn is a row of its own, illegal ones included: they are what must become less likely.

    Args:
        trajectories: [N] Of one batch of episodes.
        advantages: [N] One each.
        policy: Whose actions are trained.
        holds: By role, how firmly its rows are held to the reference. Default: all as the magnet says.
    """
    sums: dict[tuple[int, float], list[float]] = {}  # an answer that roles share is held to the start by each as firmly as it is
    seen: dict[int, Tokens] = {}  # by identity first: a sampler hands out one Tokens per distinct answer
    learners = tokens_in_all = 0
    for trajectory, advantage in zip(trajectories, advantages, strict=True):
        mine, hold = False, 1.0 if holds is None else holds[trajectory.role]
        for turn in trajectory.turns:
            for action in turn.attempts:
                tokens = action.tokens
                if tokens is None or tokens.policy != policy:
                    continue
                mine = True
                tokens_in_all += len(tokens.ids)
                entry = sums.get((id(tokens), hold))
                if entry is None:
                    seen[id(tokens)] = tokens
                    entry = sums[id(tokens), hold] = [0, 0.0, 0.0]
                entry[0] += 1
                entry[1 if advantage > 0 else 2] += advantage
        learners += mine
    merged: dict[tuple[tuple[int, ...], tuple[int, ...]], Row] = {}
    for (key, hold), (count, positive, negative) in sums.items():
        tokens = seen[key]
        row = merged.get((tokens.prompt_ids, tokens.ids))
        if row is not None:
            hold = hold if hold == row.hold else (count * hold + row.count * row.hold) / (count + row.count)
            count, positive, negative = count + row.count, positive + row.positive, negative + row.negative
        merged[tokens.prompt_ids, tokens.ids] = Row(tokens.prompt_ids, tokens.ids, tokens.logprobs, int(count), positive, negative, hold)
    return Batch(list(merged.values()), learners, tokens_in_all)
