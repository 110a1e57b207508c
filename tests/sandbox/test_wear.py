"""Small runs of the fuzzer and of the soak (benchmarks/fuzz, benchmarks/soak.py), and proof that each can fail."""

from __future__ import annotations

import pytest

from axion_env.sandbox import JobResult
from axion_env.sandbox.inside import wire
from benchmarks import fuzz, soak


def test_mutated_outputs_are_read_or_refused() -> None:
    """20,000 mutated outputs: none takes long, crashes the reader, or gives a result that has no record."""
    tally = fuzz.fuzz(20_000, seed=1)
    assert tally.faults == []
    assert sum(tally.statuses.values()) == 20_000
    for status in ("OK", "EXCEPTION", "BAD_RESULT", "OUTPUT_LIMIT", "NO_RESULT", "MEMORY", "CPU_LIMIT", "WALL_LIMIT"):
        assert tally.statuses[status] > 100, "the inputs are no longer near enough to what jobs write"


def test_an_input_is_made_by_its_number() -> None:
    """A fault is found again from the number it is reported with."""
    first, again = (fuzz.fuzz(0, seed=1, numbers=range(300, 330)) for _ in range(2))
    assert (first.statuses, first.bytes) == (again.statuses, again.bytes)


@pytest.mark.parametrize(
    ("what", "broken"),
    [
        ("_int", lambda digits: int(digits[:4300])),
        ("_members", lambda members: members),
        ("_bytes", lambda body, depth: bytearray.fromhex(body)),
    ],
)
def test_the_fuzzer_finds_what_is_broken(monkeypatch: pytest.MonkeyPatch, what: str, broken: object) -> None:
    """A reader with a hole in it is found out within some thousand inputs."""
    monkeypatch.setattr(wire, what, broken)
    if what[1:] in wire._READERS:
        monkeypatch.setitem(wire._READERS, what[1:], broken)
    assert fuzz.fuzz(8_000, seed=1).faults


def test_the_fuzzer_finds_records_that_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that drops an error without a text is found out."""
    record = JobResult.record
    monkeypatch.setattr(
        JobResult, "record", lambda self, base=None: {k: v for k, v in record(self, base).items() if (k, v) != ("error", "")}
    )
    assert fuzz.fuzz(8_000, seed=1).faults


def test_nothing_wears_out() -> None:
    """2,000 jobs, one in a hundred hostile: honest ones give their values, no slot is lost for good, nothing grows."""
    found = soak.soak(2_000, seed=1, samples=20)
    assert found.wrong == []
    assert found.honest + sum(found.hostile.values()) == 2_000
    assert sum(found.hostile.values()) > 10
    assert not any(name.endswith("SANDBOX_ERROR") for name in found.hostile)
    slots = [sample.slots for sample in found.samples]
    assert max(slots) == min(slots)
    assert abs(soak.fit(found.samples, "descriptors").per_1000) < 4
    assert soak.fit(found.samples, "host_mib").per_1000 < 2


def test_growth_shows() -> None:
    """The line finds a leak of one descriptor in a hundred jobs, and none where figures only waver."""
    leak = [soak.Sample(i, 20.0, 40.0, 20 + i // 100, 4) for i in range(0, 5000, 100)]
    wavers = [soak.Sample(i, 20.0 + (i // 100) % 3, 40.0, 20, 4) for i in range(0, 5000, 100)]
    assert soak.fit(leak, "descriptors").per_1000 == pytest.approx(10)
    assert abs(soak.fit(wavers, "host_mib").per_1000) < 0.1
