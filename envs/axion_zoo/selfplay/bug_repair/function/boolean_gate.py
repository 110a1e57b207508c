"""What an injector's program in the tiny language has to pass before it counts as a bug."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from axion_zoo.selfplay.bug_repair.function.boolean import ROWS, behavior, edited, is_constant, put, table


@dataclass(frozen=True)
class BooleanGates:
    """What an injector's program has to pass, in this order."""

    max_edits: int = 2
    """`scope`: tokens that may differ from the original. A fix may be as far from the bug."""
    min_failing: int = 1
    """`bug`: rows on which the two differ."""
    min_same: int = 1
    """`behavior`: rows on which they do not; and the bug is not constant."""

    def check(self, original: str, bug: str | None, split: str) -> Iterator[tuple[str, str]]:
        """Name and failure code of each gate, in order; the code is empty where it is passed.

        Args:
            original: The program.
            bug: What was made of it; None: the answer ended in no program.
            split: The class of behavior that both must belong to, so that nothing held out is trained on.
        """
        yield "form", "NO_PROGRAM" if bug is None else ""
        assert bug is not None
        places = edited(original, bug)
        yield "scope", "UNCHANGED" if not places else "TOO_MANY_EDITS" if len(places) > self.max_edits else ""
        right, wrong = table(original), table(bug)
        failing = right ^ wrong
        yield "bug", "TOO_FEW_FAIL" if failing.bit_count() < self.min_failing else ""
        put_back = (table(put(bug, place, original[place])) for place in places) if len(places) > 1 else ()
        yield "inverse", "IDLE_EDIT" if any((right ^ value) & failing == failing for value in put_back) else ""
        yield "behavior", "TOO_FEW_SAME" if ROWS - failing.bit_count() < self.min_same else "CONSTANT" if is_constant(wrong) else ""
        yield "split", "HELD_OUT" if behavior(wrong) != split else ""

    def results(self, original: str, bug: str | None, split: str) -> list[dict[str, Any]]:
        """The answers of the gates as facts, up to the first that refuses."""
        found: list[dict[str, Any]] = []
        for name, code in self.check(original, bug, split):
            found.append({"name": name, "passed": not code} | ({"code": code} if code else {}))
            if code:
                break
        return found

    def admits(self, original: str, bug: str, split: str) -> bool:
        """Whether a mutator's bug counts: all but `inverse`, since some make two changes that are one."""
        if behavior(table(bug)) != split:
            return False  # most of what is held out falls here, and what follows takes ten times as long
        return not any(code for name, code in self.check(original, bug, split) if name != "inverse")
