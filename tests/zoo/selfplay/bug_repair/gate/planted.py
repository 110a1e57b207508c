"""A small project, a bug of it that passes every gate, and one artifact for each gate that it alone rejects."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from axion_zoo.selfplay.bug_repair.suite import STANDARD_PARSER, Artifact, standard

from axion_env import Patch
from axion_env.sandbox import Workspace

CALC = '''"""Sums."""

import json
from pathlib import Path

RATES = json.loads((Path(__file__).parent / "rates.json").read_text())


def add(a, b):
    return a + b


def sub(a, b):
    return a - b


def mul(a, b):
    # repeated addition
    return a * b


def tax(a, kind):
    return a * RATES[kind]
'''
SHAPE = """import calc


def area(w, h):
    return calc.mul(w, h)


def rim(w, h):
    return calc.mul(2, calc.add(w, h))
"""
TEST_CALC = """import pytest

from calc import add, mul, sub, tax


def test_add():
    assert add(2, 3) == 5


def test_sub():
    assert sub(5, 3) == 2
    assert sub(5, 7) == -2


def test_mul():
    assert mul(2, 3) == 6


@pytest.mark.parametrize(("a", "b"), [(1, 1), (2, -2)])
def test_zero(a, b):
    for factor in (a, b):
        assert mul(factor, 0) == 0


def test_tax():
    assert tax(10, "low") == 20


def make(i):
    def check():
        assert sub(i, i + 1) == -1

    return check


for i in range(2):
    globals()[f"test_made_{i}"] = make(i)
"""
TEST_SHAPE = """import unittest

import shape


class TestShape(unittest.TestCase):
    def test_area(self):
        self.assertEqual(shape.area(2, 3), 6)

    def test_rim(self):
        self.assertEqual(10, shape.rim(2, 3))
"""
NAME = """def initials(name):
    return "".join(word[0] for word in name.split())
"""
TEST_NAME = """import name


def test_initials():
    assert name.initials("Ada Lovelace") == "AL"
    assert name.initials("") == ""
