"""The learned strategy, one row per information set; for Kuhn's own game beside its equilibria."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from axion_train.analysis.kuhn import PLACES, Kuhn, Place, Spot, fit
from axion_train.report.markup import Markup, join, tag
from axion_train.report.run_data import number

_WIDTH, _HEIGHT = 220.0, 22.0
_MOST_ROWS = 60

_SITUATIONS: Mapping[Place, tuple[str, str]] = {
    "open": ("first, to open", "bets"),
    "after check and bet": ("first, after its check and a bet", "calls"),
    "after a check": ("second, after a check", "bets"),
    "after a bet": ("second, after a bet", "calls"),
}


def strategy_beside_equilibrium(game: Kuhn, table: Sequence[Mapping[str, Any]]) -> Markup:
    """Kuhn's twelve decisions: a dot for the learned probability, a band for all equilibria, a tick for the nearest one."""
    learned = game.learned(table)
    alpha = fit(learned)
    panels = []
    for place in PLACES:
        spots = sorted((s for s in learned if s.place == place), key=lambda s: s.card)
        situation, verb = _SITUATIONS[place]
        rows = [_row(game.ranks[s.card], verb, s, learned[s], alpha) for s in spots]
        panels.append(
            tag(
                "table",
                tag("caption", situation),
                _head("holds", f"{verb} with probability", "learned", "equilibrium"),
                tag("tbody", *rows),
            )
        )
    illegal = max((float(row["illegal"]) for row in table if number(row.get("illegal"))), default=0.0)
    text = join((
        "Probability of betting or calling among legal answers, averaged weights. ",
        tag("span", "●", class_="dot-key"), " learned, ",
        tag("span", "▮", class_="band-key"), " what equilibria of the game do, ",
        tag("span", "|", class_="tick-key"), f" the equilibrium nearest to the learned play, alpha = {alpha:.2f} of 0 to 1/3. ",
        f"The most that goes to illegal answers anywhere is {illegal:.2%}.",
    ))  # fmt: skip
    return join((tag("div", *panels, class_="panels"), tag("p", text, class_="note")))


def _row(card: str, verb: str, spot: Spot, chance: float, alpha: float) -> Markup:
    nearest = spot.equilibrium(alpha)
    low, high = spot.span
    span = f"{_share(low)} – {_share(high)}" if high > low else _share(low)
    picture = _bar(chance, nearest, (low, high), f"{card} {verb} with {chance:.3f}; equilibrium {span}")
    return tag(
        "tr",
        tag("td", card, class_="card"),
        tag("td", picture),
        tag("td", f"{chance:.2f}", class_="number strong"),
        tag("td", span, class_="number"),
    )


def _bar(chance: float, nearest: float | None, band: tuple[float, float], title: str) -> Markup:
    def across(p: float) -> float:
        return 8 + p * (_WIDTH - 16)

    middle = _HEIGHT / 2
    parts = [tag("title", title), tag("line", x1=across(0), x2=across(1), y1=middle, y2=middle, class_="track")]
    parts += [tag("line", x1=across(p), x2=across(p), y1=middle - 3, y2=middle + 3, class_="track") for p in (0, 0.5, 1)]
    if nearest is not None:
        low, high = across(band[0]) - 3, across(band[1]) + 3
        parts.append(tag("rect", x=low, y=middle - 6, width=high - low, height=12, rx=3, class_="band"))
        parts.append(tag("line", x1=across(nearest), x2=across(nearest), y1=middle - 9, y2=middle + 9, class_="nearest"))
    parts.append(tag("circle", cx=across(chance), cy=middle, r=5, class_="dot"))
    return tag("svg", *parts, viewBox=f"0 0 {_WIDTH:.0f} {_HEIGHT:.0f}", role="img", aria_label=title, class_="bar")


def _share(p: float) -> str:
    """A probability; thirds as thirds, since equilibria consist of them."""
    return {0.0: "0", round(1 / 3, 6): "1/3", round(2 / 3, 6): "2/3", 1.0: "1"}.get(round(p, 6), f"{p:.2f}")


def strategy_table(table: Sequence[Mapping[str, Any]]) -> Markup:
    """Any finite game's strategy, the first rows of it."""
    rows = []
    for entry in islice(table, _MOST_ROWS):
        shown = " ".join(entry["observation"])
        chances = list(zip(entry["actions"], entry["probabilities"], strict=True))
        for i, (action, chance) in enumerate(chances):
            first = [tag("td", entry["agent"], rowspan=len(chances)), tag("td", shown, rowspan=len(chances))] if not i else []
            bar = _bar(float(chance), None, (0, 0), f"{action} {chance:.3f}")
            rows.append(tag("tr", *first, tag("td", action), tag("td", bar), tag("td", f"{chance:.2f}", class_="number strong")))
    more = f"{len(table) - _MOST_ROWS} more information sets are in strategy.json." if len(table) > _MOST_ROWS else ""
    return join(
        (
            tag("table", _head("agent", "is shown", "action", "probability", ""), tag("tbody", *rows)),
            tag("p", more, class_="note") if more else Markup(),
        )
    )


def _head(*names: str) -> Markup:
    return tag("thead", tag("tr", *(tag("th", name) for name in names)))
