"""A problem: one function to write, and all that decides whether it was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from axion_env import Task, UsageError
from axion_env.sandbox import Match
from axion_env.sandbox.inside import wire


class Example(NamedTuple):
    """Arguments, and what a right function returns for them."""

    arguments: tuple[Any, ...]
    expected: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One function to write."""

    id: str
    prompt: str
    """Everything that the solver is told."""
    entry: str
    """The function's name, or `Class.method`."""
    shown: Sequence[Example] = ()
    """Cases the prompt shows. Feedback may speak of them freely."""
    hidden: Sequence[Example] = ()
    match: Match = field(default_factory=Match)
    """When two values are the same."""
    preamble: str = ""
    """Code put before an answer: imports and helpers that the prompt promises."""
    reference: str = ""
    """A right answer, where there is one."""
    wrong: Mapping[str, str] = field(default_factory=dict)
    """Plausible answers that are not right, by the mistake they make."""
    check: str = ""
    """Source of `verdict(arguments, outputs)`: judges outputs where many are right, in a job without the candidate."""
    must_fail: Sequence[tuple[str, bool]] = ()
    """Sources of tests, and whether a right answer passes: for what cannot be judged from outside (`must_fail.py`)."""

    def task(self) -> Task:
        """The problem as plain facts."""
        public = {"prompt": self.prompt, "entry": self.entry, "preamble": self.preamble, "examples": _packed(self.shown, values=True)}
        secret: dict[str, Any] = {"cases": _packed(self.hidden, values=not self.check), "match": asdict(self.match)}
        secret["constant"] = 0 if self.check else constant(self.hidden, self.match)
        more = {"reference": self.reference, "check": self.check, "twins": self.must_fail}
        return Task(self.id, public, secret | {name: value for name, value in more.items() if value})


def with_preamble(preamble: str, code: str) -> str:
    """An answer, with what the prompt promises before it."""
    return f"{preamble}\n{code}" if preamble else code


def examples_of(packed: Iterable[Sequence[Any]]) -> list[Example]:
    """The examples that a task holds."""
    return [Example(tuple(wire.unpack(arguments)), *map(wire.unpack, expected)) for arguments, *expected in packed]


def key(value: Any) -> str:
    """A value as text, to tell arguments apart."""
    return wire.dump(value)


def constant(examples: Sequence[Example], match: Match) -> int:
    """How many of the examples the best constant answers right: what costs nothing earns nothing."""
    groups: list[list[Any]] = []
    for example in examples:
        alike = next((group for group in groups if match.same(group[0], example.expected)), None)
        if alike is None:
            groups.append([example.expected])
        else:
            alike.append(example.expected)
    return max(map(len, groups), default=0)


def refuse_trivial(problem: Problem) -> Problem:
    """The problem, if an answer must compute something to pass it.

    Raises:
        UsageError: there is nothing hidden to pass, or one constant passes it all.
    """
    if problem.must_fail or (problem.check and problem.hidden):
        return problem
    if constant(problem.hidden, problem.match) == len(problem.hidden):
        raise UsageError(f"{problem.id}: its {len(problem.hidden)} hidden cases expect one and the same value, so that a constant passes")
    return problem


def prompt(text: str, signature: str, entry: str, shown: Sequence[Example]) -> str:
    """What a solver is told of a problem stated in words."""
    calls = "\n".join(f"    {entry}({', '.join(map(repr, e.arguments))}) == {e.expected!r}" for e in shown)
    examples = f"\n\nExamples:\n{calls}" if calls else ""
    return f"Write a Python function.\n\n{text.strip()}\n\n    {signature}{examples}\n\n{CLOSING}"


CLOSING = "Answer with the complete code in one ```python block."


def _packed(examples: Sequence[Example], *, values: bool) -> list[list[Any]]:
    return [wire.pack([list(e.arguments), *([e.expected] if values else [])]) for e in examples]
