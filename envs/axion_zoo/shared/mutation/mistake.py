"""Mistakes that people make and the textbook's operators do not: off by one, a branch forgotten, arguments swapped, the wrong name."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Sequence
from functools import lru_cache

from axion_zoo.shared.mutation.source import Edit, Site, Source
from axion_zoo.shared.mutation.textbook import negated, others, whole, without

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_OWN = ("self", "cls")


def off_by_one(source: Source, site: Site) -> Iterator[Edit]:
    """The end of a range, a length or an index one more or less; a step of one forgotten."""
    match site.node:
        case ast.Call(func=ast.Name(id="range"), args=[*_, end]) if not isinstance(end, ast.Starred):
            yield from _beside(source, end)
        case ast.Call(func=ast.Name(id="len"), args=[_]):
            yield from _beside(source, site.node)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=ast.Constant(value=1)):
            yield whole(source, site.node, source.of(left))
        case ast.Subscript(slice=ast.Name(id=name) as index) if site.function and name in _counters(site.function):
            yield from _beside(source, index)


def branch(source: Source, site: Site) -> Iterator[Edit]:
    """A branch of an `if` left out, with its condition."""
    node = site.node
    if not isinstance(node, ast.If):
        return
    start, end = source.span(node)
    following = source.span(node.orelse[0])[0] if node.orelse else end
    more = source.text.startswith("elif", following)
    word = source.find(r"^\s*else\s*:", source.span(node.body[-1])[1], following) if node.orelse and not more else None
    if source.text.startswith("elif", start):
        yield _lines(source, start, source.span(node.body[-1])[1])
    elif not node.orelse:
        yield without(source, node, site)
    elif more:
        yield Edit(start, following + 2, "")  # the `el` of it: the next condition comes first
    else:
        head = negated(source, node.test) + source.text[source.span(node.test)[1] : source.span(node.body[0])[0]]
        yield Edit(source.span(node.test)[0], following, head)  # the `if` turned round, with the body of its `else`
    if word is not None:
        yield _lines(source, word[1], end)


def arguments(source: Source, site: Site) -> Iterator[Edit]:
    """Two arguments of a call that stand side by side, swapped."""
    if isinstance(site.node, ast.Call) and not any(isinstance(a, ast.Starred) for a in site.node.args):
        for left, right in zip(site.node.args, site.node.args[1:], strict=False):
            yield _swapped(source, left, right)


def default(source: Source, site: Site) -> Iterator[Edit]:
    """A wrong default value."""
    if isinstance(site.node, ast.arguments):
        for value in (*site.node.defaults, *site.node.kw_defaults):
            if value is not None:
                texts = others(source, value) if isinstance(value, ast.Constant) else ()
                yield from (whole(source, value, text) for text in (*texts, "None"))


def variable(source: Source, site: Site) -> Iterator[Edit]:
    """Another name of the same function, which is bound on a line above."""
    node = site.node
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and site.function is not None:
        bound = _bound(site.function)
        if node.id in bound:
            for name, line in bound.items():
                if name != node.id and line < node.lineno:
                    yield whole(source, node, name)


def swapped_return(source: Source, site: Site) -> Iterator[Edit]:
    """What two returns of a function give, swapped."""
    if isinstance(site.node, _Function):
        found = [n for n in _within(site.node.body) if isinstance(n, ast.Return) and n.value is not None]
        found.sort(key=lambda n: (n.lineno, n.col_offset))
        for left, right in itertools.pairwise(found):
            if left.value is not None and right.value is not None:
                yield _swapped(source, left.value, right.value)


def early_return(source: Source, site: Site) -> Iterator[Edit]:
    """The return after a loop, put into it."""
    node = site.node
    after = next((b for a, b in zip(site.block, site.block[1:], strict=False) if a is node), None)
    if isinstance(node, ast.For | ast.While) and not node.orelse and isinstance(after, ast.Return) and after.lineno == after.end_lineno:
        line, start = source.line(source.span(after)[0])[0], source.span(after)[0]
        inside = source.span(node.body[-1])[0]
        yield Edit(line, start, source.text[source.line(inside)[0] : inside])  # its indentation


def _lines(source: Source, start: int, end: int) -> Edit:
    """Leaves out the lines from the one with `start` to the one with `end`."""
    return Edit(source.line(start)[0], source.line(end)[1], "")


def _beside(source: Source, node: ast.expr) -> Iterator[Edit]:
    for sign in "-+":
        yield whole(source, node, f"{source.of(node)} {sign} 1")


def _swapped(source: Source, left: ast.AST, right: ast.AST) -> Edit:
    (start, left_end), (right_start, end) = source.span(left), source.span(right)
    return Edit(start, end, source.of(right) + source.text[left_end:right_start] + source.of(left))


def _within(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """The nodes of a function's body that are not another's."""
    pending: list[ast.AST] = list(body)
    while pending:
        node = pending.pop()
        if not isinstance(node, _SCOPES):
            yield node
            pending.extend(ast.iter_child_nodes(node))


@lru_cache(maxsize=256)
def _bound(function: _Function) -> dict[str, int]:
    """The names a function binds, each with the first line that does, in the order of these; parameters first."""
    given = function.args
    names = [a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg) if a is not None]
    found = dict.fromkeys((n for n in names if n not in _OWN), 0)
    stored = [n for n in _within(function.body) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    for node in sorted(stored, key=lambda n: (n.lineno, n.col_offset)):
        found.setdefault(node.id, node.lineno)
    return found


@lru_cache(maxsize=256)
def _counters(function: _Function) -> frozenset[str]:
    """The names that a function counts with: targets of `range` and `enumerate`, and what a number is added to."""
    found: set[str] = set()
    for node in _within(function.body):
        match node:
            case (
                ast.For(target=target, iter=ast.Call(func=ast.Name(id="range")))
                | ast.comprehension(target=target, iter=ast.Call(func=ast.Name(id="range")))
            ):
                found.update(n.id for n in ast.walk(target) if isinstance(n, ast.Name))
            case ast.For(target=ast.Tuple(elts=[ast.Name(id=name), *_]), iter=ast.Call(func=ast.Name(id="enumerate"))):
                found.add(name)
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add() | ast.Sub(), value=ast.Constant(value=int())):
                found.add(name)
            case ast.BinOp(left=ast.Name(id=name), op=ast.Add() | ast.Sub(), right=ast.Constant(value=int())):
                found.add(name)
    return frozenset(found)
