"""What a solver is told between rounds.

Two sources, kept apart. All text comes from a second job that was given the shown examples alone: whatever the candidate does there, no
hidden input is in that process. Of the job with the hidden cases only a count and the name of one builtin exception come back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from axion_env.record.transcript import printable
from axion_env.sandbox import JobResult, JobStatus, Match
from axion_zoo.shared.programs.grade import Grade
from axion_zoo.shared.programs.problem import Example

_LONGEST = 200
"""Characters of a value or an error."""
_MOST = 3
"""Failed examples that are shown."""


def feedback(grade: Grade, result: JobResult | None, shown: Sequence[Example], match: Match, *, before: int = 0) -> str:
    """What went wrong, without a word of any hidden input.

    Args:
        grade: The grade of the attempt.
        result: The result of a job with the shown examples and nothing else; None: the reply had no code, or there are no examples.
        shown: The examples.
        match: When a value counts as the expected one.
        before: Lines of code before the answer's own, which line numbers leave out.
    """
    if grade.status == "NO_CODE":
        return "There was no Python code in your answer."
    lines = [] if result is None else _of_shown(result, shown, match, before)
    if grade.cases > 1:
        raised = f"; {grade.raised} was raised" if grade.raised else ""
        lines.append(f"Hidden cases: {grade.passed} of {grade.cases} pass{raised}.")
    elif grade.status not in (JobStatus.OK, JobStatus.EXCEPTION) or not lines:
        lines.append("The hidden tests do not pass.")
    if grade.status in _WHY:
        lines.append(_WHY[grade.status])
    return "\n".join(lines)


_WHY: dict[str, str] = {
    JobStatus.CPU_LIMIT: "It ran out of CPU time.",
    JobStatus.WALL_LIMIT: "It ran out of time.",
    JobStatus.MEMORY: "It ran out of memory.",
    JobStatus.OUTPUT_LIMIT: "It returned too much.",
    JobStatus.NO_RESULT: "It ended the process.",
    JobStatus.BAD_RESULT: "It returned something that is no plain value.",
}


def _of_shown(result: JobResult, shown: Sequence[Example], match: Match, before: int) -> list[str]:
    if not result.cases:
        return [f"It did not run: {_clean(result.error or str(result.status), before)}"]
    lines = []
    for i, example in enumerate(shown):
        wanted = f"expected {_short(repr(example.expected))}"
        if i >= len(result.cases):
            lines.append(f"Example {i + 1}: no answer, {wanted}.")
            break
        case = result.cases[i]
        if case.error is not None:
            lines.append(f"Example {i + 1}: raised {_clean(case.error, before)}, {wanted}.")
        elif not match.same(example.expected, case.value):
            lines.append(f"Example {i + 1}: got {_short(repr(case.value))}, {wanted}.")
    return lines[:_MOST] or ["The examples pass."]


def _clean(error: str, before: int) -> str:
    """An error in a line, its line number counted in the answer."""
    found = re.fullmatch(r"(.*?)(?: \(line (\d{1,9})\))?", error, re.DOTALL)
    assert found is not None
    line = int(found[2] or 0) - before
    return _short(found[1]) + (f" (line {line})" if line > 0 else "")


def _short(text: str) -> str:
    text = printable(text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
