"""Draws fresh deals uniformly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from axion_env import Env, Episode, Stream, Task, UsageError, derive
from axion_train.types import Deal


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
        return [self.next(env, seed) for _ in range(self.deals)]

    def next(self, env: Env, seed: int, task: Task | None = None) -> Deal:
        """One more deal: of this task, or of one drawn from the split."""
        tasks = self._tasks = self._tasks if self._tasks is not None else env.tasks(self.split)
        own = derive(seed, "deal", self._drawn)
        self._drawn += 1
        return Deal(task or tasks[Stream(derive(own, "task")).below(len(tasks))], own >> 1)

    def observe(self, env: Env, episodes: Sequence[Episode]) -> Mapping[str, float]:
        """Records nothing."""
        return {}

    def state_dict(self) -> dict[str, Any]:
        """The number of deals drawn."""
        return {"drawn": self._drawn}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the state."""
        self._drawn = state["drawn"]
