"""Jobs and their results: what goes into the sandbox and what comes out.

A job says what to run; a result says how it ended and what came out. Neither holds an expected value, and no result says right or wrong:
comparing is done in the host, by `axion_env.sandbox.compare`.
"""

from __future__ import annotations

import marshal
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeAlias

from axion_env.error import UsageError
from axion_env.sandbox.inside import wire
from axion_env.sandbox.workspace import Delta, Workspace

_PLAIN = 2  # marshal's last version without references: one list given twice is two lists to the job, as in its record


class JobStatus(StrEnum):
    """How a job ended."""

    OK = "OK"
    """Every call returned, or the command exited by itself (with whatever exit code)."""
    EXCEPTION = "EXCEPTION"
    """The code raised, as a whole or in one of the calls."""
    CPU_LIMIT = "CPU_LIMIT"
    WALL_LIMIT = "WALL_LIMIT"
    MEMORY = "MEMORY"
    OUTPUT_LIMIT = "OUTPUT_LIMIT"
    """It wrote more than it may: a result, a file, or the changes to its workspace."""
    NO_RESULT = "NO_RESULT"
    """It died, or ended without writing a result."""
    BAD_RESULT = "BAD_RESULT"
    """What it wrote is not in the form of a result."""
    SANDBOX_ERROR = "SANDBOX_ERROR"
    """The machine's fault. Never scored."""


_SLOTS_OWN = {"output_bytes": (1 << 30) - 1, "disk_mib": 1024, "processes": 120}  # a slot's 128 include those that start a job


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one job may use."""

    cpu_s: float = 2.0
    """CPU seconds of the whole job: the limit that counts."""
    wall_s: float | None = None
    """Wall seconds; None: four times `cpu_s`, so that a busy machine does not fail a job that waits for its turn."""
    memory_mib: int = 512
    """Address space of each process, MiB."""
    output_bytes: int = 1 << 20
    """Size of the result; for a command, of standard output and error together."""
    disk_mib: int = 16
    """Size of the job's private folder and workspace, and of any one file, MiB."""
    processes: int = 32
    """Processes and threads, where the profile allows any."""

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            seconds = name in ("cpu_s", "wall_s")
            kinds = (int, float) if seconds else (int,)
            if (type(value) not in kinds or not 0 < value <= 1 << 30) and (name, value) != ("wall_s", None):
                raise UsageError(f"Limits.{name} is a {'number' if seconds else 'whole number'} above 0: got {value!r}")
            if name in _SLOTS_OWN and value > _SLOTS_OWN[name]:
                raise UsageError(f"Limits.{name} is at most {_SLOTS_OWN[name]}, which a slot as a whole has: got {value!r}")

    @property
    def wall(self) -> float:
        """The limit of wall seconds that applies."""
        return 4 * self.cpu_s if self.wall_s is None else self.wall_s


@dataclass(frozen=True, slots=True)
class Function:
    """A job that loads Python source and calls one of its functions with each of several lists of arguments, in one process.

    >>> Function("def add(a, b): return a + b", "add", [(1, 2), (3, 4)]).calls
    ((1, 2), (3, 4))
    """

    code: str
    entry: str
    """A name the code defines, or `Class.method`: the class is made anew, without arguments, for every call."""
    calls: Sequence[Sequence[Any]] = ((),)
    """Positional arguments of each call: builtins, however nested."""
    keywords: Sequence[Mapping[str, Any]] | None = None
    """Keyword arguments of each call; None: none."""
    limits: Limits = field(default_factory=Limits)
    seed: int = 0
    """Seeds Python's `random` inside."""
    profile: str = "func"
    """`func`, `numeric`, or another that the sandbox was given."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "calls", tuple(tuple(arguments) for arguments in self.calls))
        if self.keywords is not None:
            object.__setattr__(self, "keywords", tuple(dict(keywords) for keywords in self.keywords))
            if len(self.keywords) != len(self.calls):
                raise UsageError(f"Function has {len(self.calls)} calls and {len(self.keywords)} sets of keywords")

    def payload(self) -> bytes:
        """The job as it is sent into the jail.

        Raises:
            UsageError: an argument is not made of builtins.
        """
        try:
            told: Any = ("function", self.code, self.entry, self.calls, self.keywords, self.seed)
            return marshal.dumps(told, _PLAIN)
        except ValueError:
            raise UsageError(f"the arguments of {self.entry} are not all builtins, or nested too deep: {str(self.calls)[:200]}") from None

    def record(self) -> dict[str, Any]:
        """The job as facts, for an episode's record."""
        facts: dict[str, Any] = {"code": self.code, "entry": self.entry, "calls": [wire.pack(list(call)) for call in self.calls]}
        if self.keywords is not None:
            facts["keywords"] = [wire.pack(keywords) for keywords in self.keywords]
        return {"function": facts, "seed": self.seed, "profile": self.profile, "limits": asdict(self.limits)}


