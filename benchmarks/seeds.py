"""A shipped recipe on seeds nobody picked: the commit decides them.

Kuhn poker: each run's NashConv at its end, then again by others: `axion eval` in a process of its own writes the strategy, and OpenSpiel
(legal moves) and `benchmarks/kuhn.py` (illegal answers too) judge that file. Arithmetic: held-out accuracy before and after.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

from benchmarks import kuhn, many
from benchmarks.table import Report, mean

GOOD = 0.05


def main() -> None:
    options = many.parser("seeds", __doc__)
    options.add_argument("--recipe", choices=("kuhn-poker", "arithmetic"), default="kuhn-poker")
    options.add_argument("--count", type=int, default=20, help="seeds")
    options.add_argument("--commit", help="decides the seeds; default: the commit checked out")
    chosen = options.parse_args()
    decides = chosen.commit or many.commit().rstrip("+")
    if chosen.out == options.get_default("out"):
        chosen.out = chosen.out.with_name(f"seeds-{chosen.recipe}.json")
    jobs = [many.Job(chosen.recipe, chosen.recipe, seed, tuple(chosen.changes)) for seed in islice(many.seeds(decides), chosen.count)]
    figure = "nash_conv" if chosen.recipe == "kuhn-poker" else "heldout_accuracy"
    runs = many.train(jobs, chosen.runs, at_once=chosen.jobs, show=figure)
    report = Report(f"{chosen.recipe}: {chosen.count} seeds nobody picked", "seeds", (run.commit for run in runs))
    report.say(f"Seed i is the first four bytes of sha256(`{decides}/i`), i = 0 … {chosen.count - 1}.")
    figures = _kuhn(report, runs, chosen.jobs) if chosen.recipe == "kuhn-poker" else _accuracy(report, runs)
    report.write(chosen.out, {"seeds_from": decides, "set": chosen.changes, **figures})


def _kuhn(report: Report, runs: list[many.Run], at_once: int) -> dict[str, Any]:
    judged = many.watched(_again, runs, at_once, lambda run, again: f"seed {run.job.seed} judged again: {again['openspiel_legal']:.6f}")
    keys = ("nash_conv", "nash_conv_last", "nash_conv_legal", "illegal_mass")
    report.table(
        ("seed", "NashConv", "of the last weights", "legal moves only", "illegal answers", "CPU-s"),
        [(run.job.seed, *(run.summary[k] for k in keys), f"{run.cpu_seconds:.1f}") for run in runs],
    )
    found = [run.summary["nash_conv"] for run in runs]
    good = sum(value <= GOOD for value in found)
    start, last = (mean(run.summary[k] for run in runs) for k in ("nash_conv_start", "nash_conv_last"))
    seconds = mean(run.cpu_seconds for run in runs)
    report.say(
        f"NashConv of the averaged weights: mean {mean(found)}, largest {max(found):.4f}, at most {GOOD} in {good} of {len(runs)}. "
        f"Before self-play: {start}. Last weights: {last}. "
        f"CPU seconds of a whole run: {seconds.mean:.1f} (most {max(r.cpu_seconds for r in runs):.1f})."
    )
    apart = {k: max(a[k] for a in judged) for k in ("apart_openspiel", "apart_own", "apart_summary")}
    report.say(
        f"Judged again from the strategy files: OpenSpiel's NashConv is within {apart['apart_openspiel']:.1e} of ours on legal moves, "
        f"an enumeration with illegal answers (`benchmarks/kuhn.py`) within {apart['apart_own']:.1e}. `axion eval`, which follows rarer "
        f"completions than a run does, is within {apart['apart_summary']:.1e} of the summaries."
    )
    return {
        "nash_conv": mean(found),
        "largest": max(found),
        f"at_most_{GOOD}": good,
        "cpu_seconds": seconds,
        **apart,
        "runs": [{**run.summary, "process_cpu_seconds": run.cpu_seconds, **again} for run, again in zip(runs, judged, strict=True)],
    }


def _again(run: many.Run) -> dict[str, float]:
    """The run's end judged by others, and how far they are from us."""
    strategy, figures = run.path / "eval-strategy.json", run.path / "eval.json"
    if not figures.is_file():
        said = many.run([many.AXION, "eval", str(run.path), "--strategy", str(strategy), "--json"]).output
        figures.write_text(said)
    ours = json.loads(figures.read_text())
    play = kuhn.read(json.loads(strategy.read_text()))
    legal, raw = kuhn.openspiel_nash_conv(play), kuhn.nash_conv(play)
    return {
        "openspiel_legal": legal,
        "own_enumeration": raw,
        "apart_openspiel": abs(legal - ours["nash_conv_legal"]),
        "apart_own": abs(raw - ours["nash_conv"]),
        "apart_summary": abs(ours["nash_conv"] - run.summary["nash_conv"]),
    }


def _accuracy(report: Report, runs: list[many.Run]) -> dict[str, Any]:
    before, after = "heldout_accuracy_start", "heldout_accuracy"
    report.table(
        ("seed", "held-out accuracy before", "after", "of the last weights", "CPU-s"),
        [(r.job.seed, *(r.summary[k] for k in (before, after, f"{after}_last")), f"{r.cpu_seconds:.1f}") for r in runs],
    )
    found = [r.summary[after] for r in runs]
    seconds = mean(r.cpu_seconds for r in runs)
    report.say(
        f"Held-out accuracy: mean {mean(found)}, least {min(found):.4f}; before: {mean(r.summary[before] for r in runs)}. "
        f"CPU seconds of a whole run: {seconds.mean:.1f} (most {max(r.cpu_seconds for r in runs):.1f})."
    )
    return {
        before: mean(r.summary[before] for r in runs),
        after: mean(found),
        "least": min(found),
        "cpu_seconds": seconds,
        "runs": [{**r.summary, "process_cpu_seconds": r.cpu_seconds} for r in runs],
    }


if __name__ == "__main__":
    main()
