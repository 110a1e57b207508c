"""Controls: the run again with one thing taken away, so that its figures can be read as what that thing is worth.

A recipe names them; each is a run of its own in a folder of the run's, and stands in the run's summary by its name.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from axion_train.run import Run, Watcher


def train_all(run: Run, watch: Watcher) -> dict[str, Any]:
    """Train each control to its end, from wherever it stands.

    Returns:
        What the run's summary says of them.
    """
    found: dict[str, Any] = {}
    for name in run.recipe.controls:
        ended = folder(run.path, name) / "summary.json"
        summary = json.loads(ended.read_text()) if ended.exists() else _train(run, name, watch)
        metrics = [key for key in summary if key in run.recipe.metrics]
        found |= {f"{key}_{name}": summary[key] for key in (*metrics, "cpu_seconds")}
    return found


def folder(path: Path, name: str) -> Path:
    """Where a control of the run in a folder is kept."""
    return path / "controls" / name


def _train(run: Run, name: str, watch: Watcher) -> dict[str, Any]:
    chosen, path = run.recipe.control(name), folder(run.path, name)
    path.mkdir(parents=True, exist_ok=True)
    chosen.dump(path / "recipe.toml")  # again where it was begun: the run's own recipe says what it is
    watch("control", {"name": name, "warmup": chosen.warmup.steps, "updates": chosen.training.updates})
    return type(run)(path, chosen).train(watch)
