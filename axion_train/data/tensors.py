"""Rows as tensors, and a model's logits and log-probabilities of their answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from axion_train.model import cache
from axion_train.types import Row, Tensors


def tensors(rows: Sequence[Row], pad_id: int, device: torch.device | str = "cpu") -> Tensors:
    """Lays rows out as tensors, each distinct prompt once.

    Args:
        rows: [R], at least one.
        pad_id: Fills prompts on the left and answers on the right.
        device: Where the tensors are made.
    """
    number: dict[tuple[int, ...], int] = {}
    prompt = [number.setdefault(row.prompt_ids, len(number)) for row in rows]
    longest = max(map(len, number))
    prompts = np.full((len(number), longest), pad_id, dtype=np.int64)
    attention = np.zeros_like(prompts)
    for ids, u in number.items():
        prompts[u, longest - len(ids) :] = ids
        attention[u, longest - len(ids) :] = 1
    length = max(len(row.completion_ids) for row in rows)
    answers = np.full((len(rows), length), pad_id, dtype=np.int64)
    mask = np.zeros((len(rows), length), dtype=np.float32)
    logprobs = np.zeros((len(rows), length), dtype=np.float32)
    for i, row in enumerate(rows):
        answers[i, : len(row.completion_ids)] = row.completion_ids
        mask[i, : len(row.completion_ids)] = 1
        logprobs[i, : len(row.completion_ids)] = row.logprobs
    credit = np.array([(row.count, row.positive, row.negative, row.kl_weight) for row in rows], dtype=np.float32)
    made = [torch.from_numpy(a).to(device) for a in (prompts, attention, np.array(prompt), answers, mask, logprobs, credit)]
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
    steps = table.completion_ids.shape[1] - 1
    if steps == 0:
        return first.float()
    keyword = cache.keyword(model)
    shared = getattr(read, keyword)
    shared.batch_select_indices(table.prompt)
    if padded:
        attention = torch.nn.functional.pad(table.attention[table.prompt], (0, steps), value=1)
        extra = {"attention_mask": attention, "position_ids": _positions(attention)[:, -steps:]}
    rest = model(table.completion_ids[:, :-1], use_cache=True, **{keyword: shared}, **extra).logits
    return torch.cat((first, rest), dim=1).float()


def _read_through(model: Any, table: Tensors) -> torch.Tensor:
    """The same where no prompt is shared: prompts and answers in one pass."""
    steps = table.completion_ids.shape[1] - 1
    ids = torch.cat((table.prompts[table.prompt], table.completion_ids[:, :-1]), dim=1)
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
    return torch.log_softmax(logits, dim=-1).gather(-1, table.completion_ids.unsqueeze(-1)).squeeze(-1)
