"""Every exception Axion raises on purpose.

A fault has one of three fates, and only the last is an exception for the caller:

- the agent's (an illegal action): data, an episode that ends in `FORFEIT`;
- the machine's (a dead sandbox, a lost service): data, an episode that is `FAILED` and void;
- the programmer's: an exception that says what was got, what was expected and what to do.

    AxionError
    ├── UsageError           a wrong name, option, file or setting; the command exits with 2
    │   ├── NotFound         nothing by that name; names the nearest
    │   └── StoreError       an episode file that cannot be read or written
    ├── ContractError        an environment's `play` breaks a rule of the contract
    └── PlayFailed           a play ended FAILED where its caller needed an episode
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any


class AxionError(Exception):
    """Base of every exception raised on purpose."""


class UsageError(AxionError):
    """Something the caller wrote is wrong; the message says what, and what to do."""


class NotFound(UsageError):
    """Nothing is registered under the name asked for."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = nearest(name, names)
        hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"known: {', '.join(names) or 'none'}"
        super().__init__(f"no {kind} {name!r}; {hint}")


class StoreError(UsageError):
    """An episode file cannot be read or written."""


class ContractError(AxionError):
    """An environment breaks a rule of the contract; the message names the line."""


class PlayFailed(AxionError):
    """A play ended FAILED; `episode` holds what happened up to there."""

    def __init__(self, episode: Any) -> None:
        self.episode = episode
        """An `Episode`."""
        super().__init__(f"{episode.env} failed by the {episode.fault}'s fault: {episode.error}")


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """The known names most like `name`, case ignored, best first (at most three)."""
    by_fold = {k.casefold(): k for k in known}
    folds = difflib.get_close_matches(name.casefold(), by_fold, n=3, cutoff=0.5)
    inside = [f for f in by_fold if name and name.casefold() in f and f not in folds]
    return [by_fold[f] for f in (folds + inside)[:3]]
