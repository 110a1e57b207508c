"""Commands of other packages: the entry-point group `axion.commands`, each entry a `click.Command`.

`axion --help` must stay quick and must not import torch, so that a plug-in's short help is read from its source.
"""

from __future__ import annotations

import ast
import importlib.util
import re
from functools import lru_cache
from importlib.machinery import PathFinder
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import click

from axion_env.error import UsageError

GROUP = "axion.commands"


@lru_cache(maxsize=1)
def entries() -> dict[str, EntryPoint]:
    """Installed plug-in commands by name, not imported."""
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def load(name: str) -> click.Command:
    """Import a plug-in command.

    Raises:
        UsageError: it cannot be imported, or is no command.
    """
    entry = entries()[name]
    try:
        command = entry.load()
    except (ImportError, AttributeError) as problem:
        how = remedy(problem) or f"reinstall {_package(entry)}, or report this to its authors"
        raise UsageError(f"the command {name!r} cannot be imported from {entry.value!r}: {problem}; {how}") from problem
    if not isinstance(command, click.Command):
        raise UsageError(f"the command {name!r} is a {type(command).__name__} at {entry.value!r}, not a click.Command")
    return command


def remedy(problem: BaseException) -> str | None:
    """What to install when a module is missing that some package with plug-in commands lists under an extra."""
    missing = (getattr(problem, "name", None) or "").partition(".")[0]
    if not missing or not isinstance(problem, ModuleNotFoundError):
        return None
    for entry in entries().values():
        extras = {name: needs for name, needs in _extras(entry).items() if missing.casefold() in needs}
        if extras:  # the smallest one: `dev` may well include `train`
            return f"install {_package(entry)}[{min(extras, key=lambda name: len(extras[name]))}]"
    return None


def _extras(entry: EntryPoint) -> dict[str, set[str]]:
    """What each extra of the command's package brings, by module name as far as it equals the package's."""
    extras: dict[str, set[str]] = {}
    for requirement in (entry.dist.requires or []) if entry.dist else []:
        match = re.match(r"([\w.-]+).*;.*extra == ['\"]([\w-]+)['\"]", requirement)
        if match:
            extras.setdefault(match[2], set()).add(match[1].replace("-", "_").casefold())
    return extras


def short_help(entry: EntryPoint) -> str:
    """First line of the docstring of the function behind the command, read without importing anything."""
    fallback = f"(of {_package(entry)})"
    try:
        path = _source(entry.module)
        tree = ast.parse(path.read_text(encoding="utf-8")) if path else ast.Module([], [])
    except (OSError, SyntaxError, ValueError):
        return fallback
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == entry.attr:
            return (ast.get_docstring(node) or fallback).partition("\n")[0]
    return fallback


def _source(module: str) -> Path | None:
    """The file of a module, whose packages are searched and never executed."""
    top, *rest = module.split(".")
    spec = importlib.util.find_spec(top)
    name = top
    for part in rest:
        if spec is None or spec.submodule_search_locations is None:
            return None
        name = f"{name}.{part}"
        spec = PathFinder.find_spec(name, list(spec.submodule_search_locations))
    return Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else entry.module.partition(".")[0]
