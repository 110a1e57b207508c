"""Problems written for this project: references that are read as code, with hidden inputs that a seed draws."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from axion_zoo.shared.programs.embedded import number, sequence, structure, words
from axion_zoo.shared.programs.embedded.statement import Statement
from axion_zoo.shared.programs.problem import Problem

STATEMENTS: Mapping[str, Statement] = {
    found.name: found for module in (sequence, words, number, structure) for found in vars(module).values() if isinstance(found, Statement)
}
TEST = frozenset({"conveyor", "box_ids", "deepest", "round_shares", "build_order", "common_ticks", "podium"})
"""Held out from training."""


@lru_cache(maxsize=8)
def problems(split: str, seed: int) -> tuple[Problem, ...]:
    """All problems of a split, with hidden cases drawn by `seed`."""
    return tuple(found.problem(seed) for name, found in STATEMENTS.items() if (name in TEST) == (split == "test"))
