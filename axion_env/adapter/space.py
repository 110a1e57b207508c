"""Spaces of text for Gymnasium and PettingZoo: any string is an observation, and any string can be said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np

_LETTERS = "abcdefghijklmnopqrstuvwxyz "
_LONGEST = 24  # characters of a random text


class Text(gymnasium.Space[str]):
    """Every string. Gymnasium's own `Text` refuses "Hello world.", for want of a space and a full stop in its alphabet.

    Args:
        choices: What `sample` draws from now, if there is anything to choose from; asked anew at every sample.
    """

    def __init__(self, choices: Callable[[], tuple[str, ...] | None] | None = None, seed: int | np.random.Generator | None = None) -> None:
        super().__init__(dtype=None, seed=seed)
        self._choices = choices

    @property
    def is_np_flattenable(self) -> bool:
        """Text is no array of numbers."""
        return False

    def sample(self, mask: Any = None, probability: Any = None) -> str:
        """A legal action where there is a choice of them, a short random text elsewhere."""
        choices = self._choices() if self._choices is not None else None
        if choices:
            return choices[int(self.np_random.integers(len(choices)))]
        length = int(self.np_random.integers(1, _LONGEST))
        return "".join(_LETTERS[int(i)] for i in self.np_random.integers(len(_LETTERS), size=length))

    def contains(self, x: Any) -> bool:
        """Whether it is a string."""
        return isinstance(x, str)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text)

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return "Text()"

    def __getstate__(self) -> dict[str, Any]:
        """Without the choices: they are those of a live environment, which stays where it is."""
        return {**self.__dict__, "_choices": None}

    def __deepcopy__(self, memo: dict[int, Any]) -> Text:
        copy = Text()
        copy.__setstate__(self.__getstate__())
        return copy


def observation_space() -> gymnasium.spaces.Dict:
    """Of every agent: `{"text": …}`. A key named "observation" would break PettingZoo's own tests, which take its value for an array."""
    return gymnasium.spaces.Dict({"text": Text()})
