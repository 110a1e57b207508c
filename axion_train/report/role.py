"""The charts of roles: what each earns, how far that is from the truth, and how many groups teach.

A report knows no environment. Which facts are compared and which tell the truth stands in the recipe, under `facts` and `monitors`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from axion_train.monitor.gap import Gap
from axion_train.report.alarm import marks, monitors
from axion_train.report.curve import named, roles
from axion_train.report.markup import Markup, join, tag
from axion_train.report.panel import HALF, panel
from axion_train.report.run_data import RunData, Series

NOTE = "Thin lines are updates, thick ones are smoothed over a twentieth of the run. "
_GAP = "Shaded is what was paid beyond what is true: the verifier being exploited. "
_SIGNAL = "A group is what a role played of one deal; it has signal if any of its trajectories is pushed. "
_MARK = "A dashed upright line is an alarm. "


class WatchedGap(NamedTuple):
    """A gap between reward and truth that a monitor of the recipe watches."""

    name: str
    """Of the monitor."""
    metric: str
    """The reward."""
    truth: str
    """The metric that tells what it should be."""


def gaps(run: RunData) -> list[WatchedGap]:
    """The gaps that the recipe's `gap` monitors watch."""
    return [WatchedGap(name, m.metric, m.truth) for name, m in monitors(run).items() if isinstance(m, Gap)]


def ratios(run: RunData) -> Mapping[str, Sequence[str]]:
    """By name, the two facts whose ratio is a metric of the recipe."""
    return run.recipe.facts.ratios


def role_section(run: RunData) -> Markup:
    """The charts whose metrics the run has, and how to read them; empty where it has none."""
    draw = partial(panel, size=HALF, marks=marks(run))
    several = [name for name in roles(run) if name]
    paid = [draw("Reward by role", _each(run, "reward", several))] if len(several) > 1 else []
    beside = [_beside(run, gap) for gap in gaps(run)]
    signal = draw("Groups with signal, share", named(run, "signal", "all")) if len(several) > 1 else Markup()
    pictures = [*paid, *beside, *_ratios(run), signal, *_archive(run)]
    drawn = [picture for picture in pictures if picture]
    if not drawn:
        return Markup()
    told = [NOTE, _GAP if any(beside) else "", _SIGNAL if signal else "", _MARK if marks(run) else ""]
    return join((tag("div", *drawn, class_="half"), tag("p", *told, class_="note")))


def _each(run: RunData, prefix: str, names: Iterable[str]) -> list[tuple[str, Series]]:
    return [(name, run.series(f"{prefix}/{name}")) for name in names]


def _beside(run: RunData, gap: WatchedGap) -> Markup:
    """The reward and the truth in one chart, with the alarms of that monitor."""
    both = [(key, run.series(key)) for key in (gap.metric, gap.truth)]
    return panel(f"Paid beyond the truth: {gap.name}", both, size=HALF, marks=marks(run, gap.name), excess=True)


def _ratios(run: RunData) -> list[Markup]:
    """The ratios of facts, of every update and as measured held out."""
    return [
        panel("Shares of facts", _each(run, "share", ratios(run)), size=HALF, marks=marks(run)),
        panel("Shares of facts, held out", _each(run, "heldout", ratios(run)), size=HALF, few=True),
    ]


def _archive(run: RunData) -> list[Markup]:
    """The archive of a curriculum that plays tasks made of earlier plays."""
    size, rate = run.series("archive/size"), run.series("archive/solve_rate")
    return [panel("Archive, tasks", [("", size)], size=HALF), panel("Archive, share solved", [("", rate)], size=HALF)]
