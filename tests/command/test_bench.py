"""`axion bench` runs the checkout's benchmarks, and says what is missing without one."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from axion_env.command import axion


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is no checkout, with the package installed in yet another."""
    monkeypatch.setattr("axion_env.__file__", str(tmp_path / "site-packages" / "axion_env" / "__init__.py"))
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "benchmarks", raising=False)
    monkeypatch.delitem(sys.modules, "benchmarks.bench", raising=False)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    for name in ("benchmarks", "benchmarks.bench"):
        sys.modules.pop(name, None)


def test_without_a_checkout_it_says_so(elsewhere: Path) -> None:
    done = CliRunner().invoke(axion, ["bench"])
    assert done.exit_code == 2
    assert "benchmarks need a checkout of the repository" in done.stderr


def test_in_a_checkout_it_runs_the_sections_asked_for(elsewhere: Path) -> None:
    (elsewhere / "benchmarks").mkdir()
    (elsewhere / "benchmarks" / "bench.py").touch()
    (elsewhere / "benchmarks" / "__main__.py").write_text(
        "import json, sys\nprint(json.dumps({'asked': sys.argv[1:], 'play': {'turns_per_s': 123456.789}}))\n"
    )
    done = CliRunner().invoke(axion, ["bench", "play"])
    assert done.exit_code == 0, done.output
    assert [row.split() for row in done.stdout.splitlines()] == [["asked", "['play']"], ["play.turns_per_s", "123,457"]]
    done = CliRunner().invoke(axion, ["bench", "--json"])
    assert json.loads(done.stdout) == {"asked": [], "play": {"turns_per_s": 123456.789}}
