"""Expression trees as they come out of the sandbox: believed only as far as they are of this grammar.

tree = int | ["Rational", int, int] | ["Symbol", name] | [constant] | [function, tree, …]
"""

from __future__ import annotations

import re
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
    return True


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
