"""`python -m benchmarks.repositories --sdists DIR --work DIR`: bugs of real packages, made by rule, graded, and what a grading costs.

Each package is prepared and bred as `axion repo` does it. Then every bug is graded: five times with the bug taken back, which has to be
paid alike every time; with nothing done, and with a comment alone; and with cheats that work on the tests instead of the code. A graded
attempt is timed beside a cold `pytest` of the same tests in a plain process.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shlex
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import fmean
from typing import Any

from axion_zoo.selfplay.bug_repair import bank
from axion_zoo.selfplay.bug_repair.bank import Bug, Repositories, Tree, breed, repository_tree
from axion_zoo.selfplay.bug_repair.gate import Grade, broken, grade
from axion_zoo.selfplay.bug_repair.injector.baseline import TAMPERERS, Solver, idle, oracle
from axion_zoo.selfplay.bug_repair.injector.tree import written
from axion_zoo.selfplay.bug_repair.repository import Repository, prepare, sdist
from axion_zoo.selfplay.bug_repair.repository.prepare import Meter
from axion_zoo.selfplay.bug_repair.suite import BARE, BRIEF, Run, plain, together

from axion_env import Patch, Stream, derive
from axion_env.sandbox import Sandbox, Workspace
from benchmarks.table import Report

OUT = Path(__file__).parents[1] / "docs/results/repositories.json"
PACKAGES = ("toolz==1.0.0", "cachetools==5.5.2", "h11==0.16.0", "parse==1.20.2")
"""Of different kinds: functions over iterables, caches and decorators, a protocol's state machine, a compiler of regular expressions."""
GRADINGS = 5
_EVERY_CHEAT = 3  # bugs of a package on which every cheat is tried; on each of the others, one in turn
_TIMED = 10  # bugs whose gradings are timed, one at a time
_AT_ONCE = 8


@dataclass
class Graded:
    """What gradings of one bug came to."""

    codes: dict[str, list[str]] = field(default_factory=dict)
    """By solver."""


def remark(bug: Patch) -> Solver:
    """Adds a comment to what is broken: an attempt that changes something and mends nothing."""

    def solve(workspace: Workspace, spec: Patch, stream: Stream) -> Patch:
        path = bug.paths[0]
        return Patch.between(workspace, written(workspace, {path: workspace.text(path) + "\n# seen\n"}))

    return solve


def archives(folder: Path | None, packages: Sequence[str]) -> Iterator[Path]:
    """The packages' source archives: those in a folder, others fetched by pip."""
    home = folder or Path(tempfile.mkdtemp(prefix="axion-sdists-"))
    home.mkdir(parents=True, exist_ok=True)
    for package in packages:
        name, _, version = package.partition("==")
        pattern = f"{name.replace('-', '[-_]')}-{version}.*"
        if not any(home.glob(pattern)):
            fetch = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", str(home), package]
            subprocess.run(fetch, check=True)
        yield next(iter(sorted(home.glob(pattern))))


def repository(archive: Path, work: Path, sandbox: Sandbox) -> tuple[Repository, Path]:
    """The archive's package, prepared; taken from `work` where it is there already."""
    package = sdist.read(archive)
    folder = work / f"{package.name}-{package.version}"
    if not folder.exists():
        prepare.write(prepare.prepare(package, sandbox), folder)
    return Repository.load(folder), folder


def bugs_of(tree: Tree, folder: Path, count: int, seed: int, sandbox: Sandbox) -> tuple[Sequence[Bug], dict[str, Any]]:
    """Valid bugs, and what making them took; taken from the folder where enough are there."""
    path = folder / Repositories.BANK
    known = bank.read(path) if path.exists() else []
    if len(known) >= count:
        return known[:count], {}
    began, tried = time.monotonic(), 0

    def counted() -> Iterator[tuple[str, Patch]]:
        nonlocal tried
        for patch in breed.by_rule(tree, seed):
            tried += 1
            yield patch

    made: list[Bug] = []
    for bug in islice(breed.breed(tree, counted(), sandbox), count):
        made.append(bug)
        print(f"{tree.name}: bug {len(made)}, {bug.origin}, of {tried} patches", file=sys.stderr)
    bank.write(path, made)
    return made, {"patches": tried, "wall_s": time.monotonic() - began}


