"""Reads the output of a job after its end: bounded and strict, since none of it can be trusted."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from axion_env.error import UsageError
from axion_env.sandbox.inside import tree, wire
from axion_env.sandbox.job import Case, Command, Function, Job, JobResult, JobStatus
from axion_env.sandbox.workspace import Delta, File, Workspace, path_problem

_LONGEST_ERROR = 600


class Ended(NamedTuple):
    """How a job's process ended, by the zygote and the kernel: the only data here that the candidate cannot influence."""

    killed: str | None
    """`cpu` or `wall` if it was killed at that limit."""
    code: int
    """Exit code; negative: the signal that ended it."""
    cpu_s: float
    oom: bool = False
    """Whether the kernel killed a process of the slot for lack of memory."""


def read_result(job: Job, workspace: Workspace | None, ended: Ended, outputs: Sequence[int]) -> JobResult:
    """Reads the result of a job.

    Args:
        job: The job.
        workspace: The workspace that it was given.
        ended: How its process ended.
        outputs: Descriptors the job could write to.
    """
    why = _why(job, ended)
    if isinstance(job, Command):
        return _command(job, workspace or Workspace(), why, outputs)
    result = _function(job, why, outputs[0])
    return result if workspace is None else replace(result, workspace=workspace)


def _why(job: Job, ended: Ended) -> JobStatus | None:
    """Why the job was ended from outside; None if it ended by itself."""
    if ended.oom:
        return JobStatus.MEMORY
    if ended.killed == "cpu" or ended.cpu_s >= job.limits.cpu_s:
        return JobStatus.CPU_LIMIT
    if ended.killed == "wall":
        return JobStatus.WALL_LIMIT
    return JobStatus.NO_RESULT if ended.code != 0 else None


def _function(job: Function, ended: JobStatus | None, number: int) -> JobResult:
    size = os.fstat(number).st_size
    if size > job.limits.output_bytes:
        return JobResult(JobStatus.OUTPUT_LIMIT, error=f"its result has {size} bytes, and {job.limits.output_bytes} are allowed")
    *lines, rest = os.pread(number, size, 0).split(b"\n")
    cases: list[Case] = []
    try:
        if len(lines) > len(job.calls) or (rest and ended is None):
            raise wire.BadValue(f"{len(lines)} answers to {len(job.calls)} calls" if not rest else "half an answer")
        for line in lines:
            kind, value = _answer(line)
            if kind == "failed":
                if cases or len(lines) > 1:
                    raise wire.BadValue("it failed to load, and answers all the same")
                status = JobStatus.MEMORY if value.startswith("MemoryError") else ended or JobStatus.EXCEPTION
                return JobResult(status, error=value)
            cases.append(Case(value) if kind == "returned" else Case(error=value))
    except wire.BadValue as problem:
        return JobResult(ended or JobStatus.BAD_RESULT, error=str(problem)[:_LONGEST_ERROR])
    raised = next((case.error for case in cases if case.error is not None), None)
    if any(case.error is not None and case.error.startswith("MemoryError") for case in cases):
        return JobResult(JobStatus.MEMORY, tuple(cases), error=raised)
    if ended is not None or len(cases) < len(job.calls):
        status = ended or JobStatus.NO_RESULT
        return JobResult(status, tuple(cases), error=f"{_WHY[status]} after {len(cases)} of {len(job.calls)} calls")
    return JobResult(JobStatus.OK if raised is None else JobStatus.EXCEPTION, tuple(cases), error=raised)


def _answer(line: bytes) -> tuple[str, Any]:
    form = wire.parse(line)
    if type(form) is not list or len(form) != 2 or form[0] not in ("returned", "raised", "failed"):
        raise wire.BadValue("no answer to a call")
    if form[0] == "returned":
        return form[0], wire.unpack(form[1])
    if type(form[1]) is not str:
        raise wire.BadValue("an error without a text")
    return form[0], form[1][:_LONGEST_ERROR]


_WHY = {
    JobStatus.CPU_LIMIT: "out of CPU time",
    JobStatus.WALL_LIMIT: "out of wall time",
    JobStatus.MEMORY: "out of memory",
    JobStatus.NO_RESULT: "it ended",
}


def _command(job: Command, before: Workspace, ended: JobStatus | None, outputs: Sequence[int]) -> JobResult:
    result, out, err, changes = outputs
    room = job.limits.output_bytes
    stdout, stderr = (os.pread(number, room, 0).decode(errors="replace") for number in (out, err))
    over = os.fstat(out).st_size + os.fstat(err).st_size > room
    said = JobResult(JobStatus.OK, stdout=stdout, stderr=stderr[: max(0, room - len(stdout))])
    if over:
        return replace(said, status=JobStatus.OUTPUT_LIMIT, error=f"it wrote more than {room} bytes to standard output and error")
    if ended is not None:
        return replace(said, status=ended, error=_WHY[ended])
    try:
        form = wire.parse(os.pread(result, 4096, 0).removesuffix(b"\n"))
        if type(form) is not list or len(form) != 2 or form[0] != "exited" or type(form[1]) is not int or not -64 <= form[1] <= 255:
            raise wire.BadValue("no exit code")
        size = os.fstat(changes).st_size
        if size == 0 or size > job.limits.disk_mib << 20:
            return replace(said, status=JobStatus.OUTPUT_LIMIT, error="it changed more of its workspace than it may", exit_code=form[1])
        workspace, refused = _after(before, os.pread(changes, size, 0))
    except (ValueError, UsageError) as problem:
        return replace(said, status=JobStatus.BAD_RESULT, error=str(problem)[:_LONGEST_ERROR])
    return replace(said, exit_code=form[1], workspace=workspace, refused=refused)


def _after(before: Workspace, packed: bytes) -> tuple[Workspace, tuple[str, ...]]:
    files, removed, refused = tree.read(packed)
    changed = {}
    for path, data, executable in files:
        problem = path_problem(path)
        if problem is not None or path in changed:
            raise ValueError(f"a changed file {path[:100]!r} {problem or 'comes twice'}")
        changed[path] = File(data, executable)
    if not set(removed) <= set(before.files):
        raise ValueError("it removed a file that was not there")
    return before.apply(Delta(changed, tuple(removed))), tuple(path[:200] for path in refused)
