"""Must-fail tests: the second line, for tests that have to run beside the candidate (linked nodes, objects with state).

Every assertion comes as several that differ in one constant; exactly one of them is true, and which one only the host knows. An answer is
right if the true ones pass and all the others fail: equality that always holds, an early exit or a patched `assert` gives the wrong map.

It is the weaker way. A candidate can read both versions out of its own process, and so has the answers to choose from; what it lacks is
which. The order is drawn anew for each attempt.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence

from axion_env.sandbox import Function, Limits
from axion_zoo.shared.programs.check import getter

LEAST = 8
"""Fewest versions of a problem's assertions: fewer could be guessed."""
_MOST_WRONG = 3
"""Most false versions of one assertion."""


def versions(test: str) -> list[tuple[str, bool]]:
    """Pairs of a source of `check(candidate)` with one assertion, and whether a right answer passes it.

    A false one is false only if its constant mattered: run the reference on them all, and leave out those that pass (`source.py`).
    """
    tree = ast.parse(test)
    check = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "check")
    before = "\n".join(ast.unparse(n) for n in tree.body if n is not check)
    found: list[tuple[str, bool]] = []
    for i, node in enumerate(check.body):
        if not isinstance(node, ast.Assert):
            continue
        steps = [n for n in check.body[:i] if not isinstance(n, ast.Assert)]
        for k, claim in enumerate((node, *_wrong(node))):
            alone = copy.copy(check)
            alone.body = [*steps, claim]
            found.append((f"{before}\n{ast.unparse(alone)}", k == 0))
    return found


def job(source: str, entry: str, tests: Sequence[str], limits: Limits) -> Function:
    """A job whose k-th call says whether the k-th test passes on the candidate."""
    parts = [source]
    for k, test in enumerate(tests):
        parts.append(f"def axion_test_{k}():\n" + "\n".join(f"    {line}" for line in test.split("\n")) + f"\n    check({getter(entry)})")
    parts.append(_OUTCOME)
    return Function("\n".join(parts), "axion_outcome", [(k,) for k in range(len(tests))], limits=limits)


_OUTCOME = """
def axion_outcome(k):
    try:
        globals()[f"axion_test_{k}"]()
    except AssertionError:
        return False
    return True
"""


def _wrong(node: ast.Assert) -> Iterator[ast.Assert]:
    """The assertion with one constant of its right-hand side changed."""
    if not isinstance(node.test, ast.Compare) or len(node.test.ops) != 1 or not isinstance(node.test.ops[0], ast.Eq):
        return
    sides = [n for n in ast.walk(node.test.comparators[0]) if isinstance(n, ast.Constant)]
    made = 0
    for place in range(len(sides)):
        for value in _other(sides[place].value):
            if made == _MOST_WRONG:
                return
            false = copy.deepcopy(node)
            assert isinstance(false.test, ast.Compare)
            constants = [n for n in ast.walk(false.test.comparators[0]) if isinstance(n, ast.Constant)]
            constants[place].value = value
            made += 1
            yield false


def _other(value: object) -> tuple[bool | int | float | str, ...]:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int | float):
        return (value + 1, value - 1)
    if isinstance(value, str):
        return (value + "x", value[1:]) if value else ("x",)
    return (0,) if value is None else ()
