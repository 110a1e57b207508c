"""`axion bench`: the repository's own benchmarks, where there is a checkout."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import click

import axion_env
from axion_env.command.table import show_table
from axion_env.error import UsageError


@click.command(epilog="\b\nExamples:\n  axion bench\n  axion bench --json > today.json")
@click.argument("sections", nargs=-1, metavar="[SECTION]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
def bench(sections: tuple[str, ...], as_json: bool) -> None:
    """Measure speed on this machine.

    Needs a checkout of the repository. Without a SECTION all are run.
    """
    figures: dict[str, Any] = _benchmarks().run(list(sections))
    if as_json:
        click.echo(json.dumps(figures, indent=2, default=str))
    else:
        show_table(_flat(figures))


def _benchmarks() -> ModuleType:
    """The module `benchmarks.bench` of the checkout that this package, or the current folder, belongs to."""
    for root in (Path(axion_env.__file__).parents[1], Path.cwd()):
        if (root / "benchmarks" / "bench.py").is_file():
            sys.path.insert(0, str(root))
            return importlib.import_module("benchmarks.bench")
    raise UsageError("benchmarks need a checkout of the repository: git clone it, `pip install -e .` there, and run `axion bench` again")


def _flat(figures: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """`{"a": {"b": 1}}` as the row `a.b  1`."""
    rows = []
    for name, value in figures.items():
        if isinstance(value, dict):
            rows += _flat(value, f"{prefix}{name}.")
        else:
            rows.append((prefix + name, f"{value:,.6g}" if isinstance(value, float) else str(value)))
    return rows
