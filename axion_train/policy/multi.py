"""Several language models as one policy, so that callers need not know how many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from axion_env import Action, Ask, Env, NotFound
from axion_train.policy.language import LanguagePolicy


class MultiPolicy:
    """Several language models as one policy: each ask goes to its agent's.

    Args:
        policies: By agent.
    """

    def __init__(self, policies: Mapping[str, LanguagePolicy]) -> None:
        self._policies = dict(policies)
        self.members = tuple({id(policy): policy for policy in policies.values()}.values())
        """The policies, each once."""

    def of(self, agent: str) -> LanguagePolicy:
        """The policy of an agent.

        Raises:
            NotFound: the policies are for another environment, or other options, which have no such agent.
        """
        if agent not in self._policies:
            raise NotFound("agent that these policies were trained as", agent, self._policies)
        return self._policies[agent]

    def act(self, asks: Sequence[Ask[Any]]) -> list[Action]:
        """One action per ask; each policy answers all of its asks at once."""
        places: dict[int, list[int]] = {id(policy): [] for policy in self.members}
        for i, ask in enumerate(asks):
            places[id(self.of(ask.agent))].append(i)
        actions: dict[int, Action] = {}
        for policy in self.members:
            mine = places[id(policy)]
            actions.update(zip(mine, policy.act([asks[i] for i in mine]), strict=True))
        return [actions[i] for i in range(len(asks))]


Seated: TypeAlias = LanguagePolicy | MultiPolicy
"""A policy that plays every seat."""


def seated(env: Env, by_role: Mapping[str, LanguagePolicy]) -> Seated:
    """The policies of all roles as one; a policy that plays every role is returned itself."""
    first = next(iter(by_role.values()))
    if all(policy is first for policy in by_role.values()):
        return first
    return MultiPolicy({agent: by_role[role.name] for agent, role in env.spec.agents.items()})
