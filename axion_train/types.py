"""The records that a training is made of: a deal, a row, a batch, what a step saw.

Shapes: R distinct rows over U prompts; P the longest prompt, padded on the left; L the longest answer, padded on the right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch

from axion_env import Task


class Deal(NamedTuple):
    """A task and a seed of its chance stream: copies of a deal share every draw."""

    task: Task
    seed: int


class Row(NamedTuple):
    """One distinct pair of prompt and answer, with all the credit its copies earned.

    Positive and negative advantages are summed apart: a clipped surrogate treats them differently, and so the merged row has exactly the
    gradient of its copies.

    >>> Row((5, 9), (7, 1), (-0.7, 0.0), 3, 2.0, -0.5).count
    3
    """

    prompt_ids: tuple[int, ...]
    completion_ids: tuple[int, ...]
    logprobs: tuple[float, ...]
    """[L] Under the sampler."""
    count: int  # type: ignore[assignment]  # over tuple.count, which no row needs
    """Copies merged into the row."""
    positive: float
    """Sum of their positive advantages."""
    negative: float
    """Sum of their negative ones."""
    kl_weight: float = 1.0
    """Weight in the KL penalty, times its coefficient; the mean over copies."""


@dataclass(frozen=True)
class Batch:
    """What one update learns from."""

    rows: list[Row]
    trajectories: int
    """Trajectories of the learner, with or without an advantage."""
    tokens: int
    """Sampled tokens over all copies."""


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
    completion_ids: torch.Tensor
    """[R, L] int64."""
    mask: torch.Tensor
    """[R, L] float: 1 on answer tokens."""
    logprobs: torch.Tensor
    """[R, L] Under the sampler."""
    count: torch.Tensor
    """[R]"""
    positive: torch.Tensor
    """[R]"""
    negative: torch.Tensor
    """[R]"""
    kl_weight: torch.Tensor
    """[R]"""


class Gradient(NamedTuple):
    """What one `forward_backward` saw, per trajectory or per token."""

    loss: float
    kl: float
    """To the reference, in nats per answer (the k1 estimate)."""
    entropy: float
    """Of the next token, in nats."""
    ratio: float
    """Largest |log π - log π_old|: 0 on the first pass over a batch, up to rounding."""
