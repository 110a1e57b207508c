"""The group behind `axion`: own commands, plug-in commands loaded when they are used, errors as one line."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from typing import Any

import click

from axion_env._plugin import remedy
from axion_env.command import plugin
from axion_env.error import AxionError, UsageError, nearest

_DEBUG = "axion.debug"


class Commands(click.Group):
    """A group of commands: own ones first; then those of the entry-point group `axion.commands`, imported when they are used."""

    def __init__(self, *, own: Iterable[click.Command], **settings: Any) -> None:
        super().__init__(**settings)
        self.params.append(_debug_option())
        for command in own:
            self.add_command(command)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of commands, own ones first and in the order they were given."""
        return [*self.commands, *(name for name in plugin.COMMANDS.names() if name not in self.commands)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, imported now if it belongs to another package."""
        command = self.commands.get(cmd_name)
        if cmd_name in plugin.COMMANDS:
            if command is not None:
                place = plugin.COMMANDS.place(cmd_name)
                raise UsageError(
                    f"command {cmd_name!r} is built in, and registered by {place.package} at {place.target!r} too; uninstall that"
                )
            command = plugin.load(cmd_name)
        if command is not None and all(param.name != "debug" for param in command.params):
            command.params.append(_debug_option())
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """The command named by the first argument; the error for a wrong name suggests the nearest ones."""
        if args[0] not in self.list_commands(ctx) and not args[0].startswith("-"):
            near = nearest(args[0], self.list_commands(ctx))
            hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"commands: {', '.join(self.list_commands(ctx))}"
            raise click.UsageError(f"no command {args[0]!r}; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes one line per command; for one that cannot be imported the line says so."""
        width = formatter.width - 6 - max(map(len, self.list_commands(ctx)))
        own = [(name, command.get_short_help_str(width)) for name, command in self.commands.items()]
        added = [(name, plugin.short_help(name, width)) for name in plugin.COMMANDS.names() if name not in self.commands]
        with formatter.section("Commands"):
            formatter.write_dl(own + added)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command; an `AxionError` becomes one line and exit code 2, Ctrl-C exit code 130."""
        try:
            return super().invoke(ctx)
        except AxionError as problem:
            _report(ctx, str(problem))
        except ModuleNotFoundError as problem:
            install = remedy(problem)
            if install is None:
                raise
            _report(ctx, f"this command needs {problem.name}, which is not installed: {install}")
        except KeyboardInterrupt:
            click.echo("\nstopped", err=True)
            ctx.exit(130)


def _report(ctx: click.Context, message: str) -> None:
    if ctx.meta.get(_DEBUG):
        traceback.print_exc()
    click.echo(f"error: {message}", err=True)
    ctx.exit(2)


def _debug_option() -> click.Option:
    """The option `--debug`, accepted before and after the command's name."""
    return click.Option(
        ["--debug"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        envvar="AXION_DEBUG",
        help="Show where an error came from.",
        callback=lambda ctx, param, given: ctx.meta.update({_DEBUG: True}) if given else None,
    )
