"""The curve of a run's main metric, beside its references."""

from __future__ import annotations

import re

from axion_train.report.chart import Line, chart, smooth, standalone
from axion_train.report.markup import Markup
from axion_train.report.reference import References
from axion_train.report.run_data import RunData, Series

_MARGIN = 16  # of the file


def curve(run: RunData, known: References, *, margin: int = 0) -> Markup:
    """NashConv or accuracy against updates; empty where nothing has been measured."""
    key = headline(run)
    if not run.measured(key):
        return Markup()
    return _nash_conv(run, known, key, margin) if key.startswith("nash_conv") else _accuracy(run, key, margin)


def headline(run: RunData) -> str:
    """The key of the run's main metric."""
    for key in ("nash_conv", "nash_conv_estimate", f"heldout/{run.label}", run.label):
        if run.measured(key):
            return key
    return "nash_conv" if run.recipe.evaluation.kind == "nash_conv" else f"heldout/{run.label}"


def noun(run: RunData) -> str:
    """What the share solved is called, in a title."""
    return run.label.replace("_", " ").capitalize()


def _nash_conv(run: RunData, known: References, key: str, margin: int) -> Markup:
    averaged, last = run.measured(key), run.series(f"last/{key}")
    end = float(max(run.planned, run.updates, 1))
    lines = [Line([(0, value), (end, value)], "level", label) for value, label in _levels(known)]
    if known.tabular:
        tabular = [(float(p.update), p.averaged) for p in known.tabular]
        lines.append(Line(tabular, "exact", f"exact tabular dynamics {short(tabular[-1][1])}"))
    if last:
        lines.append(Line(averaged[:1] + last if averaged[0][0] == 0 else last, "second", f"last weights {short(last[-1][1])}"))
    lines.append(Line(averaged, "main", f"averaged weights {short(averaged[-1][1])}", dots=True))
    what = f"NashConv of {run.name}{', estimated from samples' if key == 'nash_conv_estimate' else ''}, log scale"
    return chart(
        lines,
        title=f"NashConv of {run.name} against updates",
        log=True,
        x_label="updates",
        y_label=what,
        note="↓ equilibrium: 0",
        margin=margin,
    )


def _levels(known: References) -> list[tuple[float, str]]:
    levels = [(known.uniform, f"uniform play {short(known.uniform)}")] if known.uniform else []
    return levels + ([(known.rule, f"one-line rule {short(known.rule)}")] if known.rule else [])


def _accuracy(run: RunData, key: str, margin: int) -> Markup:
    averaged, last = run.measured(key), run.series(f"last/{key}")
    sampled = [line for role in roles(run) for line in _training(run, role)]
    lines = [*sampled] if all(0 <= y <= 1 for line in sampled for _, y in line.points) else []
    if len(last) > 1:
        lines.append(Line(last, "second", f"last weights {short(last[-1][1])}"))
    lines.append(Line(averaged, "main", f"averaged weights {short(averaged[-1][1])}", dots=True))
    what = f"{noun(run)} on {run.name}, split {run.recipe.evaluation.split}"
    return chart(
        lines, title=f"{noun(run)} of {run.name} against updates", extent=(0.0, 1.0), x_label="updates", y_label=what, margin=margin
    )


def _training(run: RunData, role: str) -> list[Line]:
    points = run.series(f"reward/{role}")
    if not points:
        return []
    whose = f"{role}'s reward" if len(roles(run)) > 1 else "reward"
    return [Line(points, "other thin"), Line(smoothed(points), "other", f"{whose} in training {short(smoothed(points)[-1][1])}")]


def roles(run: RunData) -> list[str]:
    """The roles that have rewards among the metrics."""
    return sorted({key.removeprefix("reward/") for line in run.metrics for key in line if key.startswith("reward/")})


def named(run: RunData, key: str, whole: str = "") -> list[tuple[str, Series]]:
    """The curves of a metric by role or policy, and of the run as a whole.

    Args:
        run: The run.
        key: Of the metric.
        whole: The name of the whole run's curve beside the others. Empty: it is shown only where there are no others.
    """
    prefix = f"{key}/"
    names = sorted({k.removeprefix(prefix) for line in run.metrics for k in line if k.startswith(prefix)})
    found = [(name, run.series(prefix + name)) for name in names]
    return found + ([(whole, run.series(key))] if whole else []) if found else [("", run.series(key))]


def smoothed(points: Series) -> Series:
    """The curve smoothed over a twentieth of the run, and at least five points."""
    return smooth(points, max(2, len(points) // 40))


def picture(run: RunData, known: References) -> str:
    """The curve as an SVG file; empty where nothing has been measured."""
    drawn = curve(run, known, margin=_MARGIN)
    return standalone(drawn, margin=_MARGIN) if drawn else ""


def short(value: float | None, digits: int = 3) -> str:
    """A number without the zero before its decimal point."""
    return "" if value is None else re.sub(r"^(-?)0\.", r"\1.", f"{value:.{digits}f}")
