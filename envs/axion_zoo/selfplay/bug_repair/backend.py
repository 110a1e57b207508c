"""What every backend of BugRepair does: where its tasks come from, and how one is played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from axion_env import Ask, Context, Demo, Episode, Outcome, Task


def refused(facts: Mapping[str, Any], **more: Any) -> Outcome:
    """The outcome of a play whose proposal is no bug, so that nobody was asked to mend it."""
    return Outcome({**facts, "valid": False, "solved": [], "solve_rate": 0.0, **more})


def attempted(facts: Mapping[str, Any], solved: Sequence[bool], **more: Any) -> Outcome:
    """The outcome of a play in which solvers attempted a bug.

    Args:
        facts: How the bug was made.
        solved: Whether each solver mended it, in the order of their seats.
        more: What else is known.
    """
    return Outcome({**facts, "valid": True, **more, "solved": list(solved), "solve_rate": sum(solved) / len(solved)})


class RepairBackend(Protocol):
    """A backend: functions, files or repositories. `BugRepair` holds the seats and the rewards, and leaves the rest to it."""

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
