"""Lazy imports by name: plug-ins in the entry points of installed packages, and deferred names of our own packages.

A plug-in that cannot be imported raises only where it is named; the message says whose it is. Two plug-ins of one name are refused.
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
    """The place of a plug-in: its target and the package that registers it."""

    name: str
    target: str
    """`module:attribute`."""
    package: str = ""
    """The installed package that registers it; empty: it is built in."""


class Group:
    """The plug-ins of one kind: those built in, and those of a group of entry points.

    Args:
        name: The group of entry points, such as `axion.envs`.
        kind: The word for a plug-in in messages, such as `environment`.
        built_in: Targets of built-in plug-ins by name.
    """

    def __init__(self, name: str, kind: str, built_in: Mapping[str, str] = _NOTHING) -> None:
        self.name = name
        self.kind = kind
        self.built_in = built_in

    def names(self) -> list[str]:
        """The names of all plug-ins, sorted."""
        return sorted({*self.built_in, *(place.name for place in installed(self.name))})

    def __contains__(self, name: object) -> bool:
        return name in self.built_in or any(place.name == name for place in installed(self.name))

    def place(self, name: str) -> Place:
        """Finds a plug-in without importing it.

        Raises:
            NotFound: there is none; names the nearest.
            UsageError: two packages have one of this name, or a package has one of a built-in one's name.
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
        """Imports a plug-in.

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
    """Imports the attribute at `module:attribute`.

    Args:
        target: Its `module:attribute`.
        what: The subject of the error message.

    Raises:
        UsageError: it cannot be imported; says why, and at which line.
    """
    module, _, attribute = target.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for name in attribute.split("."):
            found = getattr(found, name)
    except (Exception, SystemExit) as problem:  # whatever a package raises while it is imported
        raise UsageError(f"{what} cannot be imported from {target!r}: {_message(problem)}{_line(problem)}") from problem
    return found


def deferred(package: str, modules: Mapping[str, tuple[str, ...]]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Makes the `__getattr__` and `__dir__` of a package whose names are imported when they are first used.

    Args:
        package: The package's `__name__`.
        modules: The names in each of its modules, by module.
    """
    places = {name: f"{package}.{module}" for module, names in modules.items() for name in names}

    def get(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(places[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return get, lambda: sorted({*vars(sys.modules[package]), *places})


@lru_cache(maxsize=64)
def installed(group: str) -> tuple[Place, ...]:
    """The plug-ins that installed packages register in a group of entry points."""
    from importlib.metadata import entry_points  # a third of the time of `import axion_env`

    return tuple(
        Place(e.name, _target(e.value), e.dist.name if e.dist else "") for e in sorted(entry_points(group=group), key=lambda e: e.name)
    )


def _target(value: str) -> str:
    """The `module:attribute` of an entry point, without the extras that may stand behind it."""
    return value.partition("[")[0].replace(" ", "")


def remedy(problem: ModuleNotFoundError) -> str | None:
    """Says which extra to install for a missing module that a package with plug-ins lists under an extra; None if none does.

    It is the smallest such extra: one that includes others, such as `dev`, is not what a user wants.
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
    """Installed packages that register plug-ins, by name."""
    from importlib.metadata import distributions

    return {found.name: found for found in distributions() if any(entry.group.startswith("axion.") for entry in found.entry_points)}


def _extras(distribution: Distribution) -> dict[str, set[str]]:
    """The modules that each extra of a package installs, as far as modules are named like their packages."""
    extras: dict[str, set[str]] = {}
    for requirement in distribution.requires or []:
        match = re.match(r"([\w.-]+).*;.*extra == ['\"]([\w-]+)['\"]", requirement)
        if match:
            extras.setdefault(match[2], set()).add(match[1].replace("-", "_").casefold())
    return extras


def _of(place: Place) -> str:
    return f" of {place.package}" if place.package else ""


def _message(problem: BaseException) -> str:
    """The message of an exception; with its type where that adds to "cannot be imported"."""
    return str(problem) if isinstance(problem, ImportError | AttributeError | ValueError) else f"{type(problem).__name__}: {problem}"


def _line(problem: BaseException) -> str:
    """The innermost line that raised during the import, outside of this module and importlib; empty if there is none."""
    frames = [f for f in traceback.extract_tb(problem.__traceback__) if f.filename != __file__ and "importlib" not in f.filename]
    return f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
