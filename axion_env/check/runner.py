"""Runs checks over one environment: each once, and none that needs a failed one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from axion_env.check.catalog import Check, Skip, catalog, chosen
from axion_env.check.finding import Finding, Report, Result, Severity, Status
from axion_env.check.subject import Subject
from axion_env.core.author_frame import with_author_frame
from axion_env.core.env import Env
from axion_env.core.registry import load
from axion_env.error import NotFound, UsageError
from axion_env.service import Service


def check(
    env: str | Env,
    *,
    only: Sequence[str] | None = None,
    seeds: int | None = None,
    services: Mapping[str, Service] | None = None,
    **options: Any,
) -> Report:
    """Checks the promises of an environment, in this process.

    >>> from axion_env.check import check
    >>> check("axion/KuhnPoker-v0", only=["spec.utility_sum"]).passed
    True

    Args:
        env: An id, or the rules.
        only: Ids of checks; `reward` stands for every `reward.…`. Default: all.
        seeds: How many plays a check makes of each kind. Default: 32, or 4 where plays call services.
        services: Outside services by name.
        options: Of the environment, where an id is given.

    A play that never ends cannot be stopped from inside; `axion check` runs the checks in a process of its own and ends it.
    """
    rules = env if isinstance(env, Env) else load(env, **options)
    inspection = Inspection(Subject(rules, deals=seeds, services=services))
    return inspection.report(chosen(only))


class Inspection:
    """The checks of one environment, each run at most once.

    Args:
        subject: The environment.
        known: Results of checks that have run already.
        begins: Called with the id of each check before it runs.
    """

    def __init__(self, subject: Subject, known: Iterable[Result] = (), begins: Callable[[str], None] = lambda id: None) -> None:
        self.subject = subject
        self._results = {result.id: result for result in known}
        self._begins = begins

    @property
    def ran(self) -> list[str]:
        """Ids of the checks that have a result, in the order of the catalog."""
        return [id for id in catalog() if id in self._results]

    def report(self, ids: Sequence[str]) -> Report:
        """The results of these checks."""
        env = self.subject.env
        return Report(env.spec.id, dict(env.options), tuple(self.result(id) for id in ids))

    def result(self, id: str) -> Result:
        """The result of one check; those it needs are run first.

        Raises:
            NotFound: no check has this id.
        """
        if id not in self._results:
            if id not in catalog():
                raise NotFound("check", id, catalog())
            self._results[id] = self._run(catalog()[id])
        return self._results[id]

    def _run(self, check: Check) -> Result:
        if check.broken:
            return Result(check.id, Status.SKIPPED, reason=check.broken)
        for need in check.needs:
            result = self.result(need)
            if result.status in (Status.FAILED, Status.HUNG):
                return Result(check.id, Status.SKIPPED, reason=f"{need} fails; mend that first")
            if result.status is Status.SKIPPED and " fails; " in result.reason:
                return Result(check.id, Status.SKIPPED, reason=result.reason)
        self._begins(check.id)
        begun = time.perf_counter()
        found: list[Finding] = []
        reason = ""
        try:
            found += (f._replace(severity=f.severity or check.severity) for f in check.run(self.subject))
        except Skip as skip:
            reason = str(skip)
        except UsageError:
            raise
        except Exception as problem:
            found.append(Finding(f"the environment raised {with_author_frame(problem, self.subject.env)}", Severity.ERROR))
        failed = any(finding.severity is Severity.ERROR for finding in found)
        status = Status.FAILED if failed else Status.SKIPPED if reason and not found else Status.PASSED
        return Result(check.id, status, tuple(found), reason, time.perf_counter() - begun)
