"""Mutants in the text: each operator by what it writes, and nothing else touched."""

from __future__ import annotations

import ast
import difflib
from pathlib import Path
from random import Random

import pytest
from axion_zoo.selfplay.bug_repair import module
from axion_zoo.shared.mutation import MISTAKES, OPERATORS, TEXTBOOK, Source, edits, mutants
from hypothesis import given
from hypothesis import strategies as st

FUNCTION = '''def f(a, b=1, *, c="x"):
    """Docstring with 5 and == in it."""
    n = len(a)  # how many
    for i in range(n):
        if a[i] == b and not c:  # 1 == 1
            n += i - 1
        elif i in (3, 4):
            continue
        else:
            a = g(a, b)
    return a[1:]
'''


def _changed(source: str, operator: str) -> list[tuple[list[str], list[str]]]:
    """The lines each mutant by an operator takes away, and those it puts in."""
    found = []
    for mutant in mutants(source, (operator,)):
        lines = list(difflib.ndiff(source.splitlines(), mutant.source.splitlines()))
        found.append(([line[2:].strip() for line in lines if line[0] == "-"], [line[2:].strip() for line in lines if line[0] == "+"]))
    return found


@pytest.mark.parametrize(
    ("operator", "before", "after"),
    [
        ("comparison", ["if a[i] == b and not c:  # 1 == 1"], ["if a[i] != b and not c:  # 1 == 1"]),
        ("comparison", ["elif i in (3, 4):"], ["elif i not in (3, 4):"]),
        ("arithmetic", ["n += i - 1"], ["n -= i - 1"]),
        ("arithmetic", ["n += i - 1"], ["n += i + 1"]),
        ("constant", ['def f(a, b=1, *, c="x"):'], ['def f(a, b=1, *, c="xx"):']),
        ("constant", ["return a[1:]"], ["return a[0:]"]),
        ("boolean", ["if a[i] == b and not c:  # 1 == 1"], ["if a[i] == b or not c:  # 1 == 1"]),
        ("boolean", ["if a[i] == b and not c:  # 1 == 1"], ["if a[i] == b and c:  # 1 == 1"]),
        ("condition", ["if a[i] == b and not c:  # 1 == 1"], ["if not (a[i] == b and not c):  # 1 == 1"]),
        ("slice", ["return a[1:]"], ["return a[1 + 1:]"]),
        ("return", ["return a[1:]"], ["return None"]),
        ("call", ["n = len(a)  # how many"], ["n = a  # how many"]),
        ("statement", ["n = len(a)  # how many"], []),
        ("statement", ["n += i - 1"], ["pass"]),
        ("loop", ["continue"], ["break"]),
        ("off_by_one", ["for i in range(n):"], ["for i in range(n - 1):"]),
        ("off_by_one", ["if a[i] == b and not c:  # 1 == 1"], ["if a[i + 1] == b and not c:  # 1 == 1"]),
        ("off_by_one", ["n += i - 1"], ["n += i"]),
        ("branch", ["elif i in (3, 4):", "continue"], []),
        ("branch", ["else:", "a = g(a, b)"], []),
        ("branch", ["if a[i] == b and not c:  # 1 == 1", "n += i - 1", "elif i in (3, 4):"], ["if i in (3, 4):"]),
        ("arguments", ["a = g(a, b)"], ["a = g(b, a)"]),
        ("default", ['def f(a, b=1, *, c="x"):'], ['def f(a, b=2, *, c="x"):']),
        ("default", ['def f(a, b=1, *, c="x"):'], ['def f(a, b=1, *, c=None):']),
        ("variable", ["n = len(a)  # how many"], ["n = len(b)  # how many"]),
    ],
)  # fmt: skip
def test_operators_by_what_they_write(operator: str, before: list[str], after: list[str]) -> None:
    """Comments, quotes and brackets of the line are still there."""
    assert (before, after) in _changed(FUNCTION, operator)


def test_branches() -> None:
    """A guard goes with its body; of an `if` with an `else`, either body goes."""
    guard = "def f(x):\n    if x:\n        return 1\n    return 2\n"
    assert [m.source for m in mutants(guard, ("branch",))] == ["def f(x):\n    return 2\n"]
    both = "if x is y:\n    # first\n    a = 1\nelse:\n    # second\n    a = 2\n"
    assert {m.source for m in mutants(both, ("branch",))} == {
        "if x is y:\n    # first\n    a = 1\n",
        "if not x is y:\n    # first\n    a = 2\n",
    }


def test_returns() -> None:
    """Two returns change places; the one after a loop goes into it."""
    source = "def f(xs):\n    for x in xs:\n        if x:\n            return x + 1\n\n    return None\n"
    (swapped,) = mutants(source, ("swapped_return",))
    assert swapped.source == "def f(xs):\n    for x in xs:\n        if x:\n            return None\n\n    return x + 1\n"
    (early,) = mutants(source, ("early_return",))
    assert early.source == "def f(xs):\n    for x in xs:\n        if x:\n            return x + 1\n\n        return None\n"


