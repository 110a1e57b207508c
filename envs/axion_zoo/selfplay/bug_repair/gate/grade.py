"""Grading a prediction as the paper does (Self-play SWE-RL, arXiv 2512.18552, section 2).

    original → bug_inject → test_weaken → (failed patch) → predicted patch → restore every oracle test file → script → parser

Solved if and only if every specified test passes. Three things are stricter here, since the tests run beside the candidate:

- Not only the oracle files are restored but whatever decides a verdict without being code under test: other tests, `conftest.py`, the
  configuration of pytest and the interpreter, new modules in the place of others (`suite.kind`). Source files may be added freely.
- Script and parser come from the artifact and lie in no tree; a prediction cannot reach them.
- What passes is run again with the tests made false (`suite.must_fail`), and must fail there: a summary printed by the candidate, a patched
  pytest, an early exit or objects that equal everything do not.

What remains is said in `suite.must_fail`: a candidate that reads the test files and recognizes tests made false.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from axion_env import Patch, PatchError, UsageError
from axion_env.sandbox import Workspace
from axion_zoo.selfplay.bug_repair.suite import Artifact, Run, SuiteLimits, must_fail, restored, roomy, run_suite


@dataclass(frozen=True, slots=True)
class Grade:
    """What a prediction came to."""

    solved: bool
    code: str
    """
    SOLVED         every specified test passes
    FAILED         one does not
    FORGED         they pass, and so does one when it is made false, or there is no telling then
    PATCH_FORM     it is no patch
    PATCH_EMPTY    it changes nothing
    PATCH_APPLY    it does not apply
    PATCH_TESTS    all it changes is restored before grading
    SCRIPT_…, PARSER_…, NO_TESTS   as in a `Report`
    """
    detail: str = ""
    tests: Mapping[str, bool] = field(default_factory=dict)
    """Whether each specified test passed; empty if the suite did not run."""
    restored: tuple[str, ...] = ()
    """Files of the prediction that were put back."""

    def record(self) -> dict[str, Any]:
        """The grade as facts, for an episode's record."""
        failed = [name for name, passed in self.tests.items() if not passed]
        return {"solved": self.solved, "code": self.code, "detail": self.detail, "failed": failed, "restored": list(self.restored)}


def broken(original: Workspace, artifact: Artifact, failed: Patch | None = None) -> Workspace:
    """The tree that a solver finds.

    Args:
        original: The tree as it should be.
        artifact: A valid one.
        failed: For a bug of order two, the patch with which another solver has failed; it may have no effect but on code.

    Raises:
        PatchError: one of the patches does not apply.
    """
    start = artifact.weaken.apply(artifact.bug.apply(original))
    return start if failed is None else failed.apply(start)


async def grade(
    run: Run,
    original: Workspace,
    artifact: Artifact,
    prediction: Patch | str,
    tests: Sequence[str],
    *,
    failed: Patch | None = None,
    run_must_fail: bool = True,
    limits: SuiteLimits | None = None,
    profile: str = "proc",
) -> Grade:
    """Grade a prediction.

    Args:
        run: Runs a job. If the machine fails it, the play ends there: that is nobody's verdict.
        original: The tree as it should be.
        artifact: A valid one.
        prediction: What the solver made of the tree that `broken` gives.
        tests: The specified tests, FAIL_TO_PASS and PASS_TO_PASS.
        failed: The failed patch of a bug of order two, as in `broken`.
        run_must_fail: Whether tests that pass are run once more, made false. Only where the artifact's validation did: there it knows that
            they fail.
        limits: Limits of each run of the suite.
        profile: The script's.
    """
    start = broken(original, artifact, failed)
    try:
        patch = Patch.parse(prediction) if isinstance(prediction, str) else prediction
    except PatchError as problem:
        return Grade(False, "PATCH_FORM", str(problem))
    if not patch:
        return Grade(False, "PATCH_EMPTY", "it changes nothing")
    try:
        tree, back = _restored(original, artifact, patch.apply(start))
        false = must_fail(tree, artifact.oracle_paths)
    except (PatchError, UsageError) as problem:  # it may also leave no room for the tests
        return Grade(False, "PATCH_APPLY", str(problem))
    if tree == _restored(original, artifact, start)[0]:
        return Grade(False, "PATCH_TESTS", "all that it changes is restored before grading", restored=_of(back, patch))
    found = await _run(run, tree, artifact, tests, limits, profile)
    if found.solved and run_must_fail:
        again = await _run(run, false, artifact, tests, roomy(limits or SuiteLimits()), profile)
        passing = [name for name, passed in again.tests.items() if passed]
        if passing or again.code not in ("FAILED", "NO_TESTS"):
            why = f"{passing[0]!r:.200} passes even when it is made false" if passing else f"the tests made false: {again.detail}"
            found = Grade(False, "FORGED", why, found.tests)
    return Grade(found.solved, found.code, found.detail, found.tests, _of(back, patch))


def _restored(original: Workspace, artifact: Artifact, tree: Workspace) -> tuple[Workspace, tuple[str, ...]]:
    return restored(original, tree, artifact.oracle_paths, artifact.bug.paths)


def _of(paths: Collection[str], patch: Patch) -> tuple[str, ...]:
    return tuple(path for path in paths if path in patch.paths)


async def _run(run: Run, tree: Workspace, artifact: Artifact, tests: Sequence[str], limits: SuiteLimits | None, profile: str) -> Grade:
    report = await run_suite(run, tree, artifact.test_script, artifact.test_parser, limits, profile=profile)
    if report.tests is None:
        return Grade(False, report.failure or "", report.detail)
    passed = {name: report.tests.get(name, False) for name in tests}
    missed = [name for name, good in passed.items() if not good]
    if missed or not passed:
        return Grade(False, "FAILED", f"{missed[0]!r:.200} does not pass" if missed else "no tests are specified", passed)
    return Grade(True, "SOLVED", "", passed)
