"""The walls around one job, put up in the job's own process before it reads anything.

namespaces   pid, mount, ipc, uts and net of its own; a private tmpfs; no capability      (tiers 1 and 2)
landlock     nothing but the interpreter can be read, nothing but its own folder written  (tier 3)
seccomp      an allowlist of system calls                                                 (tiers 1, 2 and 3)
rlimits      memory, files, processes, CPU                                                (all tiers)
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import resource
import shutil
import struct
from typing import Any

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mount.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p)
_libc.prctl.argtypes = (ctypes.c_int, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong)

NEWNS, NEWUTS, NEWIPC, NEWPID, NEWNET = 0x20000, 0x4000000, 0x8000000, 0x20000000, 0x40000000
_MS_NOSUID_NODEV, _MS_REC_PRIVATE = 2 | 4, 0x4000 | 1 << 18
_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38
_CAPSET = {"x86_64": 126, "aarch64": 91}
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446  # the same on every architecture
_READ, _READ_DIR, _EXECUTE = 4, 8, 1  # LANDLOCK_ACCESS_FS_…
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many rights over files each ABI of Landlock knows; later ones know 16
_REFER, _TRUNCATE, _IOCTL = 1 << 13, 1 << 14, 1 << 15


class Seal:
    """What `prepare` made ready once, applied to every job."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.null = os.open("/dev/null", os.O_RDWR)
        self.namespaces: bool = config["namespaces"]
        self._net: bool = config["net"]
        self._scratch: str | None = config["scratch"]
        self._program = bytes.fromhex(config["seccomp"])
        self.kept = [_ruleset(config["landlock"], config["readable"], self._scratch)] if config["landlock"] else []
        """Descriptors a job needs to seal itself."""
        self._self = os.pidfd_open(os.getpid())
        self._machine = os.uname().machine
        if self.namespaces:
            _check(_libc.mount(b"none", b"/", None, _MS_REC_PRIVATE, None), "make mounts private")

    def fork(self) -> int:
        """A child, the first process of its own pid namespace."""
        if self._scratch is not None:
            os.mkdir(f"{self._scratch}/tmp", 0o700)
        if not self.namespaces:
            return os.fork()
        _check(_libc.unshare(NEWPID), "unshare pid namespace")
        try:
            child = os.fork()
        except BaseException:
            os._exit(1)  # our later children would be born into a dead namespace
        if child:
            _check(_libc.setns(self._self, NEWPID), "return to the pid namespace")
        return child

    def clean(self) -> None:
        """Sweep away what the last job left."""
        if self._scratch is not None:
            shutil.rmtree(f"{self._scratch}/tmp", onerror=_unlock)

    def enclose(self, limits: dict[str, Any], kept: list[int]) -> None:
        """Seal this process for ever.

        Args:
            limits: Bytes, counts and seconds.
            kept: Where the descriptors of `kept` are now; closed.

        Raises:
            OSError: one of the walls could not be put up.
        """
        if self.namespaces:
            _check(_libc.unshare(NEWNS | NEWIPC | NEWUTS | (NEWNET if self._net else 0)), "unshare namespaces")
            options = f"size={limits['disk']},nr_inodes={limits['inodes']},mode=0700".encode()
            _check(_libc.mount(b"none", b"/box", b"tmpfs", _MS_NOSUID_NODEV, options), "mount /box")
        os.chdir("/box" if self._scratch is None else f"{self._scratch}/tmp")
        os.environ["HOME"] = os.environ["TMPDIR"] = os.getcwd()
        _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
        _check(_libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0), "dumpable")
        self._drop_capabilities()
        for name, value in self._rlimits(limits):
            resource.setrlimit(name, (value, value))
        for ruleset in kept:
            _check(_libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0), "landlock")
            os.close(ruleset)
        if self._program:
            self._seccomp()

    def _rlimits(self, limits: dict[str, Any]) -> list[tuple[int, int]]:
        cpu = int(limits["cpu"]) + 1  # whole seconds; soft and hard alike, since a first process ignores the signal of the soft one
        every = [
            (resource.RLIMIT_CPU, cpu),
            (resource.RLIMIT_AS, limits["memory"]),
            (resource.RLIMIT_FSIZE, limits["file"]),
            (resource.RLIMIT_NOFILE, 64),
            (resource.RLIMIT_STACK, 8 << 20),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_MEMLOCK, 0),
            (resource.RLIMIT_MSGQUEUE, 0),
        ]
        return [*every, (resource.RLIMIT_NPROC, limits["processes"])] if self.namespaces else every

    def _drop_capabilities(self) -> None:
        header = struct.pack("Ii", 0x20080522, 0)
        if self._machine in _CAPSET:
            _check(_libc.syscall(_CAPSET[self._machine], header, bytes(24)), "drop capabilities")

    def _seccomp(self) -> None:
        count = len(self._program) // 8
        code = ctypes.create_string_buffer(self._program, len(self._program))
        program = ctypes.create_string_buffer(struct.pack("H6xP", count, ctypes.addressof(code)), 16)
        _check(_libc.prctl(_PR_SET_SECCOMP, 2, ctypes.addressof(program), 0, 0), "seccomp")


def _ruleset(abi: int, readable: list[str], scratch: str | None) -> int:
    """A Landlock ruleset: everything it can handle is forbidden, but reading `readable` and working in `scratch`."""
    rights = (1 << _RIGHTS.get(abi, 16)) - 1
    network = 3 if abi >= 4 else 0
    scope = 3 if abi >= 6 else 0
    attributes = struct.pack("QQQ", rights, network, scope)[: 24 if abi >= 6 else 16 if abi >= 4 else 8]
    ruleset = _check(_libc.syscall(_LANDLOCK_CREATE, attributes, len(attributes), 0), "landlock ruleset")
    writable = rights & ~(_EXECUTE | _REFER | _IOCTL | 0x20 | 0x800 | 0x40 | 0x200 | 0x400)  # no devices, sockets or fifos
    for path, allowed in [*((path, _READ | _READ_DIR | _EXECUTE) for path in readable), ("/dev/null", _READ | 2)] + (
        [(scratch, writable)] if scratch is not None else []
    ):
        folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
        allowed = allowed if os.path.isdir(path) else allowed & ~_READ_DIR
        rule = struct.pack("=Qi", allowed & rights, folder)
        _check(_libc.syscall(_LANDLOCK_ADD, ruleset, 1, rule, 0), f"landlock rule for {path}")
        os.close(folder)
    return ruleset


def prepare(config: dict[str, Any]) -> Seal:
    """Everything that can be made ready before the first job."""
    return Seal(config)


def _check(answer: int, what: str) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return answer


def _unlock(function: Any, path: str, problem: Any) -> None:
    """A folder without permissions: give them back and try again."""
    os.chmod(os.path.dirname(path), 0o700)
    if not os.path.islink(path):
        os.chmod(path, 0o700)
    function(path) if function is not os.open else shutil.rmtree(path)
