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
    pure      nothing added reads the clock, chance or its own source (`look.py` says what that does not see)
    behavior  `min_changed_tests` specified tests or more tell the bug from the original, `min_same_tests` or more do not
    twin      specified tests are those that fail when they are made false (`twin.py`): no other can be graded
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NoReturn

from axion_env import PatchError
from axion_env.sandbox import BadValue, JobStatus, Workspace
from axion_env.sandbox.inside import wire
from axion_env.sandbox.workspace import path_problem
from axion_zoo.bug_repair.artifact import Artifact
from axion_zoo.bug_repair.kind import is_code, is_configuration, is_test, parsed
from axion_zoo.bug_repair.look import comments, impure, impure_change, impure_script
from axion_zoo.bug_repair.suite import PARSER, Report, Run, SuiteLimits, command, parse, run_suite
from axion_zoo.bug_repair.twin import roomy, twin


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """The thresholds. The paper names its three and gives none; these are what replications chose, or weaker."""

    min_passing_tests: int = 5
    """More than these pass on the original code."""
    min_changed_files: int = 1
    """Code files that the bug changes."""
    min_failing_tests: int = 1
    """Tests that the bug makes fail."""
    regrades: int = 2
    """Further runs of the original and of the broken code, in fresh processes under hash seeds 1, 2, …; a coin that decides
    a test of either gets by with probability 2^-n."""
    min_changed_tests: int = 1
    """Specified tests, at the end of all, that fail with the bug."""
    min_same_tests: int = 1
    """Specified tests that pass with the bug as without it."""
    off: Collection[str] = ()
    """Names of gates that are not asked."""


@dataclass(frozen=True, slots=True)
class GateResult:
    """What one gate said."""

    name: str
    passed: bool
    code: str = ""
    """Of its failure."""
    detail: str = ""
    """The same for people. It may quote the artifact."""

    def record(self) -> dict[str, Any]:
        """As facts."""
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
        """Of the failure; empty if there is none."""
        return next((gate.code for gate in self.gates if not gate.passed), "")

    def record(self) -> dict[str, Any]:
        """As facts, for an episode's record."""
        trees = {"original": self.original, "buggy": self.buggy, "weakened": self.weakened}
        tests = {"fail_to_pass": list(self.fail_to_pass), "pass_to_pass": list(self.pass_to_pass)}
        return {"valid": self.valid, "gates": [gate.record() for gate in self.gates], **tests, "workspaces": trees}