@dataclass(frozen=True, slots=True)
class Command:
    """A job that runs a command in the workspace. `python` as the first word is this interpreter, already warm.

    >>> Command(["python", "-m", "pytest", "-q"]).argv
    ('python', '-m', 'pytest', '-q')
    """

    argv: Sequence[str]
    stdin: str = ""
    limits: Limits = field(default_factory=lambda: Limits(cpu_s=10.0, output_bytes=1 << 18))
    seed: int = 0
    profile: str = "proc"

    def __post_init__(self) -> None:
        if isinstance(self.argv, str) or not self.argv:
            raise UsageError(f"Command takes a list of words: got {self.argv!r}")
        object.__setattr__(self, "argv", tuple(map(str, self.argv)))

    def payload(self) -> bytes:
        """The job as it is sent into the jail."""
        return marshal.dumps(("command", list(self.argv), self.stdin, self.seed), _PLAIN)

    def record(self) -> dict[str, Any]:
        """The job as facts, for an episode's record."""
        command = {"argv": list(self.argv), "stdin": self.stdin}
        return {"command": command, "seed": self.seed, "profile": self.profile, "limits": asdict(self.limits)}


Job: TypeAlias = Function | Command


@dataclass(frozen=True, slots=True)
class Case:
    """The result of one call of a `Function`."""

    value: Any = None
    """What it returned, rebuilt from builtins; `Opaque` where it has no such form."""
    error: str | None = None
    """`ValueError: text` if it raised; the text is the candidate's own and shortened."""

    @property
    def returned(self) -> bool:
        """Whether it returned at all."""
        return self.error is None


@dataclass(frozen=True, slots=True)
class Usage:
    """Resources that a job used. Facts of the machine, which enter no record."""

    cpu_s: float
    wall_s: float
    memory_mib: float
    """Greatest resident size of one of its processes."""
    tier: str
    slot: int
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class JobResult:
    """How a job ended, and what came out of it. Everything but the status was written by the candidate and is not to be trusted."""

    status: JobStatus
    cases: tuple[Case, ...] = ()
    """Results of a `Function`'s calls, in order; calls that it did not get to are missing."""
    error: str | None = None
    """Why it did not end OK, in a line."""
    exit_code: int | None = None
    """Exit code of a `Command`; negative: the signal that ended it. No reward may depend on it."""
    stdout: str = ""
    stderr: str = ""
    workspace: Workspace | None = None
    """The workspace after the job; None if it was given none, or did not end by itself."""
    refused: tuple[str, ...] = ()
    """Paths in its workspace that were not copied back: links, devices, names that are not UTF-8."""
    unsafe: bool = False
    """It ran without isolation, by explicit choice."""
    usage: Usage | None = field(default=None, compare=False)
    """None where the result was read from a record."""

    @property
    def ok(self) -> bool:
        """Whether it ended by itself and raised nothing; never whether it is right."""
        return self.status is JobStatus.OK

    @property
    def values(self) -> tuple[Any, ...]:
        """The values that the calls returned; an `Opaque` stands for one that raised."""
        return tuple(case.value if case.returned else wire.Opaque("raised") for case in self.cases)

    def record(self, base: Workspace | None = None) -> dict[str, Any]:
        """The result as facts, for an episode's record: nothing of the machine or the clock.

        Args:
            base: The workspace the job was given; the one it left is recorded as its difference.
        """
        facts: dict[str, Any] = {"status": str(self.status)}
        if self.cases:
            facts["cases"] = [{"error": case.error} if case.error is not None else {"value": wire.pack(case.value)} for case in self.cases]
        for name, value in (("error", self.error), ("exit_code", self.exit_code), ("stdout", self.stdout), ("stderr", self.stderr)):
            if value is not None and (value or name in ("error", "exit_code")):
                facts[name] = value
        if self.workspace is not None:
            facts["workspace"] = (base or Workspace()).delta(self.workspace).record()
        if self.refused:
            facts["refused"] = list(self.refused)
        if self.unsafe:
            facts["unsafe"] = True
        return facts

    @classmethod
    def of(cls, facts: Mapping[str, Any], base: Workspace | None = None) -> JobResult:
        """The result that `record` wrote."""
        facts = dict(facts)
        cases = tuple(Case(error=c["error"]) if "error" in c else Case(wire.unpack(c["value"])) for c in facts.pop("cases", ()))
        delta = facts.pop("workspace", None)
        workspace = None if delta is None else (base or Workspace()).apply(Delta.of(delta))
        status, refused = JobStatus(facts.pop("status")), tuple(facts.pop("refused", ()))
        return cls(status, cases, workspace=workspace, refused=refused, **facts)

    def stamped(self, usage: Usage, *, unsafe: bool) -> JobResult:
        """The result with the resources that the job used."""
        return replace(self, usage=usage, unsafe=unsafe)
