"""A proposal on its way through the gates of the Python backend, and how a gate says no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from axion_zoo.selfplay.absolute_zero.backend import Kind, Triple

_DETAIL = 200  # characters for people: it may quote the proposal


class Refused(Exception):
    """A gate says no."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail[:_DETAIL]


@dataclass(slots=True)
class Case:
    """A proposal on its way through the gates; each fills in what the next ones read."""

    kind: Kind
    text: str
    pairs: int
    """How many inputs an induction has."""
    reference: str
    """The program that the inputs of an induction are for."""
    held_out: Sequence[Triple]
    """One for each held-out program: its inputs, and what it makes of them."""
    program: str = ""
    inputs: tuple[str, ...] = ()
    message: str = ""
    outputs: list[str] = field(default_factory=list)

    @property
    def proposal(self) -> list[object] | None:
        """What was proposed; None as long as nothing has been read."""
        return [self.program, list(self.inputs), self.message] if self.inputs else None
