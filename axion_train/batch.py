"""From trajectories and advantages to rows a learner can train on, equal rows once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch

from axion_env import Tokens, Trajectory


class Row(NamedTuple):
    """One distinct pair of prompt and answer, with all the credit its copies earned.

    Positive and negative advantages are summed apart: a clipped surrogate treats them differently, and so the merged row has exactly the gradient
    of its copies.

    >>> Row((5, 9), (7, 1), (-0.7, 0.0), 3, 2.0, -0.5).count
    3
    """

    prompt_ids: tuple[int, ...]
    ids: tuple[int, ...]
    logprobs: tuple[float, ...]
    """[L] Under the sampler."""
    count: int
    """Copies merged into the row."""
    positive: float
    """Sum of their positive advantages."""
    negative: float
    """Sum of their negative ones."""


@dataclass(frozen=True)
class Batch:
    """What one update learns from."""

    rows: list[Row]
    trajectories: int
    """Trajectories of the learner, with or without an advantage."""
    tokens: int
    """Sampled tokens over all copies."""


def pack(trajectories: Sequence[Trajectory], advantages: Sequence[float], policy: str = "learner") -> Batch:
    """Merge every action that `policy` sampled; actions of others (frozen snapshots, scripts, people) get no gradient.

    Every attempt of a turn is a row of its own, illegal ones included: they are what must become less likely.

    Args:
        trajectories: [N] Of one batch of episodes.
        advantages: [N] One each.
        policy: Whose actions are trained.
    """
    sums: dict[int, list[float]] = {}
    seen: dict[int, Tokens] = {}  # by identity first: a sampler hands out one Tokens per distinct answer
    learners = tokens_in_all = 0
    for trajectory, advantage in zip(trajectories, advantages, strict=True):
        mine = False
        for turn in trajectory.turns:
            for action in turn.attempts:
                tokens = action.tokens
                if tokens is None or tokens.policy != policy:
                    continue
                mine = True
                tokens_in_all += len(tokens.ids)
                entry = sums.get(id(tokens))
                if entry is None:
                    seen[id(tokens)] = tokens
                    entry = sums[id(tokens)] = [0, 0.0, 0.0]
                entry[0] += 1
                entry[1 if advantage > 0 else 2] += advantage
        learners += mine
    merged: dict[tuple[tuple[int, ...], tuple[int, ...]], Row] = {}
    for key, (count, positive, negative) in sums.items():
        tokens = seen[key]
        row = merged.get((tokens.prompt_ids, tokens.ids))
        if row is not None:
            count, positive, negative = count + row.count, positive + row.positive, negative + row.negative
        merged[tokens.prompt_ids, tokens.ids] = Row(tokens.prompt_ids, tokens.ids, tokens.logprobs, int(count), positive, negative)
    return Batch(list(merged.values()), learners, tokens_in_all)


@dataclass(frozen=True)
class Tensors:
    """Rows side by side: prompts padded on the left, answers on the right, so that all answers start in one column.

    R rows, P the longest prompt, L the longest answer.
    """

    ids: torch.Tensor
    """[R, P+L] int64."""
    attention: torch.Tensor
    """[R, P+L] 1 on tokens, 0 on padding."""
    mask: torch.Tensor
    """[R, L] float: 1 on answer tokens."""
    old: torch.Tensor
    """[R, L] Log-probabilities under the sampler."""
    count: torch.Tensor
    """[R]"""
    positive: torch.Tensor
    """[R]"""
    negative: torch.Tensor
    """[R]"""

    @property
    def answers(self) -> torch.Tensor:
        """[R, L] int64: the answers' ids."""
        return self.ids[:, -self.mask.shape[1] :]


def tensors(rows: Sequence[Row], pad_id: int, device: torch.device | str = "cpu") -> Tensors:
    """Lay rows out for the model."""
    prompt = max(len(row.prompt_ids) for row in rows)
    longest = max(len(row.ids) for row in rows)
    ids = np.full((len(rows), prompt + longest), pad_id, dtype=np.int64)
    attention = np.zeros_like(ids)
    old = np.zeros((len(rows), longest), dtype=np.float32)
    for i, row in enumerate(rows):
        start, end = prompt - len(row.prompt_ids), prompt + len(row.ids)
        ids[i, start:end] = row.prompt_ids + row.ids
        attention[i, start:end] = 1
        old[i, : len(row.ids)] = row.logprobs
    credit = np.array([(row.count, row.positive, row.negative) for row in rows], dtype=np.float32)
    columns = torch.from_numpy(credit).to(device)
    return Tensors(
        torch.from_numpy(ids).to(device), torch.from_numpy(attention).to(device), torch.from_numpy(attention[:, prompt:]).to(device, torch.float32),
        torch.from_numpy(old).to(device), columns[:, 0], columns[:, 1], columns[:, 2],
    )  # fmt: skip
