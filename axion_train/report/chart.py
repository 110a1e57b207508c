"""Line charts as SVG. Colors come from `chart.css`, so that one picture serves light and dark pages."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files

from axion_train.report.markup import Markup, join, tag

_CHARACTER = 7.3  # pixels, the mean at the labels' size where they are bold
_GAP = 17.0  # pixels between labels at the right


@dataclass(frozen=True)
class Line:
    """One curve; a level is a curve of two points."""

    points: Sequence[tuple[float, float]]
    kind: str
    """Its class in `chart.css`: main, second, other, third, raw, exact or level; with `thin` after it, its noise; with `dashed`, broken."""
    label: str = ""
    """Written at its right end; empty for none."""
    dots: bool = False
    """Mark the points, with their values as tooltips."""


@dataclass(frozen=True)
class Mark:
    """Something that happened at an update: an upright line."""

    x: float
    label: str
    """Its tooltip."""


def chart(
    lines: Sequence[Line],
    *,
    title: str,
    width: int = 960,
    height: int = 430,
    log: bool = False,
    extent: tuple[float, float] | None = None,
    x_label: str = "",
    y_label: str = "",
    note: str = "",
    margin: int = 0,
    marks: Sequence[Mark] = (),
    excess: tuple[Sequence[tuple[float, float]], Sequence[tuple[float, float]]] | None = None,
) -> Markup:
    """A chart.

    Args:
        lines: Drawn in this order, the last on top.
        title: For those who cannot see it.
        width: Pixels.
        height: Pixels.
        log: Logarithmic values; those not above 0 are left out.
        extent: Values shown; default what the lines need.
        x_label: Under the axis, at its right.
        y_label: Over the axis, at its left.
        note: Written inside, at the bottom left.
        margin: Pixels left free all round, beyond width and height.
        marks: What happened when.
        excess: Two curves over the same updates; where the first is above the second, what lies between is shaded.
    """
    shown = [Line([(x, y) for x, y in line.points if y > 0 or not log], line.kind, line.label, line.dots) for line in lines]
    shown = [line for line in shown if line.points]
    values = [y for line in shown for _, y in line.points]
    low, high = extent or (_log_extent(values) if log else _extent(values))
    last = max((x for line in shown for x, _ in line.points), default=1.0) or 1.0
    longest = max((len(line.label) for line in shown), default=0)
    left, right, top, bottom = 46.0, width - (longest * _CHARACTER + 22 if longest else 10), 26.0 if y_label else 10.0, height - 26.0

    def across(x: float) -> float:
        return left + x / last * (right - left)

    def up(y: float) -> float:
        share = math.log(y / low) / math.log(high / low) if log else (y - low) / (high - low)
        return bottom - min(1.0, max(0.0, share)) * (bottom - top)

    parts = [_grid(_decades(low, high) if log else _steps(low, high), up, left, right)]
    parts += [tag("text", _written(x), x=across(x), y=bottom + 17, class_="tick middle") for x in _steps(0, last)]
    parts += [tag("text", x_label, x=right, y=bottom - 6, class_="axis end")] if x_label else []
    parts += [tag("text", y_label, x=left, y=top - 10, class_="axis")] if y_label else []
    parts += [tag("text", note, x=left + 8, y=bottom - 6, class_="axis")] if note else []
    parts += [_excess(*excess, across, up)] if excess else []
    parts += [_mark(mark, across(min(mark.x, last)), top, bottom) for mark in marks]
    parts += [_curve(line, across, up) for line in shown]
    parts.append(_labels([line for line in shown if line.label], across, up, right, (top, bottom)))
    whole = (width + 2 * margin, height + 2 * margin)
    size = {"viewBox": f"{-margin} {-margin} {whole[0]} {whole[1]}", "width": whole[0], "height": whole[1]}
    return tag("svg", *parts, **size, xmlns="http://www.w3.org/2000/svg", role="img", aria_label=title, class_="chart")


def standalone(drawn: Markup, *, margin: int, style: str = "") -> Markup:
    """A chart as a file of its own, with the colors and a background.

    Args:
        drawn: With that margin.
        margin: Pixels left free all round.
        style: More rules, after those of `chart.css`.
    """
    opening, end, rest = drawn.partition(">")
    rules = Markup(files("axion_train.report").joinpath("chart.css").read_text() + style)
    back = tag("rect", x=-margin, y=-margin, width="100%", height="100%", rx=10, class_="back")
    return join((Markup(opening + end), tag("style", rules), back, Markup(rest), "\n"))


def _grid(ticks: Sequence[float], up: Callable[[float], float], left: float, right: float) -> Markup:
    rules = (tag("line", x1=left, x2=right, y1=up(t), y2=up(t), class_="grid") for t in ticks)
    return join((*rules, *(tag("text", _written(t), x=left - 7, y=up(t) + 4, class_="tick end") for t in ticks)))


def _curve(line: Line, across: Callable[[float], float], up: Callable[[float], float]) -> Markup:
    places = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in line.points)
    dots = [
        tag("circle", tag("title", f"update {_written(x)}: {y:.4g}"), cx=across(x), cy=up(y), r=4, class_="dot")
        for x, y in (line.points if line.dots else ())
    ]
    return tag("g", tag("polyline", points=places, class_="curve"), *dots, class_=line.kind)


def _mark(mark: Mark, x: float, top: float, bottom: float) -> Markup:
    return tag("g", tag("title", mark.label), tag("line", x1=x, x2=x, y1=top, y2=bottom, class_="upright"), class_="mark")


def _excess(
    over: Sequence[tuple[float, float]],
    under: Sequence[tuple[float, float]],
    across: Callable[[float], float],
    up: Callable[[float], float],
) -> Markup:
    """One polygon: along the greater of the two, and back along the second."""
    floor = dict(under)
    both = [(x, max(y, floor[x]), floor[x]) for x, y in over if x in floor]
    edge = [(x, y) for x, y, _ in both] + [(x, y) for x, _, y in reversed(both)]
    return tag("polygon", points=" ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in edge), class_="excess") if edge else Markup()


def _labels(
    lines: Sequence[Line], across: Callable[[float], float], up: Callable[[float], float], right: float, bounds: tuple[float, float]
) -> Markup:
    """Each line's label beside its end, moved apart where they would overlap."""
    ends = [(across(line.points[-1][0]), up(line.points[-1][1])) for line in lines]
    order = sorted(range(len(lines)), key=lambda i: ends[i][1])
    heights = spread([ends[i][1] for i in order], _GAP, *bounds)
    parts = []
    for i, y in zip(order, heights, strict=True):
        x, end = ends[i]
        parts.append(
            tag(
                "g",
                tag("polyline", points=f"{x + 5:.1f},{end:.1f} {right + 3:.1f},{end:.1f} {right + 10:.1f},{y:.1f}", class_="lead"),
                tag("text", lines[i].label, x=right + 14, y=y + 4, class_="label"),
                class_=lines[i].kind,
            )
        )
    return join(parts)


