"""Exact ancestral sampling from a causal language model that computes nothing twice.

Equal prompts are read once, and equal beginnings of answers share one row of the batch: each ask walks down its own path through the tree
of sampled prefixes by its own random numbers. Every ask's answer has exactly the model's distribution, independent of the others; only
the arithmetic is shared. Finished answers leave the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from axion_train.model import cache


class Sampled(NamedTuple):
    """Answers to a batch of prompts, equal ones once.

    >>> Sampled([(7, 1), (8, 1)], [(-0.7, 0.0), (-0.7, 0.0)], np.array([0, 1, 0]), [0, 1]).completion_ids[0]
    (7, 1)
    """

    completion_ids: list[tuple[int, ...]]
    """[A] Each distinct answer, its end-of-sequence token included."""
    logprobs: list[tuple[float, ...]]
    """[A] Log-probability of each of its tokens at the sampling temperature, in nats."""
    answer: NDArray[np.int64]
    """[N] Which answer each prompt got."""
    asks: list[int]
    """[A] One of the prompts that got it: an answer to another prompt is another answer, though its ids be the same."""


@torch.inference_mode()
def sample(
    model: Any,
    prompts: Sequence[tuple[int, ...]],
    rng: np.random.Generator,
    *,
    max_tokens: int,
    eos_id: int,
    pad_id: int,
    temperature: float = 1.0,
) -> Sampled:
    """One answer per prompt.

    Args:
        model: A transformers causal language model.
        prompts: [N] ids; equal prompts share their work.
        rng: One uniform number per prompt and token.
        max_tokens: An answer without an end-of-sequence token is cut here.
        eos_id: Ends an answer.
        pad_id: Fills shorter prompts on the left.
        temperature: Divides the logits.
    """
    distinct, row = _numbered(prompts)
    step = Stepper(model, distinct, pad_id, max_tokens)
    n = len(prompts)
    ids = np.full((n, max_tokens), -1, dtype=np.int64)
    logprobs = np.zeros((n, max_tokens))
    answer = np.full(n, -1, dtype=np.int64)
    asks: list[int] = []  # one for each distinct answer
    alive = np.arange(n)  # asks whose answers go on; ask alive[i] stands at node row[i]
    for t in range(max_tokens):
        logp = torch.log_softmax(step.logits.float() / temperature, dim=-1)  # [nodes, V]
        token = _walk(logp, row, rng.random(len(alive)))
        ids[alive, t] = token
        logprobs[alive, t] = logp.numpy()[row, token]
        node, where, reached = np.unique(row * logp.shape[1] + token, return_index=True, return_inverse=True)
        parent, token = np.divmod(node, logp.shape[1])
        ends = (token == eos_id) | (t + 1 == max_tokens)
        ended = ends[reached]
        answer[alive[ended]] = (np.cumsum(ends) - 1 + len(asks))[reached[ended]]
        asks += alive[where[ends]].tolist()
        if ended.all():
            break
        alive = alive[~ended]
        row = (np.cumsum(~ends) - 1)[reached[~ended]]
        step.descend(parent[~ends], token[~ends])
    length = (ids >= 0).sum(1)
    return Sampled(
        [tuple(ids[i, : length[i]].tolist()) for i in asks], [tuple(logprobs[i, : length[i]].tolist()) for i in asks], answer, asks
    )


def _numbered(prompts: Sequence[tuple[int, ...]]) -> tuple[list[tuple[int, ...]], NDArray[np.int64]]:
    """The distinct prompts, and [N] which of them each is."""
    keys = list(map(id, prompts))  # a renderer hands out one tuple per question, and to hash that takes longer
    number: dict[tuple[int, ...], int] = {}
    of = {key: number.setdefault(prompt, len(number)) for key, prompt in dict(zip(keys, prompts, strict=True)).items()}
    return list(number), np.array([of[key] for key in keys])


def _walk(logp: torch.Tensor, row: NDArray[np.int64], u: NDArray[np.float64]) -> NDArray[np.int64]:
    """[N] For each ask, the token at quantile `u` of its row's distribution.

    All rows' cumulative sums stand in one ascending array, row r on [r, r+1): one binary search serves every ask.
    """
    rows, vocabulary = logp.shape
    cumulative = logp.double().exp_().cumsum(1)
    cumulative /= cumulative[:, -1:].clone()
    cumulative += torch.arange(rows)[:, None]
    found: NDArray[np.int64] = np.searchsorted(cumulative.numpy().ravel(), row + u, side="right") - row * vocabulary
    return np.minimum(found, vocabulary - 1)


class Stepper:
    """The model's next-token logits at every open node of the tree, level by level.

    Only children keep their parents' rows of the batch, so that nothing is copied; rows without an open node stay until they are a
    quarter of the batch.

    Args:
        model: A transformers causal language model.
        prompts: The first nodes.
        pad_id: Fills shorter prompts on the left.
        room: Levels there may be.
    """

    def __init__(self, model: Any, prompts: list[tuple[int, ...]], pad_id: int, room: int) -> None:
        self._model = model
        self._pad_id = pad_id
        longest = max(map(len, prompts))
        ids = np.full((len(prompts), longest), pad_id, dtype=np.int64)
        mask = np.zeros((len(prompts), longest), dtype=np.int64)
        for i, prompt in enumerate(prompts):
            ids[i, longest - len(prompt) :] = prompt
            mask[i, longest - len(prompt) :] = 1
        self._padded = not mask.all()
        self._mask = torch.from_numpy(mask)
        self._cache = DynamicCache(config=model.config)
        self._keyword = cache.keyword(model)
        self._cache.layers = [Roomy(room) if type(layer) is DynamicLayer else layer for layer in self._cache.layers]
        self._row = np.arange(len(prompts))  # each node's row of the batch
        self.logits = self._forward(torch.from_numpy(ids), self._mask.cumsum(1) - 1)
        """[nodes, V] of the next token."""

    def descend(self, parents: NDArray[np.int64], tokens: NDArray[np.int64]) -> None:
        """Replaces the open nodes by children of theirs: child c is node `parents[c]` followed by `tokens[c]`."""
        rows = self._row[parents]
        if len(rows) > 0.75 * len(self._mask) and (np.diff(rows) > 0).all():
            self._row = rows
        else:
            index = torch.from_numpy(rows)
            self._cache.batch_select_indices(index)
            self._mask = self._mask[index]
            self._row = np.arange(len(rows))
        ids = np.full((len(self._mask), 1), self._pad_id)
        ids[self._row, 0] = tokens
        self._mask = torch.nn.functional.pad(self._mask, (0, 1), value=1)
        logits = self._forward(torch.from_numpy(ids), self._mask.sum(1, keepdim=True) - 1)
        self.logits = logits if len(logits) == len(rows) else logits[torch.from_numpy(self._row)]

    def _forward(self, ids: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        device = self._model.device
        padding = {"attention_mask": self._mask.to(device), "position_ids": positions.clamp(min=0).to(device)} if self._padded else {}
        out = self._model(ids.to(device), use_cache=True, logits_to_keep=1, **{self._keyword: self._cache}, **padding)
        logits: torch.Tensor = out.logits[:, -1].cpu()
        return logits


class Roomy(DynamicLayer):  # type: ignore[no-untyped-call]
    """A cache layer with room ahead: a step writes its own column, where `DynamicLayer` copies all columns before it.

    Args:
        room: Columns to come after the first ones.
    """

    def __init__(self, room: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._room = room
        self._held: tuple[torch.Tensor, ...] = ()  # the first columns of these are `keys` and `values`

    def update(self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """Appends new columns and returns all columns so far."""
        past = self.get_seq_length()
        here = past + key_states.shape[2]
        if not self._held:
            self.lazy_initialization(key_states, value_states)
            self._held = tuple(_empty(new, len(new), here + self._room) for new in (key_states, value_states))
        for held, new in zip(self._held, (key_states, value_states), strict=True):
            held[:, :, past:here] = new
        return self._show(here)

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        """Keeps these rows of the batch, in this order."""
        here = self.get_seq_length()
        chosen = tuple(_empty(held, len(indices), held.shape[2]) for held in self._held)
        for to, held in zip(chosen, self._held, strict=True):
            torch.index_select(held[:, :, :here], 0, indices.to(held.device), out=to[:, :, :here])
        self._held = chosen
        self._show(here)

    def _show(self, columns: int) -> tuple[torch.Tensor, torch.Tensor]:
        self.keys, self.values = (held[:, :, :columns] for held in self._held)
        return self.keys, self.values


def _empty(like: torch.Tensor, rows: int, columns: int) -> torch.Tensor:
    return like.new_empty((rows, like.shape[1], columns, like.shape[3]))
