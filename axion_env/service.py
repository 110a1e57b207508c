"""Outside services, which answer a play's calls: a sandbox, a search engine, a judge model, a simulator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

Service: TypeAlias = Callable[[Sequence[Any]], Sequence[Any]]
"""Answers a batch of requests in order. What it raises is the machine's fault, and voids the plays that asked."""


class Fault(NamedTuple):
    """A service's answer to a request that its machinery could not serve: it voids that play, and no other of the batch."""

    reason: str
