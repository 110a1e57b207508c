"""Metrics over several plays of each task: mean reward, pass@k, best of n, majority vote."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from math import comb
from typing import Any, NamedTuple

import numpy as np

from axion_env import Ending, Env, Episode, judge
from axion_env.dataset.filter import solved
from axion_train.evaluate.stats import standard_error

ANSWER = "answer"
"""The fact that a vote is taken over: plays of a task whose facts hold equal values here gave the same answer."""
_SIZES = (1, 4, 16, 64)  # the k of pass@k, beside the number of plays itself


class Vote(NamedTuple):
    """One play of a task, as a vote on its answer."""

    right: bool
    answer: str | None
    """Canonical JSON of the fact. None: no answer, and the play abstains."""


class SampledMetrics:
    """Judges episodes and aggregates their metrics.

    Args:
        env: Whose rubric judges.
        part: The reward part counted as solved.
        label: What the share solved is called.
    """

    def __init__(self, env: Env, part: str = "correct", label: str = "accuracy") -> None:
        self._env = env
        self._part = part
        self._label = label
        self._rewards: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
        self._votes: dict[int, list[Vote]] = defaultdict(list)
        self._answers = False
        self._illegal = self._attempts = 0

    def add(self, task: int, episode: Episode) -> None:
        """Count one play of a task; a FAILED one is void."""
        self._illegal += sum(not a.legal for t in episode.turns for a in t.attempts)
        self._attempts += sum(len(t.attempts) for t in episode.turns)
        if episode.ending is Ending.FAILED:
            return
        facts = episode.facts or {}
        self._answers |= ANSWER in facts
        answer = None if facts.get(ANSWER) is None else json.dumps(facts[ANSWER], sort_keys=True)
        for verdict in judge(self._env, episode).values():
            self._rewards[verdict.role][task].append(verdict.reward)
            if any(reward.name == self._part for reward in self._env.rubric[verdict.role]):
                self._votes[task].append(Vote(solved(self._env, verdict, self._part), answer))

    def metrics(self) -> dict[str, Any]:
        """`reward/{role}`, `illegal_rate`; with the part `accuracy` (or its label) and its error; with several plays of a task more.

        These are `pass@k`, the probability that one of k plays is right; `maj@k`, that the answer most of k plays agree on is right, where
        the environment's facts have an `answer`; and `best@n/{role}`, the mean over tasks of the best reward among all plays.
        """
        measured: dict[str, Any] = {
            f"reward/{role}": float(np.mean([x for values in tasks.values() for x in values])) for role, tasks in self._rewards.items()
        }
        measured["illegal_rate"] = self._illegal / max(1, self._attempts)
        plays = max((len(values) for tasks in self._rewards.values() for values in tasks.values()), default=0)
        if self._votes:
            rates = np.array([np.mean([vote.right for vote in votes]) for votes in self._votes.values()])
            measured[self._label] = float(rates.mean())
            measured[f"{self._label}_error"] = standard_error(rates)
        for k in sorted({*_SIZES, plays} if plays > 1 else ()):
            full = [votes for votes in self._votes.values() if len(votes) >= k]
            if full:
                measured[f"pass@{k}"] = float(np.mean([pass_at(len(votes), sum(v.right for v in votes), k) for votes in full]))
                if self._answers and k > 1:
                    measured[f"maj@{k}"] = float(np.mean([majority_at(votes, k) for votes in full]))
        if plays > 1:
            for role, tasks in self._rewards.items():
                measured[f"best@{plays}/{role}"] = float(np.mean([max(values) for values in tasks.values()]))
        return measured


def pass_at(n: int, right: int, k: int) -> float:
    """Probability that k of n samples, drawn without replacement, hold a right one.

    The unbiased estimator of Chen et al., "Evaluating large language models trained on code", arXiv 2107.03374, section 2.1.
    """
    return 1.0 - comb(n - right, k) / comb(n, k)


def majority_at(votes: list[Vote], k: int) -> float:
    """Share of majority votes of k plays that are right, over the n // k disjoint groups of them in order.

    Self-consistency (Wang et al., arXiv 2203.11171). Plays without an answer abstain, a tie goes to the answer seen first, and a vote
    without any answer is wrong.
    """
    groups = [votes[i : i + k] for i in range(0, len(votes) - k + 1, k)]
    return sum(map(_elected, groups)) / len(groups)


def _elected(votes: list[Vote]) -> bool:
    """Whether the answer that most plays gave is right; equal answers are right together, and the first of them says so."""
    counts = Counter(vote.answer for vote in votes if vote.answer is not None)
    if not counts:
        return False
    ((answer, _),) = counts.most_common(1)  # the first seen, among equals
    return next(vote.right for vote in votes if vote.answer == answer)