async def validate(
    run: Run,
    original: Workspace,
    artifact: Artifact,
    gates: Gates | None = None,
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
        limits: Of each run of the suite.
        profile: The script's.
    """
    case = _Case(run, original, artifact, gates or Gates(), frozenset(tests), limits or SuiteLimits(), profile)
    said: list[GateResult] = []
    for name, gate in GATES.items():
        if name in case.gates.off:
            continue
        try:
            await gate(case)
        except _Rejected as no:
            said.append(GateResult(name, False, no.code, no.detail))
            return Validation(said, original=original.id)
        except PatchError as no:
            said.append(GateResult(name, False, "PATCH", str(no)))
            return Validation(said, original=original.id)
        said.append(GateResult(name, True))
    found, same = await case.fail_to_pass(), await case.pass_to_pass()
    return Validation(said, tuple(sorted(found)), tuple(sorted(same)), original.id, case.buggy.id, case.weakened.id)


class _Rejected(Exception):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail[:400]


def _reject(code: str, detail: str) -> NoReturn:
    raise _Rejected(code, detail)


@dataclass
class _Case:
    """One artifact under examination. What a tree's suite says is asked once."""

    run: Run
    original: Workspace
    artifact: Artifact
    gates: Gates
    known: Collection[str]
    limits: SuiteLimits
    profile: str
    reports: dict[tuple[str, int | None], Report] = field(default_factory=dict)

    @cached_property
    def buggy(self) -> Workspace:
        return self.artifact.bug.apply(self.original)

    @cached_property
    def weakened(self) -> Workspace:
        return self.artifact.weaken.apply(self.buggy)

    async def report(self, tree: Workspace, hash_seed: int | None = None, limits: SuiteLimits | None = None) -> Report:
        asked = tree.id, hash_seed
        if asked not in self.reports:
            script, parser = self.artifact.test_script, self.artifact.test_parser
            run = run_suite(self.run, tree, script, parser, limits or self.limits, profile=self.profile, hash_seed=hash_seed)
            self.reports[asked] = await run
        return self.reports[asked]

    async def passing(self, tree: Workspace, who: str, hash_seed: int | None = None, limits: SuiteLimits | None = None) -> frozenset[str]:
        """Tests that pass in a tree."""
        report = await self.report(tree, hash_seed, limits)
        if report.tests is None and report.failure != "NO_TESTS":  # all that fail to load, say
            _reject(report.failure or "", f"{who}: {report.detail}")
        return report.passed

    async def fail_to_pass(self) -> frozenset[str]:
        return await self._specified(await self.passing(self.original, "the original code") - await self.passing(self.buggy, "the bug"))

    async def pass_to_pass(self) -> frozenset[str]:
        return await self._specified(await self.passing(self.original, "the original code") & await self.passing(self.buggy, "the bug"))

    async def _specified(self, tests: frozenset[str]) -> frozenset[str]:
        """Those of them that fail once they are made false."""
        if "twin" in self.gates.off:
            return tests
        return tests - await self.passing(
            twin(self.original, self.artifact.oracle_paths), "the tests made false", limits=roomy(self.limits)
        )

    def variant(self, tree: Workspace, number: int) -> Workspace:
        """The same program in another text: a comment at the end of each file that the bug changes."""
        paths = [path for path in self.artifact.bug.paths if path in tree.files and path.endswith(".py")]
        remark = f"\n# {number}\n".encode()
        return tree.write({path: replace(tree.files[path], data=tree.files[path].data + remark) for path in paths})


# In the paper's order ------------------------------------------------------------------------------------------------


async def _form(case: _Case) -> None:
    listed = case.artifact.oracle_paths
    if len(set(listed)) < len(listed):
        _reject("DUPLICATE_FILE", "test_files.txt names a file twice")
    if not case.artifact.bug or not case.artifact.weaken:
        _reject("EMPTY_PATCH", "bug_inject.diff and test_weaken.diff change something")
    for name, text in case.artifact.files().items():
        if not text.strip():
            _reject("EMPTY_FILE", f"{name} is empty")


async def _files(case: _Case) -> None:
    listed = case.artifact.oracle_paths
    for path in listed:
        if path_problem(path) is not None or path not in case.original.files:
            _reject("MISSING_FILE", f"{path!r:.200} is no file of the original code")
        if not is_test(path, case.known):
            _reject("NOT_A_TEST", f"{path!r:.200} is no test file, and is to be restored before grading")
    uncovered = [path for path in case.artifact.weaken.paths if path not in listed]
    if uncovered:
        _reject("UNCOVERED_FILE", f"test_weaken.diff touches {uncovered[0]!r:.200}, which test_files.txt does not name")


async def _parser(case: _Case) -> None:
    report = await case.report(case.original)
    failure = report.failure or ""
    if failure.startswith("PARSER"):
        _reject(failure, report.detail)
    if (await parse(case.run, case.artifact.test_parser, "", case.limits.parser)).passed:
        _reject("PARSER_INVENTS", "the parser finds passing tests in an empty log")
    if report.tests is not None and await _parsed_afresh(case, report.log) != report.tests:
        _reject("PARSER_UNSTABLE", "the parser reads one log in two ways")


async def _parsed_afresh(case: _Case, log: str) -> Mapping[str, bool] | None:
    """The tests of a log, read in a fresh process under another hash seed; None: it would not."""
    job = replace(command(f"python {PARSER}", case.limits.parser, hash_seed=1), stdin=log)
    result = await case.run(job, workspace=Workspace({PARSER: case.artifact.test_parser}))
    try:
        found = wire.parse(result.stdout) if result.status is JobStatus.OK else None
    except BadValue:
        return None
    return {name: found[name] == "passed" for name in sorted(found)} if type(found) is dict else None


async def _script(case: _Case) -> None:
    report = await case.report(case.original)
    if report.tests is None:
        _reject(report.failure or "", f"on the original code: {report.detail}")
    least = case.gates.min_passing_tests
    if len(report.passed) <= least:
        _reject("FEW_PASSING", f"{len(report.passed)} tests pass on the original code, and more than {least} have to")


async def _scope(case: _Case) -> None:
    bug, weaken = case.artifact.bug, case.artifact.weaken
    for path in bug.paths:
        if path in case.artifact.oracle_paths or not is_code(path, case.known):
            _reject("BUG_NOT_CODE", f"bug_inject.diff touches {path!r:.200}, which is no code file")
    for path in weaken.paths:
        if not is_test(path, case.known) or is_configuration(path):
            _reject("WEAKEN_NOT_TESTS", f"test_weaken.diff touches {path!r:.200}, which is no test file")
    if len(bug.paths) < case.gates.min_changed_files:
        _reject("FEW_FILES", f"the bug changes {len(bug.paths)} files, and {case.gates.min_changed_files} have to")


async def _failing(case: _Case) -> frozenset[str]:
    """Tests that pass on the original code and do not with the bug: they fail, or are not even reported."""
    return await case.passing(case.original, "the original code") - await case.passing(case.buggy, "the bug")


async def _bug(case: _Case) -> None:
    failing = await _failing(case)
    if len(failing) < case.gates.min_failing_tests:
        _reject("FEW_FAILING", f"{len(failing)} tests fail with the bug, and {case.gates.min_failing_tests} have to")


async def _weaken(case: _Case) -> None:
    """A test that the weakening deletes is hidden too (the prompt allows it), as long as nothing else comes to fail."""
    failing = await _failing(case)
    report = await case.report(case.weakened)
    if report.tests is None:
        _reject(report.failure or "", f"with weakened tests: {report.detail}")
    already = await case.report(case.buggy)
    broken = sorted(name for name, passed in report.tests.items() if not passed and (already.tests or {}).get(name) is not False)
    if broken:
        _reject("WEAKEN_BREAKS", f"{broken[0]!r:.200} fails with weakened tests, and did not before")
    if not any(report.tests.get(name, True) for name in failing):
        _reject("WEAKEN_HIDES_NOTHING", f"all of the {len(failing)} failing tests still fail with weakened tests")


async def _inverse(case: _Case) -> None:
    failing = await _failing(case)
    buggy = case.buggy
    for path in case.artifact.bug.paths:
        before = case.original.files.get(path)
        mended = buggy.remove([path]) if before is None else buggy.write({path: before})
        if not failing & await case.passing(mended, f"the bug without {path}"):
            _reject("ORPHAN_FILE", f"with {path!r:.200} put back, no failing test passes: it is no part of the bug")


# From its prompts and its appendix -----------------------------------------------------------------------------------


async def _syntax(case: _Case) -> None:
    buggy = case.buggy
    for path in case.artifact.bug.paths:
        if path in buggy.files and path.endswith(".py") and parsed(buggy.files[path].data) is None:
            _reject("SYNTAX_ERROR", f"{path} is no Python with the bug")


async def _comment(case: _Case) -> None:
    for before, after in ((case.original, case.buggy), (case.buggy, case.weakened)):
        for kind, what in comments(before, after):
            _reject(f"COMMENT_{kind}", what)


async def _stable(case: _Case) -> None:
    """Of tests that pass on the original code: others were flaky before, and decide nothing.

    Each regrade is of the same program in another text, so that a coin seeded by a hash of the code (the appendix's example of one that
    survives plain regrades) falls anew.
    """
    expected = await case.passing(case.original, "the original code")
    with_bug = await case.passing(case.buggy, "the bug")
    for seed in range(1, case.gates.regrades + 1):
        for tree, first, who in ((case.original, expected, "the original code"), (case.buggy, with_bug & expected, "the bug")):
            changed = sorted(first ^ (await case.passing(case.variant(tree, seed), who, seed) & expected))
            if changed:
                _reject(
                    "UNSTABLE",
                    f"{changed[0]!r:.200} has another verdict on {who} in a fresh process, under hash seed {seed}, with a comment added",
                )


async def _pure(case: _Case) -> None:
    artifact = case.artifact
    for who, found in (
        ("bug_inject.diff", impure_change(case.original, case.buggy)),
        ("test_parser.py", impure(artifact.test_parser)),
        ("test_script.sh", impure_script(artifact.test_script)),
    ):
        for kind, what in found:
            _reject(f"IMPURE_{kind}", f"{who}: {what}")


async def _behavior(case: _Case) -> None:
    changed, same = await _failing(case), await case.passing(case.buggy, "the bug") & await case.passing(case.original, "the original code")
    if len(changed) < case.gates.min_changed_tests:
        _reject("FEW_CHANGED", f"{len(changed)} tests tell the bug from the original, and {case.gates.min_changed_tests} have to")
    if len(same) < case.gates.min_same_tests:
        _reject("FEW_SAME", f"{len(same)} tests pass with the bug as without, and {case.gates.min_same_tests} have to")


async def _twin(case: _Case) -> None:
    if not await case.fail_to_pass():
        _reject("TWIN_PASSES", "the tests that fail with the bug pass when they are made false: they tell nothing")


GATES: Mapping[str, Callable[[_Case], Awaitable[None]]] = {
    "form": _form,
    "files": _files,
    "parser": _parser,
    "script": _script,
    "scope": _scope,
    "bug": _bug,
    "weaken": _weaken,
    "inverse": _inverse,
    "syntax": _syntax,
    "comment": _comment,
    "stable": _stable,
    "pure": _pure,
    "behavior": _behavior,
    "twin": _twin,
}
"""The gates by name, in the order in which they are asked."""
