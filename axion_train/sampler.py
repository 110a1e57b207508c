"""Exact ancestral sampling from a causal language model that computes nothing twice.

Equal prompts are read once, and equal beginnings of answers share one row of the batch: each ask walks down its own path through the tree
of sampled prefixes by its own random numbers. Every ask's answer has exactly the model's distribution, independent of the others; only
the arithmetic is shared. A finished answer leaves the batch at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray


class Sampled(NamedTuple):
    """Answers to a batch of prompts, equal ones once.

    >>> Sampled([(7, 1), (8, 1)], [(-0.7, 0.0), (-0.7, 0.0)], np.array([0, 1, 0])).ids[0]
    (7, 1)
    """

    ids: list[tuple[int, ...]]
    """[A] Each distinct answer, its end-of-sequence token included."""
    logprobs: list[tuple[float, ...]]
    """[A] Log-probability of each of its tokens at the sampling temperature, in nats."""
    answer: NDArray[np.int64]
    """[N] Which answer each prompt got."""


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
    first: dict[tuple[int, ...], int] = {}
    row = np.array([first.setdefault(prompt, len(first)) for prompt in prompts])  # [N] the batch row each ask stands on
    step = Stepper(model, list(first), pad_id)
    n = len(prompts)
    ids = np.full((n, max_tokens), -1, dtype=np.int64)
    logprobs = np.zeros((n, max_tokens))
    answer = np.full(n, -1, dtype=np.int64)
    representative: list[int] = []  # an ask for each distinct answer
    alive = np.arange(n)
    for t in range(max_tokens):
        logp = torch.log_softmax(step.logits.float() / temperature, dim=-1).numpy()  # [R, V]
        token = _walk(logp, row[alive], rng.random(len(alive)))
        ids[alive, t] = token
        logprobs[alive, t] = logp[row[alive], token]
        node, where, reached = np.unique(row[alive] * logp.shape[1] + token, return_index=True, return_inverse=True)
        ends = (node % logp.shape[1] == eos_id) | (t + 1 == max_tokens)
        number = np.cumsum(ends) - 1 + len(representative)
        representative += alive[where[ends]].tolist()
        ended = ends[reached]
        answer[alive[ended]] = number[reached[ended]]
        if ended.all():
            break
        row[alive] = (np.cumsum(~ends) - 1)[reached]
        alive = alive[~ended]
        step.descend(node[~ends] // logp.shape[1], node[~ends] % logp.shape[1])
    length = (ids >= 0).sum(1)
    return Sampled(
        [tuple(ids[i, : length[i]].tolist()) for i in representative],
        [tuple(logprobs[i, : length[i]].tolist()) for i in representative],
        answer,
    )


def _walk(logp: NDArray[np.float32], row: NDArray[np.int64], u: NDArray[np.float64]) -> NDArray[np.int64]:
    """[N] For each ask, the token at quantile `u` of its row's distribution.

    All rows' cumulative sums stand in one ascending array, row r on [r, r+1): one binary search serves every ask.
    """
    cumulative = np.cumsum(np.exp(logp.astype(np.float64)), axis=1)
    cumulative /= cumulative[:, -1:]
    cumulative += np.arange(len(cumulative))[:, None]
    vocabulary = logp.shape[1]
    found = np.searchsorted(cumulative.ravel(), row + u, side="right") - row * vocabulary
    token: NDArray[np.int64] = np.minimum(found, vocabulary - 1)
    return token


class Stepper:
    """The model's next-token logits at every open node of the tree, level by level."""

    def __init__(self, model: Any, prompts: list[tuple[int, ...]], pad_id: int) -> None:
        self._model = model
        longest = max(map(len, prompts))
        ids = np.full((len(prompts), longest), pad_id, dtype=np.int64)
        mask = np.zeros((len(prompts), longest), dtype=np.int64)
        for i, prompt in enumerate(prompts):
            ids[i, longest - len(prompt) :] = prompt
            mask[i, longest - len(prompt) :] = 1
        self._padded = not mask.all()
        self._mask = torch.from_numpy(mask)
        self._cache: Any = None
        self.logits = self._forward(torch.from_numpy(ids), self._mask.cumsum(1) - 1)
        """[R, V] of the next token."""

    def descend(self, parents: NDArray[np.int64], tokens: NDArray[np.int64]) -> None:
        """Go on to the children: row `parents[c]` followed by `tokens[c]`."""
        index = torch.from_numpy(parents)
        if len(parents) != len(self._mask) or (parents != np.arange(len(parents))).any():
            self._cache.batch_select_indices(index)
            self._mask = self._mask[index]
        self._mask = torch.nn.functional.pad(self._mask, (0, 1), value=1)
        self.logits = self._forward(torch.from_numpy(tokens)[:, None], self._mask.sum(1, keepdim=True) - 1)

    def _forward(self, ids: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        device = self._model.device
        padding = {"attention_mask": self._mask.to(device), "position_ids": positions.clamp(min=0).to(device)} if self._padded else {}
        out = self._model(ids.to(device), past_key_values=self._cache, use_cache=True, logits_to_keep=1, **padding)
        self._cache = out.past_key_values
        logits: torch.Tensor = out.logits[:, -1].cpu()
        return logits