def attempt(run: Run, tree: Tree, bug: Bug, solver: Solver, seed: int = 0) -> Coroutine[Any, Any, Grade]:
    """One attempt, solved and graded."""
    start = broken(tree.workspace, bug.artifact)
    patch = solver(start, bug.artifact.weaken.reverse(), Stream(derive(seed, "attempt", bug.artifact.bug_inject)))
    return grade(run, tree.workspace, bug.artifact, patch, [*bug.fail_to_pass, *bug.pass_to_pass], limits=tree.limits, profile=tree.profile)


def graded(tree: Tree, bugs: Sequence[Bug], sandbox: Sandbox) -> list[Graded]:
    """Every bug under every solver that concerns it."""
    jobs: list[tuple[int, str, Solver]] = []
    names = list(TAMPERERS)
    for i, bug in enumerate(bugs):
        jobs += [(i, "oracle", oracle(bug.artifact.bug))] * GRADINGS
        jobs += [(i, "nothing", idle), (i, "a comment", remark(bug.artifact.bug))]
        jobs += [(i, name, TAMPERERS[name]) for name in (names if i < _EVERY_CHEAT else [names[i % len(names)]])]
    found = [Graded() for _ in bugs]
    waiting = iter(jobs)
    while batch := list(islice(waiting, _AT_ONCE)):
        makes = [partial(attempt, tree=tree, bug=bugs[i], solver=solver, seed=i) for i, _, solver in batch]
        for (i, name, _), said in zip(batch, together(makes, sandbox), strict=True):
            found[i].codes.setdefault(name, []).append(f"{said.code}: {said.detail}" if not said.solved else said.code)
        print(f"{tree.name}: graded up to bug {batch[-1][0] + 1}", file=sys.stderr)
    return found


def timed(tree: Tree, bugs: Sequence[Bug], sandbox: Sandbox) -> dict[str, dict[str, float]]:
    """Mean CPU and wall seconds of a grading, of what is mended and of what is not, and of a cold pytest of the same tests."""
    cpu_s: dict[str, list[float]] = {"failed": [], "solved": [], "cold": []}
    wall_s: dict[str, list[float]] = {"failed": [], "solved": [], "cold": []}
    for bug in bugs:
        for name, solver in (("solved", oracle(bug.artifact.bug)), ("failed", remark(bug.artifact.bug))):
            spent: list[float] = []

            async def metered(run: Run, solver: Solver = solver, bug: Bug = bug, spent: list[float] = spent) -> None:
                meter = Meter(run)
                await attempt(meter, tree, bug, solver)
                spent.append(meter.cpu_s)

            began, mine = time.monotonic(), time.process_time()
            together([metered], sandbox)
            wall_s[name].append(time.monotonic() - began)
            cpu_s[name].append(spent[0] + time.process_time() - mine)
        cold_cpu_s, cold_wall_s = cold(tree, bug)
        cpu_s["cold"].append(cold_cpu_s)
        wall_s["cold"].append(cold_wall_s)
    means = {"cpu_s": cpu_s, "wall_s": wall_s}
    return {kind: {name: fmean(values) for name, values in each.items()} for kind, each in means.items()}


def cold(tree: Tree, bug: Bug) -> tuple[float, float]:
    """CPU and wall seconds of the bug's own test command in a plain new process, on the tree as it should be."""
    words = plain(bug.artifact.test_script)
    assert words is not None
    with tempfile.TemporaryDirectory(prefix="axion-cold-") as folder:
        tree.workspace.save(Path(folder, "tree"))
        environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run(
            [sys.executable, *(word for word in words[1:] if word not in (BRIEF, BARE))],
            cwd=Path(folder, "tree"),
            env=environment,
            capture_output=True,
            check=False,
        )
        wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"{shlex.join(words)} failed: {done.stdout[-500:]!r}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def row(package: Repository, bugs: Sequence[Bug], found: Sequence[Graded]) -> dict[str, Any]:
    """The figures of one package."""
    cheats = [code for one in found for name, codes in one.codes.items() if name in TAMPERERS for code in codes]
    idle_ = [code for one in found for name in ("nothing", "a comment") for code in one.codes[name]]
    return {
        "tests": len(package.passing),
        "code_files": len(package.code),
        "suite_cpu_s": package.cpu_s,
        "bugs": len(bugs),
        "origins": dict(Counter(bug.origin for bug in bugs)),
        "oracle": _share(code == "SOLVED" for one in found for code in one.codes["oracle"]),
        "agree": _share(len(set(one.codes["oracle"])) == 1 and len(one.codes["oracle"]) == GRADINGS for one in found),
        "nothing": _share(code == "SOLVED" for code in idle_),
        "cheats": _share(code == "SOLVED" for code in cheats),
        "cheats_tried": len(cheats),
        "cheat_codes": {
            name: dict(Counter(code.partition(":")[0] for one in found for code in one.codes.get(name, ()))) for name in TAMPERERS
        },
        "unpaid": [code for one in found for code in one.codes["oracle"] if code != "SOLVED"][:5],
    }


