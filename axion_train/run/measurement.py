"""Measures a run's policies: at its start, while it trains, and at its end."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from axion_env import Env, GameTree, derive
from axion_train.evaluate.nash_conv import nash_conv
from axion_train.evaluate.reward import sampled_reward
from axion_train.policy.multi import Seated
from axion_train.recipe.schema import Recipe
from axion_train.trainer.loop import Trainer


class Measurement:
    """Measures as a recipe's `evaluation` says.

    Args:
        recipe: The run's recipe.
        env: Its rules.
    """

    def __init__(self, recipe: Recipe, env: Env) -> None:
        self.recipe = recipe
        self.env = env

    @cached_property
    def tree(self) -> GameTree:
        """The exact tree of the game, with illegal answers."""
        return GameTree(self.env, illegal=True)

    def __call__(self, trainer: Trainer, *, final: bool = False) -> dict[str, Any]:
        """Measures the averaged weights, and as `last/…` the last ones.

        Args:
            trainer: Holds both.
            final: Measure in full, as at the start and at the end.
        """
        averaged = trainer.roles.averaged()
        measured = self._measure(self.as_policy(trainer, averaged), final)
        for split in self.recipe.evaluation.also if final else ():
            measured |= self._sampled(self.as_policy(trainer, averaged), split, final, f"heldout/{split}/")
        if self.recipe.evaluation.kind == "nash_conv" or final:
            measured |= {f"last/{k}": v for k, v in self._measure(self.as_policy(trainer, trainer.roles.frozen()), final).items()}
        return measured

    def _measure(self, policy: Seated, final: bool) -> dict[str, Any]:
        settings = self.recipe.evaluation
        if settings.kind == "nash_conv":
            return nash_conv(policy, self.tree, cut=1e-8 if final else 1e-4)
        return self._sampled(policy, settings.split, final, "heldout/")

    def _sampled(self, policy: Seated, split: str, final: bool, prefix: str) -> dict[str, Any]:
        settings, seed = self.recipe.evaluation, self.recipe.training.seed
        tasks = settings.final_episodes if final else settings.episodes
        found = sampled_reward(
            self.env, policy, split=split, tasks=tasks, seed=seed, part=settings.part, label=settings.label, facts=self.recipe.facts
        )
        return {prefix + name: value for name, value in found.items()}

    def as_policy(self, trainer: Trainer, models: dict[str, Any]) -> Seated:
        """A policy of these models, with a sampling stream of this measurement's own."""
        rng = np.random.default_rng(derive(self.recipe.training.seed, "evaluation", trainer.updates))
        return trainer.roles.like(models, rng, temperature=self.recipe.evaluation.temperature)