@pytest.mark.parametrize(
    ("source", "operator", "after"),
    [
        ("x = (a + b) * c\n", "arithmetic", {"x = (a - b) * c\n", "x = (a + b) + c\n"}),
        ("x = a * b * c\n", "arithmetic", {"x = a * b + c\n", "x = (a + b) * c\n"}),
        ("x = -f(a + b)\n", "call", {"x = -(a + b)\n"}),
        ("x = (a  # one +\n     + b)\n", "arithmetic", {"x = (a  # one +\n     - b)\n"}),
        ("x = a not  in b\n", "comparison", {"x = a in b\n"}),
        ("x = a and b and c\n", "boolean", {"x = a or b or c\n"}),
        ("x = f(v for v in w)\n", "call", {"x = (v for v in w)\n"}),
        ("x = 'ä' + y\n", "arithmetic", {"x = 'ä' - y\n"}),
        ("x = [v for v in w if v]\n", "condition", {"x = [v for v in w if not v]\n"}),
        ("while a or b: f()\n", "condition", {"while not (a or b): f()\n"}),
        ("f(); g()\n", "statement", {"pass; g()\n", "f(); pass\n"}),
        ("x = f'{a + b}' + c\n", "arithmetic", {"x = f'{a + b}' - c\n"}),
    ],
)
def test_spans(source: str, operator: str, after: set[str]) -> None:
    """Brackets come where another tree would be read without them, and nowhere else."""
    assert {mutant.source for mutant in mutants(source, (operator,))} == after


def test_annotations_and_docstrings_stay() -> None:
    """They are not what a program does."""
    source = 'def f(x: "int" = y) -> "str":\n    """Five, 5."""\n    v: tuple[1] = x\n'
    assert [m for m in mutants(source, tuple(TEXTBOOK)) if '-> "str"' not in m.source or '"""Five, 5."""' not in m.source] == []
    assert [m for m in mutants(source, tuple(TEXTBOOK)) if "v: tuple[1]" not in m.source] == []


def test_line_ends_stay() -> None:
    """Of files from another system, with form feeds, and without an end of the last line."""
    for source in ("def f(x):\r\n    y = x + 1\r\n    return y\r\n", "x = 1 + 2\n\x0c\ny = 3", "x = 1 + 2"):
        for mutant in mutants(source, tuple(OPERATORS)):
            assert mutant.source.count("\r\n") >= source.count("\r\n") - 1
            assert mutant.source.endswith("\n") == source.endswith("\n") or mutant.operator == "statement"
            assert "\x0c" not in source or "\x0c" in mutant.source


def test_no_mutant_warns() -> None:
    """What Python says about a program, or about a change of it, is not said to who mutates it."""
    source = 'x = "\\d" == y\nz = 1 is y\n'
    assert len(list(mutants(source, tuple(OPERATORS)))) > 3


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_mutant_is_another_program(operator: str) -> None:
    """It is read, as no other of the same operator is and as the original is not."""
    source = module.workspace("wrapping").text("wrapping.py")
    trees = [ast.dump(ast.parse(mutant.source)) for mutant in mutants(source, (operator,))]
    assert trees
    assert len({*trees, ast.dump(ast.parse(source))}) == len(trees) + 1


@given(st.sampled_from(module.names()), st.randoms(use_true_random=False))
def test_edits_touch_their_span_alone(name: str, random: Random) -> None:
    """What is before it and after it stays byte for byte."""
    source = module.workspace(name).text(f"{name}.py")
    program = Source(source)
    _, edit = random.choice(list(edits(program)))
    text = program.put(edit)
    assert text is None or (text.startswith(source[: edit.start]) and text.endswith(source[edit.end :]))


def test_every_operator_is_at_home_somewhere() -> None:
    """The modules of the project have places for each: none is dead."""
    found = {operator for name in module.names() for operator, _ in edits(Source(module.workspace(name).text(f"{name}.py")))}
    assert found == set(OPERATORS)
    assert set(OPERATORS) == {*TEXTBOOK, *MISTAKES}
    assert not set(TEXTBOOK) & set(MISTAKES)


def test_own_library_can_be_mutated() -> None:
    """Nothing in a hundred files of this project is read wrongly: what stands at a node's place is the node."""
    for path in sorted(Path(__file__).parents[3].joinpath("axion_env").rglob("*.py")):
        source = Source(path.read_text(encoding="utf-8"))
        for site in source.sites():
            if isinstance(site.node, ast.Name):
                assert source.of(site.node) == site.node.id
