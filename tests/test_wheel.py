"""What is shipped: the packages whole, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {"axion_env": "axion_env", "axion_train": "axion_train", "envs/axion_zoo": "axion_zoo"}
"""Folders of the checkout, and where a wheel has them."""
BESIDE = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "PKG-INFO", ".gitignore"}
"""What a source archive holds besides; the last two are the builder's own."""
DATA = ("axion_zoo/selfplay/bug_repair/module/test/", "axion_env/command/template/")
"""Tests that are data: what an environment's bugs are found by, and what `axion new` writes."""


def tracked(folder: str) -> set[str]:
    """Files of a folder that belong to the project."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout, which says what belongs to the project")
    told = subprocess.run(["git", "ls-files", "-z", folder], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {name for name in told.split("\0") if name}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both archives, built without asking any index."""
    pytest.importorskip("hatchling", reason="hatchling is not installed: pip install 'axion-rl[dev]'")
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", str(folder)], cwd=ROOT, check=True, capture_output=True)
    return folder


def test_a_wheel_holds_the_packages(built: Path) -> None:
    """Every file of them that belongs to the project, its own description, and no other."""
    (path,) = built.glob("*.whl")
    held = set(zipfile.ZipFile(path).namelist())
    about = {name for name in held if name.partition("/")[0].endswith(".dist-info")}
    wanted = {name.replace(folder, package, 1) for folder, package in PACKAGES.items() for name in tracked(folder)}
    assert held - about == wanted
    assert {Path(name).name for name in about} == {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "LICENSE"}
    assert _foreign(held) == []


def test_a_source_archive_builds_the_same_wheel(built: Path, tmp_path: Path) -> None:
    """It holds what a wheel is made of, and the wheel made of it has the same files, byte for byte."""
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        top = path.name.removesuffix(".tar.gz")
        held = {member.name.removeprefix(f"{top}/") for member in archive.getmembers() if member.isfile()}
        archive.extractall(tmp_path, filter="data")
    assert held == {name for folder in PACKAGES for name in tracked(folder)} | BESIDE
    assert _foreign(held) == []
    again = tmp_path / "dist"
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(again)], cwd=tmp_path / top, check=True, capture_output=True
    )
    first, second = (zipfile.ZipFile(next(folder.glob("*.whl"))) for folder in (built, again))
    assert {name: first.read(name) for name in first.namelist()} == {name: second.read(name) for name in second.namelist()}


def _foreign(names: set[str]) -> list[str]:
    """Names that no installation should have: tests, benchmarks, documents, what a compiler or an editor leaves behind."""
    folders = {"tests", "test", "benchmarks", "docs", "examples", "runs", "__pycache__"}
    ends = (".pyc", ".orig", ".rej", ".swp", "~", ".log")
    return sorted(
        n for n in names if not any(data in n for data in DATA) and (not folders.isdisjoint(Path(n).parts[:-1]) or n.endswith(ends))
    )
