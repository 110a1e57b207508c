"""The KL penalty that holds a policy near a frozen reference."""

from __future__ import annotations

from dataclasses import dataclass, field

from axion_train.learner.schedule import Schedule


@dataclass(frozen=True)
class ReferenceKL:
    """A KL penalty to the frozen start, with a coefficient that may fade.

    With the uniform warm-up as reference this is magnetic mirror descent (Sokota et al., arXiv 2206.05825), which makes the *last* policy
    of self-play converge where plain policy gradients cycle.
    """

    kind: str = "k1"
    coefficient: Schedule = field(default_factory=lambda: Schedule(0.0))
