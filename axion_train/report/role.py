"""What each role earns, how far that is from the truth, and how much is left to learn: for runs of several roles, or with facts added up.

A report knows no environment. Which facts are shares and which tell the truth stands in the recipe, under `facts` and `monitors`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from axion_train.monitor.gap import Gap
from axion_train.report.alarm import marks, monitors
from axion_train.report.curve import named, roles
from axion_train.report.markup import Markup, join, tag
from axion_train.report.panel import HALF, panel
from axion_train.report.record import Record, Series

NOTE = "Thin lines are updates, thick ones are smoothed over a twentieth of the run. "
_GAP = "Shaded is what was paid beyond what is true: the verifier being exploited. "
_SIGNAL = "A group is what a role played of one deal; it has signal if any of its trajectories is pushed. "
_MARK = "A dashed upright line is an alarm. "


class Watched(NamedTuple):
    """A gap that the recipe watches."""

    name: str
    """Of the monitor."""
    metric: str
    """What is paid."""
    truth: str


def gaps(record: Record) -> list[Watched]:
    """What the recipe's `gap` monitors hold against each other."""
    return [Watched(name, m.metric, m.truth) for name, m in monitors(record).items() if isinstance(m, Gap)]


def shares(record: Record) -> Mapping[str, Any]:
    """By name, the two facts whose ratio the recipe wants to see; older recipes call them `shares`."""
    found = record.knob("facts", "ratios", default=record.knob("facts", "shares"))
    return found if isinstance(found, Mapping) else {}


def role_section(record: Record) -> Markup:
    """The charts whose figures there are, and how to read them; empty where there is nothing of the kind."""
    draw = partial(panel, size=HALF, marks=marks(record))
    several = [name for name in roles(record) if name]
    paid = [draw("Reward by role", _each(record, "reward", several))] if len(several) > 1 else []
    beside = [_beside(record, gap) for gap in gaps(record)]
    signal = draw("Groups with signal, share", named(record, "signal", "all")) if len(several) > 1 else Markup()
    pictures = [*paid, *beside, *_shares(record), signal, *_archive(record)]
    drawn = [picture for picture in pictures if picture]
    if not drawn:
        return Markup()
    told = [NOTE, _GAP if any(beside) else "", _SIGNAL if signal else "", _MARK if marks(record) else ""]
    return join((tag("div", *drawn, class_="half"), tag("p", *told, class_="note")))


def _each(record: Record, prefix: str, names: Iterable[str]) -> list[tuple[str, Series]]:
    return [(name, record.series(f"{prefix}/{name}")) for name in names]


def _beside(record: Record, gap: Watched) -> Markup:
    """What is paid beside what is true, with the alarms of that monitor."""
    both = [(key, record.series(key)) for key in (gap.metric, gap.truth)]
    return panel(f"Paid beyond the truth: {gap.name}", both, size=HALF, marks=marks(record, gap.name), excess=True)


def _shares(record: Record) -> list[Markup]:
    """Of every update, and as measured held out."""
    return [
        panel("Shares of facts", _each(record, "share", shares(record)), size=HALF, marks=marks(record)),
        panel("Shares of facts, held out", _each(record, "heldout", shares(record)), size=HALF, few=True),
    ]


def _archive(record: Record) -> list[Markup]:
    """Of a curriculum that plays tasks made of earlier plays."""
    size, rate = record.series("archive/size"), record.series("archive/solve_rate")
    return [panel("Archive, tasks", [("", size)], size=HALF), panel("Archive, share solved", [("", rate)], size=HALF)]
