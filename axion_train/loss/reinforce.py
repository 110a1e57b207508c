"""REINFORCE (Williams, 1992)."""

from __future__ import annotations

import torch

from axion_train.types import Tensors


class Reinforce:
    """`-A · log π`, summed over an answer's tokens (Williams, 1992): for one update per batch."""

    def __call__(self, logprobs: torch.Tensor, rows: Tensors) -> torch.Tensor:
        """The loss summed over rows."""
        return -((rows.positive + rows.negative)[:, None] * logprobs * rows.mask).sum()
