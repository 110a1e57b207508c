"""Self-play training of language models on any registered environment.

Read a recipe, train it, play against the result:

    run = Run.create(Path("runs/kuhn"), read("kuhn-poker"))
    summary = run.train()
    policy = load_policy("runs/kuhn")

A part of one's own (an estimator, a loss, …) is a class that satisfies its protocol. Names are imported when they are first used, so that
`import axion_train` stays cheap and does not import torch.
"""

from __future__ import annotations

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

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
    _MODULES = {
        "Batch": "types",
        "Curriculum": "protocol",
        "Deal": "types",
        "Estimator": "protocol",
        "Loss": "protocol",
        "Monitor": "protocol",
        "Opponents": "protocol",
        "Recipe": "recipe.schema",
        "Run": "run.folder",
        "Trainer": "trainer.loop",
        "load_policy": "run.policy",
        "read": "recipe.toml",
    }

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(_import_module(f"{__name__}.{_MODULES[name]}"), name)
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
