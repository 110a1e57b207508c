"""KL divergence from a reference, estimated from samples."""

from __future__ import annotations

import torch

from axion_env import UsageError
from axion_train.loss.clipped_surrogate import MAX_LOG_RATIO
from axion_train.types import Tensors


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
        weight = (rows.count * rows.kl_weight)[:, None] * rows.mask
        if self.kind == "k1":
            ahead = d.detach().flip(1).cumsum(1).flip(1)
            return (weight * ahead * logprobs).sum()
        if self.kind == "k2":
            return (weight * d.square() / 2).sum()
        return (weight * ((-d).clamp(max=MAX_LOG_RATIO).exp() + d - 1)).sum()
