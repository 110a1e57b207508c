"""From nothing to a trained model of one's own environment, as an author would go about it, with the time of each step.

    python -m benchmarks.new_package [--players 1|2]

`axion new` writes a package; its wheel and Axion's go into a fresh virtual environment with what they depend on; there the environment is
listed, checked, played, replayed and trained on. The trainer's libraries (torch and transformers, gigabytes where pip brings a GPU's) and
pytest are lent by the environment that runs this, after all that needs neither.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
ID = "acme/Trick-v0"


class Step(NamedTuple):
    """One command, as it went."""

    what: str
    wall_s: float
    output: str


def run(players: str = "1") -> dict[str, float]:
    """Wall seconds of each step.

    Raises:
        SystemExit: a step failed; shows what it printed.
    """
    with tempfile.TemporaryDirectory() as folder:
        return {step.what: round(step.wall_s, 2) for step in steps(Path(folder), players)}


def steps(folder: Path, players: str) -> list[Step]:
    """All steps, in the order in which they were done."""
    venv, package, wheels = folder / "venv", folder / "trick", folder / "wheels"
    inside = venv / "bin"
    pip, axion = (inside / "python", "-m", "pip", "-q"), inside / "axion"
    done = [_step("venv", sys.executable, "-m", "venv", venv)]
    done += [_step("wheel of axion-rl", *pip, "wheel", "--no-deps", "-w", wheels, ROOT)]
    done += [_step("install axion-rl", *pip, "install", *wheels.glob("axion_rl-*.whl"))]
    done += [_step("new", axion, "new", ID, "--players", players, "--out", package)]
    done += [_step("wheel of the package", *pip, "wheel", "--no-deps", "-w", wheels, package)]
    done += [_step("install the package", *pip, "install", *wheels.glob("trick-*.whl"))]
    recipe = (package / "recipe.toml").rename(folder / "recipe.toml")
    tests = (package / "tests").rename(folder / "tests")
    done += [_step("list", axion, "list", cwd=folder, shows=ID)]
    done += [_step("check", axion, "check", ID, cwd=folder)]
    done += [_step("play", axion, "play", ID, "--seat", "none", "--seed", "1", "--episodes", "50", "--save", "played.jsonl", cwd=folder)]
    done += [_step("replay", axion, "replay", "played.jsonl", "--verify", cwd=folder, shows="50 episodes verified")]
    done += [_step("view", axion, "view", "played.jsonl", cwd=folder, shows="50 episodes")]
    (site,) = venv.glob("lib/python*/site-packages")
    (site / "lent.pth").write_text(f"{sysconfig.get_path('purelib')}\n")  # after its own, which go before it
    done += [_step("its tests", inside / "python", "-m", "pytest", "-q", tests, cwd=folder)]
    done += [_step("train", axion, "train", recipe, "--out", "run", "--quiet", cwd=folder, shows='"updates"')]
    return done


def _step(what: str, *command: object, cwd: Path | None = None, shows: str = "") -> Step:
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
    began = time.perf_counter()
    ended = subprocess.run([str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True)
    wall_s = time.perf_counter() - began
    if ended.returncode or shows not in ended.stdout:
        raise SystemExit(f"{what} failed ({ended.returncode}): {' '.join(map(str, command))}\n{ended.stdout}{ended.stderr}")
    return Step(what, wall_s, ended.stdout)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the steps and their times."""
    parser = argparse.ArgumentParser("python -m benchmarks.new_package", description=__doc__)
    parser.add_argument("--players", choices=("1", "2"), default="1")
    for what, wall_s in run(parser.parse_args(arguments).players).items():
        print(f"{what:<22}{wall_s:7.1f} s")


if __name__ == "__main__":
    main()
