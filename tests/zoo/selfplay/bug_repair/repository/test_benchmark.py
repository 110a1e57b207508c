"""The benchmark of repositories, on a package made here: its laws hold, and a broken law is seen."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import pytest

from benchmarks import repositories

PACKAGE = {
    "PKG-INFO": "Name: scale\nVersion: 1\n",
    "scale.py": """def clamp(x, low, high):
    if x < low:
        return low
    if x > high:
        return high
    return x


def spread(xs):
    low = min(xs)
    return [x - low for x in xs]


def mean(xs):
    total = sum(xs)
    return total // len(xs)
""",
    "test_scale.py": """import pytest
from scale import clamp, mean, spread


@pytest.mark.parametrize('x, y', [(-1, 0), (0, 0), (5, 5), (10, 10), (11, 10)])
def test_clamp(x, y):
    assert clamp(x, 0, 10) == y


def test_spread():
    assert spread([3, 5, 4]) == [0, 2, 1]


@pytest.mark.parametrize('xs, y', [([1], 1), ([1, 3], 2), ([9, 9, 0], 6)])
def test_mean(xs, y):
    assert mean(xs) == y
""",
}


def _archive(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir()
    with tarfile.open(folder / "scale-1.tar.gz", "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"scale-1/{name}")
            member.size = len(text)
            archive.addfile(member, BytesIO(text.encode()))


@pytest.mark.slow
def test_the_benchmark_runs(tmp_path: Path) -> None:
    """Bugs are made and graded, the report is written, and a second call takes what is there."""
    _archive(tmp_path / "sdists", PACKAGE)
    out = tmp_path / "repositories.json"
    words = ["scale==1", "--sdists", str(tmp_path / "sdists"), "--work", str(tmp_path / "work"), "--bugs", "3", "--out", str(out)]
    assert repositories.main(words) == 0
    (figures,) = json.loads(out.read_text())["packages"].values()
    assert figures["bugs"] == 3
    assert (figures["oracle"], figures["agree"], figures["nothing"], figures["cheats"]) == (1.0, 1.0, 0.0, 0.0)
    assert figures["cheats_tried"] == 27
    assert all(seconds > 0 for seconds in figures["cpu_s"].values())
    assert "| scale-1 |" in out.with_suffix(".md").read_text()
    known = tmp_path / "work/scale-1/figures.json"
    known.write_text(json.dumps({**figures, "cheats": 0.5}))
    assert repositories.main(words) == 1
