"""Mutants of a program: one small change each, to see whether tests notice. A test suite that does not is not one.

The operators are those of the mutation testing literature (DeMillo, Lipton and Sayward, "Hints on Test Data Selection", 1978), by name:

| operator | change |
|---|---|
| comparison | `<` and `<=`, `>` and `>=`, `==` and `!=`, `in` and `not in`, `is` and `is not` |
| arithmetic | `+` and `-`, `*` and `+`, `/` and `//`, `//` and `*`, `%` and `*`, `**` and `*`, `+=` and `-=` |
| constant | a number plus and minus one, a string emptied or lengthened, True and False |
| boolean | `and` and `or`; `not x` becomes `x` |
| condition | the test of an `if` or `while`, of a filter or of a choice, negated |
| slice | a bound of a slice plus one |
| return | `return x` becomes `return` of None, 0, "" or [] |
| call | `f(x)` and `x.f()` become `x` |
| statement | an assignment or a call as a statement, left out |
| loop | `break` and `continue` |
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn,
    ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
}  # fmt: skip


class Mutant(NamedTuple):
    """A program with one change."""

    operator: str
    line: int
    before: str
    after: str
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a program, in the order of its text, none twice. Annotations and docstrings are left alone."""
    tree = ast.parse(source)
    known = {ast.unparse(tree)}
    for parent, name, index, node in _places(tree):
        for operator, other in _changes(node):
            _put(parent, name, index, other)
            text = ast.unparse(ast.fix_missing_locations(tree))
            _put(parent, name, index, node)
            if text not in known:
                known.add(text)
                yield Mutant(operator, getattr(node, "lineno", 0), ast.unparse(node), ast.unparse(other), text)


def _places(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Every node with where it stands."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns"):
            continue
        for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST) and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
                yield tree, name, index, node
                yield from _places(node)


def _put(parent: ast.AST, name: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, name, node)
    else:
        getattr(parent, name)[index] = node


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Compare():
            for i, op in enumerate(node.ops):
                if type(op) in _COMPARED:
                    yield "comparison", _with(node, ops=[*node.ops[:i], _COMPARED[type(op)](), *node.ops[i + 1 :]])
        case ast.BinOp() | ast.AugAssign() if type(node.op) in _COUNTED:
            yield "arithmetic", _with(node, op=_COUNTED[type(node.op)]())
        case ast.Constant():
            for value in _other(node.value):
                yield "constant", ast.Constant(value)
        case ast.BoolOp():
            yield "boolean", _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.Not()):
            yield "boolean", node.operand
        case ast.If() | ast.While() | ast.IfExp():
            yield "condition", _with(node, test=ast.UnaryOp(ast.Not(), node.test))
        case ast.comprehension() if node.ifs:
            yield "condition", _with(node, ifs=[ast.UnaryOp(ast.Not(), node.ifs[0]), *node.ifs[1:]])
        case ast.Slice():
            for bound in ("lower", "upper"):
                value = getattr(node, bound)
                if value is not None:
                    yield "slice", _with(node, **{bound: ast.BinOp(value, ast.Add(), ast.Constant(1))})
        case ast.Return() if node.value is not None:
            for other in (ast.Constant(None), ast.Constant(0), ast.Constant(""), ast.List([], ast.Load())):
                yield "return", ast.Return(other)
        case ast.Call(args=[only], keywords=[]) if not isinstance(only, ast.Starred):
            yield "call", only
        case ast.Call(func=ast.Attribute(value=receiver), args=[], keywords=[]):
            yield "call", receiver
        case ast.Break() | ast.Continue():
            yield "loop", ast.Continue() if isinstance(node, ast.Break) else ast.Break()
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr):
        yield "statement", ast.Pass()


def _other(value: object) -> tuple[Any, ...]:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int | float):
        return (value + 1, value - 1)
    return ((value + "x", "") if value else ("x",)) if isinstance(value, str) else ()


def _with(node: ast.AST, **fields: Any) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed
