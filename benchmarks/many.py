"""Many runs of `axion train`, a few at a time: what the tables here are made from.

A finished run stays in its folder under `runs/benchmarks` and is not run again: stop a table whenever you like, and start it again with
the same command. The folder's name holds a digest of the run's whole recipe, so that a changed knob is another run. Processor seconds are
the child's own, as the system counted them when it ended: import of torch, warm-up, measurement and report included.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import itertools
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from axion_train import recipe

ROOT = Path(__file__).resolve().parents[1]
RUNS = ROOT / "runs" / "benchmarks"
AXION = str(Path(sys.executable).with_name("axion"))
_DONE = "finished.json"
_MEASURED = ("axion_env", "axion_train", "envs", "benchmarks")  # what a figure depends on


class Job(NamedTuple):
    """One run to be made."""

    arm: str
    """Names the folder and the row of the table."""
    recipe: str
    seed: int
    changes: tuple[str, ...] = ()
    """As `--set` takes them."""

    @property
    def digest(self) -> str:
        """Of every knob but the seed."""
        knobs = dataclasses.asdict(recipe.read(self.recipe, [*self.changes, "training.seed=0"]))
        return digest(knobs)

    @property
    def name(self) -> str:
        """Of its folder."""
        return f"{self.arm}-{self.digest}-seed{self.seed}"


class Ended(NamedTuple):
    """A child process that ended well."""

    output: str
    cpu_seconds: float


class Run(NamedTuple):
    """A finished run."""

    job: Job
    path: Path
    summary: dict[str, Any]
    cpu_seconds: float
    """Of the whole child process."""
    commit: str
    """Of the checkout that made it."""


def run(argv: Sequence[str]) -> Ended:
    """A child process on one thread, in the checkout.

    Raises:
        RuntimeError: it failed; holds the end of what it said.
    """
    path = os.pathsep.join(
        filter(None, (str(ROOT), str(ROOT / "envs"), os.environ.get("PYTHONPATH")))
    )  # this checkout, whatever is installed
    env = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        child = subprocess.Popen(argv, stdout=out, stderr=err, stdin=subprocess.DEVNULL, env=env, cwd=ROOT)
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            child.kill()
            child.wait()
            raise
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if child.returncode:
            raise RuntimeError(f"{shlex.join(argv)}\nended with {child.returncode}: {err.read()[-2000:]}")
        return Ended(out.read(), usage.ru_utime + usage.ru_stime)


def train(jobs: Sequence[Job], folder: Path = RUNS, *, at_once: int = 2, show: str = "nash_conv") -> list[Run]:
    """The runs, in the order of the jobs; those already there are read, the others made.

    Args:
        jobs: What to run.
        folder: Where run folders lie.
        at_once: Processes side by side, each on one thread.
        show: The figure of the summary in the line printed as each run ends.

    Raises:
        RuntimeError: a run failed. The finished ones are kept.
    """

    def one(job: Job) -> Run:
        path = folder / job.name
        if not (path / _DONE).is_file():
            if path.exists():
                shutil.rmtree(path)  # interrupted: from the start, so that its processor seconds are whole
            changes = [part for change in job.changes for part in ("--set", change)]
            argv = [AXION, "train", job.recipe, "--seed", str(job.seed), "--out", str(path), "--quiet", *changes]
            made_by = commit()
            ended = run(argv)
            made = {"cpu_seconds": round(ended.cpu_seconds, 2), "commit": made_by, "command": shlex.join(["axion", *argv[1:]])}
            (path / _DONE).write_text(json.dumps(made, indent=2) + "\n")
        made = json.loads((path / _DONE).read_text())
        return Run(job, path, json.loads((path / "summary.json").read_text()), made["cpu_seconds"], made["commit"])

    folder.mkdir(parents=True, exist_ok=True)

    def line(job: Job, done: Run) -> str:
        return f"{job.arm} seed {job.seed}: {show} {done.summary.get(show, float('nan')):.4f}, {done.cpu_seconds:.1f} CPU-s"

    return watched(one, jobs, at_once, line)


def watched(function: Callable[[Any], Any], items: Sequence[Any], at_once: int, line: Callable[[Any, Any], str]) -> list[Any]:
    """`function` of each item, in order, a few at a time in threads; a line to stderr as each ends."""
    ended = itertools.count(1)

    def one(item: Any) -> Any:
        result = function(item)
        print(f"[{next(ended)}/{len(items)}] {line(item, result)}", file=sys.stderr, flush=True)
        return result

    pool = ThreadPoolExecutor(max_workers=max(1, at_once))
    try:
        return list(pool.map(one, items))
    finally:
        pool.shutdown(cancel_futures=True)


def digest(value: Any) -> str:
    """Eight letters that stand for a value of plain types."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:8]


def commit() -> str:
    """The checkout's commit; `+` where measured code has changes that are not in it."""
    head = _git("rev-parse", "HEAD")
    return head + ("+" if _git("status", "--porcelain", "--", *_MEASURED) else "")


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def seeds(label: str) -> Iterator[int]:
    """Seeds that a label decides and nobody picks: the first four bytes of sha256(label/i), i = 0, 1, …."""
    number = 0
    while True:
        yield int.from_bytes(hashlib.sha256(f"{label}/{number}".encode()).digest()[:4])
        number += 1


def parser(name: str, description: str | None) -> argparse.ArgumentParser:
    """The options all tables share."""
    made = argparse.ArgumentParser(
        prog=f"python -m benchmarks.{name}", description=description, formatter_class=argparse.RawTextHelpFormatter
    )
    made.add_argument("--out", type=Path, default=ROOT / "docs" / "results" / f"{name}.json", help="the JSON; the Markdown goes beside it")
    made.add_argument("--runs", type=Path, default=RUNS, help="where runs lie; finished ones are not run again")
    made.add_argument("--jobs", type=int, default=2, help="processes side by side")
    made.add_argument("--set", dest="changes", action="append", default=[], metavar="KEY=VALUE", help="a knob changed in every run")
    return made
