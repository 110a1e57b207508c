"""Hidden cases that notice mutants: EvalPlus's idea (Liu et al., 2023), with the inputs kept that are needed.

    python -m axion_zoo.reasoning.code_synthesis.strengthen HumanEval.jsonl.gz stronger.jsonl --format humaneval

Every mutant of a reference that passes the tests, and gives another value than the reference for some input made from theirs, puts that
input into the tests. What comes out has the schema `axion`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from axion_env import Stream, derive
from axion_env.sandbox import Function, Limits, shared
from axion_env.sandbox.inside import wire
from axion_zoo.reasoning.code_synthesis.source import answered, load
from axion_zoo.reasoning.code_synthesis.vary import vary
from axion_zoo.shared.mutation import Mutant, mutants
from axion_zoo.shared.programs.grade import passes
from axion_zoo.shared.programs.problem import Example, Problem, with_preamble

_LIMITS = Limits(cpu_s=0.5)  # of a mutant: many never end
_INPUTS = 200


@dataclass(frozen=True, slots=True)
class Strength:
    """What mutants showed of a problem's hidden cases."""

    made: int
    different: tuple[Mutant, ...]
    """Mutants that give another value than the reference on an input that was found, or do not end on it."""
    missed: int
    """How many of these pass the problem's own cases."""


def strengthen(problem: Problem, *, inputs: int = _INPUTS, most: int | None = None, seed: int = 0) -> tuple[Problem, Strength]:
    """The problem with such further hidden cases as notice a mutant that it missed.

    A problem whose outputs a check judges stays as it is: there what is different may still be right.

    Args:
        problem: With a reference.
        inputs: Inputs made to tell mutants from the reference.
        most: Mutants tried, evenly spread over the program; default: all.
        seed: Seeds the inputs.
    """
    every = list(mutants(problem.reference))
    count = len(every) if most is None else min(most, len(every))
    tried = [every[i * len(every) // count] for i in range(count)]
    stream = Stream(derive(seed, "strengthen", problem.id))
    own = (*problem.shown, *(answered(problem, [e.arguments for e in problem.hidden]) if problem.check else problem.hidden))
    found = answered(problem, vary([e.arguments for e in own], stream, inputs))
    needed: dict[int, Example] = {}
    different: list[Mutant] = []
    missed = 0
    calls = [e.arguments for e in (*own, *found)]
    jobs = [Function(with_preamble(problem.preamble, m.source), problem.entry, calls, limits=_LIMITS) for m in tried]
    for mutant, result in zip(tried, shared().run(jobs), strict=True):
        right = passes(result, 0, (*own, *found), problem.match)
        if all(right):
            continue
        different.append(mutant)
        if all(right[: len(own)]):
            missed += 1
            first = right.index(False) - len(own)
            needed[first] = found[first]
    more = () if problem.check else tuple(needed[i] for i in sorted(needed))
    return replace(problem, hidden=(*problem.hidden, *more)), Strength(len(tried), tuple(different), missed)


def row(problem: Problem) -> dict[str, Any]:
    """The problem as a row of the schema `axion`."""
    fields: dict[str, Any] = {"id": problem.id, "statement": problem.prompt, "entry": problem.entry}
    for name in ("preamble", "reference", "check", "wrong"):
        if getattr(problem, name):
            fields[name] = getattr(problem, name)
    fields["match"] = asdict(problem.match)
    fields["examples"] = _pairs(problem.shown, values=True)
    fields["tests"] = _pairs(problem.hidden, values=not problem.check)
    return fields


def _pairs(examples: Sequence[Example], *, values: bool) -> list[Any]:
    return [wire.pack([list(e.arguments), *([e.expected] if values else [])]) for e in examples]


def main() -> None:
    """Read a file of problems and write it with stronger tests."""
    parser = argparse.ArgumentParser(description="Add hidden cases that notice mutants of the references.")
    parser.add_argument("source")
    parser.add_argument("out", type=Path)
    parser.add_argument("--format", default="axion")
    parser.add_argument("--extra", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    made = different = missed = 0
    with given.out.open("w", encoding="utf-8") as out:
        for split, problems in zip(("train", "test"), load(given.source, given.format, given.extra, given.seed), strict=True):
            for problem in problems:
                stronger, strength = (
                    strengthen(problem, seed=given.seed) if problem.reference and not problem.must_fail else (problem, None)
                )
                if strength is not None:
                    made, different, missed = made + strength.made, different + len(strength.different), missed + strength.missed
                if not problem.must_fail:
                    out.write(json.dumps({**row(stronger), "split": split}) + "\n")
    print(f"{made} mutants, {different} differ on an input found, {missed} of them passed the tests as they were")


if __name__ == "__main__":
    main()
