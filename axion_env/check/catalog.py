"""The catalog of checks: Axion's own, and those of the entry-point group `axion.checks`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

from axion_env._plugin import Group
from axion_env.check.finding import Finding, Severity
from axion_env.error import NotFound, UsageError

if TYPE_CHECKING:
    from axion_env.check.subject import Subject

CHECKS = Group("axion.checks", "check")
"""Of other packages; an entry point is named as its check."""
FAMILIES = ("startup", "chance", "record", "information", "leak", "action", "ending", "reward", "demo", "task", "host")
"""Modules of the room `family`, in the order in which their checks run."""


class Skip(Exception):
    """Raised by a check that does not apply to this environment; the message says why."""


@dataclass(frozen=True)
class Check:
    """A named promise, and the function that looks for where it is broken."""

    id: str
    run: Callable[[Subject], Iterable[Finding]]
    holds: str
    """The promise that it tests, in one sentence."""
    caught: str
    """How a broken promise is found."""
    severity: Severity = Severity.ERROR
    needs: tuple[str, ...] = ()
    """Checks that must pass first: where one fails, this one is skipped."""
    broken: str = ""
    """Why it cannot be imported; empty: it can."""


def promise(
    id: str, *, caught: str, severity: Severity = Severity.ERROR, needs: Sequence[str] = ("runtime.startup",)
) -> Callable[[Callable[[Subject], Iterable[Finding]]], Check]:
    """Makes a check of a function from a `Subject` to findings; its docstring is the promise.

    >>> @promise("me.polite", caught="Questions without the word are looked for.")
    ... def polite(subject):
    ...     "Every question says please."
    ...     for episode in subject.legal:
    ...         for turn in episode.turns:
    ...             if "please" not in turn.observation[-1].text:
    ...                 yield Finding("a question without please; add the word", seed=episode.seed)
    >>> polite.holds
    'Every question says please.'
    """
    return lambda run: Check(id, run, " ".join((run.__doc__ or "").split()), caught, severity, tuple(needs))


@lru_cache(maxsize=1)
def catalog() -> dict[str, Check]:
    """Every check by id, in the order they run, those of other packages last. One that cannot be imported says so in `broken`.

    Raises:
        UsageError: an installed check has the id of another.
    """
    found: dict[str, Check] = {}
    for family in FAMILIES:
        module = import_module(f"axion_env.check.family.{family}")
        found |= {check.id: check for check in vars(module).values() if isinstance(check, Check)}
    for name in CHECKS.names():
        if name in found:
            place = CHECKS.place(name)
            raise UsageError(
                f"check {name!r} of {place.package or 'a package'}, at {place.target!r}, has the id of one that is built in; rename it"
            )
        found[name] = _installed(name)
    return found


def _installed(name: str) -> Check:
    try:
        check = CHECKS.load(name)
        target = CHECKS.place(name).target
        if not isinstance(check, Check):
            raise UsageError(f"check {name!r} at {target!r} is a {type(check).__name__}; make it with axion_env.check.promise")
        if check.id != name:
            raise UsageError(f"check {name!r} at {target!r} has the id {check.id!r}; give its entry point that name")
    except UsageError as problem:
        return Check(name, lambda subject: (), "What it holds is not known: it cannot be imported.", "", broken=str(problem))
    return check


def chosen(only: Sequence[str] | None) -> list[str]:
    """The ids of the selected checks, all if `only` is empty: `reward` stands for every `reward.…`.

    Raises:
        NotFound: no check has this id.
        UsageError: one that is named cannot be imported; says whose it is.
    """
    known = list(catalog())
    if not only:
        return known
    for name in only:
        if not any(_matches(name, id) for id in known):
            raise NotFound("check", name, known)
        if name in catalog() and catalog()[name].broken:
            raise UsageError(catalog()[name].broken)
    return [id for id in known if any(_matches(name, id) for name in only)]


def _matches(name: str, id: str) -> bool:
    return id == name or id.startswith(f"{name}.")
