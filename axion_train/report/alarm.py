"""What the monitors saw: each figure beside its level, and who rang when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from axion_env import AxionError
from axion_train import part
from axion_train.report.chart import Line, chart
from axion_train.report.curve import smoothed
from axion_train.report.markup import Markup, tag
from axion_train.report.record import Record, number

_COLUMNS = ("update", "monitor", "value", "level", "action")


def alarms(record: Record) -> list[tuple[str, ...]]:
    """Each alarm as a row: update, monitor, value, level, what followed."""
    rows: list[tuple[str, ...]] = []
    for line in record.metrics:
        rung = line.get("alarms")
        for alarm in rung if isinstance(rung, list) else ():
            if isinstance(alarm, Mapping) and number(alarm.get("value")) and number(alarm.get("level")):
                told = (f"{alarm['value']:.3f}", f"{alarm['level']:g}", str(alarm.get("action", "")))
                rows.append((f"{line['update']:g}", str(alarm.get("monitor", "")), *told))
    return rows


def alarm_table(record: Record) -> Markup:
    """The alarms; empty where none rang."""
    rows = [tag("tr", *(tag("td", cell) for cell in row)) for row in alarms(record)]
    head = tag("thead", tag("tr", *(tag("th", name) for name in _COLUMNS)))
    return tag("table", head, tag("tbody", *rows)) if rows else Markup()


def monitor_charts(record: Record) -> Markup:
    """One small chart for each monitor that saw something."""
    drawn = []
    for name, level in levels(record).items():
        seen = record.series(f"monitor/{name}")
        if len(seen) > 1:
            line = Line([(seen[0][0], level), (seen[-1][0], level)], "level", "alarm")
            title = name.replace("_", " ")
            picture = chart([Line(seen, "raw"), Line(smoothed(seen), "main"), line], title=title, width=310, height=165)
            drawn.append(tag("figure", tag("figcaption", title), picture))
    return tag("div", *drawn, class_="small") if drawn else Markup()


def levels(record: Record) -> dict[str, float]:
    """The level of each monitor of the recipe that can be made here."""
    tables = record.knob("monitors")
    found = {}
    for name, table in tables.items() if isinstance(tables, Mapping) else ():
        try:
            monitor: Any = part.build("monitors", {"name": name, **table})
        except (AxionError, TypeError):
            continue
        found[name] = float(monitor.level)
    return found
