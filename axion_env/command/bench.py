"""`axion bench`: the repository's own benchmarks, where there is a checkout."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
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
    figures = _run(_checkout(), sections)
    if as_json:
        click.echo(json.dumps(figures, indent=2))
    else:
        show_table(_flat(figures))


def _checkout() -> Path:
    """The checkout of the repository that contains this package or the current folder."""
    for root in (Path(axion_env.__file__).parents[1], Path.cwd()):
        if (root / "benchmarks" / "bench.py").is_file():
            return root
    raise UsageError("benchmarks need a checkout of the repository: git clone it, `pip install -e .` there, and run `axion bench` again")


def _run(root: Path, sections: Sequence[str]) -> dict[str, Any]:
    """Runs `python -m benchmarks` in the checkout and returns its measurements; its other output goes to the terminal."""
    done = subprocess.run([sys.executable, "-m", "benchmarks", *sections], cwd=root, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise UsageError(f"the benchmarks ended with exit code {done.returncode}")
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def _flat(figures: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """The rows of nested measurements: `{"a": {"b": 1}}` is the row `a.b  1`."""
    rows = []
    for name, value in figures.items():
        if isinstance(value, dict):
            rows += _flat(value, f"{prefix}{name}.")
        else:
            rows.append((prefix + name, f"{value:,.6g}" if isinstance(value, float) else str(value)))
    return rows
