"""Parts as another package may write them: every kind of annotation that a recipe can be checked by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Optional, Union  # both ways of writing a union are in use

from axion_train.learner.schedule import Schedule


@dataclass(frozen=True)
class Window:
    """Updates that are looked at."""

    size: int = 20
    """How many."""
    weights: tuple[float, ...] = ()


@dataclass(frozen=True)
class Decay:
    """Looks at all updates, less and less."""

    rate: float
    renamed: ClassVar = {"speed": "rate"}


class Elaborate:
    """Takes one argument of every kind.

    Args:
        level: A number.
        mode: Which of three.
        limit: A count, or `auto`,
            which goes on in a second line.
        memory: One of two tables.
    """

    renamed: ClassVar = {"threshold": "level"}

    def __init__(
        self,
        level: float,
        mode: Literal["off", "on", 3] = "off",
        limit: int | Literal["auto"] = "auto",
        name_of: Optional[str] = None,  # noqa: UP045
        memory: Union[Window, Decay] = Window(),  # noqa: UP007
        rate: Schedule | None = None,
        pairs: Sequence[tuple[str, int]] = (),
        by_role: Mapping[str, Window] | None = None,
        either: list[int] | bool | str = False,
        names: frozenset[str] = frozenset(),
        call: Callable[[int], int] | None = None,
        anything: Any = None,
        **rest: Any,
    ) -> None:
        self.given = {key: value for key, value in locals().items() if key not in ("self", "rest")}


@dataclass
class Plain:
    """A part that is a dataclass."""

    windows: list[Window] = field(default_factory=lambda: [Window(1)])
    """Several."""


def made(level: float = 1.0) -> Elaborate:
    """Makes one: a function may stand for a class."""
    return Elaborate(level)


class Unreadable:
    """Its annotations name what is not there at run time."""

    def __init__(self, level: Missing = 0) -> None:  # type: ignore[name-defined]  # noqa: F821
        self.level = level


number = 5
"""No part at all."""
