"""The backend `exact`: tiny total functions, evaluated here, and the truth by enumeration."""

from __future__ import annotations

import re
from collections.abc import Sequence

from axion_env import Context, Procedural, Stream, Task, UsageError, derive
from axion_zoo.selfplay.test_duel.backend import Comparison, Slip
from axion_zoo.shared import language

_LENGTHS = {"train": 1 << 20, "dev": 1 << 14, "test": 1 << 14, "pool": 1 << 14}
_SHOWN = re.compile(r" Program: ([^.]*)\. Inputs\?$")
_INPUTS = re.compile(r"\d\d(?: \d\d)*")
_RULES = """A function of the whole numbers from 0 to {last} is given by letters with bounds, and a last letter without.
Its value is the letter of the first bound above the input, and the last letter where there is none.
"""
_CODER = "Work out the bounds. Answer like this, with two digits to a number: b15 d45 a\n"
_TESTER = "Give up to {most} different inputs at which a wrong program goes wrong, with two digits to a number: 07 31\n"


class ExactDuelBackend:
    """Step functions.

    Args:
        domain: Inputs, 0 to domain - 1.
        pieces: Pieces of each function.
        seed: Seeds the sequence of specifications.
        rules: Say in every question what a program is. A model made from scratch learns it by example.
    """

    splits = tuple(_LENGTHS)

    def __init__(self, domain: int, pieces: int, seed: int, rules: bool) -> None:
        if not 8 <= domain <= 64 or not 2 <= pieces <= language.MOST_PIECES:
            raise UsageError(f"TestDuel: domain is from 8 to 64 and pieces from 2 to {language.MOST_PIECES}: got {domain}, {pieces}")
        self.domain = domain
        self.pieces = pieces
        self.seed = seed
        self.rules = rules

    def tasks(self, split: str) -> Sequence[Task]:
        """`train`, `dev` and `test` share no table; `pool` has specifications of `test` with a wrong program each, for testers."""
        return Procedural(_LENGTHS[split], lambda k: self._task(split, k))

    def _task(self, split: str, k: int) -> Task:
        stream = Stream(derive(self.seed, split, k))
        kind = "test" if split == "pool" else split
        while True:
            program = language.random_program(stream, self.domain, self.pieces)
            if language.behaviour(program, self.domain) == kind:
                break
        letters, bounds = language.parts(program)
        addends = [1 + stream.below(min(language.ADDENDS, bound)) for bound in bounds]
        public = {"letters": letters, "terms": [[bound - b, b] for bound, b in zip(bounds, addends, strict=True)]}
        secret = {"archive": [self._wrong(program, stream)]} if split == "pool" else {}
        return Task(f"{split}/{self.seed}/{k}", public, secret)

    def _wrong(self, program: str, stream: Stream) -> str:
        """A wrong version of a program, that some inputs do not give away."""
        while True:
            found = language.mistaken(program, self.domain, 1 / self.pieces, stream)
            if 0 < len(language.mistakes(found, program, self.domain)) < self.domain:
                return found

    def question(self, task: Task) -> str:
        """What a coder is asked."""
        rules = _RULES.format(last=self.domain - 1) + _CODER if self.rules else ""
        return f"{rules}{_specification(task)}. Program?"

    def request(self, task: Task, most: int, program: str | None) -> str:
        """What a tester is asked."""
        rules = _RULES.format(last=self.domain - 1) + _TESTER.format(most=most) if self.rules else ""
        shown = "" if program is None else f" Program: {program}."
        return f"{rules}{_specification(task)}.{shown} Inputs?"

    def program(self, text: str) -> str | None:
        """The program that a reply is."""
        return language.read(text)

    def inputs(self, task: Task, text: str, most: int) -> tuple[int, ...] | None:
        """The inputs that a reply is."""
        said = " ".join(text.split())
        if not said.isascii() or not _INPUTS.fullmatch(said):
            return None
        found = tuple(map(int, said.split(" ")))
        return found if len(found) <= most and max(found) < self.domain else None

    def population(self, task: Task) -> Sequence[int]:
        """Every input of the domain."""
        return range(self.domain)

    async def compare(self, task: Task, ctx: Context, programs: Sequence[str], inputs: Sequence[int]) -> Comparison:
        """Compares the tables of the programs."""
        reference = solution(task)
        mistakes = [language.mistakes(program, reference, self.domain) for program in programs]
        return Comparison(
            [True] * len(inputs), [[x not in wrong for x in inputs] for wrong in mistakes], [*map(len, mistakes)], self.domain
        )

    def written(self, task: Task, noise: float, stream: Stream) -> str:
        """The program that is meant, with mistakes planted in it."""
        return language.mistaken(solution(task), self.domain, noise, stream)

    def tested(self, task: Task, program: str | None, most: int, stream: Stream) -> str:
        """Inputs that give the program away; where none is shown or it is right, inputs on either side of bounds."""
        reference = solution(task)
        shown = None if program is None else self.program(program)
        telling = sorted(language.mistakes(shown, reference, self.domain)) if shown else []
        beside = sorted({x for bound in language.parts(reference)[1] for x in (bound - 1, bound)} - set(telling))
        stream.shuffle(telling)
        stream.shuffle(beside)
        return " ".join(f"{x:02d}" for x in (telling + beside)[:most])

    def shown(self, text: str) -> str | None:
        """The program that a request shows."""
        found = _SHOWN.search(text)
        return found and found[1]

    def slip(self, task: Task) -> Slip:
        """The first bound one too low."""
        right = solution(task)
        letters, (first, *rest) = language.parts(right)
        wrong = language.write(letters, [first - 1, *rest])
        twice = f"{first - 1:02d} {first - 1:02d}"
        mistakes = len(language.mistakes(wrong, right, self.domain))
        return Slip(right, wrong, "I pass", f"{right} {wrong}", f"{first - 1:02d}", f"{first:02d}", twice, (mistakes, self.domain))


def solution(task: Task) -> str:
    """The right program, which only the reference has worked out."""
    return language.write(task.public["letters"], [a + b for a, b in task.public["terms"]])


def _specification(task: Task) -> str:
    letters: str = task.public["letters"]
    steps = "".join(f"{letter}<{a:02d}+{b} " for letter, (a, b) in zip(letters, task.public["terms"], strict=False))
    return steps + letters[-1]
