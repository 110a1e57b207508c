"""One test file tried alone: what its tests say and how long each takes; and, in a run of its own, which files of the package they call.

Watching calls makes tests some five times slower, and some of them fail: what they say is learned without it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from axion_env.sandbox import Command, JobResult, JobStatus, Limits, Workspace
from axion_zoo.selfplay.bug_repair.suite import Run

_OUT = ".axion-trial.json"
_PROGRAM = f"""
import json, os, sys, threading
watched = sys.argv.pop(1) == "watched"
top = os.getcwd()
sys.path.insert(0, top)
import pytest

called = set()


def trace(frame, event, argument):
    code = frame.f_code
    if code.co_flags & 1:  # a function's, not a module's or a class's
        called.add(code.co_filename)


class Watch:
    def __init__(self):
        self.told = {{"seconds": {{}}, "failed": {{}}, "errors": []}}

    def pytest_collectreport(self, report):
        if report.failed:
            self.told["errors"].append(str(report.longrepr)[-4000:])

    def pytest_collection_finish(self):
        if watched:
            threading.settrace(trace)
            sys.settrace(trace)

    def pytest_runtest_logreport(self, report):
        seconds = self.told["seconds"]
        seconds[report.nodeid] = seconds.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            self.told["failed"].setdefault(report.nodeid, str(report.longrepr)[-4000:])


watch = Watch()
pytest.main(sys.argv[1:], plugins=[watch])
sys.settrace(None)
watch.told["called"] = sorted(name[len(top) + 1 :] for name in called if name.startswith(top + os.sep))
with open(os.path.join(top, {_OUT!r}), "w") as out:
    json.dump(watch.told, out)
"""
_TOLD = {"seconds": dict, "failed": dict, "errors": list, "called": list}
_NETWORK = re.compile(r"socket\.py|gaierror|URLError|ConnectionError|ConnectionRefused|Temporary failure in name resolution|getaddrinfo")
_MISSING = re.compile(r"No module named '([\w.]+)'")
_WATCHED = 10.0  # times the processor seconds that a file may take unwatched
_WAITING = 4.0, 10.0  # wall seconds, by the same and besides: tests that sleep are of no use, and some never wake when watched


@dataclass(frozen=True)
class Trial:
    """What came of one test file."""

    file: str
    seconds: Mapping[str, float]
    """Wall seconds of each test that ran."""
    failed: Mapping[str, str]
    """The end of what each failing test said."""
    errors: Sequence[str]
    """Why it, or a part of it, could not be collected."""
    cpu_s: float = 0.0
    """Processor seconds of the whole run."""
    problem: str | None = None
    """Why there is nothing of it at all."""

    @property
    def passed(self) -> int:
        """Number of tests that did not fail."""
        return len(self.seconds) - len(self.failed)

    @property
    def network(self) -> Sequence[str]:
        """Tests that failed in want of a network."""
        return [name for name, text in self.failed.items() if _NETWORK.search(text)]

    @property
    def missing(self) -> str | None:
        """A module it cannot import."""
        found = next((found for text in (*self.errors, *self.failed.values()) if (found := _MISSING.search(text))), None)
        return None if found is None else found[1]

    @property
    def reason(self) -> str:
        """Why it is of no use, in a line."""
        if self.problem is not None:
            return self.problem
        if self.missing is not None:
            return f"it imports {self.missing}, which is not there"
        if self.network:
            return "it needs the network, and there is none"
        lines = [line.strip() for line in "\n".join([*self.errors, *self.failed.values()]).splitlines() if line.strip()]
        said = [line.removeprefix("E ").strip() for line in lines if re.match(r"E\s+[^+\s]", line)] or lines or ["it has no tests"]
        return said[-1][:200]


async def trial(run: Run, tree: Workspace, file: str, options: Sequence[str], *, cpu_s: float, profile: str) -> Trial:
    """Run one test file."""
    result = await run(_job("alone", file, options, cpu_s, 1.0, profile), workspace=tree)
    told = _told(result)
    if told is None:
        return Trial(file, {}, {}, (), problem=_problem(result, cpu_s))
    errors = told["errors"]
    if not told["seconds"] and not errors and result.exit_code == 0:
        errors = [(result.stdout + result.stderr)[-4000:]]  # a conftest.py that cannot be loaded is reported nowhere else
    return Trial(file, told["seconds"], told["failed"], errors, result.usage.cpu_s if result.usage is not None else 0.0)


async def called(run: Run, tree: Workspace, file: str, options: Sequence[str], *, cpu_s: float, profile: str) -> Collection[str] | None:
    """The files of the tree in which a test file's tests call a function; None: there is no telling."""
    told = _told(await run(_job("watched", file, options, cpu_s, _WATCHED, profile), workspace=tree))
    return None if told is None else [path for path in told["called"] if path in tree.files]


def _job(how: str, file: str, options: Sequence[str], cpu_s: float, slower: float, profile: str) -> Command:
    times, more = _WAITING
    limits = Limits(cpu_s=slower * cpu_s, wall_s=times * cpu_s + more, output_bytes=1 << 22, disk_mib=64, processes=64)
    return Command(["python", "-c", _PROGRAM, how, "-q", "--tb=short", *options, file], limits=limits, profile=profile)


def _told(result: JobResult) -> dict[str, Any] | None:
    """What the job's own program wrote; the package's code could have written it too, and would only fool its own tests."""
    file = result.workspace.files.get(_OUT) if result.workspace is not None else None
    try:
        told = None if file is None else json.loads(file.data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or {name: type(part) for name, part in told.items()} != _TOLD:
        return None
    texts = (*told["failed"].values(), *told["errors"], *told["called"])
    return told if all(type(text) is str for text in texts) and all(type(s) is float for s in told["seconds"].values()) else None


def _problem(result: JobResult, cpu_s: float) -> str:
    if result.status in (JobStatus.CPU_LIMIT, JobStatus.WALL_LIMIT):
        return f"it takes more than {cpu_s:g} seconds"
    *_, last = (result.stderr.strip() or result.stdout.strip()).splitlines() or [result.error or str(result.status)]
    return f"it ended its own run: {last[:200]}"
