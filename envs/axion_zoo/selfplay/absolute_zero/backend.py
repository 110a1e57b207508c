"""What the two backends have in common: everything that the play asks of a language of programs.

A backend holds no options of the play. `ExactReasoningBackend(pairs, seed, …)` and `PythonReasoningBackend(pairs, seed)` are told how many
pairs of input and output an induction has, and what seeds their sequences.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

from axion_env import Context, Stream

Kind: TypeAlias = Literal["deduction", "abduction", "induction"]
KINDS: tuple[Kind, ...] = ("deduction", "abduction", "induction")
SPLITS = ("seed", "dev", "test")
"""Where triples come from that nobody proposed: the seed buffer, and two held-out sets."""

Value: TypeAlias = Any
"""An input or an output, as plain facts that `==` compares: a number or a letter in the exact backend, Python's text of it in the other."""


class Triple(NamedTuple):
    """A program with inputs and what it makes of them: one of each for deduction and abduction, several for induction.

    >>> Triple("b<12+3 a", (14, 15, 3, 40), ("b", "a", "b", "a"), "ba").hidden
    ((3, 'b'), (40, 'a'))
    """

    program: str
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    """What the executor gives, never what a proposer says."""
    message: str = ""
    """What a solver of an induction is told besides; the proposer's own words."""

    @property
    def shown(self) -> tuple[tuple[Value, Value], ...]:
        """The first half of the pairs, which an induction's solver sees."""
        return tuple(zip(self.inputs, self.outputs, strict=True))[: len(self.inputs) // 2]

    @property
    def hidden(self) -> tuple[tuple[Value, Value], ...]:
        """The other half, which its program has to reproduce."""
        return tuple(zip(self.inputs, self.outputs, strict=True))[len(self.inputs) // 2 :]

    def record(self) -> list[Any]:
        """The triple as facts, for tasks and records."""
        return [self.program, list(self.inputs), list(self.outputs), self.message]

    @classmethod
    def of(cls, facts: Sequence[Any]) -> Triple:
        """The triple that `record` wrote."""
        program, inputs, outputs, message = facts
        return cls(program, tuple(inputs), tuple(outputs), message)


class Gate(NamedTuple):
    """What one gate said of a proposal."""

    name: str
    """`parse`, `ban`, `syntax`, `execute`, `determinism` or `split`, in this order; a backend leaves out what its language cannot fail."""
    code: str = ""
    """Why it refuses, as a word in capitals. Empty: it does not."""
    detail: str = ""
    """Why it refuses, for people."""

    def record(self) -> dict[str, Any]:
        """The gate's answer as facts."""
        return {"name": self.name, "passed": not self.code} | {k: v for k, v in (("code", self.code), ("detail", self.detail)) if v}


class Certified(NamedTuple):
    """What the gates made of an answer of a proposer."""

    gates: tuple[Gate, ...]
    """The gates up to the first that refuses."""
    proposal: Any = None
    """What was proposed, as plain facts in one form: equal proposals are equal here. None: the answer holds no proposal."""
    triple: Triple | None = None
    """The task, with outputs by execution. None: a gate refuses."""


class Script(NamedTuple):
    """Answers for a scripted play of one kind."""

    references: tuple[Triple, ...]
    """What the proposer is shown."""
    proposal: str
    """A proposer's answer that all gates let through."""
    refused: str
    """One that cheats, and that a gate refuses."""
    right: str
    """A solver's right answer to what the proposal makes."""
    wrong: str
    """A wrong one."""
    malformed: str
    """One that is no answer."""


class ReasoningBackend(Protocol):
    """A language of programs, what can be asked about them, and the truth."""

    def triples(self, split: str, kind: Kind) -> Sequence[Triple]:
        """The triples of one of `SPLITS`, always the same, certified, and computed without a sandbox or stored with the package.

        `seed` is the buffer that proposers are shown references of, grown from the simplest program there is. What the programs of
        `dev`, of `test` and of all else do belongs to three classes, and nothing that training may meet is in the first two.
        """
        ...

    def request(self, kind: Kind, references: Sequence[Triple]) -> str:
        """What a proposer is asked, beside references to be unlike; for induction, the one program that it is to write inputs for."""
        ...

    async def certify(self, ctx: Context, kind: Kind, text: str, references: Sequence[Triple]) -> Certified:
        """Ask the gates, one after another, about a proposer's answer; the triple holds what execution gives.

        The last gate, `split`, refuses what behaves like something held out.
        """
        ...

    def question(self, kind: Kind, triple: Triple) -> str:
        """What a solver is asked: the output of an input, an input of the output, or a program for the shown pairs and the message."""
        ...

    def answer(self, kind: Kind, text: str) -> Any | None:
        """The answer in a solver's reply, as plain facts; None: it is not well-formed."""
        ...

    async def check(self, ctx: Context, kind: Kind, triple: Triple, answers: Sequence[Any | None]) -> Sequence[bool]:
        """[answers] Whether each is right: the output, any input with that output, any program with the hidden pairs."""
        ...

    def proposed(self, kind: Kind, references: Sequence[Triple], stream: Stream) -> str:
        """A proposer's answer, for a warm-up: the form of one, and no strategy."""
        ...

    def answered(self, kind: Kind, question: str, noise: float, stream: Stream) -> str:
        """A solver's answer to a question, for a warm-up: well-formed, and as right as the question's text alone allows without effort.

        Args:
            kind: Kind of question.
            question: The text that `question` wrote.
            noise: Chance of each mistake that can be planted in it; a backend that cannot tell right from wrong here does not read it.
            stream: Draws everything that is chosen.
        """
        ...

    def script(self, kind: Kind) -> Script:
        """Answers for a script."""
        ...
