"""Tests in HumanEval's form, `def check(candidate)`, made into inputs and expected outputs.

Three ways, the first that works:

1. *Compared*: every assertion is `candidate(…) == value`, or much like it. The check runs once, in the sandbox and without any candidate,
   with each assertion replaced by a note of its arguments and its value.
2. *Replayed*: the assertion says something else of the outputs (that a root is a root). The check runs once with the reference to note
   the inputs. An answer then runs on those inputs alone, and the check judges its outputs in another process, where no line of the
   answer is.
3. Otherwise: must-fail tests (`must_fail.py`).

Nothing here is executed in this process; the tests' source is only parsed.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from typing import Any, TypeGuard

from axion_env import Context, Task, UsageError
from axion_env.sandbox import Function, Limits, Match

NOTE, CANDIDATE = "axion_note", "candidate"
_SORTED_OUT = {"tuple": "sequences", "list": "sequences", "sorted": "unordered"}


def compared(test: str) -> tuple[str, Match] | None:
    """The source of `record()`, which returns [arguments, keywords, expected] of every assertion; None if one is of another kind."""
    tree = ast.parse(test)
    notes = _Notes()
    tree = ast.fix_missing_locations(notes.visit(tree))
    left = any(isinstance(n, ast.Name) and n.id == CANDIDATE and isinstance(n.ctx, ast.Load) for n in ast.walk(tree))
    if left or not notes.found:
        return None
    return f"{ast.unparse(tree)}\n{_RECORD_NOTES}", Match(numbers=True, **notes.match)


def recorded(test: str, entry: str) -> str:
    """The source of `record()`, which runs the check on the reference and returns the arguments of every call."""
    return f"{test}\n{_RECORD_CALLS.replace('ENTRY', getter(entry))}"


def verdict(test: str) -> str:
    """The source of `verdict(arguments, outputs)`: whether the check accepts these outputs for these arguments."""
    return f"{test}\n{_VERDICT}"


async def approves(task: Task, ctx: Context, arguments: Sequence[tuple[Any, ...]], outputs: Sequence[Any], limits: Limits) -> bool:
    """Whether the task's check accepts the outputs: a job that holds no code of the candidate."""
    job = Function(task.secret["check"], "verdict", [([list(a) for a in arguments], list(outputs))], limits=limits)
    try:
        job.payload()
    except UsageError:  # an output has no plain form, or is nested as deep as a value may be, and now stands in a list
        return False
    result = await ctx.run(job)
    return result.ok and result.values == (True,)


def getter(entry: str) -> str:
    """An expression for the function an answer defines."""
    name, _, method = entry.partition(".")
    return f"{name}().{method}" if method else name


class _Notes(ast.NodeTransformer):
    """Turns assertions about `candidate(…)` into notes."""

    def __init__(self) -> None:
        self.found = 0
        self.match: dict[str, Any] = {}

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        """`assert candidate(a, k=b) == e` becomes `axion_note((a,), {"k": b}, e)`."""
        claim = self._claim(node.test)
        if claim is None:
            return node
        call, expected = claim
        if any(isinstance(a, ast.Starred) for a in call.args) or any(k.arg is None for k in call.keywords):
            return node
        self.found += 1
        keywords = ast.Dict([ast.Constant(k.arg) for k in call.keywords], [k.value for k in call.keywords])
        return ast.Expr(ast.Call(ast.Name(NOTE, ast.Load()), [ast.Tuple(call.args, ast.Load()), keywords, expected], []))

    def _claim(self, test: ast.expr) -> tuple[ast.Call, ast.expr] | None:
        """The call and the value it is to have."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return (test.operand, ast.Constant(False)) if _is_call(test.operand) else None
        if _is_call(test):
            return test, ast.Constant(True)
        if not isinstance(test, ast.Compare) or len(test.ops) != 1:
            return None
        left, op, right = test.left, test.ops[0], test.comparators[0]
        if isinstance(op, ast.Eq | ast.Is):
            for one, other in ((left, right), (right, left)):
                if _is_call(one):
                    return one, other
            return self._wrapped(left, right)
        if isinstance(op, ast.Lt | ast.LtE):
            return self._near(left, right)
        return None

    def _wrapped(self, left: ast.expr, right: ast.expr) -> tuple[ast.Call, ast.expr] | None:
        """`tuple(candidate(…)) == tuple(…)`, and the like with `list` and `sorted`."""
        for one, other in ((left, right), (right, left)):
            if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id in _SORTED_OUT and len(one.args) == 1:
                inner = one.args[0]
                if _is_call(inner):
                    self.match |= {"sequences": True, _SORTED_OUT[one.func.id]: True}
                    return inner, other
        return None

    def _near(self, left: ast.expr, bound: ast.expr) -> tuple[ast.Call, ast.expr] | None:
        """`abs(candidate(…) - e) < 1e-6`."""
        if not (isinstance(left, ast.Call) and ast.unparse(left.func) in ("abs", "math.fabs") and isinstance(left.args[0], ast.BinOp)):
            return None
        gap = left.args[0]
        if isinstance(gap.op, ast.Sub) and _is_call(gap.left) and isinstance(bound, ast.Constant) and isinstance(bound.value, float):
            self.match["absolute"] = max(bound.value, self.match.get("absolute", 0.0))
            return gap.left, gap.right
        return None


def _is_call(node: ast.expr) -> TypeGuard[ast.Call]:
    """Whether it is `candidate(…)`."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == CANDIDATE


def renamed(tests: Sequence[str], entry: str) -> str:
    """MBPP's loose assertions on a function's name, as a check."""
    body: list[ast.stmt] = []
    for node in (node for test in tests for node in ast.parse(test).body):
        node = copy.deepcopy(node)
        for name in ast.walk(node):
            if isinstance(name, ast.Name) and name.id == entry:
                name.id = CANDIDATE
        body.append(node)
    return "def check(candidate):\n" + "\n".join(f"    {line}" for node in body for line in ast.unparse(node).split("\n"))


_RECORD_NOTES = """
def record():
    import copy
    notes = []
    globals()["axion_note"] = lambda arguments, keywords, expected: notes.append(copy.deepcopy([arguments, keywords, expected]))
    check(None)
    return notes
"""

_RECORD_CALLS = """
def record():
    import copy
    notes = []
    def candidate(*arguments, **keywords):
        notes.append(copy.deepcopy([arguments, keywords]))
        return ENTRY(*arguments, **keywords)
    check(candidate)
    return notes
"""

_VERDICT = """
def verdict(arguments, outputs):
    pairs = iter(zip(arguments, outputs))
    def candidate(*given):
        wanted, output = next(pairs)
        if list(given) != wanted:
            raise LookupError("the check asks something else than it did")
        return output
    check(candidate)
    return next(pairs, None) is None
"""
