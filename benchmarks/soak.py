"""`python -m benchmarks.soak --jobs 100000`: a long run of jobs, one in a hundred hostile, through one sandbox.

Nothing may wear out: no slot is lost for good, every honest job gives its value, and neither the memory of this process and of the slots
nor the number of open descriptors grows. A line is fitted through the samples; a tenth of them, at the start, are left out as warm-up.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression, median
from typing import Any, NamedTuple

from axion_env.sandbox import Command, Function, Job, JobResult, JobStatus, Limits, Sandbox, Workspace
from benchmarks.account import resident_mib

HOSTILE = 0.01
SAMPLES = 50
HONEST = "def f(pairs, scale=1):\n    return {k: [x * scale for x in v] for k, v in sorted(pairs.items())}, len(pairs)"
_SHORT = Limits(cpu_s=0.2, wall_s=1.0, memory_mib=256)
HOSTILES: dict[str, str] = {
    "spins": "def f():\n    while True: pass",
    "sleeps": "def f():\n    import time\n    time.sleep(60)",
    "hoards": "def f():\n    kept = []\n    while True: kept.append(bytearray(1 << 22))",
    "exits": "def f():\n    import os\n    os._exit(0)",
    "crashes": "def f():\n    import ctypes\n    ctypes.string_at(0)",
    "forks": "def f():\n    import os\n    while True: os.fork()",
    "threads": "def f():\n    import threading, time\n    while True: threading.Thread(target=time.sleep, args=(60,)).start()",
    "fills its folder": "def f():\n    with open('x', 'wb') as file:\n        while True: file.write(bytes(1 << 20))",
    "opens files": "def f():\n    kept = []\n    while True: kept.append(open('/dev/null'))",
    "floods its result": "def f():\n    import os\n    while True: os.write(3, b'x' * 65536)",
    "forges a result": "def f():\n    import os\n    os.write(3, b'[\"returned\",true]\\n' * 9)\n    os._exit(0)",
    "returns a flood of one hash": "def f():\n    return [{i: 0 for i in range(9)}, {k * ((1 << 61) - 1) for k in range(99)}]",
    "kills": "def f():\n    import os, signal\n    for pid in (1, os.getppid()): os.kill(pid, signal.SIGKILL)",
    "stops itself": "def f():\n    import os, signal\n    signal.raise_signal(signal.SIGSTOP)\n    os.kill(os.getpid(), signal.SIGSTOP)",
    "leaves folders without permissions": "def f():\n    import os\n    os.makedirs('a/b')\n    os.chmod('a', 0)",
    "recurses": "def f():\n    return f()",
}


class Sample(NamedTuple):
    """What was held after so many jobs."""

    jobs: int
    host_mib: float
    """Of this process: its share of memory (PSS)."""
    slots_mib: float
    """Of the slots' cgroups; 0 where there are none."""
    descriptors: int
    slots: int


@dataclass
class Soak:
    """What came of it."""

    samples: list[Sample] = field(default_factory=list)
    honest: int = 0
    wrong: list[str] = field(default_factory=list)
    """Honest jobs that did not give their value."""
    hostile: Counter[str] = field(default_factory=Counter)
    """By attack and status."""
    retried: int = 0
    lost: int = 0
    slots: int = 0
    seconds: float = 0.0
    tier: str = ""


def jobs(total: int, seed: int, tier: str) -> Iterator[tuple[str, Any, tuple[Job, Workspace | None]]]:
    """(name of the attack or "", value expected, job) of each."""
    rng = random.Random(seed)
    names = list(HOSTILES)
    for i in range(total):
        if rng.random() < HOSTILE:
            name = rng.choice(names)
            yield name, None, (Function(HOSTILES[name], "f", limits=_SHORT), None)
        elif tier != "landlock" and rng.random() < 0.002:
            command = Command(["python", "-c", f"print(open('in').read()); open('out', 'w').write('{i}')"])
            yield "", str(i), (command, Workspace({"in": str(i)}))
        else:
            pairs = {f"k{j}": [j, i, -j] for j in range(rng.randrange(6))}
            expected = ({k: [x * 3 for x in v] for k, v in sorted(pairs.items())}, len(pairs))
            yield "", expected, (Function(HONEST, "f", [(pairs, 3)], seed=i), None)


