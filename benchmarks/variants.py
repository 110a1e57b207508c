"""The Kuhn recipe, not a knob changed, on games it was not made on: more cards, other stakes, words that mean nothing."""

from __future__ import annotations

from itertools import islice
from typing import Any

from axion_env import GameTree
from axion_train import recipe
from benchmarks import many
from benchmarks.table import Report, mean

VARIANTS: dict[str, tuple[str, ...]] = {
    "as shipped": (),
    "five ranks": ('env.options.ranks=["T","J","Q","K","A"]',),
    "ante 1, bet 2": ("env.options.bet=2",),
    "ante 2, bet 1": ("env.options.ante=2",),
    "other words": ('env.options.ranks=["mip","dax","wug"]', 'env.options.moves=["blick","zork","fep","toma"]'),
}


def main() -> None:
    options = many.parser("variants", __doc__)
    options.add_argument("--seeds", type=int, default=3, help="runs per variant")
    chosen = options.parse_args()
    jobs = [
        many.Job(name.replace(",", "").replace(" ", "-"), "kuhn-poker", seed, (*changes, *chosen.changes))
        for name, changes in VARIANTS.items()
        for seed in islice(many.seeds("variants"), chosen.seeds)
    ]
    runs = many.train(jobs, chosen.runs, at_once=chosen.jobs)
    report = Report("The Kuhn recipe on other games", "variants", (r.commit for r in runs))
    report.say(
        f"NashConv at the end of the unchanged recipe ({chosen.seeds} seeds a game), beside that of uniform play in the same game (exact). "
        "NashConv is in chips; the share of uniform play's compares games of other stakes."
    )
    rows: list[tuple[Any, ...]] = []
    figures: dict[str, Any] = {}
    for i, (name, changes) in enumerate(VARIANTS.items()):
        mine = runs[i * chosen.seeds : (i + 1) * chosen.seeds]
        uniform = uniform_nash_conv(changes)
        found = [r.summary["nash_conv"] for r in mine]
        share = mean(value / uniform for value in found)
        rows.append((name, mean(found), max(found), uniform, share, f"{mean(r.cpu_seconds for r in mine).mean:.1f}"))
        figures[name] = {"set": changes, "uniform": uniform, "nash_conv": mean(found), "share": share, "runs": [r.summary for r in mine]}
    report.table(("game", "NashConv", "most", "uniform play", "share of uniform", "CPU-s"), rows)
    report.write(chosen.out, {"set": chosen.changes, "variants": figures})


def uniform_nash_conv(changes: tuple[str, ...]) -> float:
    """Of uniform play in the game of a recipe with these changes."""
    tree = GameTree(recipe.read("kuhn-poker", changes).env.load())
    return tree.nash_conv(tree.uniform())


if __name__ == "__main__":
    main()
