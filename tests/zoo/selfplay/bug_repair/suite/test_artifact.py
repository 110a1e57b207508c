"""The five files: read from answers as models write them, and nothing that is nearly one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from axion_zoo.selfplay.bug_repair.suite import STANDARD_PARSER, Artifact, plain, standard
from axion_zoo.selfplay.bug_repair.suite.artifact import LONGEST_DIFF, NAMES
from axion_zoo.selfplay.bug_repair.suite.script import LONGEST_SCRIPT, UNCACHED, USUAL
from hypothesis import given
from hypothesis import strategies as st

from axion_env import Illegal, Patch
from axion_env.sandbox import Workspace

TREE = Workspace({"a.py": "x = 1\n", "tests/test a.py": "assert 1\n", "tests/test_b.py": ""})
BUG = Patch.between(TREE, TREE.write({"a.py": "x = 2\n"}))
WEAKEN = Patch.between(TREE, TREE.write({"tests/test a.py": "\n"}))
ARTIFACT = standard(["tests/test a.py"], BUG, WEAKEN)

texts = st.text("a<>/file \n+-`é", max_size=30).filter(lambda text: not text.startswith("```"))


@given(st.lists(texts, min_size=5, max_size=5))
def test_what_is_rendered_reads_the_same(parts: list[str]) -> None:
    """Any content, closing tags of its own included."""
    artifact = Artifact(*parts)
    assert Artifact.parse(artifact.render()) == artifact


def test_words_fences_and_order_do_not_matter() -> None:
    """Models think aloud, fence what they write, and change the order."""
    parts = [f'Then the next:\n<file name="{name}">\n```diff\n{text}```\n</file>\n' for name, text in ARTIFACT.files().items()]
    answer = '<think>\n<file name="x"></file></think>Here it is.\n```\n' + "".join(reversed(parts)) + "```\nDone."
    assert Artifact.parse(answer) == ARTIFACT
    assert Artifact.parse(answer).weaken == WEAKEN
    assert Artifact.parse(answer).bug == BUG


@pytest.mark.parametrize("name", NAMES.values())
def test_each_file_is_given_once(name: str) -> None:
    """A missing one, one twice, one left open and an unknown one are refused by name."""
    files = {n: f'<file name="{n}">\n{t}</file>\n' for n, t in ARTIFACT.files().items()}
    for answer, why in (
        ("".join(text for n, text in files.items() if n != name), f"{name} is missing"),
        ("".join(files.values()) + files[name], f"'{name}' comes twice"),
        ("".join(files.values()).replace(files[name], f'<file name="{name}">\nx'), f"'{name}' is not closed"),
        ("".join(files.values()) + '<file name="notes.md"></file>', "'notes.md' is none"),
    ):
        with pytest.raises(Illegal, match=why):
            Artifact.parse(answer)


@pytest.mark.parametrize("field", NAMES)
def test_parts_are_bounded_text(field: str) -> None:
    """Each has a greatest length, and holds neither NUL nor half a character."""
    longest = LONGEST_DIFF if NAMES[field].endswith(".diff") else LONGEST_SCRIPT
    parts = dict.fromkeys(NAMES, "x\n")
    assert Artifact(**{**parts, field: "x" * (longest - 1)}).files()[NAMES[field]].endswith("x\n")
    for text in ("x" * longest, "\0", "\ud800"):
        with pytest.raises(Illegal, match=NAMES[field]):
            Artifact(**{**parts, field: text})


def test_the_standard_artifact() -> None:
    """Its script runs in the warm interpreter; its oracle files are the tests and what the weakening changes."""
    assert plain(ARTIFACT.test_script) == ["python", "-m", "pytest", *USUAL, *UNCACHED, "tests/test a.py"]
    assert standard(["tests/test_b.py"], BUG, WEAKEN).oracle_paths == ("tests/test_b.py", "tests/test a.py")


SUITE = """
import unittest
import pytest
def test_passes(): print("FAILED test_it.py::test_passes")
def test_fails(): assert 0, "a - b"
@pytest.mark.parametrize("s", ["a - b", "c d", "e] - f", "g"])
def test_each(s): assert len(s) == 1
@pytest.mark.skip(reason="PASSED")
def test_skipped(): pass
@pytest.mark.xfail
def test_expected(): assert 0
@pytest.fixture
def broken():
    yield
    raise ValueError
def test_teardown(broken): pass
class TestSub(unittest.TestCase):
    def test_sub(self):
        with self.subTest(i=1):
            self.assertEqual(1, 2)
"""


def test_the_standard_parser(tmp_path: Path) -> None:
    """What passed and what failed, by pytest's own summary; a test that fails in its teardown or a part has failed."""
    (tmp_path / "test_it.py").write_text(SUITE)
    run = [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider", "test_it.py"]
    log = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    found = _parsed(log)
    assert found["test_it.py::test_passes"] == "passed"
    assert found["test_it.py::test_each[g]"] == "passed"
    failing = {"test_fails", "test_each[a - b]", "test_each[c d]", "test_teardown", "TestSub::test_sub"}
    assert {f"test_it.py::{name}" for name in failing} < {name for name, verdict in found.items() if verdict == "failed"}
    assert sum(verdict == "passed" for verdict in found.values()) == 2
    assert not any("skipped" in name or "expected" in name for name in found)


def test_a_log_that_contradicts_itself_passes_nothing() -> None:
    """A second summary, printed by the code under test, cannot turn a failure round or confirm itself."""
    head = "=== short test summary info ===\n"
    assert _parsed(f"{head}PASSED a\n{head}FAILED a\n") == {"a": "failed"}
    assert _parsed(f"{head}FAILED a - x\n{head}PASSED a\n") == {"a": "failed"}
    assert _parsed(f"{head}PASSED a\n{head}PASSED a\nPASSED b\n") == {"a": "failed", "b": "passed"}
    assert _parsed("PASSED a\n") == {}


def _parsed(log: str) -> dict[str, str]:
    done = subprocess.run([sys.executable, "-c", STANDARD_PARSER], input=log, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)  # type: ignore[no-any-return]
