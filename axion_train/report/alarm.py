"""The alarms of a run: which monitor triggered when, and each monitor's metric beside its level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from axion_env import AxionError
from axion_train.recipe.build import build
from axion_train.report.chart import Line, Mark, chart
from axion_train.report.curve import smoothed
from axion_train.report.markup import Markup, tag
from axion_train.report.run_data import RunData, number

_COLUMNS = ("update", "monitor", "value", "level", "action")


def alarms(run: RunData) -> list[tuple[str, ...]]:
    """Each alarm as a row: update, monitor, value, level, what followed."""
    rows: list[tuple[str, ...]] = []
    for update, alarm in _triggered(run):
        if number(alarm.get("value")) and number(alarm.get("level")):
            told = (f"{alarm['value']:.3f}", f"{alarm['level']:g}", str(alarm.get("action", "")))
            rows.append((f"{update:g}", str(alarm.get("monitor", "")), *told))
    return rows


def marks(run: RunData, monitor: str | None = None) -> list[Mark]:
    """Marks for a chart, where a monitor triggered; where any did, if none is named."""
    return [
        Mark(float(update), f"update {update:g}: alarm {alarm.get('monitor', '')}")
        for update, alarm in _triggered(run)
        if monitor in (None, alarm.get("monitor"))
    ]


def _triggered(run: RunData) -> Iterator[tuple[float, Mapping[str, Any]]]:
    """(update, alarm), as they were written."""
    for line in run.metrics:
        found = line.get("alarms")
        for alarm in found if isinstance(found, list) else ():
            if isinstance(alarm, Mapping):
                yield line["update"], alarm


def alarm_table(run: RunData) -> Markup:
    """The alarms as a table; empty where no monitor triggered."""
    rows = [tag("tr", *(tag("td", cell) for cell in row)) for row in alarms(run)]
    head = tag("thead", tag("tr", *(tag("th", name) for name in _COLUMNS)))
    return tag("table", head, tag("tbody", *rows)) if rows else Markup()


def monitor_charts(run: RunData) -> Markup:
    """A small chart for each monitor whose metric was written at least twice."""
    drawn = []
    for name, monitor in monitors(run).items():
        seen = run.series(f"monitor/{name}")
        if len(seen) > 1:
            level = Line([(seen[0][0], monitor.level), (seen[-1][0], monitor.level)], "level", "alarm")
            title = name.replace("_", " ")
            lines = [Line(seen, "raw"), Line(smoothed(seen), "main"), level]
            picture = chart(lines, title=title, width=310, height=165, marks=marks(run, name))
            drawn.append(tag("figure", tag("figcaption", title), picture))
    return tag("div", *drawn, class_="small") if drawn else Markup()


def monitors(run: RunData) -> dict[str, Any]:
    """The monitors of the recipe, by name; those that cannot be built here are left out."""
    found = {}
    for name, table in run.recipe.monitors.items():
        try:
            found[name] = build("monitors", {"name": name, **table})
        except AxionError:
            continue
    return found
