"""The backend `python`: functions of `axion/CodeSynthesis-v0`, run in the sandbox; the truth is all their cases."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Any

from axion_env import Context, Procedural, Stream, Task, strip_thinking
from axion_env.sandbox import Function, JobResult, Limits, Match
from axion_env.sandbox.inside import wire
from axion_zoo.reasoning.code_synthesis import CodeSynthesis
from axion_zoo.selfplay.test_duel.backend import Comparison, Slip
from axion_zoo.selfplay.test_duel.shape import fits
from axion_zoo.shared.programs.answer import code_in
from axion_zoo.shared.programs.grade import passes
from axion_zoo.shared.programs.problem import CLOSING, Problem, examples_of, with_preamble

_LONGEST = 1 << 13  # characters of a suite
_MISTAKES = 4  # tasks of `pool` made of one problem
_REQUEST = """Choose arguments at which a wrong answer to this goes wrong. Inputs must be of the kind the examples show.

{prompt}{shown}

Give up to {most} different inputs, one on each line, as a list of arguments: [3, "ab"]"""
_SHOWN = "\n\nThe answer to be tested:\n```python\n{program}\n```"

_SLIP = """{reference}

meant = {entry}

def {entry}(*arguments):
    return None if list(arguments) == {told!r} else meant(*arguments)"""


class PythonDuelBackend:
    """Python functions with a reference.

    An input is the line of tagged JSON that its arguments cross the sandbox's wall as: plain text, and equal for equal arguments alone.

    Args:
        source: `embedded` or `procedural`.
        level: Difficulty of procedural problems.
        seed: Seeds procedural problems, and hidden cases.
    """

    splits = ("train", "test", "pool")

    def __init__(self, source: str, level: int, seed: int) -> None:
        self._env = CodeSynthesis(source=source, level=level if source == "procedural" else None, seed=seed)
        self._limits = Limits(cpu_s=2.0)

    def tasks(self, split: str) -> Sequence[Task]:
        """The problems of `axion/CodeSynthesis-v0`; `pool` has plausible mistakes in `test` problems, for testers."""
        if split == "pool":
            problems = len(self._env.tasks("test"))
            return Procedural(problems * _MISTAKES, lambda k: self._mistake(self._env.problem("test", k % problems), k // problems))
        return Procedural(len(self._env.tasks(split)), lambda k: _task(self._env.problem(split, k)))

    def _mistake(self, problem: Problem, k: int) -> Task:
        task, wrong = _task(problem), list(problem.wrong.values())
        return Task(f"pool/{task.id}/{k}", task.public, {**task.secret, "archive": [wrong[k % len(wrong)]]})

    def question(self, task: Task) -> str:
        """What a coder is asked."""
        return str(task.public["prompt"])

    def request(self, task: Task, most: int, program: str | None) -> str:
        """What a tester is asked."""
        shown = "" if program is None else _SHOWN.format(program=program)
        return _REQUEST.format(prompt=task.public["prompt"].removesuffix(CLOSING).strip(), shown=shown, most=most)

    def shown(self, text: str) -> str | None:
        """The program that a request shows."""
        return code_in(text) if "```" in text else None

    def program(self, text: str) -> str | None:
        """The last Python block of a reply."""
        return code_in(text)

    def inputs(self, task: Task, text: str, most: int) -> tuple[str, ...] | None:
        """One line of literals for each input, each of the kind that the cases are."""
        said = strip_thinking(text)
        lines = [line for line in map(str.strip, said.splitlines()) if line and not line.startswith("```")]
        if len(said) > _LONGEST or not 1 <= len(lines) <= most:
            return None
        known = [e.arguments for e in (*examples_of(task.public["examples"]), *examples_of(task.secret["cases"]))]
        found = [_arguments(line) for line in lines]
        if any(arguments is None or not fits(arguments, known) for arguments in found):
            return None
        return tuple(wire.dump(arguments) for arguments in found)

    def population(self, task: Task) -> Sequence[str]:
        """The inputs of all cases."""
        return [wire.dump(list(e.arguments)) for e in _cases(task)]

    async def compare(self, task: Task, ctx: Context, programs: Sequence[str], inputs: Sequence[str]) -> Comparison:
        """A job for the reference and one for each program; every one of them is given the same inputs and no expected value."""
        chosen = [tuple(wire.load(item)) for item in inputs]
        cases = _cases(task)
        match = Match(**task.secret["match"])
        calls = [*chosen, *(e.arguments for e in cases)]
        true = await ctx.run(self._job(task, task.secret["reference"], chosen)) if chosen else None
        found = await ctx.gather(*(ctx.run(self._job(task, program, calls)) for program in programs)) if programs else ()
        expected = [_value(true, i) for i in range(len(chosen))]
        agrees = [[value is not None and _agrees(result, i, value[0], match) for i, value in enumerate(expected)] for result in found]
        wrong = [passes(result, len(chosen), cases, match).count(False) for result in found]
        return Comparison([value is not None for value in expected], agrees, wrong, len(cases))

    def _job(self, task: Task, source: str, calls: Sequence[tuple[Any, ...]]) -> Function:
        return Function(with_preamble(task.public["preamble"], source), task.public["entry"], list(calls), limits=self._limits)

    def written(self, task: Task, noise: float, stream: Stream) -> str:
        """The reference, or with the chance `noise` a plausible mistake."""
        wrong = task.secret["wrong"]
        source = wrong[stream.below(len(wrong))] if wrong and stream.uniform() < noise else task.secret["reference"]
        return f"```python\n{source}\n```"

    def tested(self, task: Task, program: str | None, most: int, stream: Stream) -> str:
        """Inputs of the cases, any of them: what gives a program away is for a tester to find out."""
        items = [list(e.arguments) for e in _cases(task)]
        stream.shuffle(items)
        return "\n".join(map(repr, items[:most]))

    def slip(self, task: Task) -> Slip:
        """The reference, but for one case at which it returns nothing."""
        cases, entry, reference = _cases(task), task.public["entry"], task.secret["reference"]
        odd = next(case for case in reversed(cases) if case.expected is not None)
        told = list(odd.arguments)
        blind = next(list(case.arguments) for case in cases if list(case.arguments) != told)
        mistakes = sum(list(case.arguments) == told and case.expected is not None for case in cases)
        right = f"```python\n{reference}\n```"
        wrong = f"```python\n{_SLIP.format(reference=reference, entry=entry, told=told)}\n```"
        return Slip(
            right,
            wrong,
            "```python\n```",
            f"{wrong}\n```python\n\n```",
            repr(told),
            repr(blind),
            f"{told!r}\n{told!r}",
            (mistakes, len(cases)),
        )


def _task(problem: Problem) -> Task:
    task = problem.task()
    return Task(task.id, task.public, {**task.secret, "wrong": list(problem.wrong.values())})


def _cases(task: Task) -> list[Any]:
    return [*examples_of(task.public["examples"]), *examples_of(task.secret["cases"])]


def _arguments(line: str) -> list[Any] | None:
    """The list of arguments that a line says; None: it says none."""
    if not re.fullmatch(r"\[.*\]", line):
        return None
    try:
        found = ast.literal_eval(line)
        wire.dump(found)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return found if isinstance(found, list) else None


def _value(result: JobResult | None, i: int) -> tuple[Any] | None:
    """What call i returned, in a tuple of its own; None: it returned nothing, and its input is none."""
    if result is None or i >= len(result.cases) or not result.cases[i].returned:
        return None
    return (result.cases[i].value,)


def _agrees(result: JobResult, i: int, expected: Any, match: Match) -> bool:
    return i < len(result.cases) and result.cases[i].returned and match.same(expected, result.cases[i].value)
