"""Makes the models of a run: from scratch for the environment or pretrained, one for each policy, and warmed up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from axion_env import Env, UsageError, derive
from axion_train.evaluate.reward import sampled_reward
from axion_train.learner.warmup import Pair, collect, warm_up
from axion_train.model.load import from_scratch, pretrained
from axion_train.model.renderer import Renderer
from axion_train.model.tiny import WordTokenizer
from axion_train.policy.language import LanguagePolicy
from axion_train.policy.multi import seated
from axion_train.policy.settings import LEARNER, policies
from axion_train.recipe.policy import role_settings
from axion_train.recipe.schema import Recipe

_PROBED = 256  # train tasks, each time a warm-up measures its reward


def initialize_models(recipe: Recipe, env: Env, report: Callable[[int, float], None]) -> tuple[dict[str, Any], Renderer]:
    """Makes a model for each policy, warmed up, and the renderer of their prompts.

    Args:
        recipe: Says how they are made.
        env: The rules.
        report: Called with each step of a warm-up, and its loss.

    Raises:
        UsageError: a model cannot be loaded, or there is nothing to warm it up on.
    """
    names = policies(role_settings(recipe, env))
    warms = any(recipe.of_policy(name).warmup.steps for name in names)
    pairs = collect(env, recipe.warmup.plays, recipe.training.seed) if warms or not recipe.pretrained else {}
    models, renderer = _pretrained(recipe, names) if recipe.pretrained else _made(recipe, names, pairs)
    for name in names:
        _warm_up(recipe, env, models, renderer, pairs, name, report)
    return models, renderer


def blank_models(recipe: Recipe, env: Env, folder: Path) -> tuple[dict[str, Any], Renderer]:
    """Makes models of the same shapes and the renderer, to load a checkpoint into.

    Args:
        recipe: Says how they are made.
        env: The rules.
        folder: Where the run keeps its tokenizer.
    """
    names = policies(role_settings(recipe, env))
    if recipe.pretrained:
        return _pretrained(recipe, names)
    tokenizer = WordTokenizer.load(folder)
    return {name: recipe.of_policy(name).model.build(len(tokenizer), 0) for name in names}, Renderer(tokenizer)


def train_reward(recipe: Recipe, env: Env, models: Mapping[str, Any], renderer: Renderer, name: str = LEARNER) -> Callable[[], float]:
    """A function that measures sampled accuracy on the first train tasks, every role played by its model as it is when called.

    The sampling stream is that of the named policy. Answers are sampled at temperature 1.
    """
    rng = np.random.default_rng(_seed(recipe, "warm-up probe", name))
    acting = {
        name: LanguagePolicy(model, renderer, rng, max_tokens=recipe.of_policy(name).sampling.max_tokens) for name, model in models.items()
    }
    policy = seated(env, {role: acting[setting.policy] for role, setting in role_settings(recipe, env).items()})

    def reward() -> float:
        seed = int(rng.integers(1 << 60))
        measured = sampled_reward(env, policy, split="train", tasks=_PROBED, seed=seed, part=recipe.evaluation.part)
        return float(measured.get("accuracy", 0.0))

    return reward


def _made(recipe: Recipe, names: list[str], pairs: Mapping[Pair, set[str]]) -> tuple[dict[str, Any], Renderer]:
    """Makes models from scratch, over one vocabulary."""
    seeds = {name: _seed(recipe, "weights", name) >> 1 for name in names}
    first, renderer = from_scratch(recipe.of_policy(names[0]).model, pairs, seeds[names[0]])
    tokenizer: Any = renderer.tokenizer
    return {names[0]: first} | {n: recipe.of_policy(n).model.build(len(tokenizer), seeds[n]) for n in names[1:]}, renderer


def _pretrained(recipe: Recipe, names: list[str]) -> tuple[dict[str, Any], Renderer]:
    loaded = {name: pretrained(recipe.pretrained) for name in names}
    return {name: model for name, (model, _) in loaded.items()}, loaded[names[0]][1]


def _warm_up(
    recipe: Recipe,
    env: Env,
    models: Mapping[str, Any],
    renderer: Renderer,
    pairs: Mapping[Pair, set[str]],
    name: str,
    report: Callable[[int, float], None],
) -> None:
    """Warms up a policy on questions to its own roles; policies before it are warm already when its reward is measured."""
    settings = recipe.of_policy(name).warmup
    if not settings.steps:
        return
    roles = {role for role, setting in role_settings(recipe, env).items() if setting.policy == name}
    mine = [pair for pair, asked in pairs.items() if asked & roles]
    if not mine:
        raise UsageError(f"{env.spec.id} gives no examples of what {', '.join(sorted(roles))} may answer; set warmup.steps=0")
    reward = train_reward(recipe, env, models, renderer, name)
    seed = recipe.training.seed if name == LEARNER else derive(recipe.training.seed, name)
    warm_up(models[name], renderer, mine, settings, seed, reward=reward, report=report)


def _seed(recipe: Recipe, purpose: str, name: str) -> int:
    """The seed of a policy; the learner's does not depend on its name."""
    return derive(recipe.training.seed, purpose) if name == LEARNER else derive(recipe.training.seed, purpose, name)
