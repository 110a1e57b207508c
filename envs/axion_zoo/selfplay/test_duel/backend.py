"""What the two backends have in common: all that the play asks of a language of programs and inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

from axion_env import Context, Stream, Task

Input: TypeAlias = Any
"""One input: a number with the exact backend, a list of arguments in Python. Plain facts, compared by `==`."""


class Comparison(NamedTuple):
    """Programs beside the reference, on the inputs that were asked for and on all that the truth is made of."""

    valid: Sequence[bool]
    """[inputs] Whether the reference has a value there."""
    agrees: Sequence[Sequence[bool]]
    """[programs][inputs] Whether the program has the same value."""
    mistakes: Sequence[int]
    """[programs] Inputs of the truth at which it has another value. 0: the program is right."""
    size: int
    """Inputs the truth is made of."""


class Slip(NamedTuple):
    """Answers for a script: to one specification, right and wrong ones."""

    right: str
    """A coder's answer."""
    wrong: str
    """A coder's answer with a plausible mistake."""
    none: str
    """A coder's answer that is no program."""
    double: str
    """Two programs at once."""
    telling: str
    """A suite of one input that gives the mistake away."""
    blind: str
    """A suite of one input that does not."""
    twice: str
    """A suite of one input, twice."""
    mistakes: tuple[int, int]
    """At how many inputs the wrong program goes wrong, of how many."""


class DuelBackend(Protocol):
    """A language of programs, with specifications in it and the truth about them."""

    @property
    def splits(self) -> tuple[str, ...]:
        """Names that `tasks` takes; `pool` has wrong programs for testers."""
        ...

    def tasks(self, split: str) -> Sequence[Task]:
        """Specifications, each a task."""
        ...

    def question(self, task: Task) -> str:
        """What a coder is asked."""
        ...

    def request(self, task: Task, most: int, program: str | None) -> str:
        """What a tester is asked; None: it sees no program."""
        ...

    def shown(self, text: str) -> str | None:
        """The program that a request shows; None: it shows none."""
        ...

    def program(self, text: str) -> str | None:
        """The program in a reply; None: there is none."""
        ...

    def inputs(self, task: Task, text: str, most: int) -> tuple[Input, ...] | None:
        """The inputs in a reply, as often as they are in it; None: there are none, too many, or one that is no input."""
        ...

    def population(self, task: Task) -> Sequence[Input]:
        """What testers who do not think draw from; all of it is the fullest suite there is."""
        ...

    async def compare(self, task: Task, ctx: Context, programs: Sequence[str], inputs: Sequence[Input]) -> Comparison:
        """Run the programs and the reference."""
        ...

    def written(self, task: Task, noise: float, stream: Stream) -> str:
        """A coder's answer for a warm-up, with mistakes planted in it."""
        ...

    def tested(self, task: Task, program: str | None, most: int, stream: Stream) -> str:
        """A tester's answer for a warm-up."""
        ...

    def slip(self, task: Task) -> Slip:
        """Answers for a script."""
        ...
