"""The gates of the paper's consistency validation, in its order; `validation` says what each asks."""

from __future__ import annotations

from axion_env.sandbox.workspace import path_problem
from axion_zoo.selfplay.bug_repair.gate.case import Case, reject
from axion_zoo.selfplay.bug_repair.suite import is_code, is_configuration, is_test, parse


async def form(case: Case) -> None:
    """Five files that are what they should be."""
    listed = case.artifact.oracle_paths
    if len(set(listed)) < len(listed):
        reject("DUPLICATE_FILE", "test_files.txt names a file twice")
    if not case.artifact.bug or not case.artifact.weaken:
        reject("EMPTY_PATCH", "bug_inject.diff and test_weaken.diff change something")
    for name, text in case.artifact.files().items():
        if not text.strip():
            reject("EMPTY_FILE", f"{name} is empty")


async def files(case: Case) -> None:
    """Every oracle test file exists, and they cover what the weakening touches."""
    listed = case.artifact.oracle_paths
    for path in listed:
        if path_problem(path) is not None or path not in case.original.files:
            reject("MISSING_FILE", f"{path!r:.200} is no file of the original code")
        if not is_test(path, case.known):
            reject("NOT_A_TEST", f"{path!r:.200} is no test file, and is to be restored before grading")
    uncovered = [path for path in case.artifact.weaken.paths if path not in listed]
    if uncovered:
        reject("UNCOVERED_FILE", f"test_weaken.diff touches {uncovered[0]!r:.200}, which test_files.txt does not name")


async def parser(case: Case) -> None:
    """The parser maps a log to tests, every time the same, and takes no test out of nothing."""
    report = await case.report(case.original)
    failure = report.failure or ""
    if failure.startswith("PARSER"):
        reject(failure, report.detail)
    if (await parse(case.run, case.artifact.test_parser, "", case.limits.parser)).passed:
        reject("PARSER_INVENTS", "the parser finds passing tests in an empty log")
    afresh = await parse(case.run, case.artifact.test_parser, report.log, case.limits.parser, hash_seed=1)
    if report.tests is not None and afresh.tests != report.tests:
        reject("PARSER_UNSTABLE", "the parser reads one log in two ways")


async def script(case: Case) -> None:
    """Enough tests pass on the original code."""
    report = await case.report(case.original)
    if report.tests is None:
        reject(report.failure or "", f"on the original code: {report.detail}")
    least = case.gates.min_passing_tests
    if len(report.passed) <= least:
        reject("FEW_PASSING", f"{len(report.passed)} tests pass on the original code, and more than {least} have to")


async def scope(case: Case) -> None:
    """The bug changes enough files, all of them code; the weakening, tests."""
    bug, weaken = case.artifact.bug, case.artifact.weaken
    for path in bug.paths:
        if path in case.artifact.oracle_paths or not is_code(path, case.known):
            reject("BUG_NOT_CODE", f"bug_inject.diff touches {path!r:.200}, which is no code file")
    for path in weaken.paths:
        if not is_test(path, case.known) or is_configuration(path):
            reject("WEAKEN_NOT_TESTS", f"test_weaken.diff touches {path!r:.200}, which is no test file")
    if len(bug.paths) < case.gates.min_changed_files:
        reject("FEW_FILES", f"the bug changes {len(bug.paths)} files, and {case.gates.min_changed_files} have to")


async def bug(case: Case) -> None:
    """Enough tests that passed fail with the bug."""
    failing = await case.failing()
    if len(failing) < case.gates.min_failing_tests:
        reject("FEW_FAILING", f"{len(failing)} tests fail with the bug, and {case.gates.min_failing_tests} have to")


async def weaken(case: Case) -> None:
    """Some failing tests no longer fail once they are weakened.

    One that is deleted is hidden too (the prompt allows it), if nothing else fails.
    """
    failing = await case.failing()
    report = await case.report(case.weakened)
    if report.tests is None:
        reject(report.failure or "", f"with weakened tests: {report.detail}")
    already = await case.report(case.buggy)
    broken = sorted(name for name, passed in report.tests.items() if not passed and (already.tests or {}).get(name) is not False)
    if broken:
        reject("WEAKEN_BREAKS", f"{broken[0]!r:.200} fails with weakened tests, and did not before")
    if not any(report.tests.get(name, True) for name in failing):
        reject("WEAKEN_HIDES_NOTHING", f"all of the {len(failing)} failing tests still fail with weakened tests")


async def inverse(case: Case) -> None:
    """Each changed file is needed: with it alone put back, a failing test passes."""
    failing = await case.failing()
    bug = case.artifact.bug
    for path in bug.paths:
        mended = bug.only(lambda other, path=path: other != path).apply(case.original)  # type: ignore[misc]
        if not failing & await case.passing(mended, f"the bug without {path}"):
            reject("ORPHAN_FILE", f"with {path!r:.200} put back, no failing test passes: it is no part of the bug")
