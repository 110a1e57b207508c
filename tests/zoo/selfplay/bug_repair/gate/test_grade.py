"""Who is paid: those who mend the code, in any way, and nobody who works on the tests, the runner or the report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from axion_zoo.selfplay.bug_repair.gate import Grade, broken, grade
from axion_zoo.selfplay.bug_repair.suite import SuiteLimits, is_code, is_configuration, must_fail, now, restored

from axion_env import Patch
from axion_env.sandbox import File, Limits, Sandbox, Workspace
from axion_env.sandbox.workspace import MAX_FILES
from tests.zoo.selfplay.bug_repair.gate.planted import TESTS, TREE, VALID, changed

F2P = "tests/test_calc.py::test_sub"
P2P = (
    "tests/test_calc.py::test_add",
    "tests/test_calc.py::test_mul",
    "tests/test_calc.py::test_tax",
    "tests/test_calc.py::test_zero[1-1]",
    "tests/test_calc.py::test_zero[2--2]",
    "tests/test_name.py::test_initials",
    "tests/test_shape.py::TestShape::test_area",
    "tests/test_shape.py::TestShape::test_rim",
)
SPECIFIED = (F2P, *P2P)
START = broken(TREE, VALID)
MEND = ("calc.py", "return a - b if a > b else b - a", "return a - b")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(slots=2) as sandbox:
        yield sandbox


def _grade(sandbox: Sandbox, prediction: Patch | str, *, failed: Patch | None = None) -> Grade:
    return now(lambda run: grade(run, TREE, VALID, prediction, SPECIFIED, failed=failed), sandbox)


def _edit(*pairs: tuple[str, str, str]) -> Patch:
    return changed(*pairs, tree=START)


def _write(files: dict[str, str]) -> Patch:
    return Patch.between(START, START.write(files))


HONEST = {
    "the bug undone": VALID.bug.reverse(),
    "another way": _edit(("calc.py", "return a - b if a > b else b - a", "return -(b - a)")),
    "a module of its own": Patch.between(
        START, changed(MEND, tree=START).apply(START).write({"minus.py": "def minus(a, b):\n    return a - b\n"})
    ),
    "in a new package": Patch.between(
        START,
        START.write(
            {
                "calc.py": START.text("calc.py").replace(MEND[1], "from inner.minus import minus\n\n    return minus(a, b)"),
                "inner/__init__.py": "",
                "inner/minus.py": "def minus(a, b):\n    return a - b\n",
            }
        ),
    ),
    "with a test of its own": Patch.between(
        START, changed(MEND, tree=START).apply(START).write({"tests/test_mine.py": "def test_mine():\n    assert 0\n"})
    ),
}


@pytest.mark.parametrize("patch", HONEST.values(), ids=HONEST)
def test_who_mends_the_code_is_paid(sandbox: Sandbox, patch: Patch) -> None:
    """However it is done; new source files may be added, and what is done to tests beside counts for nothing."""
    found = _grade(sandbox, patch.text)
    assert (found.solved, found.code) == (True, "SOLVED"), found
    assert all(found.tests.values())
    assert set(found.tests) == set(SPECIFIED)
    assert found.restored == tuple(path for path in patch.paths if path.startswith("tests/"))


NO_TESTS = "def pytest_collection_modifyitems(items):\n    items.clear()\n"
FORCED = """import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    report.outcome, report.longrepr = "passed", None
"""
ALL_PASSED = "".join(f"PASSED {name}\n" for name in SPECIFIED)
SUMMARY = f'"=== short test summary info ===\\n" + {ALL_PASSED!r}'
PRINTED = f"""import gc, os
import _pytest.capture

for found in gc.get_objects():
    if type(found) is _pytest.capture.MultiCapture:
        found.stop_capturing()
os.write(1, ({SUMMARY}).encode())
os._exit(0)
"""
AT_EXIT = f"import atexit, os\natexit.register(lambda: (os.write(1, ({SUMMARY}).encode()), os._exit(0)))\n"
HOOKED = """import _pytest.runner


def _passed(item, when, log=True, **keywords):
    report = _true(item, when, log=False, **keywords)
    report.outcome, report.longrepr = "passed", None
    item.ihook.pytest_runtest_logreport(report=report)
    return report


_true = _pytest.runner.call_and_report
_pytest.runner.call_and_report = _passed
"""
EQUAL = """class Same:
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __hash__ = None


def sub(a, b):
    return Same()
"""
SILENT = """import sys

sys.modules["builtins"].AssertionError = type("Fine", (Exception,), {})
import _pytest.python

_pytest.python.Function.runtest = lambda self: None
"""
REWRITES = """import pathlib

for path in pathlib.Path("tests").glob("test_*.py"):
    names = [line.split("(")[0][4:] for line in path.read_text().splitlines() if line.startswith("def test")]
    path.write_text("\\n".join(f"def {name}(*a): pass" for name in names))
