"""What is imported only when somebody asks for it by name: plug-ins of installed packages, and names of our own packages.

A broken plug-in breaks whoever names it, with its package in the message, and nobody else. A name that stands twice is refused.
"""

from __future__ import annotations

import importlib
import re
import sys
import traceback
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from axion_env.error import NotFound, UsageError

if TYPE_CHECKING:
    from importlib.metadata import Distribution

_NOTHING: Mapping[str, str] = {}


class Place(NamedTuple):
    """Where a plug-in is."""

    name: str
    target: str
    """`module:attribute`."""
    package: str = ""
    """The installed package that says so; empty: it is built in."""


class Group:
    """The plug-ins of one kind: those built in, and those of a group of entry points.

    Args:
        name: Of the group, `axion.envs`.
        kind: What one of them is called in messages: `environment`.
        built_in: Targets by name.
    """

    def __init__(self, name: str, kind: str, built_in: Mapping[str, str] = _NOTHING) -> None:
        self.name = name
        self.kind = kind
        self.built_in = built_in

    def names(self) -> list[str]:
        """All of them, sorted."""
        return sorted({*self.built_in, *(place.name for place in installed(self.name))})

    def __contains__(self, name: object) -> bool:
        return name in self.built_in or any(place.name == name for place in installed(self.name))

    def place(self, name: str) -> Place:
        """Where a plug-in is; imports nothing.

        Raises:
            NotFound: there is none; names the nearest.
            UsageError: two packages have one of this name, or a package has one of a built-in's.
        """
        own = [Place(name, self.built_in[name])] if name in self.built_in else []
        found = {place.target: place for place in (*own, *(place for place in installed(self.name) if place.name == name))}
        if not found:
            raise NotFound(self.kind, name, self.names())
        first, *others = found.values()
        if others:
            places = " and at ".join(f"{place.target!r}{_of(place)}" for place in (first, *others))
            raise UsageError(f"{self.kind} {name!r} is registered twice, at {places}; rename or uninstall one")
        return first

    def load(self, name: str) -> Any:
        """Import a plug-in.

        Raises:
            NotFound: there is none; names the nearest.
            UsageError: it is registered twice, or cannot be imported: says whose it is.
        """
        place = self.place(name)
        try:
            return imported(place.target, f"{self.kind} {name!r}")
        except UsageError as problem:
            cause = problem.__cause__
            if isinstance(cause, ModuleNotFoundError) and (install := remedy(cause)) is not None:
                raise UsageError(f"{self.kind} {name!r} needs {cause.name}, which is not installed: {install}") from cause
            raise UsageError(f"{problem}; mend the package{_of(place)}, or its entry point in the group {self.name}") from cause


def imported(target: str, what: str) -> Any:
    """The attribute at `module:attribute`.

    Args:
        target: Where it is.
        what: What it is called in the message.

    Raises:
        UsageError: it cannot be imported; says why, and at which line.
    """
    module, _, attribute = target.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for name in attribute.split("."):
            found = getattr(found, name)
    except Exception as problem:  # whatever a package raises while it is imported
        raise UsageError(f"{what} cannot be imported from {target!r}: {_said(problem)}{_line(problem)}") from problem
    return found


def deferred(package: str, modules: Mapping[str, tuple[str, ...]]) -> Callable[[str], Any]:
    """The `__getattr__` of a package whose names are imported when they are first used.

    Args:
        package: Its `__name__`.
        modules: By module below it, the names that are there.
    """
    places = {name: f"{package}.{module}" for module, names in modules.items() for name in names}

    def get(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(places[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return get


@lru_cache(maxsize=64)
def installed(group: str) -> tuple[Place, ...]:
    """What installed packages have in a group of entry points."""
    from importlib.metadata import entry_points  # a third of what `import axion_env` would take

    return tuple(Place(e.name, e.value, e.dist.name if e.dist else "") for e in sorted(entry_points(group=group), key=lambda e: e.name))


def remedy(problem: ModuleNotFoundError) -> str | None:
    """What to install when a module is missing that a package with plug-ins lists under an extra.

    The smallest extra that brings it is named: one that takes in others, such as `dev`, is not what a user wants.
    """
    missing = (problem.name or "").partition(".")[0]
    if not missing:
        return None
    for name, distribution in _distributions().items():
        extras = {extra: needs for extra, needs in _extras(distribution).items() if missing.casefold() in needs}
        if extras:
            return f"install {name}[{min(extras, key=lambda extra: len(extras[extra]))}]"
    return None


def _distributions() -> dict[str, Distribution]:
    """Packages that have plug-ins, by name."""
    from importlib.metadata import distributions

    return {found.name: found for found in distributions() if any(entry.group.startswith("axion.") for entry in found.entry_points)}


def _extras(distribution: Distribution) -> dict[str, set[str]]:
    """What each extra of a package brings, by module name as far as it equals the package's."""
    extras: dict[str, set[str]] = {}
    for requirement in distribution.requires or []:
        match = re.match(r"([\w.-]+).*;.*extra == ['\"]([\w-]+)['\"]", requirement)
        if match:
            extras.setdefault(match[2], set()).add(match[1].replace("-", "_").casefold())
    return extras


def _of(place: Place) -> str:
    return f" of {place.package}" if place.package else ""


def _said(problem: Exception) -> str:
    """Its message; with its kind, where that says more than "cannot be imported" does."""
    return str(problem) if isinstance(problem, ImportError | AttributeError | ValueError) else f"{type(problem).__name__}: {problem}"


def _line(problem: BaseException) -> str:
    """The line of the package that could not be imported, if it was one of its lines."""
    frames = [f for f in traceback.extract_tb(problem.__traceback__) if f.filename != __file__ and "importlib" not in f.filename]
    return f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
