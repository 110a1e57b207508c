"""Validates names in a recipe against the environment: parts of a reward, facts and metrics. A knob that does nothing is a mistake.

What the environment says of itself is known before a run begins; its facts, and the metrics of an update, once the first is done.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from axion_env import Env, Episode, NotFound, UsageError
from axion_train.policy.settings import LEARNER
from axion_train.protocol import Monitor
from axion_train.recipe.policy import role_settings
from axion_train.recipe.schema import USUAL_MONITORS, Recipe
from axion_train.recipe.section import Evaluation

_OF_SEATED = ("illegal_rate", "surprise")
_OF_TRAINED = ("zero_advantage", "signal")
_OF_POLICIES = ("tokens", "rows", "entropy", "kl", "loss", "off_policy", "gradient_norm", "agreement")
_NEAR = 0.8  # likeness at which one name is taken for a slip of another, though it might still come


def check_parts(recipe: Recipe, env: Env) -> None:
    """Refuse parts of the reward that no role has, where something is asked of them.

    Raises:
        UsageError: names the knob, and the nearest part.
    """
    known = {reward.name for role in env.rubric.roles for reward in env.rubric[role]}
    for knob, part in _asked(recipe):
        if part not in known:
            raise UsageError(f"recipe key '{knob}': {NotFound(f'part of a reward of {env.spec.id} named', part, known)}")


def _asked(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """(knob, part) where it matters which part it is; the defaults are silent where an environment has no such part."""
    measured, usual = recipe.evaluation, Evaluation()
    named = measured.kind == "reward" and (measured.part, measured.label) != (usual.part, usual.label)
    if named or any(own.warmup.until for own in (recipe, *map(recipe.of_policy, recipe.policies))):
        yield "evaluation.part", measured.part
    knobs = recipe.arguments("curriculum")
    part = knobs.get("part")
    if part is not None and (part != "correct" or knobs.get("choose") == "progress" or tuple(knobs.get("band", (0, 1))) != (0, 1)):
        yield "curriculum.part", part


def check_first(recipe: Recipe, env: Env, episodes: Sequence[Episode], metrics: Mapping[str, Any]) -> None:
    """Refuse facts and metrics that the first update has not, unless they may well come later.

    Raises:
        UsageError: names where it stands in the recipe, and the nearest name that there is.
    """
    facts = {name for episode in episodes for name in episode.facts or ()}
    for place, name in _added_up(recipe):
        if facts and name not in facts and not _late_fact(recipe, name, facts):
            raise UsageError(f"recipe key '{place}': {NotFound(f'fact in plays of {env.spec.id} named', name, facts)}")
    for monitor, name in _watched(recipe):
        if name not in metrics and not _late(recipe, env, name, facts):
            raise UsageError(f"recipe key 'monitors.{monitor}': {NotFound('metric of an update named', name, metrics)}")


def absent(recipe: Recipe, lines: Iterable[Mapping[str, Any]]) -> list[str]:
    """Where a recipe names what never came in a whole run, by its place in the recipe.

    Args:
        recipe: Of the run.
        lines: Its metrics.
    """
    seen = {key for line in lines for key in line}
    monitors = [f"monitors.{name}" for name in _named_monitors(recipe) if f"monitor/{name}" not in seen]
    return monitors + [f"facts.ratios.{name}" for name in recipe.facts.ratios if f"share/{name}" not in seen]


def _added_up(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """(place in the recipe, fact)."""
    yield from (("facts.counts", name) for name in recipe.facts.counts)
    yield from ((f"facts.ratios.{share}", name) for share, names in recipe.facts.ratios.items() for name in names)


def _named_monitors(recipe: Recipe) -> Mapping[str, Monitor]:
    """Those that the recipe names; the usual ones are quiet where an environment has no such metrics."""
    return {} if recipe.monitors == USUAL_MONITORS else recipe.build_monitors()


def _watched(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """(monitor, metric)."""
    yield from ((name, metric) for name, monitor in _named_monitors(recipe).items() for metric in getattr(monitor, "reads", ()))


def _late(recipe: Recipe, env: Env, metric: str, facts: Iterable[str]) -> bool:
    """Whether a metric that the first update has not may come with another."""
    key, _, of = metric.partition("/")
    seated = role_settings(recipe, env)
    trained = [role for role, setting in seated.items() if setting.train]
    learning = [seated[role].policy for role in trained]
    may: dict[str, bool] = {
        "reward": of in seated,
        "fact": not facts or _late_fact(recipe, of, facts),
        "share": of in recipe.facts.ratios,
        "archive": recipe.curriculum["name"] == "endogenous",
        "unique_proposals": not of,
        **dict.fromkeys(_OF_SEATED, len(seated) > 1 and of in seated),
        **dict.fromkeys(_OF_TRAINED, len(trained) > 1 and of in trained),
        **dict.fromkeys(_OF_POLICIES, of != LEARNER and (of or LEARNER) in learning),
    }
    return may.get(key, False)


def _late_fact(recipe: Recipe, name: str, facts: Iterable[str]) -> bool:
    """Tasks that training makes may be played by others and have other facts; what is nearly a known name is a slip all the same."""
    return recipe.curriculum["name"] == "endogenous" and not difflib.get_close_matches(name, list(facts), n=1, cutoff=_NEAR)
