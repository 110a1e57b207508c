"""`axion_env.testing`: the class of tests, the report, the strategies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given

from axion_env import Ending, Play, judge, load, verify
from axion_env.check import catalog
from axion_env.record.codec import encode
from axion_env.testing import EnvSuite, actions, plays, tasks
from tests.check.honest import Both, Card, Sums

ROOT = Path(__file__).parents[2]


class TestCard(EnvSuite):
    """The one line, with the class itself."""

    env = Card
    seeds = 4


SUITE = """
from axion_env.testing import EnvSuite
from tests.check.faults import LeakByLength

class TestKuhn(EnvSuite):
    env = "axion/KuhnPoker-v0"
    options = {"hands": 2}
    seeds = 4

class TestLeak(EnvSuite):
    env = LeakByLength()
"""


def test_a_suite_fails_where_its_environment_does(tmp_path: Path) -> None:
    """One test per check; the one that fails says what, without a traceback; the report says the same."""
    (tmp_path / "test_suite.py").write_text(SUITE)
    report = tmp_path / "report.json"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "axion_env.testing",
        "-p",
        "no:cacheprovider",
        f"--axion-report={report}",
        str(tmp_path),
    ]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environ, timeout=120, check=False)
    assert done.returncode == 1
    assert "FAILED test_suite.py::TestLeak::test_check[obs.noninterference]" in done.stdout
    assert "the draw 'card of b' shows" in done.stdout
    assert "Traceback" not in done.stdout
    assert "1 failed" in done.stdout
    facts = json.loads(report.read_text())
    kuhn, leak = facts["reports"]
    assert (facts["passed"], kuhn["passed"], kuhn["options"], leak["passed"]) == (False, True, {"hands": 2}, False)
    assert [result["id"] for result in leak["results"]] == list(catalog())


@given(episode=plays(Both()))
def test_plays_are_whole_whatever_is_said(episode) -> None:  # type: ignore[no-untyped-def]
    """Any task, seed, answers and order: an episode that can be judged and replayed."""
    assert episode.ending in (Ending.FINISHED, Ending.FORFEIT)
    assert set(judge(Both(), episode)) == {"p_0", "p_1"}
    assert verify(encode(episode), env=Both()) is None


@given(episode=plays(load("axion/KuhnPoker-v0"), legal=True))
def test_legal_plays_finish(episode) -> None:  # type: ignore[no-untyped-def]
    assert episode.ending is Ending.FINISHED


@given(task=tasks(Sums(), "test"))
def test_tasks_are_of_the_split(task) -> None:  # type: ignore[no-untyped-def]
    assert task.id.startswith("test/")


def test_actions_are_of_every_kind() -> None:
    """Well-formed ones and broken ones both come up."""
    ask = Play(Sums()).requests[0]
    seen = set()

    @given(text=actions(ask))  # type: ignore[arg-type]
    def collect(text: str) -> None:
        seen.add(ask.read(text)[1] is None)  # type: ignore[union-attr]

    collect()
    assert seen == {True, False}


def test_import_takes_neither_pytest_nor_hypothesis() -> None:
    """Whoever plays need not test; even axion_env.testing imports them where they are used."""
    code = "import sys, axion_env.testing; print([m for m in ('pytest', 'hypothesis', 'click') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_an_unknown_environment_is_an_error() -> None:
    class TestNothing(EnvSuite):
        env = "me/Nothing-v0"

    with pytest.raises(Exception, match="no environment 'me/Nothing-v0'"):
        TestNothing().test_check("static.manifest")
