"""What an injector's Python function has to pass before it counts as a bug."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from axion_env import Context
from axion_env.sandbox import Workspace
from axion_zoo.selfplay.bug_repair.function.python import Suite
from axion_zoo.selfplay.bug_repair.gate import comments, impure_change
from axion_zoo.selfplay.bug_repair.suite import parsed

_FILE = "solution.py"


@dataclass(frozen=True)
class PythonGates:
    """What an agent's bug must be, in the order in which it is looked at."""

    max_lines: int = 2
    """`scope`: lines that may be changed, added or removed."""
    min_failing: int = 1
    """`bug`: cases whose value is wrong."""
    min_same: int = 1
    """`behavior`: cases whose value is right."""
    regrades: int = 2
    """`stable`: further runs, in fresh processes with another seed of `random`, with the same values."""

    async def results(self, ctx: Context, suite: Suite, original: str, bug: str | None) -> tuple[list[int], list[dict[str, Any]]]:
        """The cases that notice a bug, and as facts every gate up to the first that refuses.

        Args:
            ctx: The context of the play: some gates run the function.
            suite: Its cases.
            original: The function.
            bug: What was made of it; None: there is no code in the answer.
        """
        gates: list[dict[str, Any]] = []

        def passed(name: str, code: str) -> bool:
            gates.append({"name": name, "passed": not code} | ({"code": code} if code else {}))
            return not code

        if not passed("form", "NO_CODE" if bug is None else "") or bug is None:
            return [], gates
        if not all(passed(name, code) for name, code in self._looks(original, bug)):
            return [], gates
        failing = await suite.failing(ctx, bug)
        if not passed("bug", "TOO_FEW_FAIL" if len(failing) < self.min_failing else ""):
            return failing, gates
        for part in _undone(original, bug):
            if set(await suite.failing(ctx, part)) >= set(failing):
                passed("inverse", "IDLE_EDIT")
                return failing, gates
        passed("inverse", "")
        again = [await suite.failing(ctx, bug, seed) for seed in range(1, self.regrades + 1)]
        if passed("stable", "UNSTABLE" if any(other != failing for other in again) else ""):
            passed("behavior", "TOO_FEW_SAME" if len(suite.cases) - len(failing) < self.min_same else "")
        return failing, gates

    def _looks(self, original: str, bug: str) -> Iterator[tuple[str, str]]:
        """The gates that need no run."""
        yield "syntax", "SYNTAX_ERROR" if parsed(bug) is None else ""
        changed = abs(bug.rstrip().count("\n") - original.rstrip().count("\n"))
        if changed <= self.max_lines:  # else it may be so long that to compare it takes seconds
            changed = sum(max(len(old), len(new)) for old, new in _steps(original, bug) if old != new)
        yield "scope", "UNCHANGED" if not changed else "TOO_MANY_LINES" if changed > self.max_lines else ""
        before, after = Workspace({_FILE: original}), Workspace({_FILE: bug})
        yield "comment", next((f"COMMENT_{kind}" for kind, _ in comments(before, after)), "")
        yield "pure", next((f"IMPURE_{kind}" for kind, _ in impure_change(before, after)), "")


def _steps(old: str, new: str) -> list[tuple[list[str], list[str]]]:
    """Both programs cut into runs of lines, in turn alike and unlike."""
    a, b = old.rstrip().split("\n"), new.rstrip().split("\n")
    return [(a[i:j], b[k:m]) for _, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes()]


def _undone(original: str, bug: str) -> Iterator[str]:
    """The bug with one of its runs of changed lines put back; nothing where it has one alone."""
    steps = _steps(original, bug)
    places = [n for n, (old, new) in enumerate(steps) if old != new]
    for back in places if len(places) > 1 else ():
        yield "\n".join(line for n, (old, new) in enumerate(steps) for line in (old if n == back else new))
