"""Every gate rejects what it is there for, alone."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from axion_zoo.selfplay.bug_repair.gate import GATES, Thresholds, Validation, comments, impure_change, validate
from axion_zoo.selfplay.bug_repair.suite import STANDARD_PARSER, Artifact, Run, now

from axion_env import Patch
from axion_env.sandbox import Job, JobResult, Sandbox, Workspace
from tests.zoo.selfplay.bug_repair.gate.planted import PLANTED, SUB, TREE, VALID, Planted, changed


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(slots=2) as sandbox:
        yield sandbox


_SEEN: dict[tuple[bytes, str], JobResult] = {}


def _validate(sandbox: Sandbox, artifact: Artifact, gates: Thresholds) -> Validation:
    def remembering(run: Run) -> Run:
        """The same job in the same tree is run once for all of these tests: most artifacts share most of theirs."""

        async def remembered(job: Job, *, workspace: Workspace | None = None) -> JobResult:
            asked = job.payload(), (workspace or Workspace()).id
            if asked not in _SEEN:
                _SEEN[asked] = await run(job, workspace=workspace)
            return _SEEN[asked]

        return remembered

    return now(lambda run: validate(remembering(run), TREE, artifact, gates), sandbox)


def test_a_valid_artifact_passes_all(sandbox: Sandbox) -> None:
    """In the paper's order, and every specified test is told; all of it is facts."""
    found = _validate(sandbox, VALID, Thresholds())
    assert found.valid, found
    assert [gate.name for gate in found.gates] == list(GATES)
    assert found.fail_to_pass == ("tests/test_calc.py::test_sub",)
    assert len(found.pass_to_pass) == 8
    assert found.record()["gates"][0] == {"name": "form", "passed": True}
    assert found.record()["workspaces"]["buggy"] == VALID.bug.apply(TREE).id


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED)
def test_one_gate_alone_rejects_it(sandbox: Sandbox, planted: Planted) -> None:
    """All gates before let it pass, and with that gate off or its threshold relaxed, all behind do too."""
    gates = Thresholds(**{"regrades": 1, **planted.thresholds})
    found = _validate(sandbox, planted.artifact, gates)
    names = list(GATES)
    assert [gate.name for gate in found.gates] == names[: names.index(planted.gate) + 1]
    assert found.code == planted.code, found
    assert _validate(sandbox, planted.artifact, replace(gates, off=(planted.gate,))).valid


def _patch(text: str) -> Artifact:
    return replace(VALID, bug_inject=text)


_NEW_TEST = "--- /dev/null\n+++ b/tests/test_x.py\n@@ -0,0 +1 @@\n+def test_x(): assert 0\n"
_FOLDER = Patch.between(TREE, TREE.remove(["calc.py"]).write({"calc.py/it.py": "x = 1\n"})).text
_BY_SEED = STANDARD_PARSER.replace("print(", "tests[str(hash('x'))] = 'failed'\nprint(")
_TOO_WEAK = (("tests/test_calc.py", "sub(5, 3) == 2", "sub(5, 3)"), ("tests/test_name.py", '"AL"', '"BL"'))
_MORE = {
    "no patch": ("form", "PATCH", _patch("sorry\n")),
    "no bug": ("form", "EMPTY_PATCH", _patch("")),
    "a folder in a file's place": ("inverse", "PATCH", _patch(_FOLDER)),
    "no parser": ("form", "EMPTY_FILE", replace(VALID, test_parser="\n")),
    "no such test file": ("files", "MISSING_FILE", replace(VALID, test_files=VALID.test_files + "tests/test_none.py")),
    "a path that leaves": ("files", "MISSING_FILE", replace(VALID, test_files=VALID.test_files + "../tests/test_calc.py")),
    "code that would be restored": ("files", "NOT_A_TEST", replace(VALID, test_files=VALID.test_files + "calc.py")),
    "a parser that raises": ("parser", "PARSER_ERROR", replace(VALID, test_parser="raise SystemExit(1)\n")),
    "a parser that answers prose": ("parser", "PARSER_ANSWER", replace(VALID, test_parser="print('all passed')\n")),
    "a parser by hash seed": ("parser", "PARSER_UNSTABLE", replace(VALID, test_parser=_BY_SEED)),
    "a script that is none": ("script", "NO_TESTS", replace(VALID, test_script="python -c pass\n")),
    "a bug in a test": ("scope", "BUG_NOT_CODE", replace(VALID, bug_inject=VALID.bug_inject + _NEW_TEST)),
    "a bug in the settings": ("scope", "BUG_NOT_CODE", _patch("--- /dev/null\n+++ b/conftest.py\n@@ -0,0 +1 @@\n+x = 1\n")),
    "a bug of another tree": ("bug", "PATCH", _patch(VALID.bug.reverse().text)),
    "no bug to see": ("bug", "FEW_FAILING", _patch(changed(("calc.py", "return a + b", "return b + a")).text)),
    "a weakening that breaks": ("weaken", "WEAKEN_BREAKS", replace(VALID, test_weaken=changed(*_TOO_WEAK).text)),
}


