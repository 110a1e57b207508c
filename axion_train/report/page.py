"""The page: headline metrics, the curve, the strategy, charts of all metrics, episodes, and the recipe."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from axion_env import Episode
from axion_train.policy.settings import LEARNER
from axion_train.report.alarm import alarm_table, monitor_charts
from axion_train.report.counterexample import counterexamples, heading
from axion_train.report.curve import curve, headline, named, noun, roles
from axion_train.report.episode import episode_section, reward_parts
from axion_train.report.markup import Markup, join, tag
from axion_train.report.panel import panel
from axion_train.report.reference import ETA, References
from axion_train.report.role import role_section
from axion_train.report.run_data import RunData, Series
from axion_train.report.statement import headlines, statement
from axion_train.report.strategy import strategy_beside_equilibrium, strategy_table


def page(run: RunData, known: References) -> str:
    """The whole document."""
    resources = files("axion_train.report")
    style = Markup(resources.joinpath("chart.css").read_text() + resources.joinpath("page.css").read_text())
    head = (
        Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        tag("title", f"{run.name} · {run.path.name}"),
        tag("style", style),
    )
    body = tag("body", _head(run), *_sections(run, known), tag("footer", "Written by axion. ", tag("code", str(run.path))))
    return f'<!doctype html>\n<html lang="en">{tag("head", *head)}{body}</html>\n'


def _sections(run: RunData, known: References) -> list[Markup]:
    deals = run.deals()
    moments = [deals[i] for i in sorted({0, len(deals) // 2, len(deals) - 1})] if deals else []
    recipe = tag("pre", *_blocks(run.recipe_text), class_="recipe") if run.recipe_text else Markup()
    return [
        tag("div", *(_tile(*headline) for headline in headlines(run, known)), class_="tiles"),
        tag("section", tag("h2", "What this run is, and is not"), *(tag("p", line) for line in statement(run, known)), class_="statement"),
        _section(_curve_title(run), _wide(curve(run, known)), _curve_note(run, known), "Nothing has been measured yet."),
        *_strategy(run, known),
        *([_section("Roles", told, "", "")] if (told := role_section(run)) else []),
        *([_section(heading(run), told, "", "")] if (told := counterexamples(run, deals)) else []),
        *_monitors(run),
        _section("How it went", _small_charts(run, deals), "", "No update is done yet."),
        _section(
            "Episodes",
            episode_section(moments, run.env),
            "Of the first, the middle and the last stored deal: the longest of its copies, each agent's side in a column of its own.",
            "None is stored yet.",
        ),
        _section("Recipe", recipe, "", "There is no recipe.toml."),
    ]


def _section(title: str, content: str, note: str, otherwise: str) -> Markup:
    inside = [Markup(content), tag("p", note, class_="note") if note else Markup()] if content else [tag("p", otherwise, class_="note")]
    return tag("section", tag("h2", title), *inside)


def _blocks(recipe: str) -> list[Markup]:
    """The recipe's tables, each kept in one column."""
    return [tag("span", block) for block in recipe.strip().split("\n\n")]


def _head(run: RunData) -> Markup:
    done, planned = run.updates, run.planned
    progress = f"{done:,} updates" if done >= planned else f"unfinished: {done:,} of {planned:,} updates"
    parts = [run.path.name, f"seed {run.recipe.training.seed}", progress]
    return tag("header", tag("h1", run.name), tag("p", " · ".join(parts)))


def _tile(name: str, value: str, detail: str) -> Markup:
    return tag("div", tag("span", name, class_="name"), tag("b", value), tag("span", detail, class_="detail"), class_="tile")


def _wide(picture: Markup) -> Markup:
    """A picture that scrolls sideways rather than shrink until it cannot be read."""
    return tag("div", picture, class_="wide") if picture else picture


def _curve_title(run: RunData) -> str:
    return "NashConv" if headline(run).startswith("nash_conv") else noun(run)


def _curve_note(run: RunData, known: References) -> Markup | str:
    if not headline(run).startswith("nash_conv"):
        return "Averaged weights are a running mean over updates. Reward in training is sampled on the tasks trained on, smoothed."
    parts = ["NashConv is what all agents together could still gain by best responses: 0 exactly at an equilibrium. "]
    if known.rule is not None:
        parts.append("One-line rule: K bets, J bluffs 1/3, Q calls 1/3, in both seats, and nothing else but K calls. ")
    if known.tabular:
        parts.append(
            "Exact tabular dynamics: the same schedules of the KL coefficient, rate, optimism and averaging on a table of logits, with "
            f"expected gradients and a step of {ETA:g}; no network, no sampling. That step is in logits, the network's in weights: "
            "a yardstick, not a bound."
        )
    return join(parts)


def _strategy(run: RunData, known: References) -> list[Markup]:
    if not run.strategy:
        return []
    if known.kuhn is not None and known.kuhn.learned(run.strategy):
        return [_section("What it plays, beside the equilibria", strategy_beside_equilibrium(known.kuhn, run.strategy), "", "")]
    return [_section("What it plays", strategy_table(run.strategy), "", "")]


def _monitors(run: RunData) -> list[Markup]:
    charts, table = monitor_charts(run), alarm_table(run)
    if not charts and not table:
        return []
    note = "Each chart shows the mean over the monitor's window and the level beyond which it triggers."
    return [_section("Alarms", join((table, charts)), note if table else f"No monitor triggered. {note}", "")]


def _small_charts(run: RunData, deals: Sequence[Sequence[Episode]]) -> Markup:
    rewards = [(role, run.series(f"reward/{role}")) for role in roles(run)]
    charts = [
        *([("Reward", rewards)] if len(rewards) == 1 else []),  # several stand under "Roles"
        *((f"Parts of {role}'s reward", parts) for role, parts in reward_parts(deals, run.env).items()),
        ("Illegal answers, share", named(run, "illegal_rate")),
        ("Entropy of the next token, nats", named(run, "entropy", LEARNER)),
        ("Surprise by role, nats per token", named(run, "surprise")),
        ("No advantage, share of trajectories", named(run, "zero_advantage")),
        ("KL from the start, nats per answer", named(run, "kl", LEARNER)),
        ("Norm of the gradient", named(run, "gradient_norm", LEARNER)),
        ("Episodes per CPU second", [("", speed(run))]),
    ]
    charts = [(title, curves) for title, curves in charts if title[:2] != "KL" or any(y for _, points in curves for _, y in points)]
    drawn = [panel(title, curves) for title, curves in charts]
    return tag("div", *drawn, class_="small") if any(drawn) else Markup()


def speed(run: RunData) -> Series:
    """Episodes per CPU second, by update; without updates that held a measurement, which spent time on other things."""
    spent = dict(run.series("cpu_seconds"))
    busy = {line["update"] for line in run.metrics if any(key.startswith(("last/", "heldout/", "nash_conv")) for key in line)}
    return [
        (update, episodes / (spent[update] - spent[update - 1]))
        for update, episodes in run.series("episodes")
        if update not in busy and spent.get(update, 0.0) > spent.get(update - 1, float("inf"))
    ]
