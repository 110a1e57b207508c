"""A test suite as the paper runs it: `test_script.sh` in the workspace, then `test_parser.py` on what it said.

Two jobs. The script's is the candidate's: it ends, is cut off, and says whatever it likes. The parser's holds the parser and the log alone,
so that nothing the candidate left in its files runs beside it; what it prints is read strictly, as {test id: "passed" or "failed"}.

Coroutines here are given `run`: `ctx.run` in a play, and the sandbox at hand outside of one, through `outside.now`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from axion_env.sandbox import BadValue, Job, JobResult, JobStatus, Limits, Workspace
from axion_env.sandbox.inside import wire
from axion_zoo.selfplay.bug_repair.suite.script import LONGEST_SCRIPT, command

PARSER = "test_parser.py"
MOST_TESTS = 20_000
LONGEST_ID = 1_000
"""Characters of a test's id."""


class Run(Protocol):
    """Something that runs a job in a workspace: `ctx.run`, for one."""

    def __call__(self, job: Job, *, workspace: Workspace | None = None) -> Awaitable[JobResult]:
        """Run it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteLimits:
    """What the two jobs may use."""

    script: Limits = field(default_factory=lambda: Limits(cpu_s=20.0, output_bytes=1 << 20, disk_mib=64, processes=64))
    parser: Limits = field(default_factory=lambda: Limits(cpu_s=5.0, output_bytes=1 << 20))


@dataclass(frozen=True, slots=True)
class Report:
    """What a suite said, as its parser reads it. Written by the candidate and by the parser's author: believe neither further than that."""

    tests: Mapping[str, bool] | None
    """Whether each test passed, by id, sorted; None: there is no telling."""
    failure: str | None = None
    """Why there is none:

    SCRIPT_FORM, PARSER_FORM     empty, too long, or not text that a shell or an interpreter can be given
    SCRIPT_LIMIT, PARSER_LIMIT   out of time or memory
    SCRIPT_OUTPUT, PARSER_OUTPUT it wrote more than it may: half a log would be half a truth
    SCRIPT_DIED, PARSER_DIED     it ended without a word
    PARSER_ERROR                 it exited with another code than 0
    PARSER_ANSWER                it did not print an object of "passed" and "failed"
    NO_TESTS                     it found none
    """
    detail: str = ""
    """One line for people."""
    log: str = ""
    """What the script wrote: standard output, then standard error."""

    @property
    def passed(self) -> frozenset[str]:
        """Ids of tests that passed."""
        return frozenset(name for name, passed in (self.tests or {}).items() if passed)

    @property
    def failed(self) -> frozenset[str]:
        """Ids of tests that did not."""
        return frozenset(name for name, passed in (self.tests or {}).items() if not passed)


async def run_suite(
    run: Run,
    workspace: Workspace,
    script: str,
    parser: str,
    limits: SuiteLimits | None = None,
    *,
    profile: str | None = None,
    hash_seed: int | None = None,
) -> Report:
    """Run a script in a workspace and read what it said.

    Args:
        run: Runs a job.
        workspace: The tree under test, its oracle files restored by the caller.
        script: A script of bash. One that is a single plain `python …` runs in the warm interpreter, any other in a shell.
        parser: Python: the log on standard input, one JSON object on standard output.
        limits: Limits of script and parser.
        profile: The sandbox profile of the script's job; None: `proc` for a plain script and `repo`, which has a shell, for any other.
        hash_seed: None: in the warm interpreter, under hash seed 0. A number: in fresh processes under that hash seed.
    """
    limits = limits or SuiteLimits()
    if not 0 < len(script) <= LONGEST_SCRIPT or "\0" in script or not _encodes(script):
        return Report(None, "SCRIPT_FORM", f"a script has 1 to {LONGEST_SCRIPT} characters, none of them NUL")
    if not parser.strip() or len(parser) > LONGEST_SCRIPT or not _encodes(parser):
        return Report(None, "PARSER_FORM", f"a parser has 1 to {LONGEST_SCRIPT} characters")
    result = await run(command(script, limits.script, profile=profile, hash_seed=hash_seed), workspace=workspace)
    log = result.stdout + result.stderr
    if result.status is not JobStatus.OK:
        return Report(None, _CODES["SCRIPT"].get(result.status, "SCRIPT_DIED"), f"the script: {result.error}", log)
    return replace(await parse(run, parser, log, limits.parser), log=log)


async def parse(run: Run, parser: str, log: str, limits: Limits | None = None, *, hash_seed: int | None = None) -> Report:
    """What a parser makes of a log, in a job of its own; `hash_seed` as in `run_suite`."""
    job = replace(command(f"python {PARSER}", limits or SuiteLimits().parser, hash_seed=hash_seed), stdin=log)
    result = await run(job, workspace=Workspace({PARSER: parser}))
    if result.status is not JobStatus.OK:
        return Report(None, _CODES["PARSER"].get(result.status, "PARSER_DIED"), f"the parser: {result.error}")
    if result.exit_code != 0:
        *_, last = result.stderr.strip().splitlines() or [""]
        return Report(None, "PARSER_ERROR", f"the parser exited with {result.exit_code}: {last[:200]}")
    try:
        return _tests(wire.parse(result.stdout))
    except BadValue as problem:
        return Report(None, "PARSER_ANSWER", f"the parser: {problem}"[:300])


def _tests(answer: Any) -> Report:
    if type(answer) is not dict:
        raise BadValue(f"an object of test ids was expected: got {type(answer).__name__}")
    if len(answer) > MOST_TESTS:
        raise BadValue(f"{len(answer)} tests, and {MOST_TESTS} may be")
    for name, verdict in answer.items():
        if type(verdict) is not str or verdict not in ("passed", "failed"):
            raise BadValue(f"'passed' or 'failed' was expected of {name[:80]!r}: got {str(verdict)[:80]!r}")
        if not 0 < len(name) <= LONGEST_ID or not _encodes(name):
            raise BadValue(f"an id of 1 to {LONGEST_ID} characters was expected: got {name[:80]!r}")
    if not answer:
        return Report(None, "NO_TESTS", "the parser found no test in the log")
    return Report({name: answer[name] == "passed" for name in sorted(answer)})


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


_LIMITS = (JobStatus.CPU_LIMIT, JobStatus.WALL_LIMIT, JobStatus.MEMORY)
_CODES = {
    who: {**dict.fromkeys(_LIMITS, f"{who}_LIMIT"), JobStatus.OUTPUT_LIMIT: f"{who}_OUTPUT"} for who in ("SCRIPT", "PARSER")
}  # fmt: skip
