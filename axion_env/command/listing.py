"""`axion list`: what is installed."""

from __future__ import annotations

import json
from typing import Any

import click

from axion_env.command.environment import open_env
from axion_env.command.table import show_table
from axion_env.core.env import Env
from axion_env.core.registry import ids
from axion_env.error import AxionError


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON list instead of a table.")
def listing(as_json: bool) -> None:
    """List the installed environments.

    Turns are the most one episode can have, with the default options.
    """
    entries = [_entry(name) for name in ids()]
    if as_json:
        click.echo(json.dumps(entries, indent=2))
    elif not entries:
        click.echo("no environments are installed; a package adds its own through the entry-point group axion.envs")
    else:
        show_table(map(_row, entries), ("environment", "agents", "turns", "description"))


def _entry(name: str) -> dict[str, Any]:
    """The entry of one environment; with `error` where it cannot be loaded, since one broken package must not hide the others."""
    try:
        env = open_env(name, {})
    except AxionError as problem:
        return {"id": name, "error": str(problem)}
    agents = {agent: role.name for agent, role in env.spec.agents.items()}
    return {"id": name, "agents": agents, "max_turns": env.spec.max_turns, "description": summary(env)}


def summary(env: Env) -> str:
    """One line that describes an environment."""
    return (env.spec.description or type(env).__doc__ or "").strip().partition("\n")[0]


def _row(entry: dict[str, Any]) -> tuple[str, ...]:
    if "error" in entry:
        return entry["id"], "", "", f"cannot be loaded: {entry['error']}"
    agents = ", ".join(f"{agent} ({role})" for agent, role in entry["agents"].items())
    return entry["id"], agents, str(entry["max_turns"]), entry["description"]
