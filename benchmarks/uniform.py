"""The policy all benchmarks of the driver play with."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from axion_env import Ask

ENV = "axion/KuhnPoker-v0"


class Uniform:
    """A legal action at random, by the order of asking: as cheap as the loops it stands beside choose."""

    def __init__(self, seed: int) -> None:
        self._choose = random.Random(seed).choice

    def act(self, asks: Sequence[Ask[Any]]) -> list[str]:
        choose = self._choose
        return [choose(ask.choices) for ask in asks]  # type: ignore[arg-type]  # Kuhn always gives choices