def _share(verdicts: Iterable[bool]) -> float:
    return fmean(map(float, verdicts))


def main(arguments: Sequence[str]) -> int:
    """Measure and write; 1 if a law is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="*", default=PACKAGES, metavar="NAME==VERSION")
    parser.add_argument("--sdists", type=Path, help="folder of source archives; what is not there is fetched by pip")
    parser.add_argument("--work", type=Path, help="folder of repositories, banks and figures: what is there is taken as it is")
    parser.add_argument("--bugs", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args(arguments)
    work = given.work or Path(tempfile.mkdtemp(prefix="axion-repositories-"))
    rows: dict[str, dict[str, Any]] = {}
    with Sandbox() as sandbox:
        for archive in archives(given.sdists, given.packages):
            package, folder = repository(archive, work, sandbox)
            done = folder / "figures.json"
            tree = repository_tree(folder.name, package)
            if not done.exists():
                bugs, making = bugs_of(tree, folder, given.bugs, given.seed, sandbox)
                found = graded(tree, bugs, sandbox)
                done.write_text(json.dumps({**row(package, bugs, found), "making": making}))
            costs = timed(tree, bank.read(folder / Repositories.BANK)[:_TIMED], sandbox)
            rows[package.title] = {**json.loads(done.read_text()), **costs}
    _write(rows, given.out)
    return 0 if all(one["oracle"] == one["agree"] == 1.0 and one["nothing"] == one["cheats"] == 0.0 for one in rows.values()) else 1


def _write(rows: dict[str, dict[str, Any]], out: Path) -> None:
    report = Report("Bugs of real packages", "repositories")
    report.say(
        "Packages as they come from PyPI, prepared by `axion repo prepare`; bugs by rule, each let through by every gate. Each is graded "
        f"{GRADINGS} times with the bug taken back (*oracle*; *agree*: all {GRADINGS} alike), with nothing done and with a comment alone "
        f"(*no-op*), and with {len(TAMPERERS)} cheats that work on the tests: all of them on the first {_EVERY_CHEAT} bugs of a package, "
        "one in turn on each other. Shares are of attempts that were paid. Bugs and gradings that `--work` held already, from an earlier "
        "commit, were taken as they were."
    )
    head = ("package", "tests", "code files", "bugs", "oracle", "agree", "no-op", "cheats", "cheats tried")
    names = ("tests", "code_files", "bugs", "oracle", "agree", "nothing", "cheats", "cheats_tried")
    report.table(head, [(title, *(one[name] for name in names)) for title, one in rows.items()])
    report.say(
        "Seconds of one graded attempt, script and parser and everything around them, beside a cold `python -m pytest -rA` of the same "
        "tests in a plain process, without isolation, plugins or parser. An attempt that passes is run once more with its tests made "
        f"false, so that it costs two runs; one that fails costs one. Means over {_TIMED} bugs of each package, on a shared machine."
    )
    costs = ("package", "failed, CPU s", "solved, CPU s", "cold, CPU s", "cold / failed", "cold / solved", "failed, wall s", "cold, wall s")
    report.table(costs, [(title, *_costs(one)) for title, one in rows.items()])
    report.say("What the gradings of cheats said:")
    codes = sorted({code for one in rows.values() for said in one["cheat_codes"].values() for code in said})
    totals = {name: Counter[str]() for name in TAMPERERS}
    for one in rows.values():
        for name, said in one["cheat_codes"].items():
            totals[name].update(said)
    report.table(("cheat", *codes), [(name, *(said[code] for code in codes)) for name, said in totals.items()])
    report.say("Who made the bugs:")
    origins = sorted({origin for one in rows.values() for origin in one["origins"]})
    report.table(("package", *origins), [(title, *(one["origins"].get(origin, 0) for origin in origins)) for title, one in rows.items()])
    report.write(out, {"packages": rows})


def _costs(one: dict[str, Any]) -> tuple[float, ...]:
    cpu, wall = one["cpu_s"], one["wall_s"]
    return (
        cpu["failed"],
        cpu["solved"],
        cpu["cold"],
        cpu["cold"] / cpu["failed"],
        cpu["cold"] / cpu["solved"],
        wall["failed"],
        wall["cold"],
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
