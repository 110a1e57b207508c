"""Who sits down to a bug: an injector, where agents inject, and solvers, all at once and each on its own."""

from __future__ import annotations

from collections.abc import Sequence

from axion_env import Demo, Memory, Role, Task

INJECTOR = "injector_0"


def solvers(count: int) -> tuple[str, ...]:
    """Names of that many solvers' seats."""
    return tuple(f"solver_{i}" for i in range(count))


def number(solver: str) -> int:
    """Which of the solvers it is."""
    return int(solver.removeprefix("solver_"))


def roles(count: int, memory: Memory, *, agent: bool) -> dict[str, Role]:
    """The role of each seat.

    Args:
        count: How many solvers.
        memory: What each remembers of its own past.
        agent: Whether an injector is seated.
    """
    seats = {name: Role("solver", "mends the bug", memory) for name in solvers(count)}
    return {INJECTOR: Role("injector", "makes the bug", memory)} | seats if agent else seats


def demo(task: Task, seats: Sequence[str], name: str, answer: str, reward: float) -> Demo:
    """A play in which all solvers give one answer, and all are paid the same."""
    return Demo(name, {seat: [answer] for seat in seats}, dict.fromkeys(seats, reward), task=task)
