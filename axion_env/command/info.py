"""`axion info`: everything one environment promises and offers."""

from __future__ import annotations

import json
from typing import Any

import click

from axion_env.command.describe import agrees, demos, option_table, rewards, splits
from axion_env.command.environment import open_env, options_option
from axion_env.command.listing import summary
from axion_env.command.table import show_table
from axion_env.core.env import Env
from axion_env.record.transcript import amount


@click.command(
    epilog='\b\nExamples:\n  axion info axion/KuhnPoker-v0\n  axion info axion/KuhnPoker-v0 -o ante=2 -o ranks=\'["9", "T", "J"]\''
)
@click.argument("name", metavar="ID")
@options_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
def info(name: str, options: dict[str, Any], as_json: bool) -> None:
    """Everything about one environment.

    Its agents, promises, options, splits and rewards, and what its demos earn.
    ID is a name from `axion list`, or module:Class.
    """
    env = open_env(name, options)
    facts = {
        "spec": json.loads(env.spec.to_json()),
        "options": option_table(type(env)),
        "given": dict(env.options),
        "splits": splits(env),
        "rewards": rewards(env),
        "demos": demos(env),
    }
    if as_json:
        click.echo(json.dumps(facts, indent=2))
    else:
        _show(env, facts)


def _show(env: Env, facts: dict[str, Any]) -> None:
    spec = env.spec
    click.echo(f"{spec.id}\n  {summary(env)}")
    click.echo("\nagents")
    show_table(((agent, role.name, role.description, f"memory: {role.memory}") for agent, role in spec.agents.items()), indent=2)
    click.echo("\npromises")
    show_table(_promises(env), indent=2)
    click.echo("\noptions" if facts["options"] else "\noptions: none")
    for key, option in facts["options"].items():
        option["given"] = facts["given"].get(key, option["default"])
    show_table(((key, _json(o["given"]), _default(o), o["type"], o["description"]) for key, o in facts["options"].items()), indent=2)
    click.echo("\nsplits")
    show_table(((split, f"{count} task{'s' * (count != 1)}") for split, count in facts["splits"].items()), indent=2)
    click.echo("\nrewards")
    show_table((_reward_row(role, reward) for role, parts in facts["rewards"].items() for reward in parts), indent=2)
    click.echo("\ndemos" if facts["demos"] else "\ndemos: none")
    show_table(((demo["name"], demo["ending"], _amounts(demo["earned"]), _mismatch(demo)) for demo in facts["demos"]), indent=2)


def _promises(env: Env) -> list[tuple[str, str]]:
    spec = env.spec
    ranges = {role.name: spec.range_of(role.name) for role in spec.agents.values()}
    same = len(set(ranges.values())) == 1
    spans = {name: f"{amount(low)} to {amount(high)}" for name, (low, high) in ranges.items()}
    return [
        ("turns", f"at most {spec.max_turns}"),
        ("reward", next(iter(spans.values())) if same else ", ".join(f"{name}: {span}" for name, span in spans.items())),
        ("utility", spec.utility.replace("_", " ")),
        ("information", spec.information),
        ("retries", f"{spec.retries} after an illegal answer, then a forfeit" if spec.retries else "none: an illegal answer forfeits"),
        ("symmetric", "yes: agents of one role are exchangeable" if spec.symmetric else "no"),
        ("requests", f"at most {spec.max_requests}"),
    ]


def _reward_row(role: str, reward: dict[str, Any]) -> tuple[str, ...]:
    weight = f"weight {reward['weight']:g}" if reward["weight"] != 1 else ""
    return (
        role,
        reward["name"],
        f"{weight}{', ' if weight and reward['per_turn'] else ''}{'per turn' if reward['per_turn'] else ''}",
        reward["description"],
    )


def _mismatch(demo: dict[str, Any]) -> str:
    return "" if agrees(demo) else f"but claims {_amounts(demo['claimed'])}{': ' + demo['error'] if demo['error'] else ''}"


def _amounts(rewards: dict[str, float]) -> str:
    return ", ".join(f"{agent} {amount(worth)}" for agent, worth in rewards.items())


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=repr)


def _default(option: dict[str, Any]) -> str:
    if option["required"]:
        return "required"
    return "default" if _json(option["given"]) == _json(option["default"]) else f"default {_json(option['default'])}"