"""


def _in_calc(code: str) -> Patch:
    return _edit(("calc.py", "import json\n", f"import json\n{code}"))


PLUGIN = {"x.dist-info/METADATA": "Name: x\n", "x.dist-info/entry_points.txt": "[pytest11]\nx = x\n"}
CHEATS = {
    "nothing but tests weakened further": (_edit(("tests/test_calc.py", "assert sub(5, 3) == 2", "pass")), "PATCH_TESTS"),
    "tests deleted": (Patch.between(START, START.remove(["tests/"])), "PATCH_TESTS"),
    "a folder of tests made a file": (Patch.between(START, START.remove(["tests/"]).write({"tests": "x\n"})), "PATCH_TESTS"),
    "conftest that skips": (_write({"conftest.py": NO_TESTS}), "PATCH_TESTS"),
    "conftest that forces": (_write({"tests/conftest.py": FORCED}), "PATCH_TESTS"),
    "conftest in capitals": (_write({"CONFTEST.PY": FORCED, "tests/CONFTEST.py": FORCED}), "PATCH_TESTS"),
    "settings": (_edit(("pyproject.toml", "['tests']", "['tests']\naddopts = '--co -k nothing'")), "PATCH_TESTS"),
    "other settings": (_write({"pytest.ini": "[pytest]\naddopts = -k nothing\n", "tox.ini": "[pytest]\n"}), "PATCH_TESTS"),
    "a plug-in's metadata": (_write(PLUGIN), "PATCH_TESTS"),
    "a plug-in": (_write({**PLUGIN, "x.py": FORCED}), "FAILED"),
    "a start-up module": (_write({"sitecustomize.py": PRINTED, "usercustomize.py": PRINTED, "x.pth": "import os\n"}), "PATCH_TESTS"),
    "a pytest of its own": (_write({"pytest.py": PRINTED}), "PATCH_TESTS"),
    "a pytest package of its own": (_write({"_pytest/__init__.py": PRINTED, "pluggy/__init__.py": ""}), "PATCH_TESTS"),
    "a standard module of its own": (_write({"unittest.py": PRINTED, "tests/json.py": PRINTED}), "PATCH_TESTS"),
    "a package in the module's place": (_write({"calc/__init__.py": EQUAL}), "PATCH_TESTS"),
    "a module beside the tests": (_write({"tests/calc.py": EQUAL}), "PATCH_TESTS"),
    "a summary printed": (_in_calc(PRINTED), "FORGED"),
    "a summary printed at the end": (_in_calc(AT_EXIT), "FAILED"),
    "an exit": (_in_calc("import os\nos._exit(0)\n"), "NO_TESTS"),
    "a clean exit": (_in_calc("import sys\nsys.exit(0)\n"), "NO_TESTS"),
    "a patched runner": (_in_calc(HOOKED), "FORGED"),
    "tests that do nothing": (_in_calc(SILENT), "FORGED"),
    "tests rewritten while they load": (_in_calc(REWRITES), "FAILED"),
    "equal to everything": (_edit(("calc.py", "def sub(a, b):\n    return a - b if a > b else b - a\n", EQUAL)), "FORGED"),
}  # fmt: skip


@pytest.mark.parametrize(("patch", "code"), CHEATS.values(), ids=CHEATS)
def test_who_works_on_the_tests_is_not(sandbox: Sandbox, patch: Patch, code: str) -> None:
    """Each is unsolved, by the code that says how it was seen."""
    found = _grade(sandbox, patch)
    assert (found.solved, found.code) == (False, code), found
    assert found.detail


@pytest.mark.parametrize("name", [name for name, (_, code) in CHEATS.items() if code == "PATCH_TESTS"])
def test_what_is_restored_does_no_harm_to_who_mends(sandbox: Sandbox, name: str) -> None:
    """The same beside a real fix: the fix is paid, the rest is put back."""
    both = Patch.between(START, changed(MEND, tree=START).apply(CHEATS[name][0].apply(START)))
    assert (
        restored(TREE, both.apply(START), VALID.oracle_paths, VALID.bug.paths)[0]
        == restored(TREE, changed(MEND, tree=START).apply(START), VALID.oracle_paths, VALID.bug.paths)[0]
    )


NO_PATCHES = {
    "prose": ("I would change the sign.", "PATCH_FORM"),
    "nothing": ("", "PATCH_EMPTY"),
    "for another tree": (changed(("calc.py", "return a - b", "return b - a")).text, "PATCH_APPLY"),
    "a path that leaves": ("--- /dev/null\n+++ b/../x.py\n@@ -0,0 +1 @@\n+x\n", "PATCH_FORM"),
    "no fix": (_edit(("calc.py", "return a - b if a > b else b - a", "return b - a")).text, "FAILED"),
    "a fix that breaks another": (_edit(MEND, ("calc.py", "return a + b", "return a")).text, "FAILED"),
    "a fix without syntax": (_edit(("calc.py", "return a - b if a > b else b - a", "return a -")).text, "FAILED"),
}


@pytest.mark.parametrize(("text", "code"), NO_PATCHES.values(), ids=NO_PATCHES)
def test_a_prediction_that_is_none_has_a_code(sandbox: Sandbox, text: str, code: str) -> None:
    """Never an exception."""
    found = _grade(sandbox, text)
    assert (found.solved, found.code) == (False, code), found
    assert found.record()["code"] == code


def test_a_bug_of_order_two(sandbox: Sandbox) -> None:
    """A failed patch is part of the tree; a prediction is graded on top of it."""
    failed = _edit(("calc.py", "return a - b if a > b else b - a", "return b - a"))
    second = broken(TREE, VALID, failed)
    assert "    return b - a\n" in second.text("calc.py")
    mend = changed(("calc.py", "return b - a", "return a - b"), tree=second)
    assert _grade(sandbox, mend, failed=failed).solved
    assert _grade(sandbox, mend).code == "PATCH_APPLY"
    assert _grade(sandbox, VALID.bug.reverse(), failed=failed).code == "PATCH_APPLY"


def test_a_suite_that_does_not_end(sandbox: Sandbox) -> None:
    """Is not solved, by the report's own code."""
    endless = replace(VALID, test_script="python -c 'while True: pass'\n")
    short = SuiteLimits(script=Limits(cpu_s=1.0))
    found = now(lambda run: grade(run, TREE, endless, VALID.bug.reverse(), SPECIFIED, limits=short), sandbox)
    assert (found.solved, found.code) == (False, "SCRIPT_LIMIT")


