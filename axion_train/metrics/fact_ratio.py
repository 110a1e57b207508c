"""Sums and ratios of numeric facts over the plays of an update or of a measurement.

The trainer does not know what facts mean: a recipe names those that are summed, and the ratios of two sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from axion_env import Episode, UsageError


@dataclass(frozen=True)
class FactRatios:
    """The facts that are summed, and the ratios of sums.

    >>> from axion_env import load, play, RandomPolicy
    >>> found = play(load("axion/Arithmetic-v0"), RandomPolicy(), seed=0)
    >>> FactRatios({"accuracy": ["correct", "well_formed"]}, ("correct",)).metrics([found])
    {'share/accuracy': 1.0, 'sum/correct': 1.0}
    """

    ratios: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By name, two facts: the sum of the first over plays divided by the sum of the second, so that a play weighs by what it counts."""
    counts: tuple[str, ...] = ()
    """Facts whose sums are metrics of an update, such as what it cost."""

    renamed: ClassVar = {"shares": "ratios"}

    def __post_init__(self) -> None:
        for name, facts in self.ratios.items():
            if not isinstance(facts, list | tuple) or [type(fact) for fact in facts] != [str, str]:
                raise UsageError(f"recipe key 'facts.ratios.{name}' names two facts, a part and its whole: got {facts!r}")

    def metrics(self, episodes: Iterable[Episode]) -> dict[str, float]:
        """Metrics of an update: `share/{name}` and `sum/{fact}`."""
        sums = self._sums(episodes)
        shares = {f"share/{name}": value for name, value in self._quotients(sums).items()}
        return shares | {f"sum/{name}": sums[name] for name in self.counts}

    def measured(self, episodes: Iterable[Episode]) -> dict[str, float]:
        """Metrics of a measurement: the ratios by name; one whose second sum is 0 is left out."""
        return self._quotients(self._sums(episodes))

    def _sums(self, episodes: Iterable[Episode]) -> dict[str, float]:
        names = {*self.counts, *(fact for facts in self.ratios.values() for fact in facts)}
        sums = dict.fromkeys(names, 0.0)
        for episode in episodes:
            for name in names.intersection(episode.facts or ()):
                sums[name] += _number(episode, name)
        return sums

    def _quotients(self, sums: Mapping[str, float]) -> dict[str, float]:
        return {name: sums[part] / sums[whole] for name, (part, whole) in self.ratios.items() if sums[whole]}


def _number(episode: Episode, name: str) -> float:
    assert episode.facts is not None
    value = episode.facts[name]
    if not isinstance(value, int | float):
        raise UsageError(f"the recipe adds up the fact {name!r} of {episode.env}, which is no number: {value!r:.100}")
    return value
