"""Coroutines that are written for a play, driven outside of one, with a sandbox at hand.

In a play they are given `ctx.run`, and the play's driver runs what they wait for; here `now` and `together` do.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, Generic, TypeVar

from axion_env import AxionError
from axion_env.sandbox import Job, JobResult, JobStatus, Sandbox, Workspace
from axion_zoo.selfplay.bug_repair.suite.run import Run

T = TypeVar("T")


class MachineFailed(AxionError):
    """The sandbox could not run a job that no play waits for."""


class _Wanted:
    """A job to run, awaited where it was made."""

    def __init__(self, job: Job, workspace: Workspace | None) -> None:
        self.call = job, workspace

    def __await__(self) -> Any:
        return (yield self)


def _wanted(job: Job, *, workspace: Workspace | None = None) -> Awaitable[JobResult]:
    return _Wanted(job, workspace)


def now(make: Callable[[Run], Coroutine[Any, Any, T]], sandbox: Sandbox) -> T:
    """Run a coroutine that is written for a play, outside of one.

    >>> with Sandbox() as sandbox:  # doctest: +SKIP
    ...     report = now(lambda run: run_suite(run, workspace, script, parser), sandbox)
    """
    return together([make], sandbox)[0]


def together(makes: Iterable[Callable[[Run], Coroutine[Any, Any, T]]], sandbox: Sandbox) -> list[T]:
    """Runs several at once; results in their order.

    Raises:
        MachineFailed: a job could not be run, by no fault of its own.
    """
    under_way = [_Drive(make(_wanted)) for make in makes]
    try:
        while waiting := [drive for drive in under_way if drive.wanted is not None]:
            for drive, result in zip(waiting, sandbox.run(drive.wanted.call for drive in waiting if drive.wanted), strict=True):
                if result.status is JobStatus.SANDBOX_ERROR:
                    raise MachineFailed(f"the sandbox failed: {result.error}")
                drive.go_on(result)
        return [drive.value for drive in under_way]
    finally:
        for drive in under_way:
            drive.coroutine.close()


class _Drive(Generic[T]):
    """One coroutine, advanced to the next job that it waits for."""

    value: T

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        self.coroutine = coroutine
        self.wanted: _Wanted | None = None
        self.go_on(None)

    def go_on(self, result: JobResult | None) -> None:
        try:
            self.wanted = self.coroutine.send(result)
        except StopIteration as end:
            self.wanted, self.value = None, end.value
