"""From a package's source to a repository that bugs can be made in: what its tests are, and which of them can be believed.

    folder or sdist → tree → each test file tried alone → those that are quick enough, run together n times → Repository

A test counts if it passes in every run: in the warm interpreter, and in fresh processes under other hash seeds. One that does now this and
now that is flaky and no script runs it. Nothing is written before all of it is known.
"""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import accumulate
from pathlib import Path
from typing import Any

from axion_env import UsageError
from axion_env.sandbox import Job, JobResult, Limits, Sandbox, Workspace
from axion_zoo.selfplay.bug_repair.repository import sdist
from axion_zoo.selfplay.bug_repair.repository.layout import Layout, layout, script
from axion_zoo.selfplay.bug_repair.repository.prepared import Repository, TestFile
from axion_zoo.selfplay.bug_repair.repository.trial import Trial, called, trial
from axion_zoo.selfplay.bug_repair.suite import STANDARD_PARSER, Report, Run, SuiteLimits, run_suite, together

_PYTESTS_OWN = frozenset({"pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments"})
_WARM = 2  # of the runs; the others are in fresh processes, each under a hash seed of its own
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a package is prepared."""

    runs: int = 5
    """Runs of the whole suite; a test has to pass in all."""
    file_s: float = 10.0
    """Processor seconds of one test file, at most."""
    total_s: float = 45.0
    """Seconds of all test files that are kept; the slowest are left out first. The paper's prompt asks for less than 90 seconds."""
    packages: Sequence[str] = ()
    """Further installed distributions that tests may import."""

    def __post_init__(self) -> None:
        if self.runs < 2:
            raise UsageError(f"flakiness shows in 2 runs or more: got {self.runs}")

    @property
    def profile(self) -> str:
        """The sandbox profile that suites run under."""
        return "+".join(["proc", *self.packages])


class Meter:
    """Runs jobs, and adds up what they take."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.cpu_s = 0.0

    async def __call__(self, job: Job, *, workspace: Workspace | None = None) -> JobResult:
        """Run one."""
        result = await self._run(job, workspace=workspace)
        self.cpu_s += result.usage.cpu_s if result.usage is not None else 0.0
        return result


def prepare(
    source: sdist.Sdist, sandbox: Sandbox, settings: Settings | None = None, say: Callable[[str], None] = lambda _: None
) -> Repository:
    """Find out all there is to know of a package.

    Args:
        source: It.
        sandbox: Where its tests run: whatever they do, they do it there.
        settings: Limits and numbers.
        say: Told what is done next.

    Raises:
        UsageError: it has no tests, or none that can be believed; says why.
    """
    settings = settings or Settings()
    where = _where(source)
    say(f"{source.name} {source.version}: {len(where.code)} code files, {len(where.tests)} test files")
    trials = _tried(source, where, sandbox, settings)
    kept = _within(trials, settings)
    if not kept:
        raise UsageError(f"{source.name}: {_nothing(trials)}")
    say(f"{len(kept)} test files work alone; {settings.runs} runs of them all")
    reports, cpu_s = _repeated(source.tree, script(where.options, [one.file for one in kept]), sandbox, settings)
    covers = _covers(source.tree, where, kept, sandbox, settings)
    tests = {one.file: _sorted_out(one, reports, covers[one.file]) for one in kept}
    if not any(file.passing for file in tests.values()):
        flaky = sum(len(file.flaky) for file in tests.values())
        raise UsageError(
            f"{source.name}: {'its suite is flaky throughout' if flaky else 'its suite is broken'}: no test passes in every run"
        )
    code = tuple(path for path in where.code if any(path in file.covers for file in tests.values()))
    if not code:
        raise UsageError(f"{source.name}: its tests call no function of its own code; do they test an installed copy of it?")
    return Repository(
        source.name,
        source.version,
        source.digest,
        source.tree,
        code,
        {path: file for path, file in tests.items() if file.passing},
        where.options,
        settings.profile,
        _left_out(trials, kept, tests, settings),
        tuple({"hash_seed": seed, **_said(report)} for seed, report in zip(_seeds(settings), reports, strict=True)),
        round(cpu_s, 3),
        {"python": platform.python_version(), "pytest": version("pytest")},
    )


def write(repository: Repository, folder: Path) -> None:
    """Write a repository, whole or not at all.

    Raises:
        UsageError: something is there already.
    """
    refuse_if_there(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        repository.save(part)
        part.chmod(0o755)
        os.rename(part, folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def refuse_if_there(folder: Path) -> None:
    """Raise where `write` would."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there already; name another folder with --out, or remove it")


def _where(source: sdist.Sdist) -> Layout:
    where = layout(source.tree)
    if not where.tests:
        raise UsageError(f"{source.name} has no tests: no file in it is named test_*.py or *_test.py")
    if not where.code:
        raise UsageError(f"{source.name} has no code that its tests could import: no module or package at its top or in src/")
    tops = {path.removeprefix("src/").partition("/")[0].removesuffix(".py") for path in where.code}
    if tops & _PYTESTS_OWN:
        raise UsageError(f"{source.name} is what pytest itself runs on, so that its tests would judge themselves by it")
    return where


