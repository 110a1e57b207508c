"""The results of checks: findings, one result per check, one report per environment."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from axion_env.core.request import Address

SCHEMA = 1
"""Of `Report.to_json`; goes up when a field changes its meaning."""


class Severity(StrEnum):
    """The severity of a broken promise."""

    ERROR = "error"
    """Rewards, records or secrets cannot be trusted: the check fails."""
    WARNING = "warning"
    """Most likely a mistake; the check passes."""
    ADVISORY = "advisory"
    """Information; the check passes."""


class Finding(NamedTuple):
    """One broken promise.

    >>> Finding("first earns 3.0, above the greatest reward 2.0", seed=7).seed
    7
    """

    message: str
    """What was got, what was expected and what to do."""
    severity: Severity | None = None
    """None: that of the check."""
    line: str | None = None
    """`file:line` in the author's code."""
    address: Address | None = None
    """The turn concerned, as `fork` takes it."""
    task: str | None = None
    seed: int | None = None
    """Seed of the play that shows it; its answers are those of `RandomPolicy` unless the message says otherwise."""

    def __str__(self) -> str:
        where = {"at": self.line, "address": self.address, "task": self.task, "seed": self.seed}
        told = ", ".join(f"{name} {value}" for name, value in where.items() if value is not None and str(value) not in self.message)
        return f"{self.message}{f' ({told})' if told else ''}"


class Status(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    """There is an error among its findings."""
    SKIPPED = "skipped"
    """The promise does not apply to this environment, or a check that it needs failed."""
    HUNG = "hung"
    """It ran longer than its time limit and was stopped. Counts as failed."""


@dataclass(frozen=True)
class Result:
    """What one check found."""

    id: str
    status: Status
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    """Why it was skipped; empty: it was not."""
    seconds: float = 0.0

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that make it fail: those of severity ERROR."""
        return tuple(f for f in self.findings if f.severity is Severity.ERROR)


@dataclass(frozen=True)
class Report:
    """The results of all checks of one environment."""

    env: str
    options: dict[str, Any]
    results: tuple[Result, ...]

    @property
    def passed(self) -> bool:
        """Whether no finding is an error."""
        return not self.failed

    @property
    def failed(self) -> tuple[Result, ...]:
        """Results with errors."""
        return tuple(r for r in self.results if r.status in (Status.FAILED, Status.HUNG))

    def to_json(self) -> str:
        """The report as one JSON object."""
        return json.dumps(
            {
                "schema": SCHEMA,
                "env": self.env,
                "options": self.options,
                "passed": self.passed,
                "results": [result_record(result) for result in self.results],
            }
        )


def result_record(result: Result) -> dict[str, Any]:
    """A result as plain values, for JSON."""
    findings = [finding._asdict() for finding in result.findings]
    return {"id": result.id, "status": result.status, "findings": findings, "reason": result.reason, "seconds": round(result.seconds, 3)}


def read_result(record: dict[str, Any]) -> Result:
    """The result that `result_record` wrote."""
    findings = tuple(_read_finding(finding) for finding in record["findings"])
    return Result(record["id"], Status(record["status"]), findings, record["reason"], record["seconds"])


def _read_finding(record: dict[str, Any]) -> Finding:
    at = record["address"]
    return Finding(**{**record, "severity": Severity(record["severity"]), "address": None if at is None else (tuple(at[0]), at[1])})