def soak(total: int, seed: int = 0, *, samples: int = SAMPLES, tier: str | None = None, every: int = 0) -> Soak:
    """Run so many jobs and look at what is held every so often."""
    found = Soak()
    expectations: deque[tuple[str, Any]] = deque()
    with Sandbox(tier=tier) as sandbox:
        found.tier = sandbox.tier()
        sandbox.warm()
        if found.tier != "landlock":
            sandbox.warm("proc")

        def given() -> Iterator[tuple[Job, Workspace | None]]:
            for name, value, job in jobs(total, seed, found.tier):
                expectations.append((name, value))
                yield job

        began = time.monotonic()
        for i, result in enumerate(sandbox.stream(given())):
            _take(found, i, *expectations.popleft(), result)
            if (i + 1) % max(1, total // samples) == 0:
                found.samples.append(_sample(i + 1, sandbox))
                if every and (i + 1) % every == 0:
                    print(f"{i + 1:,} jobs, {found.samples[-1]}", file=sys.stderr, flush=True)
        found.seconds = time.monotonic() - began
        found.lost = sandbox.lost
        found.slots = sum(len(pool) for pool in sandbox._pools.values())
    return found


def _take(found: Soak, i: int, name: str, value: Any, result: JobResult) -> None:
    found.retried += result.usage is not None and result.usage.attempts > 1
    if name:
        found.hostile[f"{name}: {result.status}"] += 1
        return
    found.honest += 1
    got = result.workspace.text("out") if result.workspace is not None else (result.values or (None,))[0]
    if result.status is not JobStatus.OK or got != value:
        found.wrong.append(f"job {i}: {result.status} {result.error}, {got!r:.80}")


def _sample(done: int, sandbox: Sandbox) -> Sample:
    slots = [slot for pool in sandbox._pools.values() for slot in pool]
    held = sum(slot.memory_mib or 0.0 for slot in slots)
    return Sample(done, resident_mib(), held, len(os.listdir("/proc/self/fd")), len(slots))


class Line(NamedTuple):
    """A straight line through samples, the first tenth left out."""

    start: float
    end: float
    per_1000: float
    """What 1,000 jobs add."""


def fit(samples: Sequence[Sample], name: str) -> Line:
    """Of one of the figures."""
    kept = samples[len(samples) // 10 :]
    slope, intercept = linear_regression([s.jobs for s in kept], [float(getattr(s, name)) for s in kept])
    return Line(intercept + slope * kept[0].jobs, intercept + slope * kept[-1].jobs, slope * 1000)


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tier", help="nsjail, bubblewrap or landlock; default: the strongest that works")
    parser.add_argument("--out", type=Path, help="write the figures here, as JSON, and the page beside it")
    options = parser.parse_args(argv)
    found = soak(options.jobs, options.seed, tier=options.tier, every=options.jobs // 10)
    tell(found, options.out)
    return 1 if found.wrong else 0


FIGURES = {
    "host_mib": "this process, MiB (PSS)",
    "slots_mib": "all slots, MiB (cgroups)",
    "descriptors": "open descriptors",
    "slots": "slots",
}


def tell(found: Soak, out: Path | None) -> None:
    """Print the figures, and write them."""
    from benchmarks.table import Report  # wants scipy, and a checkout

    report = Report("A long run of jobs, one in a hundred hostile", "soak")
    report.say(" ".join((__doc__ or "").split("\n\n", 1)[1].split()))
    total = found.honest + sum(found.hostile.values())
    report.say(
        f"{total:,} jobs, {total - found.honest:,} of them hostile, in {found.seconds:,.0f} s of a machine that others used too"
        f" ({total / found.seconds:,.0f} a second), on the tier {found.tier}. Honest jobs that did not give their value:"
        f" {len(found.wrong)}. Slots that had to be replaced: {found.lost}; slots at the end: {found.slots}."
        f" Jobs that were tried again: {found.retried}."
    )
    for problem in found.wrong[:10]:
        report.say(f"- {problem}")
    rows = []
    for name, title in FIGURES.items():
        values = [float(getattr(s, name)) for s in found.samples]
        line = fit(found.samples, name)
        shown = (values[0], values[-1], median(values), max(values), line.start, line.end)
        rows.append((title, *(f"{v:.1f}" for v in shown), f"{line.per_1000:+.4f}"))
    report.table(("held", "first", "last", "median", "most", "line's start", "line's end", "per 1,000 jobs"), rows)
    report.say(f"Figures of {len(found.samples)} samples. What came of the hostile jobs:")
    report.table(("attack: status", "jobs"), [(name, f"{n:,}") for name, n in sorted(found.hostile.items())])
    if out is not None:
        lines = {name: fit(found.samples, name)._asdict() for name in FIGURES}
        facts = {"jobs": total, "honest": found.honest, "wrong": found.wrong, "lost": found.lost, "slots": found.slots, "tier": found.tier}
        more = {"retried": found.retried, "seconds": found.seconds, "hostile": found.hostile, "lines": lines}
        report.write(out, {**facts, **more, "samples": [s._asdict() for s in found.samples]})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
