"""Commands of other packages: the entry-point group `axion.commands`, each entry a `click.Command`."""

from __future__ import annotations

import click

from axion_env._plugin import Group
from axion_env.error import UsageError

COMMANDS = Group("axion.commands", "command")


def load(name: str) -> click.Command:
    """Imports a plug-in command.

    Raises:
        UsageError: it cannot be imported, or is no command; says whose it is.
    """
    command = COMMANDS.load(name)
    if not isinstance(command, click.Command):
        raise UsageError(f"command {name!r} is a {type(command).__name__} at {COMMANDS.place(name).target!r}, not a click.Command")
    return command


def short_help(name: str, width: int) -> str:
    """The help line of a plug-in command; for one that cannot be imported, which package it belongs to."""
    try:
        return load(name).get_short_help_str(width)
    except UsageError as problem:
        return str(problem)