def test_must_fail_tests_differ_where_tests_claim_something() -> None:
    """The first equality of each test's own body says something else; a test without one raises; the rest stays."""
    made = must_fail(TREE)
    assert "assert sub(5, 3) == (2, None)\n    assert sub(5, 7) == -2" in made.text("tests/test_calc.py")
    assert "self.assertEqual((10, None), shape.rim(2, 3))" in made.text("tests/test_shape.py")
    assert "raise AssertionError\n    for factor" in made.text("tests/test_calc.py")
    assert {path for path in TREE.files if made.files[path] != TREE.files[path]} == set(TESTS)


def test_a_prediction_that_leaves_no_room_for_the_tests(sandbox: Sandbox) -> None:
    """Deleting the tests and filling the tree up is no exception either."""
    full = START.remove(["tests/"])
    full = full.write({f"d/{i}": "" for i in range(MAX_FILES - len(full.files))})
    assert _grade(sandbox, Patch.between(START, full)).code == "PATCH_APPLY"


def test_modules_of_a_package_may_have_any_name() -> None:
    """What is imported as `pkg.types` stands in nobody's place, even where the tests lie inside the package; `types` does."""
    original = Workspace({"pkg/__init__.py": "", "pkg/mod.py": "", "pkg/tests/__init__.py": "", "pkg/tests/test_mod.py": "t\n"})
    new = {"pkg/types.py": "", "pkg/sub/json.py": "", "other/json.py": "", "types.py": "", "pkg.py": "", "src/pkg/__init__.py": ""}
    assert restored(original, original.write(new), ["pkg/tests/test_mod.py"], [])[1] == ("pkg.py", "src/pkg/__init__.py", "types.py")


def test_a_test_file_that_cannot_be_written_again_has_no_must_fail_version() -> None:
    """Python reads longer sums than it writes: such tests are told by nothing, and nothing falls over."""
    tree = Workspace({"tests/test_sum.py": f"def test_sum():\n    assert {'1 + ' * 2000}1 == 2001\n"})
    assert must_fail(tree) == tree


def test_a_must_fail_version_takes_no_search() -> None:
    """Of a test whose arguments Hypothesis makes, the first call fails; tests by no name count where they are known."""
    generated = "@given(x=st.integers())\ndef test_same(x):\n    assert f(x) == x\n"
    tree = Workspace({"check.py": generated})
    assert must_fail(tree) == tree
    assert "raise AssertionError\n    assert f(x) == x" in must_fail(tree, ["check.py"]).text("check.py")


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("calc.py", "code"),
        ("src/contest.py", "code"),
        ("tests/data.py", "test"),
        ("pkg/test/x.py", "test"),
        ("a_test.py", "test"),
        ("conftest.py", "configuration"),
        ("Setup.CFG", "configuration"),
        ("x.egg-info/entry_points.txt", "configuration"),
        ("README.md", "else"),
    ],
)
def test_kinds(path: str, what: str) -> None:
    assert (is_code(path), is_configuration(path)) == (what == "code", what == "configuration")


def test_what_was_there_comes_back_as_it_was() -> None:
    """Restored are content and mode, of files changed and of files removed; a code file is left as it is, wherever it lies."""
    original = Workspace({"pkg/mod.py": "x\n", "pkg/test_mod.py": File(b"t\n", executable=True)})
    original = original.write({"tests/check.py": "c\n", "setup.cfg": ""})
    mine = {"tests/check.py": "d\n", "pkg/new.py": "", "pkg/mod.py": "y\n"}
    after = original.remove(["pkg/test_mod.py"]).write({"setup.cfg": "[x]\n", **mine})
    tree, back = restored(original, after, ["pkg/test_mod.py"], ["tests/check.py"])
    assert tree == original.write(mine)
    assert back == ("pkg/test_mod.py", "setup.cfg")
