"""Small functions in Python, written for this project: what is run of one, what is right, and the mutants that this tells from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from axion_env import Context, derive
from axion_env.sandbox import Function, Limits, Match
from axion_zoo.selfplay.bug_repair.function.unnoticed import UNNOTICED
from axion_zoo.shared.mutation import mutants
from axion_zoo.shared.programs import embedded
from axion_zoo.shared.programs.grade import passes
from axion_zoo.shared.programs.problem import Example, Problem, examples_of, with_preamble

LIMITS = Limits(cpu_s=1.0)
"""Of all calls of a function's cases."""


@dataclass(frozen=True)
class Suite:
    """A problem as a task holds it: what is run, and what is right."""

    entry: str
    preamble: str
    cases: Sequence[Example]
    match: Match

    @classmethod
    def of(cls, public: Mapping[str, Any], secret: Mapping[str, Any]) -> Suite:
        """The suite of a task."""
        return cls(public["entry"], public["preamble"], examples_of(secret["cases"]), Match(**secret["match"]))

    async def failing(self, ctx: Context, code: str, seed: int = 0) -> list[int]:
        """Which cases a program gets wrong."""
        calls = [case.arguments for case in self.cases]
        result = await ctx.run(Function(with_preamble(self.preamble, code), self.entry, calls, limits=LIMITS, seed=seed))
        return [i for i, right in enumerate(passes(result, 0, self.cases, self.match)) if not right]


@lru_cache(maxsize=8)
def problems(split: str, seed: int) -> tuple[Problem, ...]:
    """The problems of a split with one right value for each call."""
    return tuple(problem for problem in embedded.problems(split, seed) if problem.reference and not problem.check and not problem.must_fail)


@lru_cache(maxsize=64)
def bugs(source: str, operators: tuple[str, ...]) -> tuple[str, ...]:
    """The mutants that some case notices."""
    made = dict.fromkeys(mutant.source for mutant in mutants(source, operators))
    return tuple(bug for bug in made if bug != source and fingerprint(bug) not in UNNOTICED)


def fingerprint(source: str) -> str:
    """A short name of a program."""
    return f"{derive(0, 'mutant', source):016x}"
