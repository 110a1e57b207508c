"""What a duel came to: from programs, suites and their comparison with the reference to facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from axion_zoo.selfplay.test_duel.backend import Comparison, Input

EVIDENCE = ("truth", "suites", "own")
"""What testers' rewards may know: all inputs there are, the inputs of all the play's suites, or the tester's own."""


@dataclass(frozen=True)
class Pair:
    """A program and the suite that decides about it."""

    tester: str
    """Who wrote the suite; a name without a seat where nobody did."""
    coder: str | None
    """Who wrote the program; None: it is an archived one."""
    program: str | None
    """None: what was handed in is no program."""
    suite: tuple[Input, ...] | None
    """None: what was handed in is no suite."""

    @property
    def earns(self) -> bool:
        """A suite with an input twice tests its program by what there is of it, and gives its tester nothing."""
        return self.suite is not None and all(self.suite.index(item) == i for i, item in enumerate(self.suite))


@dataclass(frozen=True)
class Duel:
    """Everything that was handed in."""

    pairs: Sequence[Pair]
    archive: Sequence[str]
    """Earlier wrong programs of the same specification."""
    audited: Sequence[str] = ()
    """Programs whose truth is looked up if their suite accepts them, whatever testers' rewards may know."""

    @cached_property
    def programs(self) -> list[str]:
        """The distinct programs, in order of first meeting."""
        found = [pair.program for pair in self.pairs if pair.program is not None]
        return list(dict.fromkeys([*found, *self.archive]))

    @cached_property
    def inputs(self) -> list[Input]:
        """The distinct inputs of all suites, in order of first meeting."""
        found: list[Input] = []
        for pair in self.pairs:
            found += [item for item in pair.suite or () if item not in found]
        return found


class Account:
    """A duel beside the truth.

    Args:
        duel: What was handed in.
        compared: Its programs and its inputs, beside the reference.
        evidence: One of `EVIDENCE`.
    """

    def __init__(self, duel: Duel, compared: Comparison, evidence: str) -> None:
        self.duel = duel
        self._compared = compared
        self._evidence = evidence
        self._place = {program: i for i, program in enumerate(duel.programs)}
        self._tests = {pair.tester: self._tests_of(pair.suite) for pair in duel.pairs}

    def _tests_of(self, suite: tuple[Input, ...] | None) -> list[int] | None:
        """Places of a suite's inputs; None: no suite, or one with an input that is none."""
        if suite is None:
            return None
        tests = [self.duel.inputs.index(item) for item in suite]
        return tests if all(self._compared.valid[i] for i in tests) else None

    def passes(self, program: str | None, tester: str) -> bool:
        """Whether the suite accepts the program.

        What was not tested is not accepted: else it would pay a coder to write what leaves its tester at a loss for a suite.
        """
        return program is not None and self._tests[tester] is not None and not self.fails(program, tester)

    def fails(self, program: str | None, tester: str) -> bool:
        """Whether one of the suite's tests gives the program away."""
        if program is None:
            return False
        agrees = self._compared.agrees[self._place[program]]
        return not all(agrees[i] for i in self._tests[tester] or ())

    def right(self, program: str | None) -> bool:
        """Whether a program is right, which no agent is ever told."""
        return program is not None and not self._compared.mistakes[self._place[program]]

    def telling(self, program: str) -> list[int]:
        """[2] How many of the known inputs give the program away, and how many are known."""
        place = self._place[program]
        if self._evidence == "truth":
            return [self._compared.mistakes[place], self._compared.size]
        known = [agrees for agrees, valid in zip(self._compared.agrees[place], self._compared.valid, strict=True) if valid]
        return [known.count(False), len(known)]

    def facts(self) -> dict[str, Any]:
        """What happened, for the rubric, for reports and for the next tasks."""
        own = [pair for pair in self.duel.pairs if pair.coder is not None]
        pool = [] if self._evidence == "own" else [program for program in self.duel.programs if self.telling(program)[0]]
        return {
            "passes": {pair.coder: self.passes(pair.program, pair.tester) for pair in own},
            "right": {pair.coder: self.right(pair.program) for pair in own},
            "suites": {pair.tester: None if pair.suite is None else list(pair.suite) for pair in self.duel.pairs},
            "caught": {pair.tester: self._caught(pair, pool) for pair in self.duel.pairs},
            "pool": [self.telling(program) for program in pool],
            "counterexamples": self._counterexamples(pool),
            **self._counts(),
        }

    def _escaped(self) -> list[str]:
        """The distinct programs of coders that a suite accepted."""
        own = [pair for pair in self.duel.pairs if pair.coder is not None]
        return list(dict.fromkeys(pair.program for pair in own if pair.program is not None and self.passes(pair.program, pair.tester)))

    def _counterexamples(self, pool: Sequence[str]) -> list[str]:
        """Accepted programs known to be wrong: by the evidence that testers are paid by, by an audit, or by another tester's suite."""
        noticed = (pair.program for pair in self.duel.pairs if self.fails(pair.program, pair.tester))
        known = {*pool, *noticed, *(program for program in self.duel.audited if not self.right(program))}
        return [program for program in self._escaped() if program in known]

    def _caught(self, pair: Pair, pool: Sequence[str]) -> dict[str, Any]:
        """What a tester's suite gives away: its own program (by how many inputs do), and places in the pool."""
        failed = pair.earns and pair.program is not None and self.fails(pair.program, pair.tester)
        return {
            "own": self.telling(pair.program) if failed and pair.program is not None else [],
            "pool": [i for i, program in enumerate(pool) if pair.earns and self.fails(program, pair.tester)],
        }

    def _counts(self) -> dict[str, float | None]:
        """Numbers that reports add up over plays (a share is the quotient of two sums), and the truth that pay can be held against."""
        own = [pair for pair in self.duel.pairs if pair.coder is not None]
        right = sum(self.right(pair.program) for pair in own)
        tested = [(self.right(p.program), self.fails(p.program, p.tester)) for p in self.duel.pairs if p.program is not None]
        return {
            "programs": len(own),
            "right_programs": right,
            "true_accuracy": right / len(own) if own else None,
            "accepted": sum(self.passes(pair.program, pair.tester) for pair in own),
            "wrong": sum(not right for right, _ in tested),
            "wrong_rejected": sum(failed and not right for right, failed in tested),
            "rejected": sum(failed for _, failed in tested),
            **self._verifications(),
        }

    def _verifications(self) -> dict[str, int]:
        """What it cost. A verification is one program beside the reference at one input; a call of the reference serves all programs.

        `tester_…` is what testers need beyond what coders' rewards do, for their own rewards and for the audits that find them tasks. It
        is spent only where testers learn.
        """
        size = self._compared.size
        known = {"truth": size, "suites": len(self.duel.inputs), "own": 0}[self._evidence]
        audited = set(self.duel.audited).intersection(self._escaped())
        asked = {
            program: {i for p in self.duel.pairs if p.program == program for i in self._tests[p.tester] or ()}
            for program in self.duel.programs
        }
        needed = {program: max(len(inputs), size if program in audited else known) for program, inputs in asked.items()}
        called = set().union(*asked.values())
        return {
            "verifications": sum(map(len, asked.values())),
            "reference_calls": len(called),
            "tester_verifications": sum(needed.values()) - sum(map(len, asked.values())),
            "tester_reference_calls": max(len(called), size if audited else known) - len(called),
        }
