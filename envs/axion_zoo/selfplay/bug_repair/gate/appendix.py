"""The gates of the paper's prompts and of its appendix; `validation` says what each asks."""

from __future__ import annotations

from axion_zoo.selfplay.bug_repair.gate.case import Case, reject
from axion_zoo.selfplay.bug_repair.gate.static import comments, impure, impure_change, impure_script
from axion_zoo.selfplay.bug_repair.suite import parsed


async def syntax(case: Case) -> None:
    """The broken files are still Python."""
    buggy = case.buggy
    for path in case.artifact.bug.paths:
        if path in buggy.files and path.endswith(".py") and parsed(buggy.files[path].data) is None:
            reject("SYNTAX_ERROR", f"{path} is no Python with the bug")


async def comment(case: Case) -> None:
    """No comment tells of the bug, or keeps old code or tests."""
    for before, after in ((case.original, case.buggy), (case.buggy, case.weakened)):
        for kind, what in comments(before, after):
            reject(f"COMMENT_{kind}", what)


async def stable(case: Case) -> None:
    """Regrades agree, on tests that pass on the original code: others were flaky before, and decide nothing.

    Each regrade is of the same program in another text, so that a coin seeded by a hash of the code (the appendix's example of one that
    survives plain regrades) falls anew.
    """
    expected = await case.passing(case.original, "the original code")
    with_bug = await case.passing(case.buggy, "the bug")
    for seed in range(1, case.gates.regrades + 1):
        for tree, first, who in ((case.original, expected, "the original code"), (case.buggy, with_bug & expected, "the bug")):
            changed = sorted(first ^ (await case.passing(case.variant(tree, seed), who, seed) & expected))
            if changed:
                reject(
                    "UNSTABLE",
                    f"{changed[0]!r:.200} has another verdict on {who} in a fresh process, under hash seed {seed}, with a comment added",
                )


async def pure(case: Case) -> None:
    """Nothing added reads the clock, chance or its own source."""
    artifact = case.artifact
    for who, found in (
        ("bug_inject.diff", impure_change(case.original, case.buggy)),
        ("test_parser.py", impure(artifact.test_parser)),
        ("test_script.sh", impure_script(artifact.test_script)),
    ):
        for kind, what in found:
            reject(f"IMPURE_{kind}", f"{who}: {what}")
