"""Filters of trajectories to learn from: right ones, of tasks neither too easy nor too hard, equal ones once.

Rejection sampling (Yuan et al., "Scaling relationship on learning mathematical reasoning with large language models", arXiv 2308.01825),
and the step between sampling and fine-tuning in every round of expert iteration.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from axion_env.core.env import Env
from axion_env.core.request import refusals
from axion_env.core.spec import remember
from axion_env.error import UsageError
from axion_env.record.episode import Action, Message
from axion_env.record.task import Task
from axion_env.record.verdict import Trajectory, Verdict


class Exchange(NamedTuple):
    """One accepted answer of an agent, and all that it was shown before it."""

    messages: tuple[Message, ...]
    action: Action


class Candidate(NamedTuple):
    """A trajectory that may be learned from."""

    env: Env
    task: Task
    trajectory: Trajectory

    @property
    def group(self) -> Group:
        """The group that success rates and caps are counted over: an environment with its options, a task, a role."""
        return self.env, self.task.id, self.trajectory.role


Group: TypeAlias = tuple[Env, str, str]
"""Environment, task id, role."""


@dataclass(frozen=True)
class Selection:
    """The criteria of a filter of trajectories."""

    part: str = "correct"
    """The part of the reward that says whether an answer is right: it was paid in full. Roles without it are left out."""
    reward: float | None = None
    """Right is what earned at least this reward, in place of `part`."""
    success: tuple[float, float] = (0.0, 1.0)
    """Least and greatest share of right answers to a task, over all trajectories given: tasks outside are too hard or too easy."""
    max_chars: int = 0
    """Longest answer, in characters; 0: any."""
    max_tokens: int = 0
    """Longest answer, in sampled tokens; 0: any."""
    per_task: int = 0
    """Trajectories of a task, the first ones; 0: all."""

    def __post_init__(self) -> None:
        if len(self.success) != 2 or not 0 <= self.success[0] <= self.success[1] <= 1:
            raise UsageError(f"success is a band of two shares, 0 to 1, the least first: got {list(self.success)}")
        if min(self.max_chars, self.max_tokens, self.per_task) < 0:
            raise UsageError("max_chars, max_tokens and per_task must not be negative; 0 is no bound")

    def counts(self, candidate: Candidate) -> bool:
        """Whether a candidate can be right or wrong: its role has the part, or a reward is asked for."""
        if self.reward is not None:
            return True
        parts = {role: [r.name for r in candidate.env.rubric[role]] for role in candidate.env.rubric.roles}
        if not any(self.part in names for names in parts.values()):
            found = ", ".join(dict.fromkeys(name for names in parts.values() for name in names)) or "none"
            raise UsageError(f"{candidate.env.spec.id} has no reward part {self.part!r}; it has {found}: choose one, or a least reward")
        return self.part in parts[candidate.trajectory.role]

    def right(self, candidate: Candidate) -> bool:
        """Whether a candidate is right: it has the least reward, or the part was paid in full."""
        if self.reward is not None:
            return candidate.trajectory.reward >= self.reward
        return solved(candidate.env, candidate.trajectory.verdict, self.part)


def solved(env: Env, verdict: Verdict, part: str) -> bool:
    """Whether a part of the reward was paid in full."""
    full = {reward.name: reward.weight for reward in env.rubric[verdict.role]}
    return part in full and any(p.name == part and p.value >= full[part] for p in verdict.parts)


def exchanges(env: Env, trajectory: Trajectory) -> list[Exchange]:
    """Every accepted answer with what the agent was shown before it, as much of its past as its role remembers."""
    memory = env.spec.agents[trajectory.agent].memory
    past: tuple[Message, ...] = ()
    found = []
    for turn in trajectory.turns:
        if turn.action.legal:
            found.append(Exchange(past + turn.observation + refusals(turn.attempts[:-1]), turn.action))
        past = remember(memory, past, turn.observation, turn.action.text)
    return found


def success_rates(candidates: Iterable[Candidate], selection: Selection) -> dict[Group, float]:
    """The share of right trajectories of each task and role."""
    right: dict[Group, list[bool]] = defaultdict(list)
    for candidate in candidates:
        if selection.counts(candidate):
            right[candidate.group].append(selection.right(candidate))
    return {group: sum(found) / len(found) for group, found in right.items()}


class Filter:
    """Keeps the trajectories that a selection accepts, and counts why the others were dropped.

    Args:
        selection: The criteria.
        rates: From `success_rates`; needed where the selection has a band.
        overlaps: Says whether a candidate repeats something of an evaluation set. Default: nothing does.
    """

    def __init__(
        self,
        selection: Selection,
        rates: Mapping[Group, float] | None = None,
        overlaps: Callable[[Candidate, list[Exchange]], bool] = lambda candidate, found: False,
    ) -> None:
        self.selection = selection
        self.read = 0
        """Trajectories seen."""
        self.kept = 0
        self.dropped: Counter[str] = Counter()
        """Number of dropped trajectories, by the first reason found."""
        self._rates = rates or {}
        self._overlaps = overlaps
        self._seen: set[tuple[str, tuple[tuple[tuple[Message, ...], str], ...]]] = set()
        self._taken: Counter[Group] = Counter()

    def __call__(self, candidate: Candidate) -> list[Exchange]:
        """The exchanges to learn from a candidate; none where it is dropped.

        Raises:
            UsageError: the environment has no such part of the reward, or the answer's tokens are to be counted and were not recorded.
        """
        self.read += 1
        found = exchanges(candidate.env, candidate.trajectory)
        reason = self._reason(candidate, found)
        if reason:
            self.dropped[reason] += 1
            return []
        self.kept += 1
        return found

    def _reason(self, candidate: Candidate, found: list[Exchange]) -> str | None:
        """Why a candidate is dropped. Cheap tests come first; those that count come last, so that a dropped candidate uses up no place."""
        chosen = self.selection
        if not chosen.counts(candidate):
            return f"role without {chosen.part!r}"
        if not chosen.right(candidate):
            return "not correct" if chosen.reward is None else f"reward below {chosen.reward:g}"
        if not found:
            return "no accepted answer"
        low, high = chosen.success
        rate = self._rates.get(candidate.group)
        if rate is not None and not low <= rate <= high:
            return "task too hard" if rate < low else "task too easy"
        if chosen.max_chars and any(len(exchange.action.text) > chosen.max_chars for exchange in found):
            return f"longer than {chosen.max_chars} characters"
        if chosen.max_tokens and any(_tokens(exchange.action) > chosen.max_tokens for exchange in found):
            return f"longer than {chosen.max_tokens} tokens"
        if self._overlaps(candidate, found):
            return "overlaps the evaluation set"
        key = candidate.trajectory.role, tuple((messages, action.text.strip()) for messages, action in found)
        if key in self._seen:
            return "duplicate"
        if chosen.per_task and self._taken[candidate.group] >= chosen.per_task:
            return f"more than {chosen.per_task} of a task"
        self._seen.add(key)
        self._taken[candidate.group] += 1
        return None


def _tokens(action: Action) -> int:
    if action.tokens is None:
        raise UsageError(f"the answer {action.text[:40]!r} has no recorded tokens to count; bound its characters instead")
    return len(action.tokens.completion_ids)
