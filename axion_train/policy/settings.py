"""Settings of roles and policies, as plain records: which policy acts in a role, and how a policy samples and learns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from axion_env import UsageError
from axion_train.learner.learner import Learner

LEARNER = "learner"
"""The policy of every role that names no other."""


@dataclass(frozen=True)
class RoleSettings:
    """Who acts in a role, and how it is learned from."""

    policy: str = LEARNER
    """Roles of one policy share its weights. Each further name is a model with first weights, a warm-up and an optimizer of its own."""
    train: bool = True
    """False: the role is played by its policy as the warm-up left it, and nothing is learned from it."""
    weight: float = 1.0
    """Times the role's advantages."""
    reference_kl: float = 1.0
    """Weight of the role's answers in the KL penalty, times `reference_kl.coefficient`."""

    renamed: ClassVar = {"magnet": "reference_kl"}

    def __post_init__(self) -> None:
        """Refuses negative weights: they would teach the role to earn less, or to leave its reference.

        Raises:
            UsageError: a weight is negative.
        """
        if self.weight < 0 or self.reference_kl < 0:
            raise UsageError(f"a role's weight and reference_kl must not be negative: got {self.weight} and {self.reference_kl}")


@dataclass(frozen=True)
class PolicySettings:
    """How a policy samples, and how a batch is learned from."""

    max_tokens: int
    """Longest answer."""
    temperature: float
    """Divides the logits."""
    epochs: int
    """Passes over each batch."""
    minibatch: int
    """Rows per step; 0: all rows of the batch in one step."""
    learner: Callable[[Any, int], Learner]
    """Makes what moves its weights, of a model and the token id that fills rows."""


def policies(roles: Mapping[str, RoleSettings]) -> list[str]:
    """The names of the policies of these roles, each once."""
    return list(dict.fromkeys(setting.policy for setting in roles.values()))
