"""The training loop, one function per arrow.

Curriculum.draw → Deals → drive(plays, policies) → Episodes → judge → Trajectories → Advantage → pack → Batch → Learner.step
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from axion_env import Ending, Env, Episode, Play, PlayFailed, Policy, Trajectory, derive, drive, trajectories
from axion_train.data.pack import pack
from axion_train.metrics.update import batch_metrics, credit_metrics, proposal_metrics
from axion_train.model.renderer import Renderer
from axion_train.monitor.rollback import Rollback
from axion_train.policy.roles import RolePolicies
from axion_train.policy.settings import LEARNER
from axion_train.protocol import Curriculum, Estimator, Opponents
from axion_train.recipe.policy import policy_settings, role_settings
from axion_train.recipe.schema import Recipe
from axion_train.recipe.validate import check_first
from axion_train.types import Batch, Deal, Gradient

_VOID = (Ending.FAILED, Ending.TRUNCATED)  # endings that nothing is learned from


class Trainer:
    """A training: its parts, and `update`, which plays a batch and learns from it.

    Args:
        recipe: Names the parts and their settings.
        env: The rules.
        model: A transformers causal language model, as it is before self-play; or one for each policy, by name.
        renderer: Lays out their prompts.
    """

    def __init__(self, recipe: Recipe, env: Env, model: Any, renderer: Renderer) -> None:
        training = recipe.training
        self.recipe = recipe
        self.env = env
        self.seed = training.seed
        self.updates = 0
        """The number of updates done."""
        self.curriculum: Curriculum = recipe.build("curriculum")
        self.opponents: Opponents = recipe.build("opponents")
        self.advantage: Estimator = recipe.build("advantage")
        self.rng = np.random.default_rng(derive(self.seed, "sampling"))
        roles = role_settings(recipe, env)
        models = model if isinstance(model, Mapping) else {LEARNER: model}
        self.roles = RolePolicies(env, roles, policy_settings(recipe, roles), models, renderer, self.rng)
        self.policy = self.roles.policy
        self.rollback = Rollback(recipe.build_monitors(), self.roles, training.checkpoint_every)
        self.learner = next(iter(self.roles.learners.values()))
        """The first policy's learner, by default the only one."""

    @property
    def done(self) -> bool:
        """Whether all updates are done, or a monitor has stopped the run."""
        return self.updates >= self.recipe.training.updates or bool(self.rollback.stopped)

    @property
    def progress(self) -> float:
        """Share of the updates that are done, 0 … 1."""
        return self.updates / self.recipe.training.updates

    def update(self) -> tuple[list[Episode], dict[str, Any]]:
        """Plays a batch of deals and learns from it.

        Returns:
            The episodes, and the update's metrics.

        Raises:
            PlayFailed: the environment's own code broke.
        """
        deals = self.curriculum.draw(self.env, self.seed)
        episodes = self.play(deals)
        judged = [t for episode in episodes for t in self.judge(episode)]
        played = [t for t in judged if self.roles.learns_from(t)]
        advantages = self.roles.weigh(played, self.advantage(played))
        metrics = batch_metrics(episodes, judged) | credit_metrics(played, advantages)
        metrics |= proposal_metrics(judged)
        for name in self.roles.learners:
            learned = self._learn(name, deals, played, advantages)
            metrics |= learned if name == LEARNER else {f"{key}/{name}": value for key, value in learned.items()}
        metrics |= self.curriculum.observe(self.env, episodes)
        return episodes, self.advance(episodes, metrics)

    def advance(self, episodes: list[Episode], metrics: dict[str, Any]) -> dict[str, Any]:
        """Counts an update, and gives it to the opponents and the monitors.

        Args:
            episodes: That were played in it.
            metrics: Its own.

        Returns:
            The metrics, with those of the recipe's `facts` and of the monitors.

        Raises:
            UsageError: the recipe names facts or metrics that the first update does not have.
        """
        metrics = metrics | self.recipe.facts.metrics(episodes)
        if not self.updates:
            check_first(self.recipe, self.env, episodes, metrics)
        self.updates += 1
        self.roles.updated(self.updates)
        self.opponents.observe(self.updates, self.roles.weights)
        return metrics | self.rollback(self.updates, metrics)

    def play(self, deals: list[Deal]) -> list[Episode]:
        """Plays every copy of every deal, by the policy and its opponents."""
        plays = (Play(self.env, deal.task, deal.seed, copy=c) for deal in deals for c in range(self.curriculum.copies))
        return list(drive(plays, self.opponents.seating(self.policy, self._frozen), in_flight=len(deals) * self.curriculum.copies))

    def judge(self, episode: Episode) -> list[Trajectory]:
        """The trajectories that the run's own policies sampled; none of opponents, and none of truncated or failed plays.

        Raises:
            PlayFailed: the environment's own code broke.
        """
        if episode.ending is Ending.FAILED and episode.fault == "author":
            raise PlayFailed(episode)
        if episode.ending in _VOID:
            return []
        return [t for t in trajectories(self.env, episode) if self.roles.sampled(t)]

    def credit(self, episode: Episode) -> list[Trajectory]:
        """The judged trajectories that are learned from: those of roles that are trained."""
        return [t for t in self.judge(episode) if self.roles.learns_from(t)]

    def _learn(self, name: str, deals: list[Deal], played: list[Trajectory], advantages: list[float]) -> dict[str, Any]:
        """Moves one policy's weights.

        Returns:
            Metrics of the steps.
        """
        batch = pack(played, advantages, name, self.roles.kl_weights)
        waiting = self.roles.learners[name].waiting
        gradient, norm = self._step_by_halves(name, deals, played, advantages) if waiting else self._steps(name, batch)
        sampled = {"tokens": batch.tokens, "rows": len(batch.rows)}
        if gradient is None:
            return sampled
        return sampled | {
            "entropy": gradient.entropy,
            "kl": gradient.kl,
            "loss": gradient.loss,
            "off_policy": gradient.ratio,
            "gradient_norm": norm,
            "agreement": self.roles.learners[name].agreement,
        }

    def _steps(self, name: str, batch: Batch) -> tuple[Gradient | None, float]:
        """Takes steps over the batch: on all rows at once, or in minibatches over several epochs; rows without a gradient are left out.

        Returns:
            What the last step saw, and the norm of its gradient; None where no row is left.
        """
        gradient, norm = None, 0.0
        learner, own = self.roles.learners[name], self.roles.policy_settings[name]
        regularized = bool(learner.reference_kl.coefficient.at(self.progress)) or bool(learner.entropy)
        rows = [row for row in batch.rows if regularized or row.positive or row.negative]
        steps = max(1, round(len(rows) / own.minibatch)) if own.minibatch else 1
        for _ in range(own.epochs if rows else 0):
            order = self.rng.permutation(len(rows)) if steps > 1 else np.arange(len(rows))
            for minibatch in np.array_split(order, steps):
                gradient = learner.forward_backward(batch, self.progress, [rows[i] for i in minibatch])
                norm = learner.optim_step(self.progress)
        return gradient, norm

    def _step_by_halves(self, name: str, deals: list[Deal], played: list[Trajectory], advantages: list[float]) -> tuple[Gradient, float]:
        """Takes one step, once the gradients of the two halves of the deals agree."""
        first = {deal.seed for deal in deals[: len(deals) // 2]}
        sides: tuple[list[int], list[int]] = ([], [])
        for i, trajectory in enumerate(played):
            sides[trajectory.deal in first].append(i)
        halves = [pack([played[i] for i in side], [advantages[i] for i in side], name, self.roles.kl_weights) for side in sides]
        learner = self.roles.learners[name]
        gradient = learner.forward_backward_halves(halves[0], halves[1], self.progress)
        return gradient, learner.optim_step(self.progress)

    def _frozen(self, weights: dict[str, Any], name: str) -> Policy:
        return self.roles.with_weights(weights, self.rng, name)

    def state_dict(self) -> dict[str, Any]:
        """Everything that a resumed run needs to continue as if it had not been interrupted."""
        return {
            "updates": self.updates,
            "cast": self.roles.state_dict(),
            "guard": self.rollback.state_dict(),
            "advantage": self.advantage.state_dict(),
            "opponents": self.opponents.state_dict(),
            "curriculum": self.curriculum.state_dict(),
            "rng": self.rng.bit_generator.state,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the state."""
        self.updates = state["updates"]
        self.roles.updated(self.updates)
        self.roles.load_state_dict(state["cast"])
        self.rollback.load_state_dict(state["guard"])
        self.advantage.load_state_dict(state["advantage"])
        self.opponents.load_state_dict(state["opponents"])
        self.curriculum.load_state_dict(state["curriculum"])
        self.rng.bit_generator.state = state["rng"]
