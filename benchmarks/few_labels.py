"""Bugs without labels: a thousand bugs come with their fixes, and of all others only what fails is known.

`GRPO`: the recipe bug-repair, its warm-up on those thousand alone; self-play then sees further bugs and no fix. `fine-tuned`: the warm-up
goes on, on the thousand, for about the same processor seconds; each time the rate falls to a hundredth at the end, and of several lengths
the best on `dev` counts, which is more than GRPO is given. The same seeds in both. Solve rates of sampled answers on `test`.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from benchmarks import many
from benchmarks.table import Report, mean

LABELS = 1000
STEPS = (100, 200, 400, 800)
PLAIN = ('evaluation.also=["dev"]', "evaluation.every=1000000", "controls={}")
_RATE = "heldout_solve_rate"


def main() -> None:
    options = many.parser("few_labels", __doc__)
    options.set_defaults(out=many.ROOT / "docs" / "results" / "bug-repair-few-labels.json")
    options.add_argument("--seeds", type=int, default=5, help="runs per arm")
    options.add_argument("--labels", type=int, default=LABELS, help="bugs that come with their fixes")
    chosen = options.parse_args()
    seeds = list(islice(many.seeds("few labels"), chosen.seeds))
    common = (f"warmup.plays={chosen.labels}", *PLAIN, *chosen.changes)

    def runs(arm: str, *changes: str) -> list[many.Run]:
        jobs = [many.Job(arm, "bug-repair", seed, (*common, *changes)) for seed in seeds]
        return many.train(jobs, chosen.runs, at_once=chosen.jobs, show=_RATE)

    grpo = runs("few-labels-grpo")
    tuned = {steps: runs(f"few-labels-sft-{steps}", *supervised(steps)) for steps in STEPS}
    best = [max((tuned[steps][i] for steps in STEPS), key=lambda run: run.summary["heldout_dev_solve_rate"]) for i in range(len(seeds))]
    arms = {"GRPO": grpo, **{f"fine-tuned, {steps} steps": found for steps, found in tuned.items()}, "fine-tuned, best on dev": best}
    report = Report("Bugs without labels", "few_labels", (run.commit for found in arms.values() for run in found))
    report.say(f"{chosen.labels} bugs with fixes; {len(seeds)} seeds. Before: the warm-up that GRPO starts from.")
    rows: list[tuple[Any, ...]] = [("before", mean(run.summary[f"{_RATE}_start"] for run in grpo), None, None)]
    for arm, found in arms.items():
        seconds = mean(run.summary["cpu_seconds"] for run in found).mean
        rows.append(
            (arm, mean(r.summary[_RATE] for r in found), mean(r.summary["heldout_dev_solve_rate"] for r in found), f"{seconds:.1f}")
        )
    report.table(("arm", "test", "dev", "CPU-s"), rows)
    gains = [g.summary[_RATE] - b.summary[_RATE] for g, b in zip(grpo, best, strict=True)]
    report.say(f"GRPO minus the best of fine-tuning, paired: {mean(gains)}, least {min(gains):.4f}.")
    every = [{"arm": arm, **run.summary} for arm, found in arms.items() for run in found]
    report.write(chosen.out, {"set": chosen.changes, "labels": chosen.labels, "gain": mean(gains), "runs": every})


def supervised(steps: int) -> tuple[str, ...]:
    """The warm-up for so many steps, and nothing after it."""
    return ("training.updates=0", "warmup.until=0.0", f"warmup.steps={steps}", "warmup.rate.end=2e-5")


if __name__ == "__main__":
    main()
