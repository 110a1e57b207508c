"""A shipped recipe on seeds nobody picked: the commit decides them.

Kuhn poker: each run's NashConv at its end, then again by others: `axion eval` in a process of its own writes the strategy, and OpenSpiel
(legal moves) and `benchmarks/kuhn.py` (illegal answers too) judge that file. Arithmetic: held-out accuracy before and after. Bug repair:
solve rates of sampled answers before and after, of its controls, and on other bugs. Absolute Zero: accuracy by kind of task, validity and
difficulty of proposals, before, after, and where solvers saw no proposal but the seed buffer alone.
"""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

from axion_train.evaluate.reward import sampled_reward
from axion_train.model.load import use_threads
from axion_train.run.folder import Run
from benchmarks import kuhn, many
from benchmarks.table import Report, mean

_SHOWN = {
    "kuhn-poker": "nash_conv",
    "arithmetic": "heldout_accuracy",
    "bug-repair": "heldout_solve_rate",
    "absolute-zero": "heldout_accuracy",
}
"""By recipe, the figure in the line of each run."""
_TOLD = {
    "heldout_accuracy": "accuracy, all kinds",
    "deduction_accuracy": "deduction",
    "abduction_accuracy": "abduction",
    "induction_accuracy": "induction",
    "heldout_propose_validity": "valid proposals",
    "heldout_propose_solve_rate": "of valid proposals solved",
}
GOOD = 0.05
_TASKS = 512  # of each test split
_LEAST = 256  # plays, where a split has few tasks


def main() -> None:
    options = many.parser("seeds", __doc__)
    options.add_argument("--recipe", choices=tuple(_SHOWN), default="kuhn-poker")
    options.add_argument("--count", type=int, default=20, help="seeds")
    options.add_argument("--commit", help="decides the seeds; default: the commit checked out")
    chosen = options.parse_args()
    decides = chosen.commit or many.commit().rstrip("+")
    if chosen.out == options.get_default("out"):
        chosen.out = chosen.out.with_name(f"seeds-{chosen.recipe}.json")
    jobs = [many.Job(chosen.recipe, chosen.recipe, seed, tuple(chosen.changes)) for seed in islice(many.seeds(decides), chosen.count)]
    runs = many.train(jobs, chosen.runs, at_once=chosen.jobs, show=_SHOWN[chosen.recipe])
    report = Report(f"{chosen.recipe}: {chosen.count} seeds nobody picked", "seeds", (run.commit for run in runs))
    report.say(f"Seed i is the first four bytes of sha256(`{decides}/i`), i = 0 … {chosen.count - 1}.")
    tell = {
        "kuhn-poker": lambda: _kuhn(report, runs, chosen.jobs),
        "arithmetic": lambda: _accuracy(report, runs),
        "bug-repair": lambda: _repair(report, runs),
        "absolute-zero": lambda: _proposed(report, runs),
    }
    figures = tell[chosen.recipe]()
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


def _proposed(report: Report, runs: list[many.Run]) -> dict[str, Any]:
    alone = [json.loads((r.path / "controls" / "seeds" / "summary.json").read_text()) for r in runs]
    found = {
        name: {
            "before": [r.summary[f"{name}_start"] for r in runs],
            "after": [r.summary[name] for r in runs],
            "seed buffer alone": [summary[name] for summary in alone],
        }
        for name in _TOLD
    }
    report.table(
        ("on what training never met", *found["heldout_accuracy"], "after − before", "after − seed buffer alone"),
        [
            (
                _TOLD[name],
                *map(mean, its.values()),
                *(mean(a - b for a, b in zip(its["after"], its[e], strict=True)) for e in list(its)[::2]),
            )
            for name, its in found.items()
        ],
    )
    seeds = zip((r.job.seed for r in runs), *found["heldout_accuracy"].values(), strict=True)
    report.table(("seed", *found["heldout_accuracy"]), list(seeds))
    seconds = {"self-play": mean(r.summary["cpu_seconds"] for r in runs), "seed buffer alone": mean(s["cpu_seconds"] for s in alone)}
    report.say("CPU seconds: " + ", ".join(f"{name} {value.mean:.1f}" for name, value in seconds.items()) + ".")
    return {
        **{name: {e: mean(values) for e, values in its.items()} for name, its in found.items()},
        "cpu_seconds": seconds,
        "runs": [{**r.summary, "process_cpu_seconds": r.cpu_seconds} for r in runs],
    }


def _repair(report: Report, runs: list[many.Run]) -> dict[str, Any]:
    after = "heldout_solve_rate"
    keys = (f"{after}_start", after, *(f"{after}_{control}" for control in ("blanked", "sft")))
    report.table(
        ("seed", "before", "after", "trained blanked", "fine-tuned on labels", "CPU-s", "CPU-s blanked", "CPU-s fine-tuned"),
        [
            (r.job.seed, *(r.summary[k] for k in keys), *(f"{r.summary[f'cpu_seconds{c}']:.1f}" for c in ("", "_blanked", "_sft")))
            for r in runs
        ],
    )
    gains = {"after - before": keys[0], "after - blanked": keys[2], "after - fine-tuned": keys[3]}
    found = {name: [r.summary[after] - r.summary[key] for r in runs] for name, key in gains.items()}
    report.table(("difference", "mean", "least"), [(name, mean(values), min(values)) for name, values in found.items()])
    arms = {"after": "", "trained blanked": "controls/blanked", "fine-tuned on labels": "controls/sft"}
    measured = {arm: [_on_splits(r.path / folder) for r in runs] for arm, folder in arms.items()}
    report.say(f"Other bugs, {_TASKS} of each kind (or all there are), in programs whose tables were held out:")
    report.table(("bugs", *arms), [(split, *(mean(m[split] for m in measured[arm]) for arm in arms)) for split in measured["after"][0]])
    seconds = mean(r.summary["cpu_seconds"] for r in runs)
    report.say(f"CPU seconds of a run without its controls: {seconds.mean:.1f} (most {max(r.summary['cpu_seconds'] for r in runs):.1f}).")
    return {
        **{key: mean(r.summary[key] for r in runs) for key in keys},
        **{name: [mean(values), min(values)] for name, values in found.items()},
        "cpu_seconds": seconds,
        "splits": measured,
        "runs": [{**r.summary, "process_cpu_seconds": r.cpu_seconds} for r in runs],
    }


def _on_splits(folder: Path) -> dict[str, float]:
    """Solve rate on each of the environment's test splits, by the run's averaged weights."""
    kept = folder / "splits.json"
    if not kept.is_file():
        run = Run.open(folder)
        use_threads(1)
        policy, found = run.policy(), {}
        for split in (name for name in run.env.splits if name.startswith(("test", "orbit"))):
            tasks = min(_TASKS, len(run.env.tasks(split)))
            figures = sampled_reward(run.env, policy, split=split, tasks=tasks, copies=max(1, _LEAST // tasks), seed=1, part="solved")
            found[split] = figures["accuracy"]
        kept.write_text(json.dumps(found))
    rates: dict[str, float] = json.loads(kept.read_text())
    return rates


if __name__ == "__main__":
    main()
