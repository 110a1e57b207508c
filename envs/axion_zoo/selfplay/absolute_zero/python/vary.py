"""Inputs like a given one: what a warm-up shows a proposer of inductions."""

from __future__ import annotations

from typing import Any

from axion_env import Stream
from axion_zoo.selfplay.absolute_zero.python.literal import text_of, values_of

_LETTERS = "abcdefgh"


def varied(text: str, stream: Stream) -> str:
    """A call's arguments with other values in the same places; the same text where there is nothing to vary."""
    values = values_of(text) or ()
    return text_of(*(_varied(value, stream) for value in values)) or text


def _varied(value: Any, stream: Stream) -> Any:
    """A value of the same type; texts and lists one longer or one shorter, or with other members."""
    kind = type(value)
    if kind is bool:
        return stream.below(2) == 1
    if kind in (int, float):
        return value + kind(stream.below(20))
    if kind is str:
        added = [_LETTERS[stream.below(len(_LETTERS))] for _ in range(1 + stream.below(2))]
        return value[: stream.below(len(value) + 1)] + "".join(added)
    if kind is dict:
        return {key: _varied(item, stream) for key, item in value.items()}
    if kind is tuple:
        return tuple(_varied(item, stream) for item in value)
    if kind is list:
        kept = [_varied(item, stream) for item in value]
        return kept + [_varied(value[0], stream)] * stream.below(2) if value else [stream.below(20)] * stream.below(3)
    return value
