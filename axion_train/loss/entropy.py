"""Entropy of the next-token distributions."""

from __future__ import annotations

from typing import Any

import torch

from axion_train.types import Tensors


def entropy(logits: torch.Tensor, rows: Tensors) -> torch.Tensor:
    """Entropy of the next-token distributions, in nats, summed over all copies' tokens; from `logits` [R, L, V]."""
    logp: Any = torch.log_softmax(logits, dim=-1)
    spread: torch.Tensor = (-(logp.exp() * logp).sum(-1) * rows.mask * rows.count[:, None]).sum()
    return spread
