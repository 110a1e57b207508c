"""Facts added up: quotients of sums, over plays of any size."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axion_env import Episode, RandomPolicy, UsageError, load, play
from axion_train import recipe
from axion_train.metrics.fact_ratio import FactRatios
from axion_train.run.folder import Run

EPISODE = play(load("axion/Arithmetic-v0"), RandomPolicy(), seed=0)


def _with(facts: dict[str, Any] | None) -> Episode:
    return dataclasses.replace(EPISODE, facts=facts) if dataclasses.is_dataclass(EPISODE) else EPISODE._replace(facts=facts)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=6))
def test_a_share_is_a_quotient_of_sums(plays: list[tuple[int, int]]) -> None:
    """Not a mean of quotients: a play with nine programs weighs nine times one with one. Nothing of nothing is left out."""
    found = FactRatios({"share": ["a", "b"]}, ("b",)).metrics(_with({"a": a, "b": b, "other": "text"}) for a, b in plays)
    whole = sum(b for _, b in plays)
    assert found["sum/b"] == whole
    assert ("share/share" in found) == (whole > 0)
    assert not whole or found["share/share"] == pytest.approx(sum(a for a, _ in plays) / whole)


def test_plays_without_facts_count_for_nothing() -> None:
    assert FactRatios({"share": ["a", "b"]}).measured([_with(None), _with({"a": 1, "b": 2}), _with({})]) == {"share": 0.5}


def test_what_is_no_number_cannot_be_added_up() -> None:
    with pytest.raises(UsageError, match=r"'answer'.*is no number: 'four'"):
        FactRatios(counts=("answer",)).metrics([_with({"answer": "four"})])


@pytest.mark.parametrize("facts", [["a"], ["a", "b", "c"], "ab", ["a", 1]])
def test_a_share_is_of_two_facts(facts: Any) -> None:
    with pytest.raises(UsageError, match=r"facts\.ratios\.x"):
        FactRatios({"x": facts})


@pytest.mark.parametrize("name", ["accuracy", "updates", "cpu_seconds", "a/b"])
def test_a_share_may_not_stand_for_another_figure(name: str) -> None:
    with pytest.raises(UsageError, match=f"a share's name.*got '{name}'"):
        recipe.read("arithmetic", [f'facts.ratios={{"{name}"=["correct", "well_formed"]}}'])


def test_a_monitor_sees_what_is_added_up(tmp_path: Path) -> None:
    """It is a figure of the update like any other."""
    chosen = recipe.read(
        "arithmetic",
        [
            "training.updates=1", "warmup.steps=1", "warmup.until=0", "curriculum.deals=2", "curriculum.copies=2", "model.layers=1",
            "evaluation.final_episodes=2", 'facts.counts=["well_formed"]',
            'monitors={few={name="threshold", figure="sum/well_formed", level=1e9, below=true, window=1}}',
        ],
    )  # fmt: skip
    assert Run.create(tmp_path / "run", chosen).train()["alarms"] == ["few"]


def test_a_run_tells_its_shares_and_counts(tmp_path: Path) -> None:
    """Of training plays in every update, held out at the start and at the end, and in the summary under their own names."""
    chosen = recipe.read(
        "arithmetic",
        [
            "training.updates=2", "warmup.steps=5", "warmup.until=0", "curriculum.deals=4", "curriculum.copies=2", "model.layers=1",
            "evaluation.final_episodes=8", "evaluation.episodes=8",
            'facts.ratios.right=["correct", "well_formed"]', 'facts.counts=["well_formed"]',
        ],
    )  # fmt: skip
    run = Run.create(tmp_path / "run", chosen)
    summary = run.train()
    lines = [json.loads(line) for line in (run.path / "metrics.jsonl").read_text().splitlines()]
    assert all("sum/well_formed" in line for line in lines[1:])
    assert "heldout/well_formed" not in lines[-1]
    for line in lines[1:]:
        assert ("share/right" in line) == (line["sum/well_formed"] > 0)
    for suffix, line in (("_start", lines[0]), ("", lines[-1])):
        assert summary.get(f"right{suffix}") == line.get("heldout/right")
