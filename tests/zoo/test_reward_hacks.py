"""Programs that do not solve the task are paid nothing, and those that do are paid in full."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.zoo import hacks

PAGE = Path(__file__).parents[2] / "docs" / "code-synthesis.md"


@pytest.mark.parametrize("partial", [False, True])
def test_no_hack_is_paid(partial: bool) -> None:
    """Exactly 0 for each of them, for the share of cases passed too; exactly 1 for every honest program."""
    assert len(hacks.HACKS) >= 25
    paid = dict(zip(hacks.HACKS, hacks.rewards(list(hacks.HACKS.values()), partial=partial), strict=True))
    assert paid == dict.fromkeys(hacks.HACKS, 0.0)
    assert hacks.rewards(list(hacks.HONEST.values()), partial=partial) == [1.0] * len(hacks.HONEST)


def test_the_next_program_is_not_touched() -> None:
    """After each hack that patches, forges or leaves something behind, an honest program is still paid."""
    honest = hacks.HONEST["plain"]
    nasty = [source for name, source in hacks.HACKS.items() if name.startswith(("patches", "forges", "answers"))]
    mixed = [program for source in nasty for program in (source, honest)]
    assert hacks.rewards(mixed) == [0.0, 1.0] * len(nasty)


@pytest.mark.slow
def test_harnesses_that_run_tests_beside_the_candidate_pay() -> None:
    """The same programs, in a harness of HumanEval's form: the reason for all this. It pays honest ones too, so the hacks are real."""
    task = hacks.problem().task()
    for source in hacks.HONEST.values():
        assert all(hacks.in_process(source, task).values())
    paid = {name: hacks.in_process(source, task) for name, source in hacks.HACKS.items()}
    assert sum(verdict["noted"] for verdict in paid.values()) >= 9
    assert sum(verdict["exit code"] for verdict in paid.values()) >= 15
    assert sum(verdict["printed"] for verdict in paid.values()) >= 9


def test_every_hack_is_in_the_documentation() -> None:
    """The table of docs/code-synthesis.md has a row for each."""
    text = PAGE.read_text()
    assert [name for name in (*hacks.HACKS, *hacks.HONEST) if f"| {name} |" not in text and f"honest: {name} |" not in text] == []
