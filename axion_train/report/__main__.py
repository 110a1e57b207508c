"""`python -m axion_train.report RUN [--curve FILE.svg]`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from axion_env import UsageError
from axion_train.report import curve_svg, write_report


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--curve", type=click.Path(path_type=Path), help="Write the curve alone to this SVG file.")
def main(run: Path, curve: Path | None) -> None:
    """Write report.html into the folder RUN, or its curve to a file."""
    try:
        click.echo(write_report(run) if curve is None else curve_svg(run, curve))
    except UsageError as problem:
        sys.exit(f"error: {problem}")


if __name__ == "__main__":
    main()
