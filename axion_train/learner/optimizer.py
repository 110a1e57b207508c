"""The optimizer's settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import torch

from axion_env import UsageError
from axion_train.learner.schedule import Schedule


@dataclass(frozen=True)
class Optimizer:
    """The optimizer and its settings.

    SGD follows the exact dynamics of the game on a model made from scratch; pretrained models want AdamW with a small rate.
    """

    name: str = "sgd"
    """`sgd` or `adamw`."""
    rate: Schedule = field(default_factory=lambda: Schedule(0.03, 0.0))
    clip: float = 0.5
    """Greatest norm of the gradient."""
    momentum: float = 0.0
    """Of SGD."""
    betas: tuple[float, float] = (0.9, 0.99)
    """Of AdamW."""
    epsilon: float = 1e-8
    """Of AdamW."""
    decay: float = 0.0
    """Weight decay."""
    optimism: float = 0.0
    """Adds this many times (gradient - previous gradient): the optimistic step, which damps the cycling of self-play
    (Daskalakis et al., "Training GANs with optimism", arXiv 1711.00141)."""

    agreement: float = 0.0
    """Steps begin once the gradients of a batch's two halves agree this much, 0 … 1; 0: at once.

    The agreement is ⟨g₁, g₂⟩ / |(g₁+g₂)/2|², both averaged over some twenty updates: the share of the squared gradient that is signal,
    1 / (1 + B_noise/B) in McCandlish et al., "An empirical model of large-batch training", arXiv 1812.06162. Optimizers that rescale
    gradients turn pure noise into full-size steps, and so into a random walk away from the warm-up.
    """

    renamed: ClassVar = {"signal": "agreement"}

    def build(self, parameters: list[torch.nn.Parameter]) -> torch.optim.Optimizer:
        """The torch optimizer.

        Raises:
            UsageError: no optimizer has that name.
        """
        if self.name == "sgd":
            return torch.optim.SGD(parameters, lr=self.rate.start, momentum=self.momentum, weight_decay=self.decay)
        if self.name == "adamw":
            return torch.optim.AdamW(parameters, lr=self.rate.start, betas=self.betas, eps=self.epsilon, weight_decay=self.decay)
        raise UsageError(f"optimizer.name is sgd or adamw: got {self.name!r}")
