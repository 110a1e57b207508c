"""Kuhn poker with the reasons for learning taken away, one at a time.

`permuted`: rewards are dealt out anew within each role before they are compared; the recipe then sees no signal and waits, so nothing
moves. `permuted, not waiting`: the same without waiting (`optimizer.agreement=0`), so that the noise moves the weights freely. `blind`: the
question shows `?` for the own card, and the strategy is judged in the real game, as one that plays all cards alike. What an arm still
gains does not come from what was taken away.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

from benchmarks import kuhn, many
from benchmarks.table import Report, mean

ARMS: dict[str, tuple[str, ...]] = {
    "recipe": (),
    "permuted": ("advantage.name=permuted_rewards", 'advantage.key=["env","role","deal"]'),
    "permuted, not waiting": ("advantage.name=permuted_rewards", 'advantage.key=["env","role","deal"]', "optimizer.agreement=0.0"),
    "blind": ('env.id="benchmarks.blind:BlindKuhnPoker"',),
}


def main() -> None:
    options = many.parser("controls", __doc__)
    options.add_argument("--seeds", type=int, default=5, help="runs per arm")
    chosen = options.parse_args()
    jobs = [
        many.Job(arm, "kuhn-poker", seed, (*changes, *chosen.changes))
        for seed in islice(many.seeds("controls"), chosen.seeds)
        for arm, changes in ARMS.items()
    ]
    runs = many.train(jobs, chosen.runs, at_once=chosen.jobs)
    worth = [(r.job.arm, _worth(r)) for r in runs]
    blind = kuhn.best_card_blind()
    found = {arm: [value for a, value in worth if a == arm] for arm in ARMS}
    means = {arm: mean(values) for arm, values in found.items()}
    report = Report("Kuhn poker: controls", "controls", (r.commit for r in runs))
    report.say(
        f"NashConv in the real game, illegal answers forfeiting; {chosen.seeds} seeds an arm, the same in each (`benchmarks.many.seeds`). "
        "0 is an equilibrium, 0.9167 uniform play."
    )
    report.table(
        ("arm", "NashConv", "least", "most"),
        [(arm, means[arm], min(found[arm]), max(found[arm])) for arm in ARMS]
        + [("best that plays all cards alike, exact", blind, None, None), ("uniform, exact", 11 / 12, None, None)],
    )
    every = [{**r.summary, "arm": arm, "nash_conv": value} for (arm, value), r in zip(worth, runs, strict=True)]
    report.write(chosen.out, {"set": chosen.changes, "best_card_blind": blind, "means": means, "runs": every})


def _worth(run: many.Run) -> float:
    """The averaged weights' NashConv in the real game."""
    play: Any = kuhn.read(json.loads((run.path / "strategy.json").read_text()))
    return kuhn.nash_conv(kuhn.seeing(play) if run.job.arm == "blind" else play)


if __name__ == "__main__":
    main()
