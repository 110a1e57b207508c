"""Ablations: the run again with one thing taken away, so that its metrics can be read as what that thing is worth.

A recipe names them as its `controls`; each is a run of its own in a folder of the run's, and stands in the run's summary by its name.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from axion_train.recipe import Recipe

Watcher: TypeAlias = Callable[[str, dict[str, Any]], None]
"""Told what happens: (`warmup` | `update` | `measured` | `control`, metrics); the last as each ablation begins."""
Train: TypeAlias = Callable[[Path, Recipe, Watcher], dict[str, Any]]
"""Trains the run in a folder to its end, from wherever it stands, and returns its summary."""


def train_all(path: Path, recipe: Recipe, train: Train, watch: Watcher) -> dict[str, Any]:
    """Train each ablation to its end, from wherever it stands.

    Args:
        path: The run's folder.
        recipe: The run's.
        train: Trains one of them.
        watch: Told what happens.

    Returns:
        What the run's summary says of them.
    """
    found: dict[str, Any] = {}
    for name in recipe.controls:
        ended = folder(path, name) / "summary.json"
        summary = json.loads(ended.read_text()) if ended.exists() else _train(path, recipe, name, train, watch)
        metrics = [key for key in summary if key in recipe.metrics]
        found |= {f"{key}_{name}": summary[key] for key in (*metrics, "cpu_seconds")}
    return found


def folder(path: Path, name: str) -> Path:
    """Where an ablation of the run in a folder is kept."""
    return path / "controls" / name


def _train(path: Path, recipe: Recipe, name: str, train: Train, watch: Watcher) -> dict[str, Any]:
    chosen, own = recipe.control(name), folder(path, name)
    own.mkdir(parents=True, exist_ok=True)
    chosen.dump(own / "recipe.toml")  # again where it was begun: the run's own recipe says what it is
    watch("control", {"name": name, "warmup": chosen.warmup.steps, "updates": chosen.training.updates})
    return train(own, chosen, watch)