@pytest.mark.parametrize(("gate", "code", "artifact"), _MORE.values(), ids=_MORE)
def test_other_failures_have_names_too(sandbox: Sandbox, gate: str, code: str, artifact: Artifact) -> None:
    """What fails is the gate that is there for it, never an exception."""
    found = _validate(sandbox, artifact, Thresholds(regrades=1))
    assert (found.gates[-1].name, found.code) == (gate, code), found
    assert found.gates[-1].detail
    assert found.fail_to_pass == found.pass_to_pass == ()


def test_with_all_gates_off_there_is_still_no_exception(sandbox: Sandbox) -> None:
    """What cannot be told without one of them is a failure of its own."""
    for artifact in (_patch("sorry\n"), replace(VALID, test_weaken=VALID.bug_inject), replace(VALID, test_script="")):
        found = _validate(sandbox, artifact, Thresholds(off=tuple(GATES)))
        assert [gate.name for gate in found.gates] == ["tests"]
        assert not found.valid
    assert _validate(sandbox, VALID, Thresholds(off=tuple(GATES))).valid


def test_a_name_that_goes_on_for_ever_is_looked_at() -> None:
    """Deep expressions end neither the look nor the play."""
    before = Workspace({"a.py": "import os\nx = 1\n"})
    for deep in ("os" + ".a" * 900, "-" * 5000 + "1", "(" * 150 + "os.urandom" + ")" * 150):
        after = Workspace({"a.py": f"import os\nx = {deep}\n"})
        assert {kind for kind, _ in impure_change(before, after)} == ({"CHANCE"} if "urandom" in deep else set())


def test_every_gate_has_one() -> None:
    """A gate without a planted artifact would be one that nothing tests."""
    assert {planted.gate for planted in PLANTED.values()} == set(GATES)


_TEXTS = tuple(zlib.crc32(tree.files["calc.py"].data) for tree in (TREE, VALID.bug.apply(TREE), VALID.weaken.apply(VALID.bug.apply(TREE))))
_TOLD = f"zlib.crc32(open('calc.py', 'rb').read()) in {_TEXTS}"
_RUN = f"pytest.main(['-rA', '-p', 'no:cacheprovider', 'tests', *([] if {_TOLD} else ['--deselect=tests/test_calc.py::test_sub'])])"
BY_ITS_TEXT = f'python -c "import sys, zlib, pytest; sys.exit({_RUN})"\n'


def test_a_verdict_by_the_text_of_the_code(sandbox: Sandbox) -> None:
    """The paper's example of a coin that survives regrades: seeded by a hash of the code. A comment more, and it falls anew."""
    artifact = replace(VALID, test_script=BY_ITS_TEXT)
    assert _validate(sandbox, artifact, Thresholds(regrades=1)).code == "UNSTABLE"
    assert _validate(sandbox, artifact, Thresholds(regrades=1, off=("stable",))).code == "IMPURE_SOURCE"


