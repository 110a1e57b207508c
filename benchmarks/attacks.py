"""`python -m benchmarks.attacks`: every attack of the corpus in every tier of this machine, and how each ended.

As root, each tier is attacked twice: with slots that root starts, and all over again as a user without rights.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from axion_env.sandbox import Sandbox, SandboxUnavailable
from tests.sandbox import elsewhere
from tests.sandbox.arena import PROFILES, TIERS, Outcome, assault, attacks
from tests.sandbox.attack.corpus import CORPUS

OUT = Path(__file__).parents[1] / "docs/results/sandbox-attacks.md"
Column = tuple[str, str, str]
"""Tier, profile and who ran it."""


def run() -> tuple[dict[Column, list[Outcome]], dict[str, str]]:
    """All outcomes, and the tiers that this machine has not, with the reason."""
    found: dict[Column, list[Outcome]] = {}
    missing: dict[str, str] = {}
    root = os.geteuid() == 0
    for tier in TIERS:
        for profile in PROFILES[tier]:
            try:
                with Sandbox(slots=1, tier=tier) as sandbox:
                    sandbox.tier(profile)
            except SandboxUnavailable as problem:
                missing[f"{tier}/{profile}"] = str(problem.reasons[tier])
                continue
            found[tier, profile, "root" if root else "user"] = list(assault(tier, profile))
            if root:
                done = elsewhere.run(["-m", "tests.sandbox.arena", f"{tier}/{profile}"], user=elsewhere.USER, timeout=600)
                if done.returncode != 0:
                    raise RuntimeError(done.stderr[-2000:])
                found[tier, profile, "user"] = [Outcome(**json.loads(line)) for line in done.stdout.splitlines()]
            print(f"{tier}/{profile} done", file=sys.stderr)
    return found, missing


def page(found: dict[Column, list[Outcome]], missing: dict[str, str]) -> str:
    """The table as Markdown."""
    outcomes = [outcome for each in found.values() for outcome in each]
    held = sum(not outcome.problems for outcome in outcomes)
    costs = sum("slots" in problem for outcome in outcomes for problem in outcome.problems)
    lefts = sum("processes are left" in problem for outcome in outcomes for problem in outcome.problems)
    release = ".".join(platform.release().split(".")[:2])
    lines = [
        "# Attacks on the sandbox",
        "",
        f"{sum(map(len, CORPUS.values()))} attacks, {len(outcomes)} runs: {held} held; slots lost: {costs}; processes left: {lefts}.",
        "",
        f"Made by `python -m benchmarks.attacks` on Linux {release}, {platform.machine()}, Python {platform.python_version()}.",
        "",
        "The walls hold where an attack ends as it must and gets hold of nothing; where the planted secrets, folders, listeners and",
        "processes of the host are untouched; where the slot has no process of it left and does its next job right. A cell says how it",
        "ended, `OK` with nothing in its hands; **bold**: they did not hold. `root`: slots that root starts, each as a user of its own and",
        "with cgroups. `user`: slots of a user without rights. Landlock runs no commands. The corpus is in `tests/sandbox/attack`.",
        *(f"\nNot on this machine: {name}: {reason}" for name, reason in missing.items()),
    ]
    for profile in ("func", "proc", "repo"):
        columns = [column for column in found if column[1] == profile]
        if columns:
            lines += ["", f"## `{profile}`", "", *_table(columns, found)]
    return "\n".join(lines) + "\n"


def _table(columns: Sequence[Column], found: dict[Column, list[Outcome]]) -> Iterable[str]:
    yield "| attack | " + " | ".join(f"{tier}, {who}" for tier, _, who in columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    by_column = {column: {outcome.name: outcome for outcome in found[column]} for column in columns}
    for family, entries in CORPUS.items():
        rows = [attack.name for attack in entries if any(attack.name in by_column[column] for column in columns)]
        if rows:
            yield f"| **{family}** |" + " |" * len(columns)
        for name in rows:
            yield f"| {name} | " + " | ".join(_cell(by_column[column].get(name)) for column in columns) + " |"


def _cell(outcome: Outcome | None) -> str:
    if outcome is None:
        return "known gap"
    return f"**{outcome.ended}: {'; '.join(outcome.problems)[:200]}**".replace("|", "\\|") if outcome.problems else outcome.ended


def main(arguments: Sequence[str]) -> int:
    """Run them and write the page; 1 if any did not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT)
    out = parser.parse_args(arguments).out
    found, missing = run()
    out.write_text(page(found, missing))
    problems = [outcome for each in found.values() for outcome in each if outcome.problems]
    for outcome in problems:
        print(f"{outcome.tier}/{outcome.profile}, {outcome.name}: {outcome.problems}")
    print(f"{sum(map(len, found.values()))} runs, {len(problems)} did not hold: {out}")
    expected = sum(len(attacks(tier, profile)) for tier, profile, _ in found)
    assert expected == sum(map(len, found.values()))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
