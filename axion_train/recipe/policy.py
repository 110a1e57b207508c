"""The settings of roles and policies, as a recipe gives them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from axion_env import Env, NotFound, UsageError
from axion_train.learner.learner import Learner
from axion_train.policy.settings import LEARNER, PolicySettings, RoleSettings, policies
from axion_train.recipe.schema import Recipe


def role_settings(recipe: Recipe, env: Env) -> dict[str, RoleSettings]:
    """The settings of each role that is seated, in the spec's order.

    Raises:
        UsageError: the environment has no role, or no role has the policy, that the recipe names; or no role is trained.
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


def policy_settings(recipe: Recipe, roles: Mapping[str, RoleSettings]) -> dict[str, PolicySettings]:
    """The settings of each policy of these roles, its own changes over the recipe's knobs."""
    return {name: _settings(recipe.of_policy(name)) for name in policies(roles)}


def _settings(own: Recipe) -> PolicySettings:
    sampling, training = own.sampling, own.training
    return PolicySettings(sampling.max_tokens, sampling.temperature, training.epochs, training.minibatch, partial(_learner, own))


def _learner(own: Recipe, model: Any, pad_id: int) -> Learner:
    return Learner(
        model,
        pad_id,
        optimizer=own.optimizer,
        loss=own.build("loss"),
        reference_kl=own.reference_kl,
        entropy=own.training.entropy,
        ema=own.training.ema,
        rows=own.training.rows,
        temperature=own.sampling.temperature,
    )
