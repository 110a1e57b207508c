"""Jobs say what to run, results what came of it: both are facts that a record keeps whole."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axion_env.error import UsageError
from axion_env.record.value import plain
from axion_env.sandbox import BadValue, Case, Command, Function, JobResult, JobStatus, Limits, Opaque, Usage, Workspace
from tests.sandbox.values import alike, results, values, workspaces


@given(st.data(), workspaces())
def test_a_result_survives_its_record(data: st.DataObject, base: Workspace) -> None:
    """of ∘ record is the identity on results, through JSON, with or without a workspace to start from."""
    given_base = data.draw(st.sampled_from((None, base)))
    result = data.draw(results(given_base))
    facts = json.loads(json.dumps(plain(result.record(given_base), "the result")))
    again = JobResult.of(facts, given_base)
    assert again.record(given_base) == result.record(given_base)
    assert replace(again, cases=()) == replace(result, cases=())
    assert [case.error for case in again.cases] == [case.error for case in result.cases]
    assert all(alike(a.value, b.value) for a, b in zip(again.cases, result.cases, strict=True))


def test_what_the_machine_took_enters_no_record() -> None:
    """Usage is of the machine: two runs of one job have one record, and are equal."""
    result = JobResult(JobStatus.OK, (Case(1),))
    used = result.stamped(Usage(0.1, 0.2, 9.0, "nsjail", 3), unsafe=False)
    assert used.record() == result.record()
    assert used == result


def test_values_stand_in_for_what_raised() -> None:
    """A call that raised has a value that equals nothing, so that values align with the calls."""
    result = JobResult(JobStatus.EXCEPTION, (Case(1), Case(error=""), Case(None)))
    assert [case.returned for case in result.cases] == [True, False, True]
    assert result.values[0] == 1
    assert type(result.values[1]) is Opaque
    assert result.values[1] != result.values[1]
    assert not result.ok


@pytest.mark.parametrize(
    "wrong",
    [
        {"cpu_s": 0}, {"cpu_s": -1.0}, {"cpu_s": float("nan")}, {"cpu_s": float("inf")}, {"cpu_s": None}, {"cpu_s": "1"}, {"cpu_s": True},
        {"wall_s": 0}, {"wall_s": False}, {"memory_mib": 0}, {"memory_mib": 1.5}, {"memory_mib": None}, {"memory_mib": 1 << 31},
        {"output_bytes": 0.5}, {"disk_mib": True}, {"processes": 3.0},
    ],
)  # fmt: skip
def test_limits_that_limit_nothing(wrong: dict[str, Any]) -> None:
    """A limit is a positive number, whole where it counts things; None only for the wall. Else it would break where the job is sent."""
    with pytest.raises(UsageError, match=next(iter(wrong))):
        Limits(**wrong)


def test_the_wall_follows_the_cpu() -> None:
    """Without a wall of its own a job has four times its CPU seconds."""
    assert Limits(cpu_s=3).wall == 12
    assert Limits(cpu_s=3, wall_s=0.5).wall == 0.5


def test_wrong_shapes() -> None:
    """Mistakes of the caller are said where they are made."""
    with pytest.raises(UsageError, match="2 calls and 1 sets of keywords"):
        Function("", "f", [(1,), (2,)], [{}])
    for argv in ("ls -l", [], ()):
        with pytest.raises(UsageError, match="list of words"):
            Command(argv)
    with pytest.raises(UsageError, match="not all builtins"):
        Function("", "f", [(object(),)]).payload()
    with pytest.raises(BadValue, match="64 deep"):
        Function("", "f", [(_deep(70),)]).record()


def _deep(levels: int) -> Any:
    value: Any = 0
    for _ in range(levels):
        value = [value]
    return value


@given(st.lists(st.lists(values, max_size=2), min_size=1, max_size=3), st.integers(0, 2**64))
def test_a_job_is_facts(calls: list[list[Any]], seed: int) -> None:
    """The record of a job is JSON and the same at every time, whatever its arguments; jobs are frozen and take any sequences."""
    job = Function("def f(*a): return a", "f", calls, seed=seed)
    assert job == Function("def f(*a): return a", "f", tuple(map(tuple, calls)), seed=seed) or any(v != v for call in calls for v in call)
    facts = plain(job.record(), "the job")
    assert json.loads(json.dumps(facts)) == facts
    assert type(job.payload()) is bytes


def test_a_record_tells_jobs_apart() -> None:
    """Whatever changes what is run changes the record."""
    job = Function("def f(x): return x", "f", [(1,)])
    others = [
        Function("def f(x): return -x", "f", [(1,)]),
        replace(job, entry="g"),
        replace(job, calls=[(1.0,)]),
        replace(job, calls=[(True,)]),
        replace(job, keywords=[{"y": 2}]),
        replace(job, limits=Limits(cpu_s=3.0)),
        replace(job, seed=1),
        replace(job, profile="numeric"),
    ]
    records = [json.dumps(j.record(), sort_keys=True) for j in (job, *others, Command(["f"]), Command(["f"], stdin="x"))]
    assert len(set(records)) == len(records)
