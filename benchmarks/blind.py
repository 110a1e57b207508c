"""Kuhn poker in the dark: a player is not shown its own card. What a learner gets here it did not get by looking at cards."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from axion_zoo.games.kuhn_poker import KuhnPoker


class BlindKuhnPoker(KuhnPoker):
    """Kuhn poker in which every card reads `?` in the question, and so in the examples too."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.spec = replace(self.spec, id="benchmarks/BlindKuhnPoker-v0")

    def question(self, card: str, moves: tuple[str, ...]) -> tuple[str, tuple[str, str]]:
        """What is asked after these moves, whatever the card."""
        return super().question("?", moves)
