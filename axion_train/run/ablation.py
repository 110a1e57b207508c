"""Ablations: the run again without one of its components, so that the difference in metrics shows what the component is worth.

A recipe lists them under `controls`. Each is a run of its own in a folder of the run's, and its metrics stand in the run's summary.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from axion_train.recipe import Recipe

Watcher: TypeAlias = Callable[[str, dict[str, Any]], None]
"""Called with (event, metrics): `warmup`, `update`, `measured`, and `control` as each ablation begins."""
Train: TypeAlias = Callable[[Path, Recipe, Watcher], dict[str, Any]]
"""Trains the run in a folder to its end, from its last checkpoint if it has one, and returns its summary."""


def train_all(path: Path, recipe: Recipe, train: Train, watch: Watcher) -> dict[str, Any]:
    """Trains each ablation to its end, from its last checkpoint if it has one.

    Args:
        path: The run's folder.
        recipe: The run's recipe.
        train: Trains one ablation.
        watch: Called with events and metrics.

    Returns:
        The entries of the run's summary about them: `{metric}_{name}`.
    """
    found: dict[str, Any] = {}
    for name in recipe.controls:
        ended = folder(path, name) / "summary.json"
        summary = json.loads(ended.read_text()) if ended.exists() else _train(path, recipe, name, train, watch)
        metrics = [key for key in summary if key in recipe.metrics]
        found |= {f"{key}_{name}": summary[key] for key in (*metrics, "cpu_seconds")}
    return found


def folder(path: Path, name: str) -> Path:
    """The folder of an ablation, within the run's."""
    return path / "controls" / name


def _train(path: Path, recipe: Recipe, name: str, train: Train, watch: Watcher) -> dict[str, Any]:
    chosen, own = recipe.control(name), folder(path, name)
    own.mkdir(parents=True, exist_ok=True)
    chosen.dump(own / "recipe.toml")  # again where it was begun: the run's own recipe says what it is
    watch("control", {"name": name, "warmup": chosen.warmup.steps, "updates": chosen.training.updates})
    return train(own, chosen, watch)
