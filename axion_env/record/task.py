"""A task: one problem instance, and lazy sequences of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, overload


@dataclass(frozen=True, slots=True)
class Task:
    """One problem instance.

    >>> Task("train/7", public={"question": "2+2"}, secret={"answer": 4}).id
    'train/7'
    """

    id: str = "0"
    """Stable and unique within its environment and options."""
    public: Mapping[str, Any] = field(default_factory=dict)
    """What agents may be told."""
    secret: Mapping[str, Any] = field(default_factory=dict)
    """What only `play` and the rubric may read: answers, hidden tests."""
    agents: tuple[str, ...] | None = None
    """Who is seated. None: everyone in the spec."""


class Procedural(Sequence[Task]):
    """Tasks made on demand: item k comes from `make(k)`, so a million tasks cost nothing until one is read."""

    def __init__(self, length: int, make: Callable[[int], Task]) -> None:
        self._length = length
        self._make = make

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, k: int) -> Task: ...
    @overload
    def __getitem__(self, k: slice) -> list[Task]: ...
    def __getitem__(self, k: int | slice) -> Task | list[Task]:
        if isinstance(k, slice):
            return [self._make(i) for i in range(*k.indices(self._length))]
        if not -self._length <= k < self._length:
            raise IndexError(f"task {k} of {self._length}")
        return self._make(k % self._length)

    def __iter__(self) -> Iterator[Task]:
        return map(self._make, range(self._length))
