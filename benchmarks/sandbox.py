"""Jobs per CPU second and per second in the sandbox, beside processes that are started anew for every job.

All contenders but `bare` do the same job: load a function, call it three times, give back three values as JSON. `sandbox` alone and
`nsjail` isolate it. The clock is processor time of everything a contender sets in motion, the host's share and the slots included
(benchmarks/account.py), since the clock on the wall tells of others on the machine too; `by_the_wall` has that one.
"""

from __future__ import annotations

import gc
import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from axion_env.sandbox import Function, Profile, Sandbox, SandboxUnavailable
from axion_env.sandbox.probe import choose
from axion_env.sandbox.profile import FUNC, NUMERIC, PROC, interpreter
from axion_env.sandbox.slot import Slot
from benchmarks.account import account, resident_mib
from benchmarks.jail import jailed
from benchmarks.measure import ratios, spread

ROUNDS = 7
CODE = """
def merge(pairs):
    done = []
    for low, high in sorted(pairs):
        if done and low <= done[-1][1]:
            done[-1][1] = max(done[-1][1], high)
        else:
            done.append([low, high])
    return done
"""
ENTRY = "merge"
CALLS: tuple[list[Any], ...] = ([[[1, 3], [2, 6], [8, 10]]], [[[1, 4], [4, 5]]], [[]])
VALUES: tuple[Any, ...] = ([[1, 6], [8, 10]], [[1, 5]], [])
JOBS = {"sandbox": 300, "bare": 60, "cold": 40, "nsjail": 30}
"""In a round, so that each takes about as long."""
CASES = (1, 30, 300)
SLOTS = 6
_RUNNER = """
import json, sys
job = json.loads(sys.stdin.buffer.read())
space = {}
exec(compile(job["code"], "solution.py", "exec"), space)
sys.stdout.write(json.dumps([space[job["entry"]](*arguments) for arguments in job["calls"]]))
"""

Contender = Callable[[int, int], None]
"""(jobs, workers): so many jobs, so many at once."""


def job(cases: int = 3) -> Function:
    return Function(CODE, ENTRY, [CALLS[i % 3] for i in range(cases)])


@contextmanager
def contenders(workers: int) -> Iterator[dict[str, Contender]]:
    """By name; `nsjail` is missing where it cannot be run."""
    python = [interpreter()[0], "-I", "-S"]
    given = json.dumps({"code": CODE, "entry": ENTRY, "calls": CALLS}).encode()

    def sandboxed(jobs: int, workers: int) -> None:
        results = sandbox.run([job()] * jobs)
        assert all(result.values == VALUES for result in results), results[0]

    def bare() -> None:
        subprocess.run([*python, "-c", "pass"], stdin=subprocess.DEVNULL, check=True)

    def same_job(command: list[str]) -> None:
        done = subprocess.run(command, input=given, stdout=subprocess.PIPE, check=True)
        assert tuple(json.loads(done.stdout)) == VALUES

    with ExitStack() as stack:
        script = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="axion-bench-")), "runner.py")
        script.parent.chmod(0o755)
        script.write_text(_RUNNER)
        script.chmod(0o644)
        sandbox = stack.enter_context(Sandbox(slots=workers))
        sandbox.warm()
        found: dict[str, Contender] = {
            "sandbox": sandboxed,
            "bare": partial(_each, bare),
            "cold": partial(_each, partial(same_job, [*python, str(script)])),
        }
        if sandbox.tier() == "nsjail":
            found["nsjail"] = partial(_each, partial(same_job, stack.enter_context(jailed(script))))
        yield found


def _each(once: Callable[[], None], jobs: int, workers: int) -> None:
    if workers == 1:
        for _ in range(jobs):
            once()
        return
    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(once) for _ in range(jobs)]:
            done.result()


def race(workers: int, clock: Callable[[], float], rounds: int = ROUNDS) -> dict[str, Any]:
    """Everybody in turns, round after round; the first round is not counted."""
    cpu: dict[str, list[float]] = {}
    wall: dict[str, list[float]] = {}
    with contenders(workers) as found:
        for i in range(rounds + 1):
            for name, contender in found.items():
                spent, took = _timed(partial(contender, JOBS[name], workers), clock)
                if i > 0:
                    cpu.setdefault(name, []).append(spent / JOBS[name] * 1000)
                    wall.setdefault(name, []).append(took / JOBS[name] * 1000)
    return {
        **_ratios(cpu),
        "cpu_ms_per_job": spread(cpu["sandbox"]),
        "cpu_ms": {name: spread(values) for name, values in cpu.items()},
        "by_the_wall": {**_ratios(wall), "jobs_per_s": {name: spread([1000 / ms for ms in values]) for name, values in wall.items()}},
    }


