"""Self-play training of language models on any registered environment.

Read a recipe, train it, play against the result:

    run = Run.create(Path("runs/kuhn"), read("kuhn-poker"))
    summary = run.train()
    policy = load_policy("runs/kuhn")

A part of one's own (an estimator, a loss, …) is a class that satisfies its protocol. Names are imported when they are first used, so that
`import axion_train` stays cheap and does not import torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from axion_env._plugin import deferred as _deferred

if TYPE_CHECKING:
    from axion_train.protocol import Curriculum, Estimator, Loss, Monitor, Opponents
    from axion_train.recipe.schema import Recipe
    from axion_train.recipe.toml import read
    from axion_train.run.folder import Run
    from axion_train.run.policy import load_policy
    from axion_train.trainer.loop import Trainer
    from axion_train.types import Batch, Deal

__all__ = [
    "Batch",
    "Curriculum",
    "Deal",
    "Estimator",
    "Loss",
    "Monitor",
    "Opponents",
    "Recipe",
    "Run",
    "Trainer",
    "load_policy",
    "read",
]

if not TYPE_CHECKING:  # a type checker would otherwise accept any name
    __getattr__, __dir__ = _deferred(
        __name__,
        {
            "protocol": ("Curriculum", "Estimator", "Loss", "Monitor", "Opponents"),
            "recipe.schema": ("Recipe",),
            "recipe.toml": ("read",),
            "run.folder": ("Run",),
            "run.policy": ("load_policy",),
            "trainer.loop": ("Trainer",),
            "types": ("Batch", "Deal"),
        },
    )