@pytest.mark.parametrize("coin", ["random.random() < 0.5", "random.SystemRandom().random() < 0.5"])
def test_a_coin_is_never_valid(sandbox: Sandbox, coin: str) -> None:
    """Whichever way it falls: by its verdict, or by its name."""
    toss = ("calc.py", "    return a * b", f"    return a * b if {coin} else 0")
    artifact = replace(VALID, bug_inject=changed(SUB, ("calc.py", "import json\n", "import json\nimport random\n"), toss).text)
    assert _validate(sandbox, artifact, Thresholds()).code in ("UNSTABLE", "IMPURE_CHANCE", "WEAKEN_BREAKS")


REMARKS = {
    "# the sign is not yet right": None,
    "# note: see above": None,
    "# one/two": None,
    "# type: ignore": None,
    "# was previously -": "HINT",
    "# FIX ME": "HINT",
    "# mutated": "HINT",
    "# x = 1": "CODE",
    "# if x > 1:": "CODE",
    "# else:": "CODE",
    "# return a-b": "ORIGINAL",
    "# old: return a - b": "ORIGINAL",
}


@pytest.mark.parametrize(("remark", "kind"), REMARKS.items())
def test_comments(remark: str, kind: str | None) -> None:
    """Prose passes; hints, code and what was removed do not."""
    after = changed(("calc.py", "    return a - b", f"    {remark}\n    return b - a")).apply(TREE)
    assert [found for found, _ in comments(TREE, after)] == ([kind] if kind else [])


def test_a_comment_that_moves_is_none_that_is_added() -> None:
    """Code indented anew takes its remarks along; one that was there already says nothing about the bug."""
    moved = ("calc.py", "    # repeated addition\n    return a * b", "    if a:\n        # repeated addition\n        return a * b")
    assert list(comments(TREE, changed(moved).apply(TREE))) == []
    string = Workspace({"a.py": 'def f():\n    """Give f(1)."""\n    return 1\n'})
    after = Workspace({"a.py": 'class A:\n    def f():\n        """Give f(1)."""\n        return 2\n'})
    assert list(comments(string, after)) == []


def test_a_module_of_the_project_itself_is_no_chance() -> None:
    """Whatever it is called: `from .random import …` is not the standard library's."""
    before = Workspace({"a/b.py": "x = 1\n"})
    assert list(impure_change(before, before.write({"a/b.py": "from .random import walk\n\nx = walk()\n"}))) == []
    assert [kind for kind, _ in impure_change(before, before.write({"a/b.py": "from random import walk\n\nx = 1\n"}))] == ["CHANCE"]


IMPURE = {
    "time.time()": "CLOCK",
    "datetime.datetime.now()": "CLOCK",
    "draw()": "CHANCE",
    "os.urandom(1)": "CHANCE",
    "hash('x')": "CHANCE",
    "open(__file__)": "SOURCE",
    "sub.__code__": "SOURCE",
    "sys.modules": "HIDDEN",
    "eval('1')": "HIDDEN",
    "a.time": None,
    "datetime.date(2020, 1, 1)": None,
    "sys.maxsize": None,
}


@pytest.mark.parametrize(("expression", "kind"), IMPURE.items())
def test_impure(expression: str, kind: str | None) -> None:
    """Names are followed through imports that were there already; only what is added is looked at."""
    head = "import datetime, os, sys, time\nfrom random import random as draw\nx = draw()\n"
    before = Workspace({"a.py": f"{head}y = 1\n"})
    after = Workspace({"a.py": f"{head}y = {expression}\n"})
    assert {found for found, _ in impure_change(before, after)} == ({kind} if kind else set())
    assert list(impure_change(after, after.write({"a.py": f"{head}y = [{expression}]\n"}))) == []
