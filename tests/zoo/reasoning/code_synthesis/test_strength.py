"""Tests are tested: what hidden cases notice, of our own problems and of HumanEval's."""

from __future__ import annotations

import warnings
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest
from axion_zoo.reasoning.code_synthesis import CodeSynthesis
from axion_zoo.reasoning.code_synthesis.source import load
from axion_zoo.reasoning.code_synthesis.strengthen import strengthen
from axion_zoo.shared.mutation import mutants
from axion_zoo.shared.programs.embedded import STATEMENTS
from axion_zoo.shared.programs.grade import passes
from axion_zoo.shared.programs.problem import Problem

from axion_env import Ask, Play, drive, judge
from axion_env.sandbox import Function, Limits, shared

HUMANEVAL = Path(__file__).parents[4] / "../shared/data/HumanEval.jsonl.gz"
EXTRA = 100
needs_humaneval = pytest.mark.skipif(not HUMANEVAL.exists(), reason=f"{HUMANEVAL.name} is not part of the project")

EQUIVALENT = {
    ("longest_plateau", "1", "0"): "the first item equals itself, and an empty run is no longer than none",
    ("squeeze", "1", "0"): "as in longest_plateau",
    ("counter_waits", "0", "-1"): "nobody arrives before minute 0",
    ("deepest", "0", "-1"): "nothing is deeper than 0 before the first bracket either way",
    ("deepest", "1", "2"): "any negative number says that no pair is open",
    ("deepest", "1", "0"): "what is read before the first bracket is not used",
    ("deepest", "start >= 0", "start > 0"): "a pair's text never starts at 0",
    ("deepest", "0", "1"): "as above",
    ("wrap_words", "len(word) > width", "len(word) >= width"): "a line filled by one word takes no other, full or empty",
    ("box_ids", "i + 1", "i - 1"): "a name given before is taken by then",
    ("box_ids", "1", "0"): "as above",
    ("robot", '"NESW"', '"NESWx"'): "the fifth direction is never read",
    ("tree_depths", "depth > len(parents)", "depth >= len(parents)"): "no path without a circle has as many steps as there are nodes",
    ("runoff", "0", "1"): "all counts start alike",
    ("runoff", "0", "-1"): "all counts start alike",
    ("runoff", "1", "2"): "the votes are counted in twos",
    ("runoff", '""', '"x"'): "at most one name is joined",
    ("pools", "0", "-1"): "all rows have one length",
    ("pools", "i + di", "i - di"): "the directions come in opposite pairs",
    ("pools", "j + dj", "j - dj"): "the directions come in opposite pairs",
}
"""(problem, before, after): why no input can tell this mutant from the reference."""


@pytest.mark.slow
def test_hidden_cases_notice_mutants() -> None:
    """Of all mutants of all references, 95 in 100 fail a case; those that do not are equivalent, each for a reason given."""
    made = noticed = 0
    missed: set[tuple[str, str, str]] = set()
    for name, statement in STATEMENTS.items():
        problem = statement.problem(0)
        every = list(mutants(problem.reference))
        calls = [e.arguments for e in (*problem.shown, *problem.hidden)]
        jobs = [Function(m.source, problem.entry, calls, limits=Limits(cpu_s=0.3)) for m in every]
        for mutant, result in zip(every, shared().run(jobs), strict=True):
            alive = all(passes(result, 0, (*problem.shown, *problem.hidden), problem.match))
            made, noticed = made + 1, noticed + (not alive)
            if alive:
                missed.add((name, mutant.before, mutant.after))
    print(f"\n{made} mutants, {noticed} noticed: {noticed / made:.1%}; {made - noticed} equivalent")
    assert made > 700
    assert noticed / made >= 0.95
    assert missed == EQUIVALENT.keys()


@lru_cache(maxsize=2)
def _humaneval(extra: int) -> dict[str, Problem]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {p.id: p for side in load(str(HUMANEVAL), "humaneval", extra, 0) for p in side}


