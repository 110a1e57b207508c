"""Advantage estimators on Kuhn poker, compared three ways.

variance  exact variance of their gradients at equal numbers of games, at three policies
paired    NashConv at the end of short runs on the same seeds, step size swept for each
exact     what dividing by a deal's standard deviation does to the dynamics, without a network and without sampling
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from itertools import islice, product
from typing import Any

from axion_env import load
from axion_train import recipe
from axion_train.analysis.tabular import FlatGame, Numbers, dynamics, flatten, gradient, softmax, trace
from axion_train.estimator.group_mean import GroupMean
from axion_train.estimator.leave_one_out import LeaveOneOut
from axion_train.learner.schedule import Schedule
from axion_train.protocol import Estimator
from benchmarks import many
from benchmarks.table import Mean, Report, mean
from benchmarks.variance import ENV, Moments, leave_one_out_by_role, moments, role_baseline

GAME = "axion/KuhnPoker-v0"
DEALS, COPIES = 256, 8  # of a batch of the recipe
ARMS: dict[str, tuple[str, ...]] = {
    "leave-one-out by deal": (),
    "role baseline (RAE)": ("advantage.name=role_baseline",),
    "group mean (Dr.GRPO)": ("advantage.name=group_mean",),
    "group mean / std (GRPO)": ("advantage.name=group_mean", "advantage.std=true"),
}
FACTORS = (0.5, 1.0, 2.0)
_QUIET = ("evaluation.every=1000000", "training.checkpoint_every=1000000")


def main() -> None:
    options = many.parser("estimators", __doc__)
    options.add_argument("--part", choices=("variance", "paired", "exact"), required=True)
    options.add_argument("--seeds", type=int, default=40, help="paired: runs per arm")
    options.add_argument("--sweep-seeds", type=int, default=4, help="paired: other seeds, on which each arm's step size is chosen")
    options.add_argument("--updates", type=int, default=60, help="paired: length of a run")
    chosen = options.parse_args()
    if chosen.out == options.get_default("out"):
        chosen.out = chosen.out.with_name(f"estimators-{chosen.part}.json")
    {"variance": _variance, "paired": _paired, "exact": _exact}[chosen.part](chosen)


# Variance ---------------------------------------------------------------------------------------------------------------------------------


def policies(game: FlatGame) -> dict[str, Numbers]:
    """Uniform play, and where the exact dynamics on the recipe's schedules stand after 60 and 300 updates."""
    knobs = recipe.read("kuhn-poker")
    path = list(
        trace(
            game, updates=300, reference_kl=knobs.reference_kl.coefficient, rate=knobs.optimizer.rate, eta=3.0,
            optimism=knobs.optimizer.optimism, ema=knobs.training.ema, scale="none",
        )
    )  # fmt: skip
    return {"uniform": softmax(game, path[0][0]), "after 60 updates": softmax(game, path[60][0]), "after 300": softmax(game, path[300][0])}


