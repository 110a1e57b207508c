"""A package with a broken plug-in beside a good one: built-in recipes run, the good one works, the broken one says whose it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

RUN = "import sys; from axion_env.command import main; sys.argv = ['axion', *sys.argv[1:]]; main()"
SMALL = (
    "training.updates=1", "training.rows=8", "curriculum.deals=2", "curriculum.copies=2", "warmup.steps=1", "warmup.plays=4",
    "model.hidden=16", "model.mlp=32", "model.layers=1", "model.heads=1", "optimizer.agreement=0.0",
)  # fmt: skip
GOOD = """
class Mean:
    def __init__(self, bonus: float = 0.0) -> None:
        self.bonus = bonus

    def __call__(self, trajectories):
        print("MEAN", self.bonus)
        return [t.reward + self.bonus for t in trajectories]

    def state_dict(self):
        return {}

    def load_state_dict(self, state):
        pass
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """An installed package: a good estimator, and a broken plug-in of every kind."""
    info = tmp_path / "axion_test_parts-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: axion-test-parts\nVersion: 1.0\n")
    kinds = ("advantage", "loss", "opponents", "monitors", "curriculum", "checks", "envs", "commands", "policies")
    groups = [f"[axion.{kind}]\nbroken = axion_test_parts.broken:Part\n" for kind in kinds]
    groups[0] += "mean = axion_test_parts.good:Mean\nleave_one_out = axion_test_parts.good:Mean\n"
    (info / "entry_points.txt").write_text("".join(groups))
    code = tmp_path / "axion_test_parts"
    code.mkdir()
    (code / "__init__.py").touch()
    (code / "good.py").write_text(GOOD)
    (code / "broken.py").write_text("import axion_test_that_is_not_there\n")
    return tmp_path


def run(package: Path, code: str, *args: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(package), os.environ.get("PYTHONPATH", "")])}
    return subprocess.run([sys.executable, "-c", code, *args], capture_output=True, text=True, env=env, cwd=package, timeout=120)


def axion(package: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return run(package, RUN, *args)


def train(package: Path, *changes: str) -> subprocess.CompletedProcess[str]:
    sets = [part for change in (*SMALL, *changes) for part in ("--set", change)]
    return axion(package, "train", "arithmetic", "--no-controls", "--out", "run", *sets)


def test_built_in_recipes_run_beside_a_broken_plug_in(package: Path) -> None:
    """So do the commands, the checks and the environments: a name that nobody says breaks nobody."""
    done = train(package, "advantage.name=group_mean")
    assert done.returncode == 0, done.stderr
    assert "MEAN" not in done.stdout
    done = axion(package, "check", "axion/RockPaperScissors-v0", "--only", "spec", "--seeds", "2")
    assert done.returncode == 0, done.stderr
    for command in (["list"], ["play", "axion/KuhnPoker-v0", "--seat", "none"], ["--help"]):
        assert axion(package, *command).returncode == 0


def test_a_good_one_works_beside_a_broken_one(package: Path) -> None:
    done = train(package, "advantage.name=mean", "advantage.bonus=0.5")
    assert done.returncode == 0, done.stderr
    assert "MEAN 0.5" in done.stdout


READ = """
import axion_env, sys
from axion_train import recipe
for change in sys.argv[1:]:
    try:
        recipe.read("arithmetic", [change])
    except axion_env.UsageError as problem:
        print(problem)
"""


def test_who_names_the_broken_one_is_told_whose_it_is(package: Path) -> None:
    """Of every kind, before anything is written."""
    done = train(package, "advantage.name=broken")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert not (package / "run").exists()
    changes = ("loss.name=broken", "opponents.name=broken", "curriculum.name=broken", "monitors={broken={}}")
    said = [done.stderr, *run(package, READ, *changes).stdout.splitlines()]
    assert len(said) == 5
    for line in said:
        assert "cannot be imported from 'axion_test_parts.broken:Part': No module named 'axion_test_that_is_not_there'" in line
        assert "mend the package of axion-test-parts" in line


@pytest.mark.parametrize(
    "command", [["check", "axion/KuhnPoker-v0", "--only", "broken"], ["info", "broken"], ["broken"]], ids=lambda c: c[0]
)
def test_commands_that_name_it_say_so_too(package: Path, command: list[str]) -> None:
    done = axion(package, *command)
    assert done.returncode == 2
    assert "axion-test-parts" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_name_that_stands_twice_is_refused(package: Path) -> None:
    """A package that takes a built-in's name takes it from nobody silently."""
    done = train(package, "advantage.name=leave_one_out")
    assert done.returncode == 2
    assert "'leave_one_out' is registered twice, at 'axion_train.estimator.leave_one_out:LeaveOneOut' and at" in done.stderr
    assert "'axion_test_parts.good:Mean' of axion-test-parts; rename or uninstall one" in done.stderr


def test_the_report_names_every_check(package: Path) -> None:
    """A check that cannot be imported is skipped, with the reason, and fails nothing."""
    done = axion(package, "check", "axion/RockPaperScissors-v0", "--seeds", "2", "--json")
    assert done.returncode == 0, done.stderr
    (broken,) = [r for r in json.loads(done.stdout)["reports"][0]["results"] if r["id"] == "broken"]
    assert broken["status"] == "skipped"
    assert "axion-test-parts" in broken["reason"]
