"""The backend `exact`: step functions, executed here.

Their language has nothing to ban, and no state that could leak from one run to the next: of the gates `parse`, `syntax`, `execute` and
`split` are left. Only the last word of an answer to a deduction or an abduction counts; what is worked out before it is free.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from axion_env import Context, Stream, UsageError, derive, strip_thinking
from axion_zoo.selfplay.absolute_zero.backend import Certified, Gate, Kind, Script, Triple
from axion_zoo.selfplay.absolute_zero.exact import prompt, step_function, warm_up
from axion_zoo.shared import language

SEEDS = 256
HELD_OUT = 512
"""Triples of a kind, in the buffer and in each held-out set."""
_LETTER = re.compile(rf"[{language.LETTERS}]")
_NUMBER = re.compile(r"[0-9]{2}")
_INPUTS = re.compile(rf"((?:[0-9]{{2}} )+)([{language.LETTERS}]{{1,{language.MOST_PIECES}}})")
_NEAR = 3
"""Inputs of an induction that are to tell a bound lie less than this from it."""


class ExactReasoningBackend:
    """Step functions.

    Args:
        pairs: Pairs of input and output in an induction.
        seed: Seeds the buffer and the held-out sets.
        domain: Inputs, 0 to domain - 1.
        pieces: Most pieces of a program.
        rules: Say in every question what a program is. A model made from scratch learns it by example.
    """

    def __init__(self, pairs: int, seed: int, domain: int, pieces: int, rules: bool) -> None:
        if not 10 <= domain <= 64 or not 2 <= pieces <= language.MOST_PIECES or not 2 <= pairs <= domain:
            raise UsageError(
                f"AbsoluteZero: domain is from 10 to 64, pieces from 2 to {language.MOST_PIECES} and pairs from 2 to the domain: "
                f"got {domain}, {pieces}, {pairs}"
            )
        self.pairs = pairs
        self.seed = seed
        self.domain = domain
        self.pieces = pieces
        self.rules = rules
        self.triples = lru_cache(maxsize=None)(self._triples)

    def _triples(self, split: str, kind: Kind) -> Sequence[Triple]:
        """The buffer, grown from a constant; `dev` and `test`, half of whose questions lie where a bound does."""
        stream = Stream(derive(self.seed, split, "programs"))
        if split == "seed":
            programs = step_function.grown(SEEDS, stream, self.domain, self.pieces)
        else:
            programs = [self._drawn(stream, split) for _ in range(HELD_OUT)]
        return [self._asked(kind, program, Stream(derive(self.seed, split, kind, k))) for k, program in enumerate(programs)]

    def _drawn(self, stream: Stream, split: str) -> str:
        while True:
            program = step_function.drawn(stream, self.domain, self.pieces)
            if step_function.behavior(program, self.domain) == split:
                return program

    def _asked(self, kind: Kind, program: str, stream: Stream) -> Triple:
        """A question about a program, by rule."""
        bounds = step_function.bounds_of(program)
        if kind == "induction":
            return self.triple(program, self._telling(bounds, stream), _order(step_function.table(program, self.domain)))
        if bounds and stream.below(2):
            at = bounds[stream.below(len(bounds))] - stream.below(2)
            return self.triple(program, [min(at, self.domain - 1)])
        return self.triple(program, [stream.below(self.domain)])

    def _telling(self, bounds: Sequence[int], stream: Stream) -> list[int]:
        """Inputs for an induction: the shown ones on both sides of every bound, as far as there is room, and others anywhere."""
        beside = [x for bound in bounds for x in (bound - 1 - stream.below(_NEAR), bound + stream.below(_NEAR))]
        inside = [x for x in dict.fromkeys(beside) if 0 <= x < self.domain][: self.pairs // 2]
        others = [x for x in range(self.domain) if x not in inside]
        stream.shuffle(others)
        return inside + others[: self.pairs - len(inside)]

    def triple(self, program: str, inputs: Sequence[int], message: str = "") -> Triple:
        """The triple of a program at some inputs, with the outputs that it has there."""
        values = step_function.table(program, self.domain)
        return Triple(program, tuple(inputs), tuple(values[x] for x in inputs), message)

    def request(self, kind: Kind, references: Sequence[Triple]) -> str:
        """What a proposer is asked."""
        return self._rules(prompt.PROPOSERS[kind]) + prompt.request(kind, references)

    def question(self, kind: Kind, triple: Triple) -> str:
        """What a solver is asked."""
        return self._rules(prompt.SOLVERS[kind]) + prompt.question(kind, triple)

    def _rules(self, told: str) -> str:
        return (prompt.RULES + told).format(last=self.domain - 1, pieces=self.pieces, pairs=self.pairs) if self.rules else ""

    async def certify(self, ctx: Context, kind: Kind, text: str, references: Sequence[Triple]) -> Certified:
        """Asks the gates, and executes the program by its table."""
        proposed = self._read(kind, text, references)
        passed: list[Gate] = []
        for name, code in self._gates(proposed):
            passed.append(Gate(name, code))
            if code:
                return Certified(tuple(passed), proposed and [kind, *proposed])
        assert proposed is not None
        return Certified(tuple(passed), [kind, *proposed], self.triple(*proposed))

    def _gates(self, proposed: tuple[str, list[int], str] | None) -> Iterator[tuple[str, str]]:
        """Name and failure code of each gate, in order; the code is empty where it is passed. Not asked further where one refuses."""
        yield "parse", "NO_PROPOSAL" if proposed is None else ""
        assert proposed is not None
        program, inputs, _ = proposed
        pieces = len(program.split(" "))
        yield "syntax", "NO_PROGRAM" if not step_function.is_program(program) else "TOO_MANY_PIECES" if pieces > self.pieces else ""
        greatest = max(*inputs, *(bound - 1 for bound in step_function.bounds_of(program)), 0)
        yield "execute", "OUT_OF_DOMAIN" if greatest >= self.domain else ""
        yield "split", "HELD_OUT" if step_function.behavior(program, self.domain) != "seed" else ""

    def _read(self, kind: Kind, text: str, references: Sequence[Triple]) -> tuple[str, list[int], str] | None:
        """(program, inputs, message) of a proposer's answer; the program is whatever stands in its place."""
        said = " ".join(text.split())
        if kind != "induction":
            program, _, last = said.rpartition(" ")
            return (program, [int(last)], "") if program and _NUMBER.fullmatch(last) else None
        found = _INPUTS.fullmatch(said)
        inputs = [int(word) for word in found[1].split()] if found else []
        return (references[0].program, inputs, found[2]) if found and len(inputs) == self.pairs else None

    def answer(self, kind: Kind, text: str) -> str | int | None:
        """A letter, an input, or a program with its sums done."""
        said = strip_thinking(text).split()
        if kind == "induction":
            return language.read(" ".join(said))
        last = said[-1] if said else ""
        if kind == "deduction":
            return last if _LETTER.fullmatch(last) else None
        return int(last) if _NUMBER.fullmatch(last) and int(last) < self.domain else None

    async def check(self, ctx: Context, kind: Kind, triple: Triple, answers: Sequence[Any | None]) -> list[bool]:
        """Compares the answers by their tables."""
        return [answer is not None and self.right(kind, triple, answer) for answer in answers]

    def right(self, kind: Kind, triple: Triple, answer: Any) -> bool:
        """Whether an answer is."""
        if kind == "deduction":
            return bool(answer == triple.outputs[0])
        if kind == "abduction":
            return bool(step_function.table(triple.program, self.domain)[answer] == triple.outputs[0])
        values = language.table(answer, self.domain)
        return all(values[x] == y for x, y in triple.hidden)

    def proposed(self, kind: Kind, references: Sequence[Triple], stream: Stream) -> str:
        """A program drawn at random, and inputs drawn at random."""
        inputs = list(range(self.domain))
        stream.shuffle(inputs)
        if kind != "induction":
            return f"{self._drawn(stream, 'seed')} {inputs[0]:02d}"
        letters = _order(step_function.table(references[0].program, self.domain))
        return f"{' '.join(f'{x:02d}' for x in inputs[: self.pairs])} {letters}"

    def answered(self, kind: Kind, question: str, noise: float, stream: Stream) -> str:
        """Worked out from the text of the question, with mistakes planted in the bounds."""
        asked = question.rpartition("\n")[2]
        return (warm_up.program if kind == "induction" else warm_up.value)(asked, self.domain, noise, stream)

    def script(self, kind: Kind) -> Script:
        """Answers about one program; the cheat is an input outside of the domain."""
        programs = ("b<03+3 a", "b<03+4 a", "b<03+2 a")
        program = next(p for p in programs if step_function.behavior(p, self.domain) == "seed")
        if kind == "induction":
            bound = step_function.bounds_of(program)[0]
            others = [x for x in range(self.domain) if x not in (bound - 1, bound)][: self.pairs - 2]
            inputs = " ".join(f"{x:02d}" for x in (bound - 1, *others, bound))
            right = step_function.worked_out(program)
            return Script((self.triple(program, [5]),), f"{inputs} ba", "99 " * self.pairs + "ba", right, "b", "I pass")
        right, wrong = {"deduction": ("b", "a"), "abduction": ("03", "08")}[kind]
        return Script((self.triple("c", [5]),), f"{program} 04", f"{program} 99", right, wrong, "I pass")


def _order(values: str) -> str:
    """The letters of a table in order, each once for every run."""
    return "".join(y for i, y in enumerate(values) if not i or y != values[i - 1])
