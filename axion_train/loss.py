"""Losses over merged rows: policy gradients, divergences from a reference, entropy.

Shapes: R distinct rows, L answer tokens. Each returns a sum over all copies; the learner divides it.
"""

from __future__ import annotations

from typing import Any, Protocol

import torch

from axion_env import UsageError
from axion_train.batch import Tensors

_MAX_LOG_RATIO = 10.0  # so that a sampler far off the learner cannot overflow exp()


class Loss(Protocol):
    """A policy-gradient loss."""

    def __call__(self, logprobs: torch.Tensor, rows: Tensors) -> torch.Tensor:
        """The loss summed over rows, from `logprobs` [R, L] of the answers under the learner."""
        ...


class Reinforce:
    """`-A · log π`, summed over an answer's tokens (Williams, 1992): for one update per batch."""

    def __call__(self, logprobs: torch.Tensor, rows: Tensors) -> torch.Tensor:
        """The loss summed over rows."""
        return -((rows.positive + rows.negative)[:, None] * logprobs * rows.mask).sum()


class ClippedSurrogate:
    """PPO's `-min(ρA, clip(ρ, 1-low, 1+high) A)` per token, ρ = π/π_old (Schulman et al., arXiv 1707.06347).

    With `high` above `low` it is DAPO's clip-higher (arXiv 2503.14476). Merged rows keep positive and negative advantages apart, so the
    result is exactly that of the separate copies.

    Args:
        low: How far ρ may fall where the advantage is negative.
        high: How far it may rise where the advantage is positive.
        negative: Weight of negative advantages. Below 1, wrong answers push less than right ones pull, which keeps a small model from
            collapsing at the step sizes that make it learn fast.
    """

    def __init__(self, low: float = 0.2, high: float = 0.2, negative: float = 1.0) -> None:
        if min(low, high, negative) < 0:
            raise UsageError(f"ClippedSurrogate.low, .high and .negative must not be negative: got {low}, {high}, {negative}")
        self.low = low
        self.high = high
        self.negative = negative

    def __call__(self, logprobs: torch.Tensor, rows: Tensors) -> torch.Tensor:
        """The loss summed over rows."""
        ratio = (logprobs - rows.old).clamp(-_MAX_LOG_RATIO, _MAX_LOG_RATIO).exp()
        gain = ratio.clamp(max=1 + self.high) * rows.positive[:, None]
        pain = ratio.clamp(min=1 - self.low) * rows.negative[:, None] * self.negative
        return -((gain + pain) * rows.mask).sum()


class Divergence:
    """KL(π ‖ reference) of an answer from samples; d = log π - log π_ref (Schulman, "Approximating KL divergence", 2020).

    - `k1`: the KL as a penalty in the reward: Σ d over the rest of the answer, times ∇ log π, token by token: the unbiased gradient of the
      answer's KL. (Plain d as a loss would have a gradient of zero in expectation.)
    - `k2`: d²/2 of each token; on-policy its gradient is that of the KL of each next token, blind to what the token leads to.
    - `k3`: e^(-d) + d - 1 of each token: never negative, low variance, a biased gradient as a loss.

    Args:
        kind: `k1`, `k2` or `k3`.
    """

    def __init__(self, kind: str = "k1") -> None:
        if kind not in ("k1", "k2", "k3"):
            raise UsageError(f"a divergence is k1, k2 or k3: got {kind!r}")
        self.kind = kind

    def __call__(self, logprobs: torch.Tensor, reference: torch.Tensor, rows: Tensors) -> torch.Tensor:
        """The loss summed over rows, from log-probabilities [R, L] of both."""
        d = (logprobs - reference) * rows.mask
        weight = (rows.count * rows.hold)[:, None] * rows.mask
        if self.kind == "k1":
            ahead = d.detach().flip(1).cumsum(1).flip(1)
            return (weight * ahead * logprobs).sum()
        if self.kind == "k2":
            return (weight * d.square() / 2).sum()
        return (weight * ((-d).clamp(max=_MAX_LOG_RATIO).exp() + d - 1)).sum()


def entropy(logits: torch.Tensor, rows: Tensors) -> torch.Tensor:
    """Entropy of the next-token distributions, in nats, summed over all copies' tokens; from `logits` [R, L, V]."""
    logp: Any = torch.log_softmax(logits, dim=-1)
    spread: torch.Tensor = (-(logp.exp() * logp).sum(-1) * rows.mask * rows.count[:, None]).sum()
    return spread
