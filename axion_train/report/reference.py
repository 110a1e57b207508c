"""Exact references for a run's NashConv: uniform play, a simple rule, the learning rule without a network."""

from __future__ import annotations

from dataclasses import dataclass

from axion_env import AxionError, GameTree
from axion_train.analysis.kuhn import Kuhn, recognize
from axion_train.analysis.tabular import Point, dynamics, flatten
from axion_train.report.run_data import RunData, number

ETA = 3.0
"""Step of the tabular dynamics: with it and a constant KL coefficient of .1, Kuhn poker is at its floor after some hundred steps."""
_MOST_LEAVES = 3000  # a larger game's tree takes longer than a report should

_MOST_UPDATES = 20_000  # some three seconds


@dataclass(frozen=True)
class References:
    """Exact values in a finite game; what does not apply or cannot be computed is None or empty."""

    uniform: float | None = None
    rule: float | None = None
    """Of the one-line rule for Kuhn poker."""
    tabular: tuple[Point, ...] = ()
    """The exact dynamics on the run's schedules."""
    kuhn: Kuhn | None = None


def references(run: RunData) -> References:
    """The references of a run on a finite game; empty for one that is not finite, too large, or not installed here."""
    if run.env is None:
        return References()
    try:
        flatten(run.env, most=_MOST_LEAVES)
        tree = GameTree(run.env)
        kuhn = recognize(run.env)
    except AxionError:  # it takes free text, or is too large
        return References()
    rule = kuhn.nash_conv(lambda spot: spot.rule) if kuhn else None
    return References(tree.nash_conv(tree.uniform()), rule, _tabular(run), kuhn)


def _tabular(run: RunData) -> tuple[Point, ...]:
    """The dynamics on the KL coefficient, rate, optimism and averaging of the recipe, at some eighty updates."""
    recipe, planned = run.recipe, run.planned
    schedules = recipe.reference_kl.coefficient, recipe.optimizer.rate
    finite = all(number(value) for schedule in schedules for value in (schedule.start, schedule.last, schedule.rise))
    if run.env is None or not finite or not 1 <= planned <= _MOST_UPDATES:
        return ()
    steps = {round(planned * (i / 80) ** 1.5) for i in range(81)}  # closer together where it falls fast
    points = dynamics(
        run.env,
        updates=planned,
        reference_kl=recipe.reference_kl.coefficient,
        rate=recipe.optimizer.rate,
        eta=ETA,
        optimism=recipe.optimizer.optimism,
        ema=recipe.training.ema,
        at=steps,
    )
    return tuple(points)
