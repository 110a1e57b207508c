"""What a backend of the ladder is to the environment: where its tasks come from, and how one is played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from axion_env import Ask, Context, Demo, Episode, Outcome, Task


def refused(facts: Mapping[str, Any], **more: Any) -> Outcome:
    """How a play ends in which what was proposed is no bug, and nobody was asked to mend it."""
    return Outcome({**facts, "valid": False, "solved": [], "solve_rate": 0.0, **more})


def attempted(facts: Mapping[str, Any], solved: Sequence[bool], **more: Any) -> Outcome:
    """How any other ends.

    Args:
        facts: How the bug was made.
        solved: Whether each solver mended it, in the order of their seats.
        more: What else is known.
    """
    return Outcome({**facts, "valid": True, **more, "solved": list(solved), "solve_rate": sum(solved) / len(solved)})


class RepairBackend(Protocol):
    """One backend: functions, files or repositories. `BugRepair` holds the seats and the rewards, and leaves the rest to it."""

    splits: tuple[str, ...]

    def tasks(self, split: str) -> Sequence[Task]:
        """The tasks of one of its splits."""
        ...

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """One task, to the facts that the rubric reads: `valid`, `solved` (a list, one for each solver) and `solve_rate`."""
        ...

    def examples(self, ask: Ask[Any]) -> Sequence[str]:
        """Well-formed answers, for the warm-up."""
        ...

    def derived(self, episode: Episode) -> Sequence[Task]:
        """Bugs of order two, from the answers of solvers that failed; never of order three."""
        ...

    def demos(self) -> Sequence[Demo]:
        """A play that wins, one that loses, one that cheats."""
        ...
