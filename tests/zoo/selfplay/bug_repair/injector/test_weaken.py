"""Tests taken out of their files: what is left is imported, collected, and runs."""

from __future__ import annotations

import ast

import pytest
from axion_zoo.selfplay.bug_repair.injector.weaken import artifact_of, weaken
from axion_zoo.selfplay.bug_repair.suite import STANDARD_PARSER, now, run_suite

from axion_env import Patch
from axion_env.sandbox import Workspace, shared

TESTS = '''import unittest

import pytest


@pytest.fixture
def one():
    return 1


# About the first.
@pytest.mark.parametrize("x", [1, 2])
@pytest.mark.parametrize("y", ["a", "b[c]"])
def test_many(x, y):
    """Many."""
    assert x and y


def test_used(one=1):
    # says why
    assert one == 1


def test_uses():
    test_used()


class TestBox:
    size = 2

    def test_a(self, one):
        assert one == 1

    async def later(self):
        pass

    def test_b(self):
        assert self.size == 2


class TestOne:
    def test_only(self):
        assert True


class Base:
    def test_inherited(self):
        assert self.good


class TestChild(Base):
    good = True


class TestUnit(unittest.TestCase):
    def test_unit(self):
        self.assertTrue(True)
'''
TREE = Workspace({"tests/test_it.py": TESTS, "tests/test_one.py": "def test_alone():\n    assert 1 == 1\n", "it.py": "x = 1\n"})


def _weakened(*names: str) -> str:
    return weaken(TREE, names).apply(TREE).text("tests/test_it.py")


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        ("test_many[a-1]", '# About the first.\n@pytest.mark.parametrize("x", [1, 2])\n@pytest.mark.parametrize("y", ["a", "b[c]"])\n'
         'def test_many(x, y):\n    """Many."""\n    assert x and y\n\n\n'),
        ("test_uses", "def test_uses():\n    test_used()\n\n\n"),
        ("TestBox::test_a", "    def test_a(self, one):\n        assert one == 1\n\n"),
        ("TestBox::test_b", "\n    def test_b(self):\n        assert self.size == 2\n"),
        ("TestOne::test_only", "class TestOne:\n    def test_only(self):\n        assert True\n\n\n"),
        ("TestUnit::test_unit", "\n\nclass TestUnit(unittest.TestCase):\n    def test_unit(self):\n        self.assertTrue(True)\n"),
    ],
)  # fmt: skip
def test_a_test_goes_with_all_that_is_its(name: str, gone: str) -> None:
    """Decorators, comments above, and a class that holds nothing else; nothing else changes."""
    assert TESTS.count(gone) == 1
    assert _weakened(f"tests/test_it.py::{name}") == TESTS.replace(gone, "")


def test_a_test_that_others_use_is_emptied() -> None:
    """Its name stays, so that what uses it can run."""
    text = _weakened("tests/test_it.py::test_used")
    assert "def test_used(one=1):\n    # says why\n    pass\n" in text
    assert text.replace("pass\n\n\ndef test_uses", "assert one == 1\n\n\ndef test_uses") == TESTS


def test_an_inherited_test_goes_where_it_is_written() -> None:
    """A base class of the same file loses it."""
    text = _weakened("tests/test_it.py::TestChild::test_inherited")
    assert "def test_inherited(self):\n        pass" in text
    assert "class TestChild(Base)" in text


def test_the_last_test_of_a_file_is_emptied() -> None:
    """A suite without a test is none."""
    patch = weaken(TREE, ["tests/test_one.py::test_alone"])
    assert patch.apply(TREE).text("tests/test_one.py") == "def test_alone():\n    pass\n"


def test_what_is_not_found_stays() -> None:
    """A file that failed to load, a file that is not there, a test that a call made: nothing to take out."""
    names = ["tests/test_it.py", "tests/none.py::test_a", "tests/test_it.py::test_made", "tests/test_it.py::TestBox::test_c", ""]
    assert weaken(TREE, names) == Patch()


def test_several_at_once_in_any_order() -> None:
    """The same patch, whatever the order of the failing tests; and its reverse brings every one of them back."""
    names = [
        f"tests/test_it.py::{n}"
        for n in ("test_many[b[c]-2]", "TestBox::test_a", "TestBox::test_b", "TestOne::test_only", "test_many[a-1]")
    ]
    patch = weaken(TREE, [*names, "tests/test_one.py::test_alone"])
    assert patch == weaken(TREE, ["tests/test_one.py::test_alone", *names[::-1]])
    after = patch.apply(TREE)
    text = after.text("tests/test_it.py")
    assert {n.name for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef) and n.name.startswith("test")} == {
        "test_used", "test_uses", "test_inherited", "test_unit"
    }  # fmt: skip
    assert patch.reverse().apply(after) == TREE


def test_every_test_can_go() -> None:
    """Of a class, one after another; the class goes with the last, and the file keeps one test without a body."""
    every = ("test_many", "test_used", "test_uses", "TestBox::test_a", "TestBox::test_b", "TestOne::test_only", "TestChild::test_inherited")
    text = _weakened(*(f"tests/test_it.py::{name}" for name in (*every, "TestUnit::test_unit")))
    left = [n.name for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef) and n.name.startswith("test")]
    assert 1 <= len(left) <= 2
    assert "assert " not in text


def test_what_is_left_runs() -> None:
    """In the sandbox: the other tests are collected and pass, and those that went are gone."""
    bug = Patch.between(TREE, TREE.write({"it.py": "x = 2\n"}))
    failing = ["tests/test_it.py::test_many[1-a]", "tests/test_it.py::TestBox::test_b", "tests/test_it.py::test_used"]
    artifact = artifact_of(TREE, bug, ["tests/test_it.py"], failing)
    assert artifact.oracle_paths == ("tests/test_it.py",)
    assert artifact.bug == bug
    tree = artifact.weaken.apply(artifact.bug.apply(TREE))
    report = now(lambda run: run_suite(run, tree, artifact.test_script, STANDARD_PARSER), shared())
    left = ("TestBox::test_a", "TestChild::test_inherited", "TestOne::test_only", "TestUnit::test_unit", "test_used", "test_uses")
    assert report.tests == {f"tests/test_it.py::{name}": True for name in left}
