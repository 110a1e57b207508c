"""A chart under its caption: metrics of a run by update, the noise thin and the smoothed curve over it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from axion_train.report.chart import Line, Mark, chart
from axion_train.report.curve import short, smoothed
from axion_train.report.markup import Markup, join, tag
from axion_train.report.run_data import Series

Curve: TypeAlias = tuple[str, Series]
"""(what it is called, its points)."""
_COLORS = ("main", "other", "third", "second")
KINDS = (*_COLORS, *(f"{color} dashed" for color in _COLORS))
"""Of curves in one chart: more cannot be told apart."""
SMALL = (310, 165)
HALF = (460, 230)
"""Width and height, in pixels."""


def panel(
    title: str,
    curves: Sequence[Curve],
    *,
    size: tuple[int, int] = SMALL,
    marks: Sequence[Mark] = (),
    excess: bool = False,
    few: bool = False,
) -> Markup:
    """A chart, or several where there are more curves than can be told apart; empty where no curve has two points.

    Args:
        title: Its caption.
        curves: One of a single point is left out.
        size: In pixels.
        marks: What happened when.
        excess: Shade where the first curve is above the second.
        few: Measurements with updates between them: dots, and nothing is smoothed.
    """
    if len(curves) > len(KINDS):
        parts = [curves[i : i + len(KINDS)] for i in range(0, len(curves), len(KINDS))]
        return join(panel(title, part, size=size, marks=marks, excess=excess, few=few) for part in parts)
    drawn = [(name, points, kind) for (name, points), kind in zip(curves, KINDS, strict=False) if len(points) > 1]
    if not drawn:
        return Markup()
    smooth = [points if few else smoothed(points) for _, points, _ in drawn]
    lines = [Line(points, f"{kind} thin") for _, points, kind in drawn if not few]
    lines += [Line(points, kind, _ended(name, points), few) for (name, _, kind), points in zip(drawn, smooth, strict=True)]
    told = described(title, [(name, points) for (name, _, _), points in zip(drawn, smooth, strict=True)], marks)
    between = (smooth[0], smooth[1]) if excess and len(smooth) == 2 else None
    picture = chart(lines, title=told, width=size[0], height=size[1], marks=marks, excess=between)
    return tag("figure", tag("figcaption", title), picture)


def _ended(name: str, points: Series) -> str:
    """Its name, and where it ends."""
    return f"{name} {short(points[-1][1], 2)}" if name else ""


def described(title: str, curves: Sequence[Curve], marks: Sequence[Mark] = ()) -> str:
    """What a chart shows, for those who cannot see it: where each curve begins and ends, and what happened when.

    >>> described("Reward", [("judge", [(1.0, 0.25), (2.0, 0.5)])], [Mark(2.0, "update 2: alarm gap")])
    'Reward, by update: judge from 0.25 to 0.5; update 2: alarm gap'
    """
    told = [f"{name} from {points[0][1]:.3g} to {points[-1][1]:.3g}".strip() for name, points in curves]
    return f"{title}, by update: {'; '.join([*told, *(mark.label for mark in marks)])}"
