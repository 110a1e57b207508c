"""Sections of a recipe that no part reads: what is trained on, how answers are sampled, how long it lasts, what is measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from axion_env import Env, UsageError, load
from axion_env.core.registry import look_here


@dataclass(frozen=True)
class Environment:
    """Which environment is trained on."""

    id: str
    """As `axion list` names it, or `module:Class`."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of the environment, as `axion info` shows them."""

    def load(self) -> Env:
        """Its rules; `module:Class` is also looked for in the current folder."""
        if ":" in self.id:
            look_here()
        return load(self.id, **self.options)


@dataclass(frozen=True)
class Sampling:
    """How actions are sampled."""

    max_tokens: int = 64
    """Of an answer."""
    temperature: float = 1.0


@dataclass(frozen=True)
class Training:
    """How long, and how each batch is used."""

    updates: int = 300
    epochs: int = 1
    """Passes over each batch."""
    minibatch: int = 0
    """Rows per step; 0: all rows of the batch in one step."""
    entropy: float = 0.0
    """Coefficient of an entropy bonus."""
    ema: float = 0.98
    """Decay of the averaged weights, per step."""
    rows: int = 128
    """Rows per forward pass: a bound on memory, and on a CPU what a core's cache holds is faster."""
    checkpoint_every: int = 50
    """Updates between checkpoints."""
    store_every: int = 1
    """Episodes of every n-th deal are kept in `episodes.jsonl`, all copies of it."""
    seed: int = 0
    threads: int = 1
    """Of torch. Part of the recipe, since sums in another order give other last bits."""


@dataclass(frozen=True)
class Evaluation:
    """What is measured while it trains, and at the end."""

    every: int = 20
    """Updates between measurements."""
    kind: Literal["nash_conv", "reward"] = "reward"
    """`nash_conv` (finite games, exact) or `reward` (sampled, on `split`)."""
    split: str = "test"
    """Whose tasks are played, for `reward`."""
    episodes: int = 512
    """Sampled for `reward` while training."""
    final_episodes: int = 2048
    """Sampled for `reward` at the start and at the end."""
    temperature: float = 1.0
    """At which answers are sampled."""
    part: str = "correct"
    """The part of the reward whose share paid in full is reported, for roles that have it."""
    label: str = "accuracy"
    """What that share is called: `solve_rate` is written as `heldout/solve_rate`, and as `heldout_solve_rate` in the summary."""
    also: tuple[str, ...] = ()
    """Further splits, measured as `split` is at the start and at the end, of the averaged weights: `heldout/{split}/…`."""

    def __post_init__(self) -> None:
        """Refuses splits that nothing would be measured on."""
        if self.also and self.kind != "reward":
            raise UsageError(f"evaluation.also is read where evaluation.kind is 'reward': got {self.kind!r}; leave it out of the recipe")
