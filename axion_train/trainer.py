"""The loop, one function per arrow.

Curriculum.draw → Deals → drive(plays, policies) → Episodes → judge → Trajectories → Advantage → pack → Batch → Learner.step
"""

from __future__ import annotations

import copy
from collections import defaultdict
from typing import Any

import numpy as np

from axion_env import Ending, Env, Episode, Play, PlayFailed, Policy, Trajectory, derive, drive, trajectories
from axion_train.batch import Batch, pack
from axion_train.curriculum import Deal
from axion_train.learner import Gradient, Learner
from axion_train.policy import LanguagePolicy
from axion_train.recipe import Recipe
from axion_train.renderer import Renderer

_VOID = (Ending.FAILED, Ending.TRUNCATED)  # endings that nothing is learned from


class Trainer:
    """Everything that moves during a run, and the one function that moves it.

    Args:
        recipe: Which parts, and their knobs.
        env: The rules.
        model: A transformers causal language model, as self-play shall find it.
        renderer: Lays out its prompts.
    """

    def __init__(self, recipe: Recipe, env: Env, model: Any, renderer: Renderer) -> None:
        training = recipe.training
        self.recipe = recipe
        self.env = env
        self.seed = training.seed
        self.updates = 0
        """Done so far."""
        self.curriculum = recipe.part("curriculum")
        self.opponents = recipe.part("opponents")
        self.advantage = recipe.part("advantage")
        self.rng = np.random.default_rng(derive(self.seed, "sampling"))
        self.policy = LanguagePolicy(
            model, renderer, self.rng, max_tokens=recipe.sampling.max_tokens, temperature=recipe.sampling.temperature
        )
        self.learner = Learner(
            model,
            renderer.tokenizer.pad_id,
            optimizer=recipe.optimizer,
            loss=recipe.part("loss"),
            magnet=recipe.magnet,
            entropy=training.entropy,
            ema=training.ema,
            rows=training.rows,
            temperature=recipe.sampling.temperature,
        )

    @property
    def progress(self) -> float:
        """Share of the run that is done."""
        return self.updates / self.recipe.training.updates

    def update(self) -> tuple[list[Episode], dict[str, Any]]:
        """Play a batch of deals and learn from it once.

        Returns:
            The episodes, and the update's figures.

        Raises:
            PlayFailed: the environment's own code broke.
        """
        deals = self.curriculum.draw(self.env, self.seed)
        episodes = self.play(deals)
        played = [t for episode in episodes for t in self.credit(episode)]
        advantages = self.advantage(played)
        batch = pack(played, advantages, self.policy.name)
        gradient, norm = self._learn_by_halves(deals, played, advantages) if self.learner.waiting else self._learn(batch)
        self.updates += 1
        self.policy.version = self.updates
        self.opponents.observe(self.updates, lambda: copy.deepcopy(self.learner.model.state_dict()))
        figures = play_figures(episodes, played) | _figures(advantages, batch, gradient, norm)
        return episodes, figures | {"agreement": self.learner.agreement}

    def play(self, deals: list[Deal]) -> list[Episode]:
        """Every copy of every deal, played by the policy and its opponents."""
        plays = (Play(self.env, deal.task, deal.seed, copy=c) for deal in deals for c in range(self.curriculum.copies))
        return list(drive(plays, self.opponents.seating(self.policy, self._frozen), in_flight=len(deals) * self.curriculum.copies))

    def credit(self, episode: Episode) -> list[Trajectory]:
        """The trajectories of an episode that may be learned from: not frozen opponents', not of truncated or void plays."""
        if episode.ending is Ending.FAILED and episode.fault == "author":
            raise PlayFailed(episode)
        if episode.ending in _VOID:
            return []
        mine = self.policy.name
        return [
            t for t in trajectories(self.env, episode) if (tokens := t.turns[0].attempts[0].tokens) is not None and tokens.policy == mine
        ]

    def _learn(self, batch: Batch) -> tuple[Gradient, float]:
        """Steps over the batch: all rows at once, or in minibatches over several epochs; rows that nothing pushes are left out."""
        gradient, norm = Gradient(0.0, 0.0, 0.0, 0.0), 0.0
        training = self.recipe.training
        held = bool(self.recipe.magnet.coefficient.at(self.progress)) or bool(training.entropy)
        rows = [row for row in batch.rows if held or row.positive or row.negative]
        steps = max(1, round(len(rows) / training.minibatch)) if training.minibatch else 1
        for _ in range(training.epochs if rows else 0):
            order = self.rng.permutation(len(rows)) if steps > 1 else np.arange(len(rows))
            for part in np.array_split(order, steps):
                gradient = self.learner.forward_backward(batch, self.progress, [rows[i] for i in part])
                norm = self.learner.optim_step(self.progress)
        return gradient, norm

    def _learn_by_halves(self, deals: list[Deal], played: list[Trajectory], advantages: list[float]) -> tuple[Gradient, float]:
        """One step, taken only if the two halves of the deals agree on it."""
        first = {deal.seed for deal in deals[: len(deals) // 2]}
        sides: tuple[list[int], list[int]] = ([], [])
        for i, trajectory in enumerate(played):
            sides[trajectory.deal in first].append(i)
        halves = [pack([played[i] for i in side], [advantages[i] for i in side], self.policy.name) for side in sides]
        gradient = self.learner.forward_backward_halves(halves[0], halves[1], self.progress)
        return gradient, self.learner.optim_step(self.progress)

    def _frozen(self, weights: dict[str, Any], name: str) -> Policy:
        model = self.learner.frozen()
        model.load_state_dict(weights)
        return self.policy.like(model, self.rng, name=name)

    def state_dict(self) -> dict[str, Any]:
        """All that an uninterrupted run would still have."""
        return {
            "updates": self.updates,
            "learner": self.learner.state_dict(),
            "advantage": self.advantage.state_dict(),
            "opponents": self.opponents.state_dict(),
            "curriculum": self.curriculum.state_dict(),
            "rng": self.rng.bit_generator.state,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        self.updates = self.policy.version = state["updates"]
        self.learner.load_state_dict(state["learner"])
        self.advantage.load_state_dict(state["advantage"])
        self.opponents.load_state_dict(state["opponents"])
        self.curriculum.load_state_dict(state["curriculum"])
        self.rng.bit_generator.state = state["rng"]


def play_figures(episodes: list[Episode], played: list[Trajectory]) -> dict[str, Any]:
    """How the games went."""
    rewards: dict[str, list[float]] = defaultdict(list)
    for trajectory in played:
        rewards[trajectory.role].append(trajectory.reward)
    illegal = [attempt.error is not None for t in played for turn in t.turns for attempt in turn.attempts]
    endings = [episode.ending for episode in episodes]
    return {
        "episodes": len(episodes),
        "failed": endings.count(Ending.FAILED),
        "truncated": endings.count(Ending.TRUNCATED),
        **{f"reward/{role}": float(np.mean(values)) for role, values in sorted(rewards.items())},
        "illegal_rate": sum(illegal) / max(1, len(illegal)),
    }


def _figures(advantages: list[float], batch: Batch, gradient: Gradient, norm: float) -> dict[str, Any]:
    """How the step went."""
    return {
        "zero_advantage": advantages.count(0.0) / max(1, len(advantages)),
        "tokens": batch.tokens,
        "rows": len(batch.rows),
        "entropy": gradient.entropy,
        "kl": gradient.kl,
        "loss": gradient.loss,
        "off_policy": gradient.ratio,
        "gradient_norm": norm,
    }
