"""Runs in the sandbox on gold expressions and the candidate's trees: no text of the candidate's comes here.

Two expressions are the same if they agree to 40 digits at every point tried. Where none can be tried, math-verify decides.
"""

from typing import Any

import sympy
from latex2sympy2_extended.latex2sympy2 import ConversionConfig, latex2sympy

_POINTS = 8
_ATOMS = {
    "Pi": sympy.pi, "Exp1": sympy.E, "ImaginaryUnit": sympy.I, "Infinity": sympy.oo, "NegativeInfinity": -sympy.oo, "Half": sympy.S.Half,
}  # fmt: skip


def same(kind: str, gold: list[str], said: list[Any]) -> bool:
    """Whether values, or both sides of a relation, are the same."""
    left, right = [_read(text) for text in gold], [_build(tree) for tree in said]
    return _equal(left[0], right[0]) if kind == "value" else _relation(kind, left[0] - left[1], right[0] - right[1])


def _read(text: str) -> Any:
    parsed: Any = latex2sympy(text, is_real=True, normalization_config=None, conversion_config=ConversionConfig(lowercase_symbols=False))
    return parsed.doit().subs(sympy.Symbol("i", real=True), sympy.I)


def _build(tree: Any) -> Any:
    if isinstance(tree, int):
        return sympy.Integer(tree)
    head, *arguments = tree
    if head == "Symbol":
        return sympy.I if arguments == ["i"] else sympy.Symbol(arguments[0], real=True)
    return _ATOMS[head] if head in _ATOMS else getattr(sympy, head)(*map(_build, arguments))


def _equal(a: Any, b: Any) -> bool:
    if a == b:
        return bool(_finite(a) or a.free_symbols)
    found = _values(a, b)
    if found:
        real = [(x, y) for x, y in found if abs(sympy.im(x)) < 1e-30 and abs(sympy.im(y)) < 1e-30]
        return all(_near(x, y) for x, y in real or found)
    from math_verify import verify

    return bool(verify(a, b, timeout_seconds=None))


def _relation(kind: str, a: Any, b: Any) -> bool:
    """Whether one difference of sides is a constant multiple of the other, a positive one for an order."""
    ratios = [x / y for x, y in _values(a, b) if abs(y) > 1e-30]
    if not (a.free_symbols and b.free_symbols and ratios) or any(not _near(r, ratios[0]) or abs(r) < 1e-30 for r in ratios):
        return False
    return kind in ("=", "!=") or bool(sympy.re(ratios[0]) > 0)


def _values(a: Any, b: Any) -> list[tuple[Any, Any]]:
    """Both at points with numbers of all signs and sizes, where they have values; where there is no variable, once."""
    symbols = sorted(a.free_symbols | b.free_symbols, key=str)
    points = [{symbol: _number(k, i) for i, symbol in enumerate(symbols)} for k in range(_POINTS if symbols else 1)]
    values = [(a.subs(point).evalf(50, maxn=400), b.subs(point).evalf(50, maxn=400)) for point in points]
    return [(x, y) for x, y in values if _finite(x) and _finite(y)]


def _number(k: int, i: int) -> Any:
    """A rational like no other, its sign and size those of a binary digit each."""
    size = sympy.Rational((7919 * (k + 1) ** 2 + 104729 * i) % 99991 + 1, 30011 + 4001 * i)
    return (size / 7 if k & 4 else size) * (-1 if (k + 1) >> i % 3 & 1 else 1)


def _finite(value: Any) -> bool:
    return bool(value.is_number) and not value.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo)


def _near(x: Any, y: Any) -> bool:
    """To 40 digits; a sum that ought to be 0 is known no better than absolutely."""
    return bool(abs(x - y) <= 1e-40 * (max(abs(x), abs(y)) if x and y else 1))
