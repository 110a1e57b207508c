"""From trajectories and advantages to rows a learner can train on, equal rows once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch

from axion_env import Tokens, Trajectory
from axion_train import cache


class Row(NamedTuple):
    """One distinct pair of prompt and answer, with all the credit its copies earned.

    Positive and negative advantages are summed apart: a clipped surrogate treats them differently, and so the merged row has exactly the
    gradient of its copies.

    >>> Row((5, 9), (7, 1), (-0.7, 0.0), 3, 2.0, -0.5).count
    3
    """

    prompt_ids: tuple[int, ...]
    ids: tuple[int, ...]
    logprobs: tuple[float, ...]
    """[L] Under the sampler."""
    count: int  # type: ignore[assignment]  # over tuple.count, which no row needs
    """Copies merged into the row."""
    positive: float
    """Sum of their positive advantages."""
    negative: float
    """Sum of their negative ones."""
    hold: float = 1.0
    """How firmly they are held to the reference, as a multiple of the magnet's coefficient; the mean over copies."""


def demonstration(prompt_ids: tuple[int, ...], ids: tuple[int, ...]) -> Row:
    """An answer to be made likelier, wherever it comes from: one copy, with an advantage of 1."""
    return Row(prompt_ids, ids, (0.0,) * len(ids), 1, 1.0, 0.0)


@dataclass(frozen=True)
class Batch:
    """What one update learns from."""

    rows: list[Row]
    trajectories: int
    """Trajectories of the learner, with or without an advantage."""
    tokens: int
    """Sampled tokens over all copies."""


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


@dataclass(frozen=True)
class Tensors:
    """Rows side by side, each distinct prompt once.

    R rows over U prompts; P the longest prompt, padded on the left; L the longest answer, padded on the right.
    """

    prompts: torch.Tensor
    """[U, P] int64."""
    attention: torch.Tensor
    """[U, P] 1 on prompt tokens, 0 on padding."""
    prompt: torch.Tensor
    """[R] int64: each row's prompt."""
    answers: torch.Tensor
    """[R, L] int64."""
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
    hold: torch.Tensor
    """[R]"""


def tensors(rows: Sequence[Row], pad_id: int, device: torch.device | str = "cpu") -> Tensors:
    """Lay rows out for the model."""
    number: dict[tuple[int, ...], int] = {}
    prompt = [number.setdefault(row.prompt_ids, len(number)) for row in rows]
    longest = max(map(len, number))
    prompts = np.full((len(number), longest), pad_id, dtype=np.int64)
    attention = np.zeros_like(prompts)
    for ids, u in number.items():
        prompts[u, longest - len(ids) :] = ids
        attention[u, longest - len(ids) :] = 1
    length = max(len(row.ids) for row in rows)
    answers = np.full((len(rows), length), pad_id, dtype=np.int64)
    mask = np.zeros((len(rows), length), dtype=np.float32)
    old = np.zeros((len(rows), length), dtype=np.float32)
    for i, row in enumerate(rows):
        answers[i, : len(row.ids)] = row.ids
        mask[i, : len(row.ids)] = 1
        old[i, : len(row.ids)] = row.logprobs
    credit = np.array([(row.count, row.positive, row.negative, row.hold) for row in rows], dtype=np.float32)
    made = [torch.from_numpy(a).to(device) for a in (prompts, attention, np.array(prompt), answers, mask, old, credit)]
    return Tensors(*made[:6], *made[6].unbind(1))


def answer_logits(model: Any, table: Tensors) -> torch.Tensor:
    """[R, L, V] Next-token logits of each answer token, with gradient.

    A prompt with several answers is read once, and its keys and values are shared by all of them. Padding after an answer needs no
    attention mask: nothing that counts comes after it.
    """
    if len(table.prompts) == len(table.prompt):
        return _read_through(model, table)
    padded = not bool(table.attention.all())
    extra = {"attention_mask": table.attention, "position_ids": _positions(table.attention)} if padded else {}
    read = model(table.prompts, use_cache=True, logits_to_keep=1, **extra)
    first: torch.Tensor = read.logits[table.prompt]
    steps = table.answers.shape[1] - 1
    if steps == 0:
        return first.float()
    keyword = cache.keyword(model)
    shared = getattr(read, keyword)
    shared.batch_select_indices(table.prompt)
    if padded:
        attention = torch.nn.functional.pad(table.attention[table.prompt], (0, steps), value=1)
        extra = {"attention_mask": attention, "position_ids": _positions(attention)[:, -steps:]}
    rest = model(table.answers[:, :-1], use_cache=True, **{keyword: shared}, **extra).logits
    return torch.cat((first, rest), dim=1).float()


def _read_through(model: Any, table: Tensors) -> torch.Tensor:
    """The same where no prompt is shared: prompts and answers in one pass."""
    steps = table.answers.shape[1] - 1
    ids = torch.cat((table.prompts[table.prompt], table.answers[:, :-1]), dim=1)
    extra = {}
    if not bool(table.attention.all()):
        attention = torch.nn.functional.pad(table.attention[table.prompt], (0, steps), value=1)
        extra = {"attention_mask": attention, "position_ids": _positions(attention)}
    logits: torch.Tensor = model(ids, use_cache=False, logits_to_keep=steps + 1, **extra).logits
    return logits.float()


def _positions(attention: torch.Tensor) -> torch.Tensor:
    return (attention.cumsum(1) - 1).clamp(min=0)


def answer_logprobs(logits: torch.Tensor, table: Tensors) -> torch.Tensor:
    """[R, L] Log-probabilities of the answers' tokens."""
    return torch.log_softmax(logits, dim=-1).gather(-1, table.answers.unsqueeze(-1)).squeeze(-1)
