"""Seccomp filters: allowlists of system calls, assembled into BPF programs for x86-64 and aarch64.

A call that is not listed answers EPERM. `clone3` answers ENOSYS, because the C library then falls back to `clone`, whose flags
can be checked; where programs may run, a few calls that they can do without also get an error they understand. A call of another
architecture, x32 included, ends the process.
"""

from __future__ import annotations

import platform
import struct
from functools import lru_cache
from typing import TypeAlias

from axion_env.sandbox.syscall import NUMBERS

_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_EQUAL, _AT_LEAST, _ABOVE, _ANY_OF = 0x15, 0x35, 0x25, 0x45  # BPF_JMP | BPF_K with JEQ, JGE, JGT and JSET
_KILL, _ALLOW, _EPERM, _ENOSYS, _ENOTSUP = 0x80000000, 0x7FFF0000, 0x00050001, 0x00050026, 0x0005005F


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ANY = _names("""
read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 close close_range lseek fstat stat lstat newfstatat statx access
faccessat faccessat2 open openat creat mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat
readlink readlinkat truncate ftruncate fallocate chmod fchmod fchmodat utime utimes utimensat futimesat umask getcwd chdir fchdir getdents
getdents64 statfs fstatfs mmap munmap mprotect mremap madvise brk dup dup2 dup3 pipe pipe2 select pselect6 poll ppoll epoll_create
epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2 sched_yield sched_getaffinity nanosleep clock_nanosleep clock_gettime clock_getres
gettimeofday time times getpid getppid gettid getuid geteuid getgid getegid getresuid getresgid getgroups getpgrp getpgid getsid
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend sigaltstack setitimer getitimer alarm pause futex set_robust_list
get_robust_list set_tid_address rseq restart_syscall arch_prctl getrlimit getrusage sysinfo uname getrandom exit exit_group wait4 waitid
membarrier copy_file_range sendfile
""")
_MODES = _names("chmod fchmod fchmodat utime utimes utimensat futimesat")
_PROCESSES = _names("""
fork vfork execve execveat kill tgkill tkill setpgid setsid fsync fdatasync socketpair sendto recvfrom sendmsg recvmsg shutdown
getpriority capget
""")

_ATTRIBUTES = _names("""
getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr
""")
_ABSENT = _names("timer_create")
"""Answered as by a file system without attributes and a kernel without timers: `ls -l`, `cp -p`, `sed -i` and `timeout` then go on without
them, where they take EPERM for a failure."""

_NAMESPACES = 0x7E020080  # CLONE_NEW…: a job may create no namespaces
_THREAD = 0x10000
_FCNTL = (0, 1, 2, 3, 1030)  # duplicate, read flags: no locks, leases, seals or owners on files the host shares with us
_IOCTL = (0x5401, 0x5451, 0x5450, 0x541B, 0x5413)  # TCGETS, FIOCLEX, FIONCLEX, FIONREAD, TIOCGWINSZ
_F_SETFL, _FIONBIO = 4, 0x5421  # with processes only: the jobs of functions share their /dev/null, and flags set on it would outlive a job
_AF_UNIX = 1
_PRCTL = (15, 16)  # sets names of threads


@lru_cache
def program(*, processes: bool, modes: bool = True, machine: str | None = None) -> bytes:
    """Assembles the filter, 8 bytes an instruction; empty where the architecture has no table.

    Args:
        processes: Whether the job may fork and exec.
        modes: Whether it may change modes and times of files. Landlock does not control these: a job could change all files of its user.
        machine: As `platform.machine()` names it; default: this one.
    """
    machine = machine or platform.machine()
    if machine not in NUMBERS:
        return b""
    numbers = NUMBERS[machine]
    code = [_load(4), _jump(_EQUAL, _ARCH[machine], 1, 0), _return(_KILL), _load(0)]
    if machine == "x86_64":
        code += [_jump(_AT_LEAST, 0x40000000, 0, 1), _return(_KILL)]
    names = (_ANY | _PROCESSES if processes else _ANY) - (frozenset() if modes else _MODES)
    special = {
        "clone": _clone(processes),
        "clone3": [_return(_ENOSYS)],
        "fcntl": _one_of(1, (*_FCNTL, _F_SETFL) if processes else _FCNTL),
        "ioctl": _one_of(1, (*_IOCTL, _FIONBIO) if processes else _IOCTL),
        "prctl": _one_of(0, _PRCTL),
        "prlimit64": _one_of(0, (0,)),
    }
    if processes:
        special["socketpair"] = _one_of(0, (_AF_UNIX,))
        special |= {name: [_return(_ENOSYS)] for name in _ABSENT} | {name: [_return(_ENOTSUP)] for name in _ATTRIBUTES}
    plain = {numbers[name] for name in names - special.keys() if name in numbers}
    rules = [(low, high, [_return(_ALLOW)]) for low, high in _ranges(plain)]
    rules += [(numbers[name], numbers[name], body) for name, body in special.items()]
    return b"".join(code + _search(sorted(rules)))


_Rule: TypeAlias = tuple[int, int, list[bytes]]
"""(first number, last number, what to do)."""


def _search(rules: list[_Rule]) -> list[bytes]:
    """Instructions of a binary search: when the filter is installed, for every job, the kernel runs it once for every number."""
    if len(rules) > 1:
        half = len(rules) // 2
        left, right = _search(rules[:half]), _search(rules[half:])
        return [_jump(_AT_LEAST, rules[half][0], len(left), 0), *left, *right]
    ((low, high, body),) = rules
    if low == high:
        return [_jump(_EQUAL, low, 0, len(body)), *body, _return(_EPERM)]
    return [_jump(_AT_LEAST, low, 0, len(body) + 1), _jump(_ABOVE, high, len(body), 0), *body, _return(_EPERM)]


def _clone(processes: bool) -> list[bytes]:
    """Instructions that allow `clone` for threads; with `processes`, for all that makes no namespace."""
    if processes:
        return [_load(16), _jump(_ANY_OF, _NAMESPACES, 1, 0), _return(_ALLOW), _return(_EPERM)]
    return [_load(16), _jump(_ANY_OF, _NAMESPACES, 2, 0), _jump(_ANY_OF, _THREAD, 0, 1), _return(_ALLOW), _return(_EPERM)]


def _one_of(argument: int, values: tuple[int, ...]) -> list[bytes]:
    tests = [_jump(_EQUAL, value, len(values) - i, 0) for i, value in enumerate(values)]
    return [_load(16 + 8 * argument), *tests, _return(_EPERM), _return(_ALLOW)]


def _ranges(numbers: set[int]) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return ranges


def _load(offset: int) -> bytes:
    return struct.pack("HBBI", 0x20, 0, 0, offset)


def _jump(operation: int, value: int, yes: int, no: int) -> bytes:
    return struct.pack("HBBI", operation, yes, no, value)


def _return(action: int) -> bytes:
    return struct.pack("HBBI", 0x06, 0, 0, action)
