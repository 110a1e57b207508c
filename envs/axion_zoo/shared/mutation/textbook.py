"""The operators of the mutation testing literature (DeMillo, Lipton and Sayward, "Hints on Test Data Selection", 1978)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from axion_zoo.shared.mutation.source import Edit, Site, Source

_COMPARED: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="), ast.GtE: (">=", ">"), ast.Eq: ("==", "!="), ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"), ast.NotIn: (r"not\s+in", "in"), ast.Is: ("is", "is not"), ast.IsNot: (r"is\s+not", "is"),
}  # fmt: skip
"""What each looks like, and what is written for it."""
_COUNTED: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "+"), ast.Div: ("/", "//"), ast.FloorDiv: ("//", "*"), ast.Mod: ("%", "*"),
    ast.Pow: ("**", "*"),
}  # fmt: skip
_STARTS_ALONE = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Compare, ast.Constant)
"""`not` in front of these takes them as a whole."""


def comparison(source: Source, site: Site) -> Iterator[Edit]:
    """One comparison into its neighbor."""
    node = site.node
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        for op, left, right in zip(node.ops, sides, sides[1:], strict=False):
            pattern, other = _COMPARED[type(op)]
            yield from _token(source, node, left, right, pattern, other)


def arithmetic(source: Source, site: Site) -> Iterator[Edit]:
    """An operator, of an assignment too, into another."""
    node = site.node
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _COUNTED:
        sign, other = _COUNTED[type(node.op)]
        left, right = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.target, node.value)
        yield from _token(source, node, left, right, re.escape(sign), other)


def constant(source: Source, site: Site) -> Iterator[Edit]:
    """A number plus and minus one, a string longer and empty, True and False."""
    if isinstance(site.node, ast.Constant):
        for text in others(source, site.node):
            yield whole(source, site.node, text)


def boolean(source: Source, site: Site) -> Iterator[Edit]:
    """`and` and `or`; `not x` becomes `x`."""
    node = site.node
    if isinstance(node, ast.BoolOp):
        word, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        text, (start, end) = "", source.span(node)
        for left, right in zip(node.values, node.values[1:], strict=False):
            found = source.find(rf"\b{word}\b", source.span(left)[1], source.span(right)[0])
            if found is None:
                return
            text, start = text + source.text[start : found[0]] + other, found[1]
        yield whole(source, node, text + source.text[start:end])
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield whole(source, node, source.of(node.operand))


def condition(source: Source, site: Site) -> Iterator[Edit]:
    """The test of an `if` or `while`, of a filter or of a choice, negated."""
    node = site.node
    tests = [node.test] if isinstance(node, ast.If | ast.While | ast.IfExp) else node.ifs if isinstance(node, ast.comprehension) else []
    for test in tests[:1]:
        yield whole(source, test, negated(source, test))


def slice_(source: Source, site: Site) -> Iterator[Edit]:
    """A bound of a slice plus one."""
    if isinstance(site.node, ast.Slice):
        for bound in (site.node.lower, site.node.upper):
            if bound is not None:
                yield whole(source, bound, f"{source.of(bound)} + 1")


def return_(source: Source, site: Site) -> Iterator[Edit]:
    """Another value: None, 0, "" or []."""
    if isinstance(site.node, ast.Return) and site.node.value is not None:
        for text in ("None", "0", '""', "[]"):
            yield whole(source, site.node, f"return {text}")


def call(source: Source, site: Site) -> Iterator[Edit]:
    """`f(x)` and `x.f()` become `x`."""
    match site.node:
        case ast.Call(args=[only], keywords=[]) if not isinstance(only, ast.Starred):
            yield whole(source, site.node, source.of(only))
        case ast.Call(func=ast.Attribute(value=receiver), args=[], keywords=[]):
            yield whole(source, site.node, source.of(receiver))


def statement(source: Source, site: Site) -> Iterator[Edit]:
    """An assignment, or a call as a statement, left out."""
    if isinstance(site.node, ast.Assign | ast.AugAssign | ast.Expr):
        yield without(source, site.node, site)


def loop(source: Source, site: Site) -> Iterator[Edit]:
    """`break` and `continue`."""
    if isinstance(site.node, ast.Break | ast.Continue):
        yield whole(source, site.node, "continue" if isinstance(site.node, ast.Break) else "break")


def others(source: Source, node: ast.Constant) -> tuple[str, ...]:
    """Other constants of the same kind, quoted as this one is."""
    value, text = node.value, source.of(node)
    if isinstance(value, bool):
        return (str(not value),)
    if isinstance(value, int | float):
        return repr(value + 1), repr(value - 1)
    if not isinstance(value, str):
        return ()
    quote = text[-3:] if text[-3:] in ('"""', "'''") and len(text) >= 6 else text[-1:]
    longer = f"{text[: -len(quote)]}x{quote}"
    return (longer, text[-1] * 2) if value else (longer,)


def negated(source: Source, test: ast.expr) -> str:
    """The text of a condition turned round."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return source.of(test.operand)
    text = source.of(test)
    return f"not {text}" if isinstance(test, _STARTS_ALONE) else f"not ({text})"


def whole(source: Source, node: ast.AST, text: str) -> Edit:
    """Another text for a node."""
    return Edit(*source.span(node), text, isinstance(node, ast.expr) and not isinstance(node, ast.Slice))


def without(source: Source, node: ast.stmt, site: Site) -> Edit:
    """A statement left out with its lines, or `pass` for it where it stands alone in its block or shares a line."""
    start, end = source.span(node)
    first, last = source.line(start)[0], source.line(end)[1]
    alone = not source.text[first:start].strip() and not source.text[end:last].split("#")[0].strip()
    return Edit(first, last, "") if alone and len(site.block) > 1 else Edit(start, end, "pass")


def _token(source: Source, node: ast.AST, left: ast.AST, right: ast.AST, pattern: str, other: str) -> Iterator[Edit]:
    """The operator between two operands, within the text of the node they are of."""
    found = source.find(pattern, source.span(left)[1], source.span(right)[0])
    if found is not None:
        start, end = source.span(node)
        yield whole(source, node, source.text[start : found[0]] + other + source.text[found[1] : end])
