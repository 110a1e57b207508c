"""Expression trees as they come out of the sandbox: believed only as far as they are of this grammar.

tree = int | ["Rational", int, int] | ["Symbol", name] | [constant] | [function, tree, …]
"""

from __future__ import annotations

import re
from math import inf, log10
from typing import Any

_CONSTANTS = frozenset({"Pi", "Exp1", "ImaginaryUnit", "Infinity", "NegativeInfinity", "Half"})
_ONE_ARGUMENT = (
    "exp", "factorial", "Abs", "floor", "ceiling", "sin", "cos", "tan", "cot", "sec", "csc", "asin", "acos", "atan", "acot", "asec",
    "acsc", "sinh", "cosh", "tanh",
)  # fmt: skip
_FUNCTIONS = {
    "Add": (1, 200), "Mul": (1, 200), "Pow": (2, 2), "log": (1, 2), "binomial": (2, 2),
    **dict.fromkeys(_ONE_ARGUMENT, (1, 1)),
}  # fmt: skip
_SYMBOL = re.compile(r"[A-Za-z]{1,8}(?:_\{?[A-Za-z0-9]{1,4}\}?)?")
_MOST_NODES = 600
_DEEPEST = 40
_GREATEST = 10**400
_MOST_DIGITS = 10_000
_HUGE = 6  # an exponent of a million and more is past all use


def valid(tree: Any) -> bool:
    """Whether it is an expression of the grammar, and no bigger than an answer may be."""
    nodes = 0
    pending = [(tree, 0)]
    while pending:
        node, depth = pending.pop()
        nodes += 1
        if nodes > _MOST_NODES or depth > _DEEPEST or not _fits(node):
            return False
        if type(node) is list and node[0] in _FUNCTIONS:
            pending += [(argument, depth + 1) for argument in node[1:]]
    return _digits(tree) <= _MOST_DIGITS


def _fits(node: Any) -> bool:
    if type(node) is int:
        return abs(node) < _GREATEST
    if type(node) is not list or not node or type(node[0]) is not str:
        return False
    head, *arguments = node
    if head == "Symbol":
        return len(arguments) == 1 and type(arguments[0]) is str and _SYMBOL.fullmatch(arguments[0]) is not None
    if head == "Rational":
        return len(arguments) == 2 and all(type(n) is int and abs(n) < _GREATEST for n in arguments) and arguments[1] > 0
    if head in _CONSTANTS:
        return not arguments
    fewest, most = _FUNCTIONS.get(head, (1, 0))
    return fewest <= len(arguments) <= most


def _digits(tree: Any) -> float:
    """About how many digits its value may have, a variable counting as half a one: `9^{9^9}` would take all of a job's time."""
    if type(tree) is int:
        return log10(abs(tree) + 1)
    head, *arguments = tree
    if head == "Rational":
        return max(map(_digits, arguments))
    if head == "Symbol" or not arguments:
        return 0.5
    sizes = [_digits(argument) for argument in arguments]
    if head == "Pow":
        return sizes[0] * 10 ** sizes[1] if sizes[1] < _HUGE else inf
    if head in ("factorial", "binomial"):
        return (sizes[0] + 1) * 10 ** sizes[0] if sizes[0] < _HUGE else inf
    return sum(sizes) if head == "Mul" else max(sizes) + 1