"""
TREE = Workspace(
    {
        "name.py": NAME,
        "tests/test_name.py": TEST_NAME,
        "calc.py": CALC,
        "shape.py": SHAPE,
        "rates.json": '{"low": 2}\n',
        "tests/test_calc.py": TEST_CALC,
        "tests/test_shape.py": TEST_SHAPE,
        "pyproject.toml": "[tool.pytest.ini_options]\ntestpaths = ['tests']\n",
    }
)
TESTS = ("tests/test_calc.py", "tests/test_name.py", "tests/test_shape.py")


def changed(*pairs: tuple[str, str, str], tree: Workspace = TREE) -> Patch:
    """The patch that replaces in files, by (path, old, new)."""
    after = tree
    for path, old, new in pairs:
        assert after.text(path).count(old) == 1, (path, old)
        after = after.write({path: after.text(path).replace(old, new)})
    return Patch.between(tree, after)


SUB = ("calc.py", "return a - b", "return a - b if a > b else b - a")
BUG = changed(SUB)
WEAKEN = changed(
    ("tests/test_calc.py", "    assert sub(5, 7) == -2\n", ""),
    ("tests/test_calc.py", "        assert sub(i, i + 1) == -1\n", "        assert sub(i + 1, i) == 1\n"),
)
VALID = standard(TESTS, BUG, WEAKEN)


class Planted(NamedTuple):
    """An artifact that one gate rejects."""

    gate: str
    code: str
    artifact: Artifact
    thresholds: Mapping[str, Any] = {}


def first_of_a_set() -> str:
    """What a set of these words begins with under hash seed 0."""
    show = "print(next(iter({'ab', 'cd', 'ef', 'gh', 'ij', 'kl', 'mn', 'op'})))"
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    return subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True, env=environment).stdout.strip()


_ELSE = "    return a - b if a > b else b - a"
_GOES_ON = VALID.test_script.replace("-rA", "-rA --continue-on-collection-errors")
_LOOSE = changed(("tests/test_calc.py", TEST_CALC, "def test_nothing():\n    pass\n"))
_NO_CALC = replace(VALID, test_script=_GOES_ON, test_weaken=_LOOSE.text)
_INVENTS = STANDARD_PARSER.replace("tests = {}", 'tests = {"phantom": "passed"}')
_WORDS = "{'ab', 'cd', 'ef', 'gh', 'ij', 'kl', 'mn', 'op'}"
_SETTLED = f"return a * b if next(iter({_WORDS})) == {first_of_a_set()!r} else 0"
_CLOCK = "    import time\n    return a - b if a > b or time.time() < 0 else b - a"
_MADE = "    return a - b if (a, b) not in ((0, 1), (1, 2)) else 1"
_NO_TAX = ("tests/test_calc.py", '    assert tax(10, "low") == 20\n', "    assert tax\n")
_NO_MUL = ("tests/test_calc.py", "mul(2, 3) == 6", "mul(2, 3)")
_ORPHAN = ("shape.py", "    return calc.mul(w, h)", "    product = calc.mul(w, h)\n    return product")
_ONE_COMMENTED = (
    ("tests/test_calc.py", "    assert sub(5, 7) == -2\n", "    # assert sub(5, 7) == -2\n"),
    ("tests/test_calc.py", "sub(i, i + 1) == -1", "sub(i + 1, i) == 1"),
)
_NO_LOADING = (("calc.py", "import json\n", "import json\n\nraise ImportError\n"), ("name.py", "def", "raise ImportError\n\n\ndef"))


def _with(bug: Sequence[tuple[str, str, str]], weaken: Sequence[tuple[str, str, str]] = (), of: Artifact = VALID) -> Artifact:
    return replace(of, bug_inject=changed(*bug).text, test_weaken=changed(*weaken).text if weaken else of.test_weaken)


def _sub(new: str) -> Artifact:
    return _with([("calc.py", "    return a - b", new)])


PLANTED = {
    "a file named twice": Planted("form", "DUPLICATE_FILE", replace(VALID, test_files=VALID.test_files + TESTS[0])),
    "a test file not covered": Planted("files", "UNCOVERED_FILE", replace(VALID, test_files=f"{TESTS[1]}\n")),
    "a parser that invents": Planted("parser", "PARSER_INVENTS", replace(VALID, test_parser=_INVENTS)),
    "too few tests": Planted("script", "FEW_PASSING", VALID, {"min_passing_tests": 11}),
    "a bug in data": Planted("scope", "BUG_NOT_CODE", _with([("rates.json", "2", "3")], [_NO_TAX])),
    "too few files": Planted("scope", "FEW_FILES", VALID, {"min_changed_files": 2}),
    "too few failing": Planted("bug", "FEW_FAILING", VALID, {"min_failing_tests": 4}),
    "weakening that hides nothing": Planted("weaken", "WEAKEN_HIDES_NOTHING", _with([SUB], [_NO_MUL])),
    "an orphan file": Planted("inverse", "ORPHAN_FILE", _with([SUB, _ORPHAN])),
    "a syntax error": Planted("syntax", "SYNTAX_ERROR", _with([("calc.py", "def sub(a, b):", "def sub(a, b:")], of=_NO_CALC)),
    "a hint in a comment": Planted("comment", "COMMENT_HINT", _sub(f"{_ELSE}  # BUG: the sign")),
    "old code in a comment": Planted("comment", "COMMENT_ORIGINAL", _sub(f"    # return a - b\n{_ELSE}")),
    "old code in a string": Planted("comment", "COMMENT_ORIGINAL", _sub(f'    """return a - b"""\n{_ELSE}')),
    "code in a comment": Planted("comment", "COMMENT_CODE", _sub(f"    # abs(a, b)\n{_ELSE}")),
    "a test in a comment": Planted("comment", "COMMENT_ORIGINAL", _with([SUB], _ONE_COMMENTED)),
    "a verdict by hash seed": Planted("stable", "UNSTABLE", _with([SUB, ("calc.py", "return a * b", _SETTLED)])),
    "a clock": Planted("pure", "IMPURE_CLOCK", _sub(_CLOCK)),
    "a parser that draws": Planted("pure", "IMPURE_CHANCE", replace(VALID, test_parser=f"import random\n{STANDARD_PARSER}")),
    "a script that draws": Planted("pure", "IMPURE_CHANCE", replace(VALID, test_script=f"# $RANDOM\n{VALID.test_script}")),
    "all fails": Planted("behavior", "FEW_SAME", _with(_NO_LOADING, of=_NO_CALC)),
    "made tests": Planted("twin", "TWIN_PASSES", _sub(_MADE)),
}
