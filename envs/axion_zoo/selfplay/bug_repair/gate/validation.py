"""The gates: what a bug artifact has to pass, in the paper's order, and what its appendix warns about.

Self-play SWE-RL (arXiv 2512.18552), section 2, "Consistency validation", gives these; its thresholds are named there and not given:

    form      five files that are what they should be
    files     every oracle test file exists, and they cover what test_weaken.diff touches
    parser    the parser maps a log to tests, every time the same, and takes no test out of nothing
    script    on the original code more than `min_passing_tests` pass
    scope     the bug changes `min_changed_files` files or more, all of them code; the weakening, tests
    bug       `min_failing_tests` or more that passed fail with it
    weaken    some that fail no longer do once the tests are weakened, and the weakening breaks no others
    inverse   each changed file is needed: with it alone put back, a failing test passes (inverse mutation testing)

Its prompts and its appendix A ("dominant challenger": a proposer that hides a coin in a bug learns nothing and teaches nothing) these:

    syntax    the broken files are still Python
    comment   no comment that tells of the bug, no old code and no tests in comments
    stable    the same verdicts over `regrades` regrades in fresh processes, each under another hash seed and in another text
    pure      nothing added reads the clock, chance or its own source (`static` says what that does not see)

We add:

    behavior  `min_changed_tests` specified tests or more tell the bug from the original, `min_same_tests` or more do not
    twin      specified tests are those that fail when they are made false (`suite.must_fail`): no other can be graded
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from axion_env import PatchError
from axion_env.sandbox import Workspace
from axion_zoo.selfplay.bug_repair.gate import appendix, own, paper
from axion_zoo.selfplay.bug_repair.gate.case import Case, Rejected, Thresholds
from axion_zoo.selfplay.bug_repair.suite import Artifact, Run, SuiteLimits


@dataclass(frozen=True, slots=True)
class GateResult:
    """What one gate said."""

    name: str
    passed: bool
    code: str = ""
    """Why it failed, as a word in capitals."""
    detail: str = ""
    """Why it failed, for people. It may quote the artifact."""

    def record(self) -> dict[str, Any]:
        """The gate's answer as facts."""
        return {"name": self.name, "passed": self.passed} | ({} if self.passed else {"code": self.code, "detail": self.detail})


@dataclass(frozen=True, slots=True)
class Validation:
    """What the gates said, in order, up to the first that failed."""

    gates: Sequence[GateResult]
    fail_to_pass: tuple[str, ...] = ()
    """Tests that pass on the original code and not with the bug; empty if the artifact is not valid."""
    pass_to_pass: tuple[str, ...] = ()
    """Tests that pass with it and without it."""
    original: str = ""
    """Ids of the workspaces: the tree that was given,"""
    buggy: str = ""
    """the same with the bug,"""
    weakened: str = ""
    """and with weakened tests besides: what a solver finds."""

    @property
    def valid(self) -> bool:
        """Whether every gate passed."""
        return all(gate.passed for gate in self.gates)

    @property
    def code(self) -> str:
        """The code of the failure; empty if there is none."""
        return next((gate.code for gate in self.gates if not gate.passed), "")

    def record(self) -> dict[str, Any]:
        """The validation as facts, for an episode's record."""
        trees = {"original": self.original, "buggy": self.buggy, "weakened": self.weakened}
        tests = {"fail_to_pass": list(self.fail_to_pass), "pass_to_pass": list(self.pass_to_pass)}
        return {"valid": self.valid, "gates": [gate.record() for gate in self.gates], **tests, "workspaces": trees}


async def validate(
    run: Run,
    original: Workspace,
    artifact: Artifact,
    gates: Thresholds | None = None,
    *,
    tests: Collection[str] = (),
    limits: SuiteLimits | None = None,
    profile: str = "proc",
) -> Validation:
    """Ask every gate in order, and stop at the first that says no.

    Args:
        run: Runs a job. If the machine fails it, the play ends there: that is nobody's verdict.
        original: The tree as it should be.
        artifact: What an injector handed in.
        gates: Thresholds.
        tests: Test files whose names do not say so.
        limits: Limits of each run of the suite.
        profile: The script's.
    """
    case = Case(run, original, artifact, gates or Thresholds(), frozenset(tests), limits or SuiteLimits(), profile)
    said: list[GateResult] = []
    for name, gate in (*GATES.items(), ("tests", _tests)):  # the last says no only where a gate that would have is off
        if name not in case.gates.off:
            said.append(await _ask(name, gate, case))
            if not said[-1].passed:
                return Validation(said, original=original.id)
    found, same = await case.fail_to_pass(), await case.pass_to_pass()
    return Validation(said[:-1], tuple(sorted(found)), tuple(sorted(same)), original.id, case.buggy.id, case.weakened.id)


async def _ask(name: str, gate: Callable[[Case], Awaitable[None]], case: Case) -> GateResult:
    try:
        await gate(case)
    except Rejected as no:
        return GateResult(name, False, no.code, no.detail)
    except PatchError as no:
        return GateResult(name, False, "PATCH", str(no))
    return GateResult(name, True)


async def _tests(case: Case) -> None:
    await case.fail_to_pass()
    await case.pass_to_pass()
    _ = case.weakened


GATES: Mapping[str, Callable[[Case], Awaitable[None]]] = {
    "form": paper.form,
    "files": paper.files,
    "parser": paper.parser,
    "script": paper.script,
    "scope": paper.scope,
    "bug": paper.bug,
    "weaken": paper.weaken,
    "inverse": paper.inverse,
    "syntax": appendix.syntax,
    "comment": appendix.comment,
    "stable": appendix.stable,
    "pure": appendix.pure,
    "behavior": own.behavior,
    "twin": own.must_fail,
}
"""The gates by name, in the order in which they are asked."""
