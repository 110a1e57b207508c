"""What each shaper draws a proposer to: its mean reward by the chance that one attempt solves the proposal, exactly.

`python -m benchmarks.shapers docs/images/shapers.svg` draws it.
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

from axion_env import Shaper, shaper
from axion_train.report.chart import Line, chart, standalone
from benchmarks import bernstein

ATTEMPTS = 8
POINTS = 100
SHOWN = {
    "ssr": "#1f5fd0",
    "azr": "#6c9bea",
    "tent": "#b4540a",
    "gaussian": "#e39a55",
    "parabola": "#7a8496",
    "band": "#1c8a5c",
    "floor_linear": "#9a4fc4",
    "one_minus": "#c23b4b",
}
"""Colors that can be read on white and on black."""
MARGIN = 16


def expected(of: Shaper, p: float | Fraction, attempts: int, *, novelty: float = 1.0) -> float:
    """Mean reward of a proposal that each attempt solves with chance p, independently: the number solved is Binomial(attempts, p)."""
    return float(bernstein.value(of.rewards(attempts, novelty=novelty), Fraction(p)))


def best(of: Shaper, attempts: int, *, novelty: float = 1.0) -> float:
    """The chance p at which the mean reward is highest, the lowest such p: what a proposer is drawn to."""
    return float(bernstein.highest(of.rewards(attempts, novelty=novelty)))


def picture() -> str:
    """The chart, standing alone."""
    lines = [Line(curve(shaper(name)), name, label(name)) for name in SHOWN]
    whole = chart(
        lines,
        title="Mean reward of a proposal against the chance that one attempt solves it, by shaper",
        height=480,
        extent=(-1.0, 1.0),
        x_label="chance that one attempt solves it",
        y_label=f"Mean reward of a valid proposal, {ATTEMPTS} attempts; after each name, where it is highest",
        margin=MARGIN,
    )
    colors = "".join(f".chart .{name} {{ color: {color}; }}\n" for name, color in SHOWN.items())
    return standalone(whole, margin=MARGIN, style=colors)


def curve(of: Shaper) -> list[tuple[float, float]]:
    """Its mean at equal steps from 0 to 1."""
    return [(i / POINTS, expected(of, i / POINTS, ATTEMPTS)) for i in range(POINTS + 1)]


def label(name: str) -> str:
    """Its name and its best rate."""
    return f"{name} {best(shaper(name), ATTEMPTS):.2f}".replace(" 0.", " .")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(picture(), encoding="utf-8")
