"""The policies of all roles and their learners: by default one model plays every role and learns from all of them.

A role may have a policy of its own, and may stay frozen as the warm-up left it. Other rooms see one policy that plays every seat.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from axion_env import Env, Trajectory
from axion_train.model.renderer import Renderer
from axion_train.policy.language import LanguagePolicy
from axion_train.policy.multi import Seated, seated
from axion_train.policy.settings import PolicySettings, RoleSettings

_START = "-start"  # after the name of a policy as its warm-up left it; no policy's own name holds a dash


class RolePolicies:
    """The policies of all roles, and a learner for each that is trained.

    Args:
        env: The rules.
        roles: By role, who acts in it.
        settings: By policy, how it samples and learns.
        models: A transformers causal language model for each policy, as it is before training.
        renderer: Lays out their prompts.
        rng: Their sampling stream.
    """

    def __init__(
        self,
        env: Env,
        roles: Mapping[str, RoleSettings],
        settings: Mapping[str, PolicySettings],
        models: Mapping[str, Any],
        renderer: Renderer,
        rng: np.random.Generator,
    ) -> None:
        self._env = env
        self.role_settings = dict(roles)
        self.policy_settings = dict(settings)
        trained = {setting.policy for setting in roles.values() if setting.train}
        frozen = {setting.policy for setting in roles.values() if not setting.train}
        pad_id = renderer.tokenizer.pad_id
        self.learners = {name: own.learner(models[name], pad_id) for name, own in settings.items() if name in trained}
        self._starts = {name: copy.deepcopy(models[name]).eval().requires_grad_(False) for name in settings if name in frozen}
        self._acting = {
            name: LanguagePolicy(models[name], renderer, rng, name=name, max_tokens=own.max_tokens, temperature=own.temperature)
            for name, own in settings.items()
        }
        self._names = {*self.learners, *(name + _START for name in self._starts)}
        self.policy = self._seat(self._acting)
        """Plays every seat."""

    def _seat(self, acting: Mapping[str, LanguagePolicy], name: str | None = None) -> Seated:
        """Seats each role's policy: the acting one, or for a role that is not trained the one as of the start."""
        frozen = {n: acting[n].like(model, acting[n].rng, name=name or n + _START) for n, model in self._starts.items()}
        return seated(
            self._env, {role: (acting if setting.train else frozen)[setting.policy] for role, setting in self.role_settings.items()}
        )

    def like(
        self, models: Mapping[str, Any], rng: np.random.Generator, *, name: str | None = None, temperature: float | None = None
    ) -> Seated:
        """The same seats with these models in place of the learners'."""
        acting = {n: p.like(models.get(n, p.model), rng, name=name, temperature=temperature) for n, p in self._acting.items()}
        return self._seat(acting, name)

    def averaged(self) -> dict[str, Any]:
        """A copy of each learner's model, with the averaged weights."""
        return {name: learner.averaged() for name, learner in self.learners.items()}

    def frozen(self) -> dict[str, Any]:
        """A copy of each learner's model as it is now."""
        return {name: learner.frozen() for name, learner in self.learners.items()}

    def weights(self) -> dict[str, Any]:
        """A copy of each learner's weights, for `with_weights`."""
        return {name: copy.deepcopy(learner.model.state_dict()) for name, learner in self.learners.items()}

    def with_weights(self, weights: Mapping[str, Any], rng: np.random.Generator, name: str) -> Seated:
        """The same seats with stored weights, under a name whose actions are not learned from."""
        models = self.frozen()
        for policy, model in models.items():
            model.load_state_dict(weights[policy])
        return self.like(models, rng, name=name)

    def updated(self, updates: int) -> None:
        """Sets the version that is stamped on sampled actions: the number of updates that the weights have had."""
        for name in self.learners:
            self._acting[name].version = updates

    def weigh(self, trajectories: Sequence[Trajectory], advantages: Sequence[float]) -> list[float]:
        """[N] The advantages, each times the weight of its role."""
        return [self.role_settings[t.role].weight * a for t, a in zip(trajectories, advantages, strict=True)]

    @property
    def kl_weights(self) -> dict[str, float]:
        """By role, the weight of its answers in the KL penalty."""
        return {role: setting.reference_kl for role, setting in self.role_settings.items()}

    def sampled(self, trajectory: Trajectory) -> bool:
        """Whether a policy of the run sampled it, and not an opponent."""
        tokens = trajectory.turns[0].attempts[0].tokens
        return tokens is not None and tokens.policy in self._names

    def learns_from(self, trajectory: Trajectory) -> bool:
        """Whether a learner sampled it, in a role that is trained."""
        tokens = trajectory.turns[0].attempts[0].tokens
        return tokens is not None and tokens.policy in self.learners

    def state_dict(self) -> dict[str, Any]:
        """The learners, and the models of frozen roles."""
        learners = {name: learner.state_dict() for name, learner in self.learners.items()}
        return {"learners": learners, "starts": {name: model.state_dict() for name, model in self._starts.items()}}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore the state."""
        for name, learner in self.learners.items():
            learner.load_state_dict(state["learners"][name])
        for name, model in self._starts.items():
            model.load_state_dict(state["starts"][name])
