"""`axion doctor`: whether this machine and its installed environments are in order."""

from __future__ import annotations

import importlib.util
import os
import platform
from importlib.metadata import PackageNotFoundError, version

import click

from axion_env.command.describe import agrees, demos
from axion_env.command.environment import open_env
from axion_env.command.table import show_table
from axion_env.core.registry import ids
from axion_env.error import AxionError

_CORE = ("axion-rl", "click", "rich")
_OPTIONAL = ("numpy", "torch", "transformers", "tokenizers", "safetensors", "vllm", "trl")


@click.command()
def doctor() -> None:
    """Check this machine and the installed environments.

    Shows what is installed, which isolation holds for the code that models write, and whether every environment loads and
    its demos earn what they claim. Imports no optional package. Exit code 1 means that an environment is broken.
    """
    from axion_env.command.isolation import find, profiles, tiers  # imported here, since no other command needs the sandbox's machinery

    click.echo("machine")
    show_table(_machine(), indent=2)
    click.echo("\npackages")
    show_table([(name, _version(name)) for name in (*_CORE, *_OPTIONAL)], indent=2)
    found = find()
    click.echo("\nsandbox: the tier of each profile")
    show_table(profiles(found), indent=2)
    click.echo("\nsandbox: the tiers, strongest first")
    show_table(tiers(found), indent=2)
    checks = [(name, *examine(name)) for name in ids()]
    click.echo("\nenvironments" if checks else "\nenvironments: none found")
    show_table([(name, "ok" if sound else "BROKEN", finding) for name, sound, finding in checks], indent=2)
    broken = [name for name, sound, _ in checks if not sound]
    if broken:
        click.echo(f"\nbroken: {', '.join(broken)}", err=True)
        click.get_current_context().exit(1)


def examine(name: str) -> tuple[bool, str]:
    """Whether an environment loads and its demos earn what they claim, with a line on what was found."""
    try:
        played = demos(open_env(name, {}))
    except AxionError as problem:
        return False, str(problem)
    except Exception as problem:  # whatever an author's code raises is a finding, not the end of the examination
        return False, f"its demos cannot be played: {type(problem).__name__}: {problem}"
    wrong = [demo for demo in played if not agrees(demo)]
    if wrong:
        first = wrong[0]
        why = f"FAILED: {first['error']}" if not first["earned"] else f"claims {first['claimed']} and earns {first['earned']}"
        return False, f"{len(wrong)} of {len(played)} demos: {first['name']!r} {why}"
    return True, f"{len(played)} demos earn what they claim" if played else "loads; has no demos"


def _machine() -> list[tuple[str, str]]:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return [
        ("python", f"{platform.python_version()} ({platform.python_implementation()})"),
        ("platform", platform.platform()),
        ("cores", f"{usable} usable of {os.cpu_count()}"),
    ]


def _version(name: str) -> str:
    """The version of a package, read from its metadata without importing it."""
    try:
        found = version(name)
    except PackageNotFoundError:
        return "not installed"
    return found if name in _CORE or importlib.util.find_spec(name) is not None else f"{found}, but cannot be imported"
