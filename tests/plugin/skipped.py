"""Skipped tests, counted by reason at the end of a run: what this machine lacks, and how to get it."""

from __future__ import annotations

from collections import Counter

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A line for each reason, the most frequent first."""
    reasons = Counter(reason(report) for report in terminalreporter.stats.get("skipped", []))
    if reasons:
        terminalreporter.section("skipped, by reason")
    for why, count in sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0])):
        terminalreporter.line(f"{count:5} {why}")


def reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Why a test or a file of tests was skipped, without where it says so."""
    told = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return told.removeprefix("Skipped: ")