def _tried(source: sdist.Sdist, where: Layout, sandbox: Sandbox, settings: Settings) -> list[Trial]:
    def one(file: str) -> Callable[[Run], Coroutine[Any, Any, Trial]]:
        return lambda run: trial(run, source.tree, file, where.options, cpu_s=settings.file_s, profile=settings.profile)

    return together([one(file) for file in where.tests], sandbox)


def _within(trials: Sequence[Trial], settings: Settings) -> list[Trial]:
    """The files with a test that passes, without the slowest of them where all take too long."""
    working = sorted((one for one in trials if one.passed > 0), key=lambda one: one.cpu_s)
    totals = accumulate(one.cpu_s for one in working)
    return sorted((one for one, total in zip(working, totals, strict=True) if total <= settings.total_s), key=lambda one: one.file)


def _nothing(trials: Sequence[Trial]) -> str:
    """Why no test file is of any use."""
    reasons = "".join(f"\n  {one.file}: {_why(one)}" for one in trials[:_SHOWN])
    more = f"\n  and {len(trials) - _SHOWN} more" if len(trials) > _SHOWN else ""
    if any(one.passed > 0 for one in trials) or all(one.problem is not None and "seconds" in one.problem for one in trials):
        return f"its suite is too slow; --file-seconds and --seconds allow more{reasons}{more}"
    if any(one.network for one in trials):
        return f"its suite needs the network{reasons}{more}"
    missing = next((one.missing for one in trials if one.missing is not None), None)
    hint = f"; where {missing} is installed here, --with NAME lets tests import it" if missing is not None else ""
    return f"its suite is broken: no test passes{hint}{reasons}{more}"


def _why(one: Trial) -> str:
    return one.reason if one.passed == 0 else f"it takes {one.cpu_s:.1f} seconds"


def _seeds(settings: Settings) -> list[int | None]:
    return [None if i < _WARM else i for i in range(settings.runs)]


def _repeated(tree: Workspace, text: str, sandbox: Sandbox, settings: Settings) -> tuple[list[Report], float]:
    """What every run of the whole suite says, and the processor seconds of the first."""
    limits = SuiteLimits(script=Limits(cpu_s=3 * settings.total_s, output_bytes=1 << 23, disk_mib=64, processes=64))
    meters: list[Meter] = []

    async def once(run: Run, seed: int | None) -> Report:
        meters.append(Meter(run))
        return await run_suite(meters[-1], tree, text, STANDARD_PARSER, limits, profile=settings.profile, hash_seed=seed)

    reports = together([lambda run, seed=seed: once(run, seed) for seed in _seeds(settings)], sandbox)  # type: ignore[misc]
    failed = next((report for report in reports if report.tests is None), None)
    if failed is not None:
        *_, last = failed.log.strip().splitlines() or [""]
        raise UsageError(f"its test files work alone and not together: {failed.failure}, {failed.detail}; {last[:200]}")
    return reports, meters[0].cpu_s


def _covers(tree: Workspace, where: Layout, kept: Sequence[Trial], sandbox: Sandbox, settings: Settings) -> dict[str, tuple[str, ...]]:
    """Which code files each test file calls into; all of them, where that cannot be watched."""

    def one(file: str) -> Callable[[Run], Coroutine[Any, Any, Collection[str] | None]]:
        return lambda run: called(run, tree, file, where.options, cpu_s=settings.file_s, profile=settings.profile)

    found = together([one(tried.file) for tried in kept], sandbox)
    paths = (where.code if seen is None else [path for path in where.code if path in seen] for seen in found)
    return {tried.file: tuple(each) for tried, each in zip(kept, paths, strict=True)}


def _sorted_out(one: Trial, reports: Sequence[Report], covers: tuple[str, ...]) -> TestFile:
    """What the runs together say of the tests of one file."""
    answers: dict[str, list[bool | None]] = {}
    for name in sorted({name for report in reports for name in report.tests or () if name.partition("::")[0] == one.file}):
        answers[name] = [(report.tests or {}).get(name) for report in reports]
    passing = {name: round(one.seconds.get(name, 0.0), 4) for name, said in answers.items() if all(said)}
    failing = tuple(name for name, said in answers.items() if all(answer is False for answer in said))
    flaky = tuple(name for name in answers if name not in passing and name not in failing)
    return TestFile(passing, failing, flaky, covers)


def _left_out(trials: Sequence[Trial], kept: Sequence[Trial], tests: Mapping[str, TestFile], settings: Settings) -> dict[str, str]:
    files = {one.file for one in kept}
    found = {one.file: one.reason if one.passed == 0 else "it takes too long" for one in trials if one.file not in files}
    return found | {path: "no test of it passes in every run" for path, file in tests.items() if not file.passing}


def _said(report: Report) -> dict[str, int]:
    return {"passed": len(report.passed), "failed": len(report.failed)}
