"""The recipe absolute-zero: all six roles move, its summary tells what it is about, and its controls are its own knobs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from axion_train import recipe
from axion_train.run.folder import Run

RECIPE = "absolute-zero"
KINDS = ("deduction", "abduction", "induction")
_SMALL = (
    "warmup.steps=6", "warmup.plays=40", "model.layers=1", "curriculum.deals=12", "training.updates=3", "evaluation.every=3",
    "evaluation.episodes=6", "evaluation.final_episodes=12",
)  # fmt: skip


def _trained(folder: Path, *changes: str) -> tuple[Run, dict[str, Any], list[dict[str, Any]]]:
    run = Run.create(folder, recipe.read(RECIPE, [*_SMALL, *changes]))
    summary = run.train()
    return run, summary, [json.loads(line) for line in (run.path / "metrics.jsonl").read_text().splitlines()]


def test_a_run_tells_validity_difficulty_and_accuracy(tmp_path: Path) -> None:
    """Solvers' accuracy on held-out behaviors by kind, proposers' validity and how much of theirs is solved, before and after."""
    _, summary, lines = _trained(tmp_path / "run")
    for kind in KINDS:
        assert 0 <= summary[f"{kind}_accuracy_start"] <= 1
        assert 0 <= summary[f"{kind}_accuracy"] <= 1
    assert {"heldout_propose_validity_start", "heldout_propose_validity", "cpu_seconds"} <= set(summary)
    assert lines[-1]["heldout/accuracy"] == pytest.approx(sum(summary[f"{kind}_accuracy"] for kind in KINDS) / 3)
    updates = [line for line in lines if "episodes" in line]
    assert len(updates) == 3
    for line in updates:
        assert line["truncated"] == line["failed"] == 0
        assert 0 <= line["share/validity"] <= 1


def test_the_controls_are_other_recipes_of_the_same(tmp_path: Path) -> None:
    """Each is the recipe with the knobs that its name says, and leaves the rest."""
    whole = recipe.read(RECIPE)
    assert set(whole.controls) == {"seeds"}
    seeds = whole.control("seeds")
    assert seeds.env.load().tasks("train")[0].secret  # solvers alone
    assert whole.evaluation == seeds.evaluation
    assert whole.warmup == seeds.warmup
    assert whole.model == seeds.model


@pytest.mark.slow
def test_all_six_roles_learn_and_a_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """The advantage of TRR++ leaves no role without signal, and what the buffers held is in the checkpoint."""
    changes = ("warmup.steps=120", "curriculum.deals=36", "training.checkpoint_every=2", "training.updates=4")
    _, whole, lines = _trained(tmp_path / "whole", *changes)
    told = {key for line in lines for key in line if key.startswith("zero_advantage/")}
    assert told == {f"zero_advantage/{kind}_{side}" for kind in KINDS for side in ("proposer", "solver")}
    assert all(min(line[key] for line in lines if key in line) < 1 for key in told)
    assert lines[-1]["archive/size"] > 0
    assert any("unique_proposals" in line for line in lines)
    half = Run.create(tmp_path / "half", recipe.read(RECIPE, [*_SMALL, *changes]))

    class Stop(Exception):
        pass

    def watch(event: str, metrics: dict[str, Any]) -> None:
        if event != "warmup" and metrics["update"] == 3:
            raise Stop

    with pytest.raises(Stop):
        half.train(watch)
    again = Run.open(half.path).train()
    assert {k: v for k, v in again.items() if not k.startswith("cpu_seconds")} == {
        k: v for k, v in whole.items() if not k.startswith("cpu_seconds")
    }
