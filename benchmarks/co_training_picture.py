"""`python -m benchmarks.co_training_picture`: the curves of `docs/results/co-training.json` as `docs/images/co-training.svg`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from axion_train.report.chart import Line, chart, standalone
from axion_train.report.markup import Markup
from benchmarks.many import ROOT

KINDS = {
    "everything": "level",
    "co-trained, warmed up longer": "main",
    "frozen, warmed up longer": "third",
    "co-trained": "second",
    "frozen": "third thin",
    "random": "exact",
    "one input": "other",
}
"""Arms that are drawn, each with its class in `chart.css`."""
_HACKED = "one input"
_MARGIN = 16


def picture(arms: dict[str, dict[str, Any]]) -> Markup:
    """True accuracy of every arm against updates; of the floor what it is paid, too.

    Args:
        arms: By name, its `updates`, `true_accuracy` and `in_game_reward`.
    """
    lines = [Line(_points(arms[arm], "true_accuracy"), kind, _label(arms[arm], "true_accuracy", arm)) for arm, kind in KINDS.items()]
    lines.append(
        Line(_points(arms[_HACKED], "in_game_reward"), "other thin", _label(arms[_HACKED], "in_game_reward", f"{_HACKED}: what it is paid"))
    )
    drawn = chart(
        lines,
        title="True accuracy of the coder against updates, by who tests it",
        extent=(0.0, 1.0),
        margin=_MARGIN,
        x_label="updates",
        y_label="true accuracy on held-out specifications, by who tests; of one input, what coders are paid, too",
    )
    return standalone(drawn, margin=_MARGIN)


def _points(arm: dict[str, Any], figure: str) -> list[tuple[float, float]]:
    return list(zip(arm["updates"], arm[figure], strict=True))


def _label(arm: dict[str, Any], figure: str, name: str) -> str:
    return f"{name} {arm[figure][-1]:.2f}"


def main() -> None:
    """Writes it."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images" / "co-training.svg"
    found = json.loads((ROOT / "docs" / "results" / "co-training.json").read_text())
    out.write_text(picture(found["curves"]))


if __name__ == "__main__":
    main()
