"""What it costs to import a package, and how much is installed with it.

    python -m benchmarks.weight            # those of the table that are installed here
    python -m benchmarks.weight verifiers=verifiers.v1

Size is that of all files of the distribution and of everything it requires, extras not asked for left out and compiled files not counted;
an interpreter that imports nothing is taken off the time, which is processor time of a fresh process with warm files.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from statistics import median
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROUNDS = 5
ROOT = Path(__file__).parent.parent
PEERS = {
    "axion-rl": "axion_env",
    "gymnasium": "gymnasium",
    "pettingzoo": "pettingzoo",
    "open-spiel": "open_spiel.python.rl_environment",
    "textarena": "textarena",
    "verifiers": "verifiers.v1",
}
"""What is imported, by distribution."""


def import_seconds(module: str) -> float:
    """Processor seconds of `import module` in a fresh interpreter, median of several."""
    return median(_spent(f"import {module}") for _ in range(ROUNDS)) - median(_spent("pass") for _ in range(ROUNDS))


def _spent(code: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def closure(name: str) -> dict[str, Distribution]:
    """A distribution and everything it requires, by name.

    Raises:
        PackageNotFoundError: it is not installed.
    """
    found: dict[str, Distribution] = {canonicalize_name(name): distribution(name)}
    waiting = [(name, "")]
    seen = set(waiting)
    while waiting:
        at, extra = waiting.pop()
        for line in distribution(at).requires or ():
            need = Requirement(line)
            if need.marker is not None and not need.marker.evaluate({"extra": extra}):
                continue
            wanted = canonicalize_name(need.name)
            found[wanted] = distribution(wanted)
            fresh = {(wanted, asked) for asked in ("", *need.extras)} - seen
            seen |= fresh
            waiting += fresh
    return found


def size(found: Distribution) -> int:
    """Bytes of its files."""
    if canonicalize_name(found.name) == "axion-rl":  # here as a checkout: what its wheel would hold
        files = [path for top in ("axion_env", "axion_train", "envs/axion_zoo") for path in (ROOT / top).rglob("*")]
    else:
        files = [Path(str(file.locate())) for file in found.files or ()]
    return sum(path.stat().st_size for path in files if path.is_file() and path.suffix != ".pyc")


def run(peers: Mapping[str, str] = PEERS) -> dict[str, Any]:
    """Import time, size and number of packages of the peers that are installed here."""
    figures: dict[str, Any] = {}
    for name, module in peers.items():
        try:
            packages = closure(name)
        except PackageNotFoundError:
            continue
        sizes = [size(package) for package in packages.values()]
        figures[name] = {"import_s": import_seconds(module), "mb": sum(sizes) / 1e6, "packages": len(sizes)}
    return figures


def main(argv: Sequence[str]) -> None:
    """Write the figures of `distribution=module …`, or of the table, as JSON."""
    peers = dict(word.split("=", 1) for word in argv) or PEERS
    sys.stdout.write(json.dumps(run(peers), indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
