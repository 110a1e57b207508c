"""Ablations of a run, the label of its metric and its further splits: what is trained, from where it resumes, what the summary says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from axion_env import UsageError
from axion_env.command import axion
from axion_train import recipe
from axion_train.recipe.schema import Recipe
from axion_train.run.folder import Run
from tests.train.stored import same

SMALL = (
    "env.options.digits=1", "env.options.scratchpad=false", "model.hidden=32", "model.mlp=64", "warmup.steps=40", "warmup.plays=100",
    "warmup.until=0.0", "curriculum.deals=4", "curriculum.copies=4", "training.minibatch=0", "training.updates=4",
    "training.checkpoint_every=2", "evaluation.every=2", "evaluation.episodes=8", "evaluation.final_episodes=16",
    'evaluation.label="solve_rate"', 'evaluation.also=["shifted"]',
    'controls={longer=["warmup.steps=60", "training.updates=0"], slow=["optimizer.rate=1e-6"]}',
)  # fmt: skip


def small(*changes: str) -> Recipe:
    return recipe.read("arithmetic", (*SMALL, *changes))


def summary(path: Path) -> dict[str, Any]:
    """Without what differs from run to run."""
    return {k: v for k, v in json.loads((path / "summary.json").read_text()).items() if not k.startswith("cpu_seconds")}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with two ablations, never stopped."""
    path = tmp_path_factory.mktemp("runs") / "whole"
    Run.create(path, small()).train()
    return path


def test_the_summary_tells_of_ablations_by_name(whole: Path) -> None:
    """Each ablation's metric, on every split, and its processor time; the run's own stand as without them."""
    found = json.loads((whole / "summary.json").read_text())
    for name in ("longer", "slow"):
        its = json.loads((whole / "controls" / name / "summary.json").read_text())
        for key in ("heldout_solve_rate", "heldout_shifted_solve_rate", "cpu_seconds"):
            assert found[f"{key}_{name}"] == its[key]
        assert f"heldout_solve_rate_start_{name}" not in found
    assert {"heldout_solve_rate_start", "heldout_solve_rate", "heldout_shifted_solve_rate_start", "heldout_shifted_solve_rate"} <= set(
        found
    )
    assert not [key for key in found if "accuracy" in key]


def test_a_control_is_the_run_with_its_changes(whole: Path) -> None:
    """Its recipe is the run's but for them, and it ends in the weights that a run of that recipe ends in."""
    its = recipe.read(str(whole / "controls" / "slow" / "recipe.toml"))
    assert its == small("controls={}", "optimizer.rate=1e-6")
    assert len((whole / "controls" / "longer" / "metrics.jsonl").read_text().splitlines()) == 1
    assert not same(whole, whole / "controls" / "slow")


def test_a_control_alone_ends_in_the_same_weights(whole: Path, tmp_path: Path) -> None:
    """What was trained before it in the same process does not show."""
    Run.create(tmp_path / "alone", recipe.read(str(whole / "controls" / "slow" / "recipe.toml"))).train()
    assert same(whole / "controls" / "slow", tmp_path / "alone")


class Stop(Exception):
    pass


@pytest.mark.parametrize("moment", [("longer", 0), ("slow", 0), ("slow", 3), ("slow", 4)])
def test_stopped_in_a_control_and_resumed_equals_never_stopped(whole: Path, tmp_path: Path, moment: tuple[str, int]) -> None:
    now = [""]

    def watch(event: str, metrics: dict[str, Any]) -> None:
        now[0] = metrics["name"] if event == "control" else now[0]
        if (now[0], metrics.get("update")) == moment:
            raise Stop

    path = tmp_path / "run"
    with pytest.raises(Stop):
        Run.create(path, small()).train(watch)
    begun: list[str] = []
    Run.open(path).train(lambda event, metrics: begun.append(metrics["name"]) if event == "control" else None)
    assert begun == (["longer", "slow"] if moment[0] == "longer" else ["slow"])  # what had ended is not trained again
    assert summary(path) == summary(whole)
    for name in (".", "controls/longer", "controls/slow"):
        assert same(whole / name, path / name)


def cli(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(axion, ["train", *arguments])
    return result.exit_code, result.output


def test_the_command_shows_them_and_can_leave_them_out(whole: Path, tmp_path: Path) -> None:
    """Without them the run is the same; with --resume they are trained after all, and each has its report."""
    changes = [x for change in SMALL for x in ("--set", change)]
    code, output = cli("arithmetic", "--out", str(tmp_path / "run"), "--no-controls", *changes)
    assert (code, "held-out solve rate" in output, "control" in output) == (0, True, False)
    assert not (tmp_path / "run" / "controls").exists()
    code, output = cli("--resume", str(tmp_path / "run"))
    assert code == 0
    assert "control longer" in output
    assert "control slow" in output
    assert summary(tmp_path / "run") == summary(whole)
    assert (tmp_path / "run" / "controls" / "slow" / "report.html").exists()
    page = (tmp_path / "run" / "report.html").read_text()
    for shown in ("Solve rate", "Ablation slow", "Ablation longer", "Split shifted"):
        assert shown in page
    assert "ccuracy" not in page


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ('controls={slow=["optimizer.rte=1"]}', "control 'slow': unknown recipe key 'optimizer.rte'; did you mean 'rate'?"),
        ('controls={slow="optimizer.rate=1"}', "'controls.slow' must be a list"),
        ('controls={slow=["optimizer.rate"]}', "key=value"),
        ('controls={"../x"=[]}', "name"),
        ("controls={start=[]}", "name"),
    ],
)
def test_a_control_that_cannot_be_made_is_refused_at_once(change: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        small(change)
    assert hint in str(refused.value)


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ('controls={slow=["evaluation.split=shited"]}', "control 'slow': .*did you mean 'shifted'"),
        ('controls={slow=["env.id=axion/Arithmetc-v0"]}', "control 'slow': .*did you mean 'axion/Arithmetic-v0'"),
        ('controls={slow=["roles.nobody.train=false"]}', "control 'slow': no role"),
    ],
)
def test_a_control_that_its_environment_refuses_is_refused_before_the_run(change: str, hint: str, tmp_path: Path) -> None:
    """And not once the run has ended."""
    with pytest.raises(UsageError, match=hint):
        Run.create(tmp_path / "run", small(change))


@pytest.mark.parametrize("change", ['evaluation.also=["shited"]', 'evaluation.split="shited"'])
def test_an_unknown_split_is_refused_before_the_warm_up(change: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'shifted'"):
        Run.create(tmp_path / "run", small(change))
