"""`axion check`: tests the promises of environments."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import click

from axion_env.check import Finding, Report, Result, Severity, Status, catalog
from axion_env.check.catalog import chosen
from axion_env.command.environment import options_option
from axion_env.command.table import show_table
from axion_env.command.watchdog import watched_report
from axion_env.core.registry import ids
from axion_env.error import UsageError

_EXAMPLES = """\b
Examples:
  axion check axion/KuhnPoker-v0
  axion check my_package.game:Game -o hands=3 --only obs --only reward
  axion check --all --json > report.json
  axion check --list
"""
_WORDS = {Status.PASSED: "ok", Status.FAILED: "FAILED", Status.SKIPPED: "-", Status.HUNG: "HUNG"}


@click.command(epilog=_EXAMPLES)
@click.argument("names", nargs=-1, metavar="[ID]...")
@options_option
@click.option("--all", "everything", is_flag=True, help="Every installed environment.")
@click.option("--list", "listed", is_flag=True, help="List the checks instead: their ids and what they hold an environment to.")
@click.option("--only", multiple=True, metavar="CHECK", help="Only this check; `reward` stands for every reward.…. Repeatable.")
@click.option(
    "--seeds",
    type=click.IntRange(1),
    metavar="N",
    help="Plays that a check makes of each kind; default: 32, or 4 where plays call services.",
)
@click.option("--timeout", "limit_s", type=click.FloatRange(1.0), default=60.0, show_default=True, help="Seconds that one check may take.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
def check(
    names: tuple[str, ...],
    options: dict[str, Any],
    everything: bool,
    listed: bool,
    only: tuple[str, ...],
    seeds: int | None,
    limit_s: float,
    as_json: bool,
) -> None:
    """Hold environments to their promises.

    Chance, hidden information, hostile answers, rewards, demos, tasks, records, threads: each promise has a check with a name.
    ID is a name from `axion list`, or module:Class. Exit code 1 means that a check failed.
    """
    wanted = chosen(only)
    if listed:
        return _list(wanted, as_json)
    if everything == bool(names):
        raise UsageError("check takes ids of environments, or --all; `axion list` shows them")
    reports = []
    for name in ids() if everything else names:
        report = _report(name, options, wanted, seeds, limit_s, tolerant=everything)
        reports.append(report)
        if not as_json:
            _show(report)
    passed = all(report.passed for report in reports)
    if as_json:
        click.echo(json.dumps({"passed": passed, "reports": [json.loads(report.to_json()) for report in reports]}, indent=2))
    if not passed:
        click.get_current_context().exit(1)
    return None


def _report(name: str, options: dict[str, Any], wanted: list[str], seeds: int | None, limit_s: float, *, tolerant: bool) -> Report:
    """Checks one environment. Where all are checked, one that cannot be loaded is reported as a failure, and the others go on."""
    try:
        return watched_report(name, options, wanted, seeds=seeds, limit_s=limit_s)
    except UsageError as problem:
        if not tolerant:
            raise
        return Report(name, options, (Result("static.manifest", Status.FAILED, (Finding(str(problem), Severity.ERROR),)),))


def _list(wanted: Iterable[str], as_json: bool) -> None:
    checks = [catalog()[id] for id in wanted]
    if as_json:
        click.echo(
            json.dumps(
                [{"id": c.id, "severity": c.severity, "holds": c.holds, "caught": c.caught, "needs": c.needs} for c in checks], indent=2
            )
        )
    else:
        show_table([(c.id, c.severity, c.holds) for c in checks], ("check", "severity", "holds"))


def _show(report: Report) -> None:
    options = f" {json.dumps(report.options)}" if report.options else ""
    click.echo(f"{report.env}{options}")
    show_table([row for result in report.results for row in _rows(result)], indent=2)
    counts = {status: sum(result.status is status for result in report.results) for status in Status}
    failed = counts[Status.FAILED] + counts[Status.HUNG]
    seconds = sum(result.seconds for result in report.results)
    click.echo(f"  {counts[Status.PASSED]} passed, {counts[Status.SKIPPED]} skipped, {failed} failed, in {seconds:.1f} s\n")


def _rows(result: Result) -> Iterator[tuple[str, str, str]]:
    first, *rest = [*map(_told, result.findings)] or [result.reason]
    yield _WORDS[result.status], result.id, first
    yield from (("", "", more) for more in rest)


def _told(finding: Finding) -> str:
    return str(finding) if finding.severity is Severity.ERROR else f"{finding.severity}: {finding}"
