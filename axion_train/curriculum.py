"""Which deals are played next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from axion_env import Env, Stream, Task, UsageError, derive


class Deal(NamedTuple):
    """A task and a seed of its chance stream: copies of a deal share every draw."""

    task: Task
    seed: int


class UniformDeals:
    """Fresh deals of tasks drawn uniformly from a split, each to be played `copies` times.

    Args:
        deals: Per update.
        copies: Of each deal; they differ in the policies' sampling only. 8 or more for leave-one-out.
        split: Of the environment's tasks.
    """

    def __init__(self, deals: int = 256, copies: int = 8, split: str = "train") -> None:
        if deals < 1 or copies < 1:
            raise UsageError(f"curriculum.deals and .copies must be 1 or more: got {deals} and {copies}")
        self.deals = deals
        self.copies = copies
        self.split = split
        self._drawn = 0
        self._tasks: Sequence[Task] | None = None

    def draw(self, env: Env, seed: int) -> list[Deal]:
        """The next batch of deals."""
        tasks = self._tasks = self._tasks if self._tasks is not None else env.tasks(self.split)
        drawn = []
        for i in range(self._drawn, self._drawn + self.deals):
            own = derive(seed, "deal", i)
            drawn.append(Deal(tasks[Stream(derive(own, "task")).below(len(tasks))], own >> 1))
        self._drawn += self.deals
        return drawn

    def state_dict(self) -> dict[str, Any]:
        """How many deals were drawn."""
        return {"drawn": self._drawn}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        self._drawn = state["drawn"]