def spread(heights: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Ascending heights moved as little as needed to lie a gap apart and, where there is room, between the bounds.

    >>> spread([10.0, 12.0, 50.0], 10.0, 0.0, 100.0)
    [6.0, 16.0, 50.0]
    """
    clusters: list[list[float]] = []  # [first height, count]; each is laid out evenly around its mean
    for height in heights:
        clusters.append([min(max(height, low), high), 1])
        while len(clusters) > 1 and clusters[-2][0] + clusters[-2][1] * gap > clusters[-1][0]:
            (a, n), (b, m) = clusters[-2], clusters.pop()
            middle = (n * (a + (n - 1) * gap / 2) + m * (b + (m - 1) * gap / 2)) / (n + m)
            start = min(middle - (n + m - 1) * gap / 2, high - (n + m - 1) * gap)
            clusters[-1] = [max(start, low), n + m]
    return [start + i * gap for start, count in clusters for i in range(int(count))]


def smooth(points: Sequence[tuple[float, float]], reach: int) -> list[tuple[float, float]]:
    """Each value replaced by the mean of those at most `reach` places away."""
    out = []
    for i, (x, _) in enumerate(points):
        window = points[max(0, i - reach) : i + reach + 1]
        out.append((x, sum(y for _, y in window) / len(window)))
    return out


def _extent(values: Sequence[float]) -> tuple[float, float]:
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    if low == high == 0:
        return 0.0, 1.0
    room = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    return (0.0 if 0 <= low < 0.5 * high else low - room), high + room


def _log_extent(values: Sequence[float]) -> tuple[float, float]:
    if not values:
        return 0.01, 1.0
    return min(values) / 1.35, max(values) * 1.35


def _steps(low: float, high: float) -> list[float]:
    """Four to eight round numbers between the bounds."""
    rough = (high - low) / 5
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * m for m in (1, 2, 2.5, 5, 10) if unit * m >= rough * 0.999)
    return [round(i * step, 12) for i in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _decades(low: float, high: float) -> list[float]:
    """1, 2 and 5 of every power of ten between the bounds."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [round(m * 10.0**p, 12) for p in powers for m in (1, 2, 5) if low <= m * 10.0**p <= high]


def _written(value: float) -> str:
    if value and abs(value) < 1:
        return f"{value:.6g}".replace("0.", ".", 1)
    return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:.3g}"