def rows(game: FlatGame, policy: Numbers, copies: tuple[int, ...] = (2, 4, 8, 16)) -> dict[tuple[str, int], Moments]:
    """Exact moments by estimator and copies of a deal; one copy: every game has a deal of its own."""
    exact = game.reach(policy) @ game.payoffs
    plain: dict[str, Callable[[], Estimator]] = {
        "none": role_baseline(game, 0 * exact),
        "role baseline at its exact mean": role_baseline(game, exact),
    }
    found = {(name, n): moments(game, policy, made, n) for n in (1, COPIES) for name, made in plain.items()}
    found |= {("leave-one-out by role", n): leave_one_out_by_role(game, policy, n, DEALS * COPIES // n) for n in (1, COPIES)}
    key = ("env", "role", "deal")
    found |= {("leave-one-out by (role, deal)", n): moments(game, policy, lambda: LeaveOneOut(key), n) for n in copies}
    found |= {("group mean (Dr.GRPO)", COPIES): moments(game, policy, lambda: GroupMean(key), COPIES)}
    found |= {("group mean / std (GRPO)", COPIES): moments(game, policy, lambda: GroupMean(key, std=True), COPIES)}
    return found


def _variance(chosen: argparse.Namespace) -> None:
    game = flatten(load(GAME))
    report = Report("Variance of advantage estimators in Kuhn poker, exactly", "estimators")
    report.say(
        "Trace of the covariance of a batch's mean gradient with respect to the logits, times the games in the batch: variance per "
        "game, at equal numbers of games. By enumeration of every group of plays, through the estimators' own code; no sampling. "
        "Eight copies of a deal mean an eighth as many deals, which costs variance of its own; the figures hold it. Noise is variance "
        "over the squared length of the mean gradient, which a larger step does not change; `to none` compares it with no baseline "
        "and fresh deals, where the mean points the right way at all. The cosine is between the mean and the true gradient: 1 where "
        "unbiased up to scale. The gradient is the game's own, without the magnet."
    )
    figures: dict[str, Any] = {}
    for name, policy in policies(game).items():
        true, found = gradient(game, policy), rows(game, policy)
        base = found["none", 1].noise
        report.say(f"**Policy: {name}**")
        report.table(
            ("baseline", "copies", "variance per game", "to none", "noise", "cosine"),
            [
                (
                    e, n, f"{m.variance:.3f}", f"{m.noise / base:.2f}" if m.cosine(true) > 0.9999 else None,
                    f"{m.noise:.1f}", f"{m.cosine(true):.4f}",
                )
                for (e, n), m in found.items()
            ],
        )  # fmt: skip
        figures[name] = [
            {"estimator": e, "copies": n, "variance": m.variance, "noise": m.noise, "cosine": m.cosine(true)} for (e, n), m in found.items()
        ]
    report.write(chosen.out, {"env": ENV, "policies": figures})


# Paired runs ------------------------------------------------------------------------------------------------------------------------------


def _paired(chosen: argparse.Namespace) -> None:
    start = recipe.read("kuhn-poker", chosen.changes).optimizer.rate.start
    common = (f"training.updates={chosen.updates}", *_QUIET, *chosen.changes)

    def jobs(arm: str, rate: float, label: str, count: int) -> list[many.Job]:
        changes = (*ARMS[arm], f"optimizer.rate.start={rate!r}", *common)
        folder = arm.split(" (")[0].replace(" / ", "-by-").replace(" ", "-")
        return [many.Job(folder, "kuhn-poker", seed, changes) for seed in islice(many.seeds(label), count)]

    rates = [start * factor for factor in FACTORS]
    swept = [(arm, rate, job) for arm, rate in product(ARMS, rates) for job in jobs(arm, rate, "estimators: step size", chosen.sweep_seeds)]
    sweep_runs = many.train([job for _, _, job in swept], chosen.runs, at_once=chosen.jobs)
    grid = {
        (arm, rate): mean(r.summary["nash_conv"] for (a, q, _), r in zip(swept, sweep_runs, strict=True) if (a, q) == (arm, rate))
        for arm, rate in product(ARMS, rates)
    }
    best = {arm: min(rates, key=lambda rate: grid[arm, rate].mean) for arm in ARMS}
    found: dict[str, list[many.Run]] = {}
    for arm in ARMS:
        found[arm] = many.train(jobs(arm, best[arm], "estimators: paired", chosen.seeds), chosen.runs, at_once=chosen.jobs)
    final = {arm: [r.summary["nash_conv"] for r in runs] for arm, runs in found.items()}
    differences = paired(final)
    report = Report("Advantage estimators on Kuhn poker, paired by seed", "estimators", (r.commit for runs in found.values() for r in runs))
    report.say(
        f"Runs of {chosen.updates} updates, everything but the estimator and its step size as in the recipe. Step sizes were chosen on "
        f"{chosen.sweep_seeds} other seeds, by mean NashConv; one at an end of the range might be better still beyond it."
    )
    report.table(
        ("NashConv in the sweep", *(f"rate {rate:g}" for rate in rates)), [(arm, *(grid[arm, rate] for rate in rates)) for arm in ARMS]
    )
    report.table(
        ("estimator", "rate", "NashConv", "difference to the first, paired", "worse on", "CPU-s"),
        [
            (
                arm, f"{best[arm]:g}", mean(final[arm]), differences[arm] if i else None,
                f"{sum(b > a for a, b in zip(final[next(iter(ARMS))], final[arm], strict=True))} of {chosen.seeds}" if i else None,
                f"{mean(r.cpu_seconds for r in found[arm]).mean:.1f}",
            )
            for i, arm in enumerate(ARMS)
        ],
    )  # fmt: skip
    figures = {
        arm: {"rate": best[arm], "nash_conv": mean(final[arm]), "difference": differences[arm], "runs": [r.summary for r in found[arm]]}
        for arm in ARMS
    }
    sweep = [{"arm": arm, "rate": rate, "nash_conv": value} for (arm, rate), value in grid.items()]
    report.write(chosen.out, {"set": chosen.changes, "updates": chosen.updates, "sweep": sweep, "arms": figures})


def paired(final: dict[str, list[float]]) -> dict[str, Mean]:
    """Each arm's mean difference to the first, seed by seed."""
    first = next(iter(final.values()))
    return {arm: mean(b - a for a, b in zip(first, values, strict=True)) for arm, values in final.items()}


# Exact dynamics ---------------------------------------------------------------------------------------------------------------------------


def _exact(chosen: argparse.Namespace) -> None:
    env = load(GAME)
    knobs = recipe.read("kuhn-poker")
    magnets = {
        "recipe's": knobs.reference_kl.coefficient,
        ".2": Schedule(0.2),
        ".1": Schedule(0.1),
        ".05": Schedule(0.05),
        ".03": Schedule(0.03),
    }
    report = Report("Dividing by a deal's standard deviation, exactly", "estimators")
    report.say(
        "NashConv along exact tabular dynamics (`axion_train/analysis/tabular.py`): expected gradients, no network, no sampling; step "
        "size, optimism and averaging as in the recipe, eta the step in logits where the schedule starts. `mean` subtracts a deal's mean, "
        "`std` also divides by its standard deviation: deals then count by how settled they are, which is another game."
    )
    rows, figures = [], []
    for (name, reference_kl), eta, updates in product(magnets.items(), (1.0, 3.0), (300, 3000)):
        ends = {}
        for scale in ("none", "std"):
            (ends[scale],) = dynamics(
                env, updates=updates, reference_kl=reference_kl, rate=knobs.optimizer.rate, eta=eta,
                optimism=knobs.optimizer.optimism, ema=knobs.training.ema, scale=scale, at=[updates],
            )  # fmt: skip
        figures.append(
            {"magnet": name, "eta": eta, "updates": updates, **{s: {"last": p.nash_conv, "averaged": p.averaged} for s, p in ends.items()}}
        )
        rows.append((name, f"{eta:g}", updates, *(v for s in ("none", "std") for v in (ends[s].nash_conv, ends[s].averaged))))
    report.table(("magnet tau", "eta", "updates", "mean: last", "mean: averaged", "std: last", "std: averaged"), rows)
    report.write(chosen.out, {"dynamics": figures})


if __name__ == "__main__":
    main()
