"""What goes with a bug that a rule made: the tests that notice it taken out, so that the way back is the solver's specification."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from axion_env import Patch
from axion_env.sandbox import Workspace
from axion_zoo.selfplay.bug_repair.injector.tree import programs, written
from axion_zoo.selfplay.bug_repair.suite import Artifact, standard
from axion_zoo.shared.mutation import Edit, Source

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def artifact_of(original: Workspace, bug: Patch, tests: Sequence[str], failing: Iterable[str]) -> Artifact:
    """A complete artifact around a bug.

    Args:
        original: The tree.
        bug: The patch that plants it.
        tests: Paths of the test files to run.
        failing: Ids of the tests that fail with it, as pytest writes them.
    """
    return standard(tests, bug, weaken(original, failing))


def weaken(workspace: Workspace, failing: Iterable[str]) -> Patch:
    """The patch that takes failing tests out of their files.

    A parametrized test goes as a whole, a class with its last test, and a test whose name the rest of its file uses, or that is all
    its file has, stays without its body. What is not found stays (of a test made by a call, or inherited from another file):
    hiding every failure is not required.

    Args:
        workspace: The tree.
        failing: Ids of tests: `tests/test_a.py::TestB::test_c[1-2]`.
    """
    wanted: dict[str, dict[tuple[str, ...], None]] = {}
    for name in failing:
        path, *names = name.split("[", 1)[0].split("::")
        wanted.setdefault(path, {})[tuple(names)] = None
    sources = programs(workspace, sorted(wanted))
    return Patch.between(workspace, written(workspace, {path: _weakened(sources[path], wanted[path]) for path in sources}))


def _weakened(source: Source, wanted: Iterable[tuple[str, ...]]) -> str:
    for names in sorted(wanted):
        node, block = _found(source.tree, names)
        if isinstance(node, _Function):
            source = Source(_without(source, node, block))
    return source.text


def _without(source: Source, node: _Function, block: Sequence[ast.stmt]) -> str:
    """The text without a test; without what it does, where the text cannot do without its name."""
    holder = _class_of(source.tree, node)
    gone = holder if holder is not None and len(block) == 1 else node
    if _tests(source.tree) > 1 and not _is_used(source.tree, gone):
        text = source.put(Edit(*source.stretch(gone), ""))
        if text is not None:
            return text
    body = node.body[1:] if ast.get_docstring(node) is not None and len(node.body) > 1 else node.body
    return source.put(Edit(source.span(body[0])[0], source.span(body[-1])[1], "pass")) or source.text


def _found(tree: ast.Module, names: Sequence[str]) -> tuple[ast.AST | None, Sequence[ast.stmt]]:
    """The statement of a test, and the block it stands in; a method may be one of a base class of the same file."""
    node: ast.AST | None = None
    block: Sequence[ast.stmt] | None = None
    blocks: list[list[ast.stmt]] = [tree.body]
    for name in names:
        block = next((body for body in blocks if _named(body, name)), None)
        if block is None:
            return None, ()
        node = _named(block, name)
        blocks = [base.body for base in _line(tree, node)]
    return node, block or ()


def _line(tree: ast.Module, node: ast.AST | None) -> Iterator[ast.ClassDef]:
    """A class, its first base that this file defines, and so on."""
    for _ in range(10):  # a circle of names is no program that runs
        if not isinstance(node, ast.ClassDef):
            return
        yield node
        bases = [_named(tree.body, base.id) for base in node.bases if isinstance(base, ast.Name)]
        node = next((base for base in bases if base is not None), None)


def _named(block: Sequence[ast.stmt], name: str) -> ast.stmt | None:
    """The last statement of a block that defines a name: the one that counts."""
    return next((s for s in reversed(block) if isinstance(s, _Function | ast.ClassDef) and s.name == name), None)


def _class_of(tree: ast.Module, node: ast.stmt) -> ast.ClassDef | None:
    return next((top for top in tree.body if isinstance(top, ast.ClassDef) and node in top.body), None)


def _tests(tree: ast.Module) -> int:
    return sum(isinstance(node, _Function) and node.name.startswith("test") for node in ast.walk(tree))


def _is_used(tree: ast.Module, node: _Function | ast.ClassDef) -> bool:
    """Whether anything outside a definition reads its name."""
    inside = {id(inner) for inner in ast.walk(node)}
    outside = (other for other in ast.walk(tree) if id(other) not in inside)
    return any(node.name in (getattr(other, "id", None), getattr(other, "attr", None)) for other in outside)
