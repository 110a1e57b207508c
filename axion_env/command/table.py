"""Plain tables for terminals and pipes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

from axion_env.record.transcript import printable

_UNBOUNDED = 10_000
"""Columns where nobody looks at a screen: a pipe gets whole rows, never folded ones."""


def number(value: Any) -> str:
    """A metric as it is printed."""
    return f"{value:.6f}" if isinstance(value, float) else str(value)


def show_table(rows: Iterable[Sequence[str]], header: Sequence[str] = (), *, indent: int = 0) -> None:
    """Prints rows in aligned columns, the last one folded at the terminal's edge."""
    from rich.console import Console  # imported here, since commands that print no table start in half the time
    from rich.padding import Padding
    from rich.table import Table

    cells = [list(map(printable, row)) for row in rows]
    used = [i for i, column in enumerate(zip(header or cells[0], *cells, strict=True)) if any(column)] if cells else []
    table = Table(box=None, show_header=bool(header), pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    for i in used:
        table.add_column(header[i] if header else "", no_wrap=i == 0, overflow="fold")
    for row in cells:
        table.add_row(*(row[i] for i in used))
    console = Console(markup=False, highlight=False, emoji=False, width=None if sys.stdout.isatty() else _UNBOUNDED)
    with console.capture() as printed:
        console.print(Padding(table, (0, 0, 0, indent), expand=False))
    for line in printed.get().splitlines():
        click.echo(line.rstrip())
