"""The benchmark of the sandbox measures what it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import account
from benchmarks.bench import SECTIONS

BURN = "import time\nwhile time.process_time() < 0.4: pass"
RACE = """
import json, sys
import benchmarks.sandbox as bench
from benchmarks.account import account
bench.JOBS = {"sandbox": 20, "bare": 4, "cold": 3, "nsjail": 3}
with account() as clock:
    print(json.dumps({"race": bench.race(2, clock, 1), "cases": bench.by_cases(clock, 1), "slots": bench.slots(bench.FUNC, clock)}))
"""


def test_children_are_counted() -> None:
    """The clock counts what a child used, alive or dead, whichever way it counts; time asleep counts for nobody."""
    for clocks in (account.account(), _fallback()):
        with clocks as clock:
            before = clock()
            subprocess.run([sys.executable, "-I", "-S", "-c", BURN], check=True)
            spent = clock() - before
            assert 0.35 < spent < 2.0
            before = clock()
            with subprocess.Popen([sys.executable, "-I", "-S", "-c", BURN + "\nprint(flush=True)\ninput()"], stdin=-1, stdout=-1) as child:
                assert child.stdout is not None
                child.stdout.readline()
                assert 0.3 < clock() - before < 2.0
                child.communicate(b"\n")
    assert account.resident_mib() > 1


class _fallback:
    def __enter__(self):  # type: ignore[no-untyped-def]
        return account._proc

    def __exit__(self, *_: object) -> None:
        pass


def test_the_account_leaves_no_cgroup() -> None:
    """This process is where it was, and the cgroup is gone."""
    before = Path("/proc/self/cgroup").read_text()
    with account.account():
        pass
    assert Path("/proc/self/cgroup").read_text() == before
    assert not list(Path("/sys/fs/cgroup").glob(f"**/bench-{os.getpid()}"))


@pytest.mark.slow
def test_the_race_has_its_figures() -> None:
    """Every contender does the job right, and every ratio that is required is there. In a process of its own: it enters a namespace."""
    assert "sandbox" in SECTIONS
    done = subprocess.run([sys.executable, "-c", RACE], capture_output=True, text=True, cwd=Path(__file__).parents[2], check=True)
    figures = json.loads(done.stdout)
    assert {"jobs_per_s_vs_bare", "vs_cold_same_job", "cpu_ms_per_job", "by_the_wall"} <= figures["race"].keys()
    assert all(spread["median"] > 0 for spread in figures["race"]["cpu_ms"].values())
    assert list(figures["cases"]) == ["1 cases", "30 cases", "300 cases"]
    assert figures["slots"]["idle_mib"]["median"] > 1
