"""What an attack is: code that tries to get out, and how it must end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from axion_env.sandbox import JobResult, Limits
from axion_env.sandbox.tier import TIERS

BRIEF = Limits(cpu_s=1.0, wall_s=15.0, memory_mib=256, disk_mib=4)
"""For attacks that end by themselves: wall time enough for a busy machine."""
BURNING = Limits(cpu_s=0.1, wall_s=15.0, memory_mib=256, disk_mib=4)
"""For those that use CPU without end: the CPU limit is met long before the wall limit."""
WAITING = Limits(cpu_s=5.0, wall_s=0.4, memory_mib=256, disk_mib=4)
"""For those that wait without end."""
COMMANDS = ("proc", "repo")
"""Profiles whose jobs are commands."""

PRELUDE = '''
import ctypes, errno, os, sys, time
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    """A system call by its number."""
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    answer = libc.syscall(ctypes.c_long(number), *words)
    if answer == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


def got(**trials):
    """Names of the trials that did not raise: what the walls let through."""
    found = []
    for name, trial in trials.items():
        try:
            trial()
        except BaseException:
            continue
        found.append(name)
    return found


def reached(**numbers):
    """System calls that reach the kernel: any other answer than the filter's to arguments that make no sense."""
    found, refusals = [], (errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP)
    for name, number in numbers.items():
        if libc.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 6) != -1 or ctypes.get_errno() not in refusals:
            found.append(f"{name}: {os.strerror(ctypes.get_errno())}")
    return found
'''
"""At hand for every attack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One way to try.

    `code` defines `attack(world)` and returns what it got hold of, so that nothing (`None`, `False`, `[]`) means that the walls held.
    `world` names what is planted on the host: see `arena.Host`. Where the profile is `proc`, the same code is a program, its answer is
    what it prints, exit code 1 counts as EXCEPTION and any other as NO_RESULT. What concerns `proc` concerns `repo`.
    """

    name: str
    code: str
    ends: str = "OK"
    """The statuses it may end in."""
    proc: str | None = None
    """The same for the profile `proc`, where it differs."""
    profiles: Sequence[str] = ("func", "proc")
    before: str = ""
    """Code of an earlier job of the same slot, which also defines `attack(world)`; it may end as it likes."""
    limits: Limits = BRIEF
    calls: int = 1
    """How often `attack` is called, where the profile has calls."""
    held: Callable[[JobResult], bool] | None = None
    """In place of "it got hold of nothing": whether the walls held, from the whole result."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Of the workspace, where the profile runs commands."""
    argv: Sequence[str] = ("python", "attack.py")
    tiers: Sequence[str] = tuple(tier.name for tier in TIERS)
    """Where the attack must fail; leaving a tier out is a gap of it that is known and written down."""
    machine: str = ""
    """The architecture it is written for; default: all."""

    def concerns(self, profile: str) -> bool:
        """Whether it is an attack on a profile."""
        return profile in self.profiles or (profile in COMMANDS and "proc" in self.profiles)

    def allowed(self, profile: str) -> set[str]:
        """The statuses it may end in."""
        return set((self.proc if profile in COMMANDS and self.proc is not None else self.ends).split())
