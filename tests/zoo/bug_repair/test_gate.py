"""Every gate rejects what it is there for, alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from axion_zoo.bug_repair.artifact import Artifact
from axion_zoo.bug_repair.gate import GATES, Gates, Validation, validate
from axion_zoo.bug_repair.suite import Run, now

from axion_env.sandbox import Job, JobResult, Sandbox, Workspace
from tests.zoo.bug_repair.planted import PLANTED, TREE, VALID, Planted


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(slots=2) as sandbox:
        yield sandbox


_SEEN: dict[tuple[bytes, str], JobResult] = {}


def _validate(sandbox: Sandbox, artifact: Artifact, gates: Gates) -> Validation:
    def remembering(run: Run) -> Run:
        """The same job in the same tree is run once for all of these tests: most artifacts share most of theirs."""

        async def remembered(job: Job, *, workspace: Workspace | None = None) -> JobResult:
            asked = job.payload(), (workspace or Workspace()).id
            if asked not in _SEEN:
                _SEEN[asked] = await run(job, workspace=workspace)
            return _SEEN[asked]

        return remembered

    return now(lambda run: validate(remembering(run), TREE, artifact, gates), sandbox)


def test_a_valid_artifact_passes_all(sandbox: Sandbox) -> None:
    """In the paper's order, and every specified test is told; all of it is facts."""
    found = _validate(sandbox, VALID, Gates())
    assert found.valid, found
    assert [gate.name for gate in found.gates] == list(GATES)
    assert found.fail_to_pass == ("tests/test_calc.py::test_sub",)
    assert len(found.pass_to_pass) == 8
    assert found.record()["gates"][0] == {"name": "form", "passed": True}
    assert found.record()["workspaces"]["buggy"] == VALID.bug.apply(TREE).id


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED)
def test_one_gate_alone_rejects_it(sandbox: Sandbox, planted: Planted) -> None:
    """All gates before let it pass, and with that gate off or its threshold relaxed, all behind do too."""
    gates = Gates(**{"regrades": 1, **planted.thresholds})
    found = _validate(sandbox, planted.artifact, gates)
    names = list(GATES)
    assert [gate.name for gate in found.gates] == names[: names.index(planted.gate) + 1]
    assert found.code == planted.code, found
    assert _validate(sandbox, planted.artifact, replace(gates, off=(planted.gate,))).valid


def test_every_gate_has_one() -> None:
    """A gate without a planted artifact would be one that nothing tests."""
    assert {planted.gate for planted in PLANTED.values()} == set(GATES)
