"""Grading: what to run, and what its results are worth. Expected values stay here, in the host."""

from __future__ import annotations

import builtins
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from axion_env import Context, Stream, Task
from axion_env.sandbox import Function, JobResult, Limits, Match
from axion_zoo.shared.programs import check, must_fail
from axion_zoo.shared.programs.problem import Example, examples_of, with_preamble

_ORDERS = range(1 << 32)


@dataclass(frozen=True, slots=True)
class Grade:
    """What one attempt came to."""

    status: str
    """How its job ended, or `NO_CODE`."""
    passed: int = 0
    """Hidden cases it gave the right value for."""
    cases: int = 0
    """Hidden cases."""
    constant: int = 0
    """Hidden cases that the best constant passes."""
    shown: bool = False
    """Whether it passed all that the prompt shows."""
    raised: str = ""
    """The builtin exception that the first hidden case to raise one raised. No more: any text may hold a hidden input."""

    @property
    def solved(self) -> bool:
        """Whether every case passed."""
        return self.shown and 0 < self.passed == self.cases


async def grade(task: Task, ctx: Context, code: str, limits: Limits) -> Grade:
    """Run an attempt on all cases, and compare."""
    shown, hidden = examples_of(task.public["examples"]), examples_of(task.secret["cases"])
    match = Match(**task.secret["match"])
    source = with_preamble(task.public["preamble"], code)
    if "twins" in task.secret:
        return await _must_fail(task, ctx, source, limits)
    calls = [e.arguments for e in (*shown, *hidden)]
    result = await ctx.run(Function(source, task.public["entry"], calls, limits=limits))
    showing = passes(result, 0, shown, match)
    judged = passes(result, len(shown), hidden, match)
    if "check" in task.secret:
        outputs = [case.value for case in result.cases[len(shown) :] if case.returned]
        fair = len(outputs) == len(hidden) and await check.approves(task, ctx, [e.arguments for e in hidden], outputs, limits)
        return Grade(str(result.status), int(fair), 1, 0, all(showing), raised_by(result, len(shown)))
    return Grade(str(result.status), sum(judged), len(hidden), task.secret["constant"], all(showing), raised_by(result, len(shown)))


def passes(result: JobResult, first: int, examples: Sequence[Example], match: Match) -> list[bool]:
    """Which of the examples the calls from `first` on gave the right value for."""
    cases = result.cases[first : first + len(examples)]
    right = [case.returned and match.same(e.expected, case.value) for case, e in zip(cases, examples, strict=False)]
    return right + [False] * (len(examples) - len(right))


async def _must_fail(task: Task, ctx: Context, source: str, limits: Limits) -> Grade:
    """Runs true and false versions of the tests, in an order drawn anew for each attempt: no answer can have learned which is true."""
    tests: list[Any] = list(task.secret["twins"])
    Stream(ctx.draw("order of the twins", _ORDERS)).shuffle(tests)
    result = await ctx.run(must_fail.job(source, task.public["entry"], [text for text, _ in tests], limits))
    right = [case.returned and case.value is expected for case, (_, expected) in zip(result.cases, tests, strict=False)]
    return Grade(str(result.status), int(len(right) == len(tests) and all(right)), 1, 0, True)


def raised_by(result: JobResult, first: int = 0) -> str:
    """The builtin exception that a call from `first` on raised; another's name is the candidate's own text, and is not repeated."""
    errors = [case.error for case in result.cases[first:] if case.error is not None]
    name = re.split(r"[: ]", errors[0], maxsplit=1)[0] if errors else ""
    kind = getattr(builtins, name, None) if name.isidentifier() else None
    builtin = isinstance(kind, type) and issubclass(kind, BaseException)
    return name if builtin else "an exception" if errors else ""
