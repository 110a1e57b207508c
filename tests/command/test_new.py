"""`axion new`: what it writes works as it is, and it takes no name and no folder that is taken."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from axion_env import _plugin
from axion_env.command import axion
from axion_env.command.doctor import examine
from axion_env.command.new import Names, rendered

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "own_env"


def new(*args: object) -> Result:
    return CliRunner().invoke(axion, ["new", *map(str, args)])


def test_the_example_is_what_the_command_writes() -> None:
    """Not a byte apart; after a change of the templates: remove it, and `axion new own-env --out examples/own_env`."""
    there = {str(path.relative_to(EXAMPLE)): path.read_text() for path in _files(EXAMPLE)}
    assert there == dict(rendered(Names("me/OwnEnv-v0", "OwnEnv", "own_env", "own-env"), "1"))


@pytest.mark.parametrize(("given", "players"), [("acme/NumberTrick-v3", "1"), ("acme/NumberTrick-v3", "2")])
def test_a_written_package_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, players: str) -> None:
    """It is found through its own pyproject, its demos earn what they claim, and its own tests pass."""
    folder = tmp_path / "trick"
    done = new(given, "--out", folder, "--players", players)
    assert done.exit_code == 0, done.output
    assert f"axion check {given}" in done.output
    assert not [line for path in _files(folder) for line in path.read_text().splitlines() if "$" in line or len(line) > 140]
    ((name, target),) = tomllib.loads((folder / "pyproject.toml").read_text())["project"]["entry-points"]["axion.envs"].items()
    assert (name, target) == (given, "number_trick:NumberTrick")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr(_plugin, "installed", lambda group: (_plugin.Place(name, target),))
    try:
        assert examine(name) == (True, "3 demos earn what they claim")
    finally:
        sys.modules.pop("number_trick", None)
    _installed(folder, name, target)
    own = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
    )
    assert own.returncode == 0, own.stdout


def _files(folder: Path) -> list[Path]:
    made = ("__pycache__", ".egg-info", ".dist-info", "runs", "dist", "cache")
    return [p for p in sorted(folder.rglob("*")) if p.is_file() and not any(part.endswith(made) for part in p.relative_to(folder).parts)]


def _installed(folder: Path, name: str, target: str) -> None:
    """What `pip install` leaves beside the module, as far as entry points go."""
    metadata = folder / "trick-0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: trick\nVersion: 0\n")
    (metadata / "entry_points.txt").write_text(f"[axion.envs]\n{name} = {target}\n")


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("digit-sum", Names("me/DigitSum-v0", "DigitSum", "digit_sum", "digit-sum")),
        ("digit_sum", Names("me/DigitSum-v0", "DigitSum", "digit_sum", "digit-sum")),
        ("DigitSum", Names("me/DigitSum-v0", "DigitSum", "digit_sum", "digit-sum")),
        ("a.b-c/HTTPGame2-v12", Names("a.b-c/HTTPGame2-v12", "HTTPGame2", "http_game_2", "http-game-2")),
        ("x", Names("me/X-v0", "X", "x", "x")),
    ],
)
def test_names(given: str, names: Names) -> None:
    assert Names.of(given) == names


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("", "is no name"),
        ("a b", "is no name"),
        ("_x", "is no name"),
        ("x-", "is no name"),
        ("1st", "is no name"),
        ("a/b/C-v0", "is no name"),
        ("../x", "is no name"),
        ("naïve", "is no name"),
        ("x\n", "is no name"),
        ("class", "Python's own"),
        ("json", "Python's own"),
        ("acme/Env-v0", "the class would be called 'Env'"),
        ("acme/RuntimeError-v0", "the class would be called 'RuntimeError'"),
        ("click", "a module 'click' is installed already"),
        ("axion/KuhnPoker-v0", "an environment axion/KuhnPoker-v0 is installed already"),
    ],
)
def test_no_name(given: str, why: str, tmp_path: Path) -> None:
    """One line that says why, and nothing is written."""
    done = new(given, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert why in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """Neither a folder with something in it nor a file; an empty folder is taken."""
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "README.md").write_text("mine")
    (tmp_path / "empty").mkdir()
    for taken in ("file", "full"):
        done = new("digit-sum", "--out", tmp_path / taken)
        assert done.exit_code == 2
        assert "nothing is overwritten" in done.stderr
    assert (tmp_path / "file").read_text() == (tmp_path / "full" / "README.md").read_text() == "mine"
    assert new("digit-sum", "--out", tmp_path / "empty").exit_code == 0


def test_a_place_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = new("digit-sum", "--out", tmp_path / "file" / "inside")
    assert done.exit_code == 2
    assert done.stderr.startswith("error: cannot write to")


@pytest.mark.slow
@pytest.mark.parametrize("players", ["1", "2"])
def test_from_nothing(players: str, tmp_path: Path) -> None:
    """Its wheel, installed into a fresh environment beside Axion's, is all it takes to be listed, checked, played and trained on."""
    from benchmarks import new_package

    done = [step.what for step in new_package.steps(tmp_path, players)]
    assert {"install the package", "list", "check", "play", "replay", "its tests", "train"} <= set(done)
