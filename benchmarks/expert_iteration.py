"""Expert iteration on arithmetic, round by round, beside GRPO at equal processor time.

`expert iteration`: the recipe arithmetic-sft. `GRPO`: the recipe arithmetic, with as many updates as take the same processor seconds on the
first seed, its schedule stretched over them. Both start from the same weights, the warm-up's. Held-out accuracy is measured after every
round, and after the same share of GRPO's updates; at the end also pass@64, majority of 64, and operands of one digit more (`shifted`).
Processor seconds are those of the updates: warm-up and measurements are left out of both.
"""

from __future__ import annotations

from itertools import islice, pairwise
from pathlib import Path
from statistics import fmean, median
from typing import Any

from axion_env.record import jsonl
from axion_train import recipe
from benchmarks import many
from benchmarks.arithmetic import measure
from benchmarks.table import Report, mean

EXPERT, GRPO = "arithmetic-sft", "arithmetic"
MEASURES = ("held out", "pass", "shifted")
_GUESS = 35  # of GRPO's updates beside a round
_EQUAL = 0.05  # how far the processor seconds may lie apart, on the first seed
_TRIES = 4  # at meeting them: an update gets cheaper as fewer answers are wrong, so that seconds do not follow updates
_TASKS = "evaluation.episodes=1024"  # a standard error of .016 at most, after each round


def main() -> None:
    options = many.parser("expert_iteration", __doc__)
    options.set_defaults(out=many.ROOT / "docs" / "results" / "expert-iteration.json")
    options.add_argument("--seeds", type=int, default=3, help="runs per arm")
    chosen = options.parse_args()
    seeds = list(islice(many.seeds("expert iteration"), chosen.seeds))

    def runs(arm: str, name: str, *changes: str, of: list[int] = seeds) -> list[many.Run]:
        jobs = [many.Job(arm, name, seed, (*changes, *chosen.changes)) for seed in of]
        return many.train(jobs, chosen.runs, at_once=chosen.jobs, show="heldout_accuracy")

    expert = runs("expert-iteration", EXPERT, _TASKS)
    seconds = fmean(learning_seconds(run.path)[-1] for run in expert)
    knobs = recipe.read(EXPERT, chosen.changes)
    rounds = knobs.training.updates // knobs.sft.steps

    def grpo_runs(every: int, of: list[int]) -> list[many.Run]:
        return runs("grpo", GRPO, f"training.updates={every * rounds}", f"evaluation.every={every}", _TASKS, of=of)

    every = _GUESS
    for _ in range(_TRIES):
        (tried,) = grpo_runs(every, seeds[:1])
        share = seconds / learning_seconds(tried.path)[-1]
        if abs(share - 1) <= _EQUAL:
            break
        every = max(1, round(every * share))
    grpo = grpo_runs(every, seeds)
    before = runs("before", EXPERT, "training.updates=1")  # a rate that rises from 0: one step of no length
    arms = {"before": before, "expert iteration": expert, "GRPO": grpo}
    where = [(arm, run, name) for arm, found in arms.items() for run in found for name in MEASURES]
    measured = many.watched(
        lambda one: measure(one[1].path, one[2], None), where, chosen.jobs,
        lambda one, f: f"{one[0]} seed {one[1].job.seed}, {one[2]}: {f['accuracy']:.4f}",
    )  # fmt: skip
    ends: dict[tuple[str, int], dict[str, float]] = {}
    for (arm, run, name), figures in zip(where, measured, strict=True):
        ends.setdefault((arm, run.job.seed), {}).update(_named(name, figures))
    curves = {arm: {run.job.seed: curve(run.path, rounds) for run in found} for arm, found in arms.items() if arm != "before"}
    report = Report("Expert iteration, round by round", "expert_iteration", (run.commit for found in arms.values() for run in found))
    report.say(
        f"{chosen.seeds} seeds. A round: {knobs.curriculum['deals']} train tasks, {knobs.curriculum['copies']} answers to each, "
        f"{knobs.sft.steps} steps on the right ones; GRPO: {every} updates beside each round. Held-out accuracy of sampled answers, of the "
        f"averaged weights, on the same 1024 tasks (at the start and the end 2048). CPU-s: of the updates alone, mean over seeds."
    )
    report.table(
        ("round", *(f"{arm}{what}" for arm in curves for what in ("", ", CPU-s"))),
        [(k, *(x for curve in curves.values() for x in _at(curve, k))) for k in range(rounds + 1)],
    )
    steps = [(c[k][1], c[k + 1][1]) for c in curves["expert iteration"].values() for k in range(rounds)]
    better = sum(after > before for before, after in steps)
    report.say(f"The model after a round is better than the one before it in {better} of {len(steps)} rounds.")
    names = list(next(iter(ends.values())))
    report.say("At the end, as `axion eval` measures it: 2048 tasks held out and 1024 shifted, 64 answers to each of 200 for the rest.")
    report.table(("arm", *names), [(arm, *(mean(ends[arm, s][n] for s in seeds) for n in names)) for arm in arms])
    report.table(("arm", "seed", *names), [(arm, s, *ends[arm, s].values()) for arm in arms for s in seeds])
    figures = {
        "rounds_better": [better, len(steps)],
        "curves": {arm: {str(s): c for s, c in curve.items()} for arm, curve in curves.items()},
        "ends": [{"arm": arm, "seed": s, **found} for (arm, s), found in ends.items()],
    }
    report.write(chosen.out, {"set": chosen.changes, "grpo_updates_per_round": every, **figures})


def learning_seconds(run: Path) -> list[float]:
    """[updates + 1] Processor seconds of the updates so far, what was measured on the way left out.

    A line of `metrics.jsonl` that holds a measurement holds its seconds too: such an update counts as the median of those of its kind
    (with or without playing) that measured nothing.
    """
    lines = list(jsonl.read(run / "metrics.jsonl"))
    taken = [(line, line["cpu_seconds"] - last["cpu_seconds"]) for last, line in pairwise(lines)]
    usual = {
        plays: median(seconds for line, seconds in taken if ("episodes" in line) == plays and not _measured(line))
        for plays in {"episodes" in line for line, _ in taken}
    }
    total = [0.0]
    for line, seconds in taken:
        total.append(total[-1] + (usual["episodes" in line] if _measured(line) else seconds))
    return total


def curve(run: Path, rounds: int) -> list[tuple[float, float]]:
    """(seconds, held-out accuracy) at the start and after each round."""
    lines = {line["update"]: line for line in jsonl.read(run / "metrics.jsonl") if _measured(line)}
    seconds = learning_seconds(run)
    each = max(lines) // rounds
    return [(seconds[k * each], lines[k * each]["heldout/accuracy"]) for k in range(rounds + 1)]


def _measured(line: dict[str, Any]) -> bool:
    return any(key.startswith("heldout/") for key in line)


def _at(curves: dict[int, list[tuple[float, float]]], k: int) -> tuple[Any, str]:
    return mean(c[k][1] for c in curves.values()), f"{fmean(c[k][0] for c in curves.values()):.1f}"


def _named(name: str, figures: dict[str, Any]) -> dict[str, float]:
    """What one measure adds to the table."""
    if name == "pass":
        return {key: figures[key] for key in ("pass@1", "pass@64", "maj@64")}
    return {name: figures["accuracy"]}


if __name__ == "__main__":
    main()
