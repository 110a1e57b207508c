"""The gates that are neither the paper's nor its appendix's; `validation` says what each asks."""

from __future__ import annotations

from axion_zoo.selfplay.bug_repair.gate.case import Case, reject


async def behavior(case: Case) -> None:
    """Some specified tests tell the bug from the original, and some do not."""
    changed, same = await case.failing(), await case.same()
    if len(changed) < case.gates.min_changed_tests:
        reject("FEW_CHANGED", f"{len(changed)} tests tell the bug from the original, and {case.gates.min_changed_tests} have to")
    if len(same) < case.gates.min_same_tests:
        reject("FEW_SAME", f"{len(same)} tests pass with the bug as without, and {case.gates.min_same_tests} have to")


async def must_fail(case: Case) -> None:
    """Tests that fail with the bug fail when they are made false."""
    if not await case.fail_to_pass():
        reject("TWIN_PASSES", "the tests that fail with the bug pass when they are made false: they tell nothing")
