"""The isolation of one job, set up in the job's own process before it reads anything.

namespaces   pid, mount, ipc, uts and net of its own; a private tmpfs; no capability      (nsjail and bubblewrap)
landlock     nothing but the interpreter and its own folder can be read, nothing written   (landlock)
seccomp      an allowlist of system calls                                                 (all but unsafe)
rlimits      memory, files, processes, CPU                                                (all)
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
from collections.abc import Callable
from typing import Any

_NAMESPACES = 0x20000 | 0x4000000 | 0x8000000 | 0x20000000  # mount, uts, ipc and pid
_NEWNET = 0x40000000
_CHILD_SETTID = 0x01000000
_MS_NOSUID_NODEV, _MS_REC_PRIVATE = 2 | 4, 0x4000 | 1 << 18
_MS_REMOUNT_READ_ONLY = 32 | 0x1000 | 1 | _MS_NOSUID_NODEV
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _PR_GET_TID_ADDRESS = 1, 4, 22, 38, 40
_CALLS = {
    "x86_64": {"clone": 56, "mount": 165, "capset": 126, "prctl": 157},
    "aarch64": {"clone": 220, "mount": 40, "capset": 91, "prctl": 167},
}
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446  # the same on every architecture
_READ, _WRITE, _READ_DIR, _EXECUTE = 4, 2, 8, 1  # LANDLOCK_ACCESS_FS_…
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # number of file rights in each version of Landlock; 16 in later ones
_NEIGHBORS = 256  # processes and threads the user may start elsewhere while a slot runs: under Landlock they count toward a job's limit


class Seal:
    """The isolation of a slot's jobs, prepared once for all of them.

    Args:
        config: Settings of the slot: `namespaces`, `covered`, `processes`, `scratch`, `landlock`, `readable`, `seccomp`.
        ruleset: The descriptor number to use for the Landlock rules.
    """

    def __init__(self, config: dict[str, Any], ruleset: int) -> None:
        self._namespaces: bool = config["namespaces"]
        # A network namespace costs a job twice as much as all its other namespaces. The slot's is empty already, and a job without
        # processes cannot make a socket in it; one with them gets its own.
        self._network = _NEWNET if config["processes"] else 0
        self._scratch: str | None = config["scratch"]
        self._folder = "/box" if self._scratch is None else f"{self._scratch}/tmp"
        self._numbers = _CALLS[os.uname().machine]
        self._call = ctypes.PyDLL(None, use_errno=True).syscall  # keeps the interpreter's lock, which a cloned child then holds
        self._call.argtypes, self._call.restype = (ctypes.c_long,) * 6, ctypes.c_long
        self._clone = self._clone_arguments()
        self._ruleset: int | None = None
        if config["landlock"]:
            made = _ruleset(config["landlock"], config["readable"], self._scratch)
            self._ruleset = os.dup2(made, ruleset, inheritable=False)
            os.close(made)
        self._others = _count_mine() + _NEIGHBORS if config["landlock"] else 0
        self._filter = _program(bytes.fromhex(config["seccomp"]))
        self._kept: list[Any] = []
        if self._namespaces:
            _check(self._call(self._numbers["mount"], _text(b"none"), _text(b"/"), 0, _MS_REC_PRIVATE, 0), "make mounts private")
            for path in config["covered"]:  # else the next job could read what one writes there
                _check(
                    self._call(self._numbers["mount"], _text(b"none"), _text(path.encode()), 0, _MS_REMOUNT_READ_ONLY, 0), f"protect {path}"
                )
        for option, value in ((_PR_SET_NO_NEW_PRIVS, 1), (_PR_SET_DUMPABLE, 0)):  # inherited by children
            _check(self._call(self._numbers["prctl"], option, value, 0, 0, 0), f"prctl {option}")
        for name, limit in (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_MEMLOCK, 0),
            (resource.RLIMIT_MSGQUEUE, 0),
            (resource.RLIMIT_STACK, 8 << 20),
        ):
            resource.setrlimit(name, (limit, limit))

    def _clone_arguments(self) -> tuple[int, ...]:
        address = ctypes.c_void_p()
        _check(self._call(self._numbers["prctl"], _PR_GET_TID_ADDRESS, ctypes.addressof(address), 0, 0, 0), "thread address")
        thread = address.value or 0  # where the C library caches its thread id, which differs in the child
        flags = signal.SIGCHLD | _CHILD_SETTID | (_NAMESPACES | self._network if self._namespaces else 0)
        return (self._numbers["clone"], flags, 0, 0, *((thread, 0) if os.uname().machine == "x86_64" else (0, thread)))

    def clone(self) -> int:
        """Forks a child, which is the first process of new namespaces where there are any.

        One bare system call: Python's own fork runs what modules have registered to run after it, which costs more than the fork. The
        zygote has one thread, holds no lock, and its children seed their own random numbers, so nothing of that is needed.
        """
        if self._scratch is not None:
            os.mkdir(self._folder, 0o700)
        return _check(self._call(*self._clone), "clone")

    def clean(self) -> None:
        """Removes what the last job left."""
        if self._scratch is not None:
            try:
                _remove(self._folder)
            except OSError:  # only in `unsafe` can a job make something that cannot be removed
                os.rename(self._folder, f"{self._scratch}/{len(os.listdir(self._scratch))}")

    def steps(
        self, cpu: float, memory: int, file: int, disk: int, inodes: int, processes: int
    ) -> tuple[Callable[[], None], Callable[[], None]]:
        """The two functions by which a job with these limits seals itself for good; both raise OSError where a step fails.

        The first enters a private folder; the second, called once the workspace is unpacked there, completes the isolation.
        """
        call, numbers = self._call, self._numbers
        calls: list[tuple[tuple[int, ...], str]] = []
        if self._namespaces:
            self._kept = [
                _buffer(f"size={disk},nr_inodes={inodes},mode=0700\0".encode()),
                *map(_buffer, (b"none\0", b"/box\0", b"tmpfs\0")),
            ]
            options, none, box, tmpfs = map(ctypes.addressof, self._kept)
            calls.append(((numbers["mount"], none, box, tmpfs, _MS_NOSUID_NODEV, options), "mount /box"))
        else:  # where a namespace does not end with its first process, a job must end with its zygote
            calls.append(((numbers["prctl"], _PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "end with the zygote"))
        drop = ((numbers["capset"], *_NO_CAPABILITIES, 0, 0, 0), "drop capabilities")
        later: list[tuple[tuple[int, ...], str]] = []
        if self._ruleset is not None:
            later.append(((_LANDLOCK_RESTRICT, self._ruleset, 0, 0, 0, 0), "landlock"))
        if self._filter:
            later.append(((numbers["prctl"], _PR_SET_SECCOMP, 2, self._filter, 0, 0), "seccomp"))
        seconds = int(cpu) + 1  # whole seconds; soft and hard alike, since the first process of a namespace ignores the soft limit's signal
        limits = [(resource.RLIMIT_CPU, (seconds, seconds)), (resource.RLIMIT_AS, (memory, memory)), (resource.RLIMIT_FSIZE, (file, file))]
        if self._namespaces or self._others:
            most = processes + self._others
            limits.append((resource.RLIMIT_NPROC, (most, most)))
        folder, chdir, setrlimit = self._folder, os.chdir, resource.setrlimit

        def move_in() -> None:
            for arguments, what in calls:
                if call(*arguments) < 0:
                    _check(-1, what)
            chdir(folder)
            for name, limit in limits:
                setrlimit(name, limit)
            if call(*drop[0]) < 0:
                _check(-1, drop[1])

        def shut() -> None:
            for arguments, what in later:
                if call(*arguments) < 0:
                    _check(-1, what)

        return move_in, shut


def _buffer(data: bytes) -> Any:
    return ctypes.create_string_buffer(data, len(data))


_texts: dict[bytes, Any] = {}


def _text(data: bytes) -> int:
    """The address of a C string that lives as long as this process."""
    return ctypes.addressof(_texts.setdefault(data, _buffer(data + b"\0")))


_CAPABILITIES = (_buffer(struct.pack("Ii", 0x20080522, 0)), _buffer(bytes(24)))  # version 3 of capset's form, all empty
_NO_CAPABILITIES = tuple(map(ctypes.addressof, _CAPABILITIES))


def _program(code: bytes) -> int:
    """The address of a seccomp program; 0 for an empty one."""
    if not code:
        return 0
    _texts[b"code"] = _buffer(code)
    _texts[b"program"] = _buffer(struct.pack("H6xP", len(code) // 8, ctypes.addressof(_texts[b"code"])))
    return ctypes.addressof(_texts[b"program"])


def _ruleset(version: int, readable: list[str], scratch: str | None) -> int:
    """Makes Landlock rules that forbid everything they can, except reading `readable` and `scratch`.

    A job may not write even there, since no rule limits how much and the disk is the host's.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    rights = (1 << _RIGHTS.get(version, 16)) - 1
    network, scope = (3 if version >= 4 else 0), (3 if version >= 6 else 0)
    attributes = struct.pack("QQQ", rights, network, scope)[: 24 if version >= 6 else 16 if version >= 4 else 8]
    ruleset = _check(libc.syscall(_LANDLOCK_CREATE, attributes, len(attributes), 0), "landlock ruleset")
    rules = [*((path, _READ | _READ_DIR | _EXECUTE) for path in readable), ("/dev/null", _READ | _WRITE)]
    if scratch is not None:
        rules.append((scratch, _READ | _READ_DIR))
    for path, allowed in rules:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = struct.pack("=Qi", (allowed if os.path.isdir(path) else allowed & ~_READ_DIR) & rights, handle)
        _check(libc.syscall(_LANDLOCK_ADD, ruleset, 1, rule, 0), f"landlock rule for {path}")
        os.close(handle)
    return ruleset


def _check(answer: int, what: str) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return answer


def _remove(top: str) -> None:
    """Removes a folder and all below it, however deep, without recursion."""
    folders = [top]
    for folder in folders:
        os.chmod(folder, 0o700)
        for entry in list(os.scandir(folder)):
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
            else:
                os.unlink(entry.path)
    for folder in reversed(folders):
        os.rmdir(folder)


def _count_mine() -> int:
    """Counts the processes and threads of this user."""
    count = 0
    for entry in os.scandir("/proc"):
        try:
            if entry.name.isdigit() and entry.stat().st_uid == os.getuid():
                count += len(os.listdir(f"{entry.path}/task"))
        except OSError:  # it has ended since
            pass
    return count
