"""Rubrics: rewards by role, which make a verdict for each agent of an episode."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Protocol

from axion_env.core.spec import EnvSpec, Utility
from axion_env.error import ContractError, PlayFailed
from axion_env.record.episode import Ending, Episode, Turn
from axion_env.record.verdict import Part, Trajectory, Verdict

_new: Any = tuple.__new__  # cheaper than calling the class, as in `scheduler`: every episode is judged
_NUMBER = (int, float)


@dataclass(frozen=True)
class Reward:
    """One named, weighted part of a role's reward.

    >>> Reward(lambda episode, agent: 1.0, weight=0.5, name="won").weight
    0.5
    """

    function: Callable[..., float | None]
    """`(episode, agent)`, or `(episode, turn)` with `per_turn=True`. None: not applicable, no part at all."""
    weight: float = 1.0
    name: str = ""
    """Default: the function's own name."""
    per_turn: bool = False
    """Called for each of the agent's turns, and paid at the step after it; otherwise once, on its last turn."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or getattr(self.function, "__name__", "reward"))


class Rubric:
    """The rewards of each role.

    >>> rubric = Rubric(first=[Reward(lambda episode, agent: 1.0, name="won")])
    >>> [part.name for part in rubric["first"]]
    ['won']
    """

    def __init__(self, **roles: Sequence[Reward]) -> None:
        self._roles = {role: tuple(rewards) for role, rewards in roles.items()}

    def __getitem__(self, role: str) -> tuple[Reward, ...]:
        try:
            return self._roles[role]
        except KeyError:
            raise ContractError(f"the rubric has no rewards for the role {role!r}; it has {', '.join(self._roles)}") from None

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles it rewards."""
        return tuple(self._roles)


class Judged(Protocol):
    """The part of an environment that judging uses."""

    spec: EnvSpec
    rubric: Rubric


def judge(env: Judged, episode: Episode, rubric: Rubric | None = None) -> dict[str, Verdict]:
    """A verdict for every seated agent.

    Args:
        env: The environment that was played; its spec says what a forfeit pays.
        episode: Any stored or fresh episode.
        rubric: Judges by these rewards instead of the environment's own.

    Raises:
        PlayFailed: the episode is FAILED, which is never worth anything.
        ContractError: a reward is not a finite number.
    """
    ending = episode.ending
    if ending is Ending.FINISHED:
        chosen = env.rubric if rubric is None else rubric
        return {agent: _verdict(chosen[role], episode, agent, role) for agent, role in episode.agents.items()}
    if ending is Ending.FORFEIT:
        return forfeit_verdicts(env.spec, episode.agents, episode.culprits)
    if ending is Ending.TRUNCATED:
        return {agent: Verdict(agent, role, 0.0, ()) for agent, role in episode.agents.items()}
    raise PlayFailed(episode)


def _verdict(rewards: Sequence[Reward], episode: Episode, agent: str, role: str) -> Verdict:
    parts: list[Part] = []
    total = 0.0
    for reward in rewards:
        if reward.per_turn:
            for i, turn in enumerate(episode.turns_of(agent)):
                total += _pay(parts, reward, reward.function(episode, turn), i)
        else:
            total += _pay(parts, reward, reward.function(episode, agent), None)
    return _new(Verdict, (agent, role, total, tuple(parts)))  # type: ignore[no-any-return]


def _pay(parts: list[Part], reward: Reward, worth: float | None, turn: int | None) -> float:
    if worth is None:
        return 0.0
    value = worth * reward.weight if isinstance(worth, _NUMBER) else inf
    if not -inf < value < inf:  # NaN too
        raise ContractError(f"reward {reward.name!r} is {worth!r}; a reward is a finite number or None")
    parts.append(_new(Part, (reward.name, float(value), turn)))
    return value


def forfeit_verdicts(spec: EnvSpec, agents: Mapping[str, str], culprits: Sequence[str]) -> dict[str, Verdict]:
    """What a forfeit pays: culprits their role's lower bound; in zero-sum games the others share the opposite, else 0.

    Where several culprits owe more than the others can win within their range, they pay that in proportion. If every seated agent is a
    culprit, all get 0.
    """
    worth: dict[str, float] = dict.fromkeys(agents, 0.0)
    guilty = [a for a in agents if a in culprits]
    others = [a for a in agents if a not in culprits]
    if others:
        for agent in guilty:
            worth[agent] = spec.range_of(agents[agent])[0]
        if spec.utility is Utility.ZERO_SUM:
            owed = 0.0 - sum(worth[a] for a in guilty)
            most = len(others) * min(spec.range_of(agents[a])[1] for a in others)
            if owed > most:  # one who stays honest among many cannot win more than the spec promises
                worth.update({a: worth[a] * most / owed for a in guilty})
            worth.update(dict.fromkeys(others, min(owed, most) / len(others)))
    return {a: Verdict(a, role, worth[a], (Part("forfeit", worth[a]),)) for a, role in agents.items()}


def trajectories(env: Judged, episode: Episode, verdicts: Mapping[str, Verdict] | None = None) -> list[Trajectory]:
    """Each agent's path through the episode; an agent without a turn has none."""
    judged = judge(env, episode) if verdicts is None else verdicts
    paths: dict[str, list[Turn]] = {}
    for turn in episode.turns:
        if turn.agent in paths:
            paths[turn.agent].append(turn)
        else:
            paths[turn.agent] = [turn]
    env_id, task, deal, copy, facts = episode.env, episode.task.id, episode.seed, episode.copy, episode.facts
    found = []
    for agent, role in episode.agents.items():
        if agent in paths:
            verdict = judged[agent]
            found.append(_new(Trajectory, (env_id, role, task, deal, agent, copy, tuple(paths[agent]), verdict.reward, verdict, facts)))
    return found