_RATIOS = {"jobs_per_s_vs_bare": "bare", "vs_cold_same_job": "cold", "vs_nsjail_per_exec": "nsjail"}


def _ratios(ms: dict[str, list[float]]) -> dict[str, Any]:
    return {key: ratios(ms[name], ms["sandbox"]) for key, name in _RATIOS.items() if name in ms}


def _timed(thing: Callable[[], Any], clock: Callable[[], float]) -> tuple[float, float]:
    """CPU seconds and seconds."""
    gc.collect()
    start, began = clock(), time.perf_counter()
    thing()
    return clock() - start, time.perf_counter() - began


def by_cases(clock: Callable[[], float], rounds: int = ROUNDS) -> dict[str, Any]:
    """CPU ms a job, by the number of its calls."""
    taken: dict[str, list[float]] = {f"{cases} cases": [] for cases in CASES}
    jobs = JOBS["sandbox"] // 3
    with Sandbox(slots=2) as sandbox:
        sandbox.warm()
        for i in range(rounds + 1):
            for cases, values in zip(CASES, taken.values(), strict=True):
                spent, _ = _timed(partial(sandbox.run, [job(cases)] * jobs), clock)
                if i > 0:
                    values.append(spent / jobs * 1000)
    return {name: spread(values) for name, values in taken.items()}


def by_profile(clock: Callable[[], float], rounds: int = ROUNDS) -> dict[str, Any]:
    """CPU ms a job, by its profile: what is loaded before a job is in each of its processes."""
    taken: dict[str, list[float]] = {}
    jobs = JOBS["sandbox"] // 3
    with Sandbox(slots=1) as sandbox:
        for i in range(rounds + 1):
            for profile in (FUNC, PROC, NUMERIC):
                with suppress(SandboxUnavailable):
                    spent, _ = _timed(partial(sandbox.run, [replace(job(), profile=profile.name)] * jobs), clock)
                    if i > 0:
                        taken.setdefault(profile.name, []).append(spent / jobs * 1000)
    return {name: spread(values) for name, values in taken.items()}


def slots(profile: Profile, clock: Callable[[], float]) -> dict[str, Any] | None:
    """What a slot takes to come up, and holds while it waits; None where the profile has no tier here."""
    try:
        first = choose(profile)
    except SandboxUnavailable:
        return None
    up = [first]
    try:
        spent, _ = _timed(lambda: up.extend(Slot(n, first.tier, profile, cgroups=first.limited) for n in range(1, SLOTS)), clock)
        return {
            "tier": first.tier.name,
            "start_ms": spread([slot.started_s * 1000 for slot in up[1:]]),
            "start_cpu_ms": spent / (SLOTS - 1) * 1000,
            "idle_mib": spread([_held(slot) for slot in up[1:]]),
        }
    finally:
        for slot in up:
            slot.close()


def _held(slot: Slot) -> float:
    """MiB, of its cgroup, the kernel's share included; where there is none, the resident share of its processes."""
    return slot.memory_mib if slot.memory_mib is not None else resident_mib(slot._process.pid)  # type: ignore[union-attr]


def run() -> dict[str, Any]:
    """Races with one and two workers, then the sandbox alone."""
    with account() as clock:
        figures: dict[str, Any] = {f"{n} worker{'s' if n > 1 else ''}": race(n, clock) for n in (1, 2)}
        figures["cpu_ms_per_job_by_cases"] = by_cases(clock)
        figures["cpu_ms_per_job_by_profile"] = by_profile(clock)
        figures["slot"] = {profile.name: slots(profile, clock) for profile in (FUNC, PROC, NUMERIC)}
    least = {key: min(figures[n][key]["median"] for n in ("1 worker", "2 workers")) for key in _RATIOS if key in figures["1 worker"]}
    most = median([figures[n]["cpu_ms_per_job"]["median"] for n in ("1 worker", "2 workers")])
    return {**least, "cpu_ms_per_job": most, **figures}
