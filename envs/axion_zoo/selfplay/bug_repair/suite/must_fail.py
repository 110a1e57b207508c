"""The must-fail version of a test suite: the second line, since tests have to run beside the candidate.

The channel of the paper's protocol is standard output, written by the process that imports the code under test. Such code can print a
summary of its own and exit, patch pytest, make every assertion hold, or return objects that equal everything, and all of that reads as
"passed". So what is reported as passed is run once more with the same tests made false. Honest code fails all of them; whoever passes has
not been tested.

    assert f(2) == 4        →  assert f(2) == (4, None)          the first such line of the test's own body
    self.assertEqual(a, b)  →  self.assertEqual(a, (b, None))
    any other test          →  raises AssertionError at once

What remains: a candidate that reads the test files and recognizes this version, say by comparing them with the text that it was shown,
passes both. It has to be written against this file; no cheat that is blind to it, however deep in the process, gets by.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import lru_cache

from axion_env.sandbox import Workspace
from axion_zoo.selfplay.bug_repair.suite.kind import parsed, python_tests
from axion_zoo.selfplay.bug_repair.suite.run import SuiteLimits

_EQUALITIES = frozenset({"assertEqual", "assertEquals", "assertListEqual", "assertDictEqual", "assertCountEqual"})


def must_fail(workspace: Workspace, known: Collection[str] = ()) -> Workspace:
    """The tree with every test made false, in test files by their names and in those `known` to be."""
    made = {path: text for path in python_tests(workspace, known) if (text := _falsified(workspace.text(path))) is not None}
    return workspace.write(made)


def roomy(limits: SuiteLimits) -> SuiteLimits:
    """What a run of the must-fail version may use: a suite that fails throughout has more to say."""
    script = limits.script
    output = min(8 * script.output_bytes, script.disk_mib << 20)
    return replace(limits, script=replace(script, cpu_s=2 * script.cpu_s, output_bytes=max(output, script.output_bytes)))


@lru_cache(maxsize=256)
def _falsified(source: str) -> str | None:
    """The source of a test file with its tests made false; None: it has none, or is no Python that can be written again.

    Every attempt at a tree is graded by the same test files: without the memory their must-fail versions cost as much as half a run.
    """
    tree = parsed(source)
    tests = list(_tests(tree)) if tree else []
    for test in tests:
        if _generated(test) or not any(_make_false(statement) for statement in test.body):
            test.body.insert(0, ast.Raise(exc=ast.Name("AssertionError", ast.Load())))
    try:
        return ast.unparse(ast.fix_missing_locations(tree)) if tree and tests else None
    except RecursionError:  # Python reads expressions that are longer than it can write
        return None


def _tests(node: ast.Module | ast.ClassDef) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The test functions and methods of a file or class, those inside an `if` or a `try` too."""
    pending: list[ast.AST] = [node]
    while pending:
        for child in ast.iter_child_nodes(pending.pop()):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                if child.name.startswith("test"):
                    yield child
            elif isinstance(child, ast.stmt | ast.ExceptHandler):
                pending.append(child)


def _generated(test: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether Hypothesis makes its arguments: it would look long for the smallest ones with which a false claim fails."""
    return any(getattr(node, "id", getattr(node, "attr", "")) == "given" for mark in test.decorator_list for node in ast.walk(mark))


def _make_false(statement: ast.stmt) -> bool:
    """Make a statement that claims an equality claim another; whether it is such a one."""
    if isinstance(statement, ast.Assert) and isinstance(statement.test, ast.Compare):
        compare = statement.test
        if len(compare.ops) != 1 or not isinstance(compare.ops[0], ast.Eq):
            return False
        if _literal(compare.left):  # 4 == f(2): what must stay bare is the side that the candidate made
            compare.left = _other(compare.left)
        else:
            compare.comparators = [_other(compare.comparators[0])]
        return True
    call = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in _EQUALITIES and len(call.args) >= 2:
        side = 0 if _literal(call.args[0]) else 1
        call.args[side] = _other(call.args[side])
        return True
    return False


def _literal(node: ast.expr) -> bool:
    return not any(isinstance(inner, ast.Call | ast.Name) for inner in ast.walk(node))


def _other(node: ast.expr) -> ast.expr:
    """A value that differs from any that the test means."""
    return ast.Tuple([node, ast.Constant(None)], ast.Load())