class _Answering:
    """Gives each play the program it is down for."""

    def __init__(self, programs: dict[int, str]) -> None:
        self._programs = programs

    def act(self, asks: list[Ask]) -> list[str]:  # type: ignore[type-arg]
        return [f"```python\n{self._programs[id(ask.play)]}\n```" for ask in asks]


def _rewards(programs: list[tuple[Problem, str]], **options: float) -> list[float]:
    env = CodeSynthesis(**options)  # type: ignore[arg-type]
    plays = [Play(env, problem.task()) for problem, _ in programs]
    answering = _Answering({id(play): code for play, (_, code) in zip(plays, programs, strict=True)})
    return [judge(env, episode)["solver_0"].reward for episode in drive(plays, answering)]


@needs_humaneval
@pytest.mark.slow
def test_humaneval_canonical_solutions_are_paid_and_stubs_are_not() -> None:
    """164 of 164, with nearly all tests compared from outside and the others judged without the candidate; no stub earns anything."""
    problems = _humaneval(EXTRA)
    ways = Counter("replayed" if p.check else "must fail" if p.must_fail else "compared" for p in problems.values())
    print(f"\n{dict(ways)}, {sum(len(p.hidden) for p in problems.values())} hidden cases")
    assert ways == {"compared": 163, "replayed": 1}
    assert _rewards([(p, p.reference) for p in problems.values()]) == [1.0] * 164
    for body in ("pass", "return None", "return 0", "return True", "return False", "return ''", "return []", "return a[0]", "return -1"):
        stubs = [(p, f"def {p.entry}(*a):\n    {body}") for p in problems.values()]
        assert _rewards(stubs) == [0.0] * 164, body


@needs_humaneval
def test_humaneval_rows_that_a_constant_passes_are_left_out() -> None:
    """Without further cases 5 of the 164 have nothing hidden that a constant, or the docstring by heart, would not pass."""
    with pytest.warns(UserWarning, match="5 rows are left out"):
        train, test = load.__wrapped__(str(HUMANEVAL), "humaneval", 0, 0)
    assert len(train) + len(test) == 159
    assert {p.id for p in train}.isdisjoint(p.id for p in test)
    left = {f"HumanEval/{i}" for i in range(164)} - {p.id for p in (*train, *test)}
    assert left == {"HumanEval/34", "HumanEval/35", "HumanEval/40", "HumanEval/54", "HumanEval/113"}
    assert _rewards([(p, p.reference) for p in (*train, *test)]) == [1.0] * 159


STILL_RIGHT = {("HumanEval/32", "1.0", "2.0"), ("HumanEval/32", "2.0", "3.0"), ("HumanEval/32", "2.0", "1.0"), ("HumanEval/32", "0", "-1"),
    ("HumanEval/32", "end *= 2.0", "end += 2.0")}  # fmt: skip
"""Another interval to start the search for a root in: another root, which the task's own check accepts."""


@needs_humaneval
@pytest.mark.slow
def test_humaneval_mutants_are_not_paid() -> None:
    """At least 5 mutants of each solution differ from it on an input found; with such inputs among the tests, none earns anything."""
    programs = []
    changes = []
    made = missed = 0
    for problem in _humaneval(EXTRA).values():
        stronger, strength = strengthen(problem, most=8, inputs=120)
        assert len(strength.different) >= 5, problem.id
        made, missed = made + strength.made, missed + strength.missed
        programs += [(stronger, mutant.source) for mutant in strength.different]
        changes += [(problem.id, mutant.before, mutant.after) for mutant in strength.different]
    rewards = _rewards(programs, cpu_s=0.5)
    paid = {change for change, reward in zip(changes, rewards, strict=True) if reward}
    print(f"\n{made} mutants, {len(changes)} differ, {missed} passed the tests as they were, {len(paid)} paid and right: {paid}")
    assert paid <= STILL_RIGHT
