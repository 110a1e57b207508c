"""Arithmetic at equal processor time: rewards, right answers, and rewards that mean nothing.

`GRPO`: the recipe. `permuted`: the recipe with rewards dealt out anew among all tasks. `supervised`: the warm-up continued on the train
tasks' worked answers (`benchmarks/supervised.py`), for the processor seconds that the recipe's own updates took. All start from the same
weights. Measured before and after: held-out tasks, pass@1 and pass@64, and operands of one digit more (`shifted`).
"""

from __future__ import annotations

import json
import shutil
import sys
from itertools import islice
from pathlib import Path
from typing import Any

from axion_env.record import jsonl
from benchmarks import many
from benchmarks.table import Report, mean

RECIPE = "arithmetic"
PERMUTED = ("advantage.name=permuted_rewards", "advantage.std=true", 'advantage.key=["env","role","task"]')
QUIET = ("evaluation.every=1000000",)  # the updates' processor seconds are then the updates' alone
ARMS = ("before", "GRPO", "supervised", "permuted")
MEASURES = {
    "held out": ("--split", "test", "--tasks", "2048"),
    "pass": ("--split", "test", "--tasks", "200", "--samples", "64", "--seed", "1"),
    "shifted": ("--split", "shifted", "--tasks", "1024"),
}


def main() -> None:
    options = many.parser("arithmetic", __doc__)
    options.add_argument("--seeds", type=int, default=2, help="runs per arm")
    options.add_argument("--tasks", type=int, help="measured per split, for a quick look")
    chosen = options.parse_args()
    seeds = list(islice(many.seeds("arithmetic"), chosen.seeds))
    common = (*QUIET, *chosen.changes)
    plain = [many.Job("grpo", RECIPE, seed, common) for seed in seeds]
    permuted = [many.Job("permuted", RECIPE, seed, (*PERMUTED, *common)) for seed in seeds]
    runs = many.train([*plain, *permuted], chosen.runs, at_once=chosen.jobs, show="heldout_accuracy")
    grpo, shuffled = runs[: chosen.seeds], runs[chosen.seeds :]
    continued = many.watched(
        lambda run: _supervised(run, chosen.runs, common), grpo, chosen.jobs,
        lambda run, c: f"supervised seed {run.job.seed}: {c['steps']} steps in {c['cpu_seconds']:.1f} of {c['wanted']:.1f} CPU-s",
    )  # fmt: skip
    folders: dict[tuple[str, int], Path] = {}
    spent: dict[tuple[str, int], float] = {}
    for g, p, c in zip(grpo, shuffled, continued, strict=True):
        for arm, path, seconds in (
            ("before", c["path"] / "before", 0.0), ("GRPO", g.path, updates_seconds(g.path)),
            ("supervised", c["path"] / "after", c["cpu_seconds"]), ("permuted", p.path, updates_seconds(p.path)),
        ):  # fmt: skip
            folders[arm, g.job.seed], spent[arm, g.job.seed] = path, seconds
    where = [(key, name) for key in folders for name in MEASURES]
    measured = many.watched(
        lambda one: measure(folders[one[0]], one[1], chosen.tasks), where, chosen.jobs,
        lambda one, f: f"{one[0][0]} seed {one[0][1]}, {one[1]}: {f['accuracy']:.4f}",
    )  # fmt: skip
    figures = {key: row(measured[i * len(MEASURES) : (i + 1) * len(MEASURES)]) for i, key in enumerate(folders)}
    same = all(
        abs(c["start"]["heldout/accuracy"] - g.summary["heldout_accuracy_start"]) < 1e-9 for c, g in zip(continued, grpo, strict=True)
    )
    report = Report("Arithmetic at equal processor time", "arithmetic", (r.commit for r in runs))
    report.say(
        f"Accuracies of sampled answers; {chosen.seeds} seeds. CPU-s: of the updates alone, after the warm-up. Held-out accuracy at the "
        f"start is {'the same' if same else 'NOT the same'} to the last digit in the recipe's runs and in the continued warm-up's."
    )
    names = list(next(iter(figures.values())))
    report.table(
        ("arm", "CPU-s", *names),
        [
            (arm, f"{mean(spent[arm, s] for s in seeds).mean:.1f}", *(mean(figures[arm, s][n] for s in seeds) for n in names))
            for arm in ARMS
        ],
    )
    report.table(
        ("arm", "seed", "CPU-s", *names),
        [(arm, s, f"{spent[arm, s]:.1f}", *(figures[arm, s][n] for n in names)) for arm in ARMS for s in seeds],
    )
    every = [{"arm": arm, "seed": s, "cpu_seconds": spent[arm, s], **figures[arm, s]} for arm in ARMS for s in seeds]
    report.write(chosen.out, {"set": chosen.changes, "same_start": same, "runs": every})


def row(measured: list[dict[str, Any]]) -> dict[str, float]:
    """The figures of one arm and seed, from what `axion eval` says of each measure."""
    held_out, passes, shifted = measured
    most = max((int(k.removeprefix("pass@")) for k in passes if k.startswith("pass@")), default=1)
    return {
        "held out": held_out["accuracy"],
        "pass@1": passes["pass@1"],
        f"pass@{most}": passes[f"pass@{most}"],
        "shifted": shifted["accuracy"],
    }


def updates_seconds(run: Path) -> float:
    """Processor seconds of all updates of a run that measured nothing on the way.

    The last line of `metrics.jsonl` holds the final measurement too: the updates up to the line before it, scaled to all.
    """
    lines = list(jsonl.read(run / "metrics.jsonl"))
    first, before_last, last = lines[0], lines[-2], lines[-1]
    each = (before_last["cpu_seconds"] - first["cpu_seconds"]) / (before_last["update"] - first["update"])
    return float(each * last["update"])


def _supervised(run: many.Run, folder: Path, changes: tuple[str, ...]) -> dict[str, Any]:
    """The continued warm-up beside a run of the recipe; one that is there already is read."""
    path = folder / run.job.name.replace("grpo", "supervised")
    result = path / "result.json"
    wanted = updates_seconds(run.path)
    if not result.is_file():
        if path.exists():
            shutil.rmtree(path)
        options = ["--seed", str(run.job.seed), "--out", str(path), "--seconds", str(wanted)]
        options += [part for change in changes for part in ("--set", change)]
        ended = many.run([sys.executable, "-m", "benchmarks.supervised", RECIPE, *options])
        result.write_text(ended.output)
    return {**json.loads(result.read_text()), "path": path, "wanted": wanted}


def measure(path: Path, name: str, tasks: int | None) -> dict[str, Any]:
    """What `axion eval` says, kept beside the run."""
    arguments = [*MEASURES[name], *(("--tasks", str(tasks)) if tasks else ())]
    kept = path / f"eval-{many.digest(arguments)}.json"
    if not kept.is_file():
        kept.write_text(many.run([many.AXION, "eval", str(path), "--json", *arguments]).output)
    figures: dict[str, Any] = json.loads(kept.read_text())
    return figures


if __name__ == "__main__":
    main()
