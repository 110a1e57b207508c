"""Who acts in which role, and what learns of it: by default one model plays every role and learns from all of them.

A role may have a policy of its own, and may stay as the warm-up left it. Everything else sees one policy, whatever is behind it.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from axion_env import Env, NotFound, Trajectory, UsageError
from axion_train.learner.learner import Learner
from axion_train.model.renderer import Renderer
from axion_train.policy.language import LanguagePolicy
from axion_train.policy.multi import Seated, seated
from axion_train.recipe.schema import Recipe
from axion_train.recipe.section import LEARNER, RoleSettings

_START = "-start"  # after the name of a policy as its warm-up left it; no policy's own name holds a dash


def role_settings(recipe: Recipe, env: Env) -> dict[str, RoleSettings]:
    """The settings of each role that is seated, in the spec's order.

    Raises:
        UsageError: a role or policy that the recipe names is none, or nothing would be learned at all.
    """
    roles = list(dict.fromkeys(role.name for role in env.spec.agents.values()))
    known = list(dict.fromkeys((*roles, *env.rubric.roles)))  # by other options others are seated
    for role in (*recipe.roles, *sorted(recipe.arguments("advantage").get("across", ()))):
        if role not in known:
            raise NotFound(f"role of {env.spec.id} named", role, known)
    found = {role: recipe.roles.get(role, RoleSettings()) for role in roles}
    used = {LEARNER, *(setting.policy for setting in recipe.roles.values())}
    for name in recipe.policies:
        if name not in used:
            raise NotFound("policy of the recipe's roles named", name, sorted(used))
    if not any(setting.train for setting in found.values()):
        raise UsageError(f"no role of {env.spec.id} is trained; leave out `train = false` of one of {', '.join(roles)}")
    return found


def live(recipe: Recipe, env: Env, models: Mapping[str, Any], renderer: Renderer, rng: np.random.Generator) -> Seated:
    """Every role played by its policy's model as it now is, at temperature 1: for a look at models that are still warming up."""
    acting = {
        name: LanguagePolicy(model, renderer, rng, max_tokens=recipe.of_policy(name).sampling.max_tokens) for name, model in models.items()
    }
    return seated(env, {role: acting[setting.policy] for role, setting in role_settings(recipe, env).items()})


class RolePolicies:
    """The policies of all roles, and a learner for each that is trained.

    Args:
        recipe: Who acts in which role; its changes for a policy go over its own knobs.
        env: The rules.
        models: A transformers causal language model for each policy, as self-play shall find it.
        renderer: Lays out their prompts.
        rng: Their sampling stream.
    """

    def __init__(self, recipe: Recipe, env: Env, models: Mapping[str, Any], renderer: Renderer, rng: np.random.Generator) -> None:
        self._env = env
        self.role_settings = role_settings(recipe, env)
        self.recipes = {name: recipe.of_policy(name) for name in policies(self.role_settings)}
        """By policy."""
        trained = {setting.policy for setting in self.role_settings.values() if setting.train}
        still = {setting.policy for setting in self.role_settings.values() if not setting.train}
        self.learners = {name: _learner(own, models[name], renderer) for name, own in self.recipes.items() if name in trained}
        self._starts = {name: copy.deepcopy(models[name]).eval().requires_grad_(False) for name in self.recipes if name in still}
        self._acting = {
            name: LanguagePolicy(
                models[name], renderer, rng, name=name, max_tokens=own.sampling.max_tokens, temperature=own.sampling.temperature
            )
            for name, own in self.recipes.items()
        }
        self._names = {*self.learners, *(name + _START for name in self._starts)}
        self.policy = self._seat(self._acting)
        """Plays every seat."""

    def _seat(self, acting: Mapping[str, LanguagePolicy], name: str | None = None) -> Seated:
        """Each role's policy, as it acts now or as it was at the start."""
        still = {n: acting[n].like(model, acting[n].rng, name=name or n + _START) for n, model in self._starts.items()}
        return seated(
            self._env, {role: (acting if setting.train else still)[setting.policy] for role, setting in self.role_settings.items()}
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
        """The same seats with stored weights, under a name that nothing is learned from."""
        models = self.frozen()
        for policy, model in models.items():
            model.load_state_dict(weights[policy])
        return self.like(models, rng, name=name)

    def updated(self, updates: int) -> None:
        """Stamp what is sampled from here on with the number of updates its weights have seen."""
        for name in self.learners:
            self._acting[name].version = updates

    def weigh(self, trajectories: Sequence[Trajectory], advantages: Sequence[float]) -> list[float]:
        """[N] The advantages, times their roles' weights."""
        return [self.role_settings[t.role].weight * a for t, a in zip(trajectories, advantages, strict=True)]

    @property
    def kl_weights(self) -> dict[str, float]:
        """How firmly each role is held to its start."""
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


def policies(roles: Mapping[str, RoleSettings]) -> list[str]:
    """The names of their policies, each once."""
    return list(dict.fromkeys(setting.policy for setting in roles.values()))


def _learner(own: Recipe, model: Any, renderer: Renderer) -> Learner:
    """What moves the weights of a policy, by its recipe."""
    return Learner(
        model,
        renderer.tokenizer.pad_id,
        optimizer=own.optimizer,
        loss=own.build("loss"),
        reference_kl=own.reference_kl,
        entropy=own.training.entropy,
        ema=own.training.ema,
        rows=own.training.rows,
        temperature=own.sampling.temperature,
    )
