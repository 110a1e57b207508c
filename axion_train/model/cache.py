"""The keyword of transformers' key-value cache: `past_key_values` up to 5.23, `cache` from 5.24 on, which warns of the old name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import Any


def keyword(model: Any) -> str:
    """The name under which a model takes its cache, and under which what it gives back holds it.

    It is read off the model's own signature, not off a version: a model whose code comes with its weights may keep the old name.
    """
    return _keyword(type(model).forward)


@lru_cache(maxsize=64)
def _keyword(forward: Callable[..., Any]) -> str:
    return "cache" if "cache" in inspect.signature(forward).parameters else "past_key_values"
