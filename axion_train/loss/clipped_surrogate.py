"""PPO's clipped surrogate, with DAPO's clip-higher."""

from __future__ import annotations

import torch

from axion_env import UsageError
from axion_train.types import Tensors

MAX_LOG_RATIO = 10.0  # so that a sampler far off the learner cannot overflow exp()


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
        ratio = (logprobs - rows.logprobs).clamp(-MAX_LOG_RATIO, MAX_LOG_RATIO).exp()
        gain = ratio.clamp(max=1 + self.high) * rows.positive[:, None]
        pain = ratio.clamp(min=1 - self.low) * rows.negative[:, None] * self.negative
        return -((gain + pain) * rows.mask).sum()
