"""One nsjail for every execution, as strong as a job's walls in our sandbox: what most graders do, and the price of it."""

from __future__ import annotations

import ctypes
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axion_env.sandbox import seccomp
from axion_env.sandbox.launch import closed
from axion_env.sandbox.profile import interpreter
from axion_env.sandbox.tier import find_nsjail

_NEWNS, _BIND, _REC, _PRIVATE, _DETACH = 0x20000, 0x1000, 0x4000, 1 << 18, 2
_CGROUP = "axion-bench-jail"
_KERNEL_NAMES = {"uname": "newuname", "stat": "newstat", "fstat": "newfstat", "lstat": "newlstat", "sendfile": "sendfile64"}


@contextmanager
def jailed(script: Path) -> Iterator[list[str]]:
    """The command that runs a script in a jail of its own."""
    with _staged(interpreter()[1]) as binds, _parents() as parents:
        root = os.geteuid() == 0
        options = [
            "-Mo", "-Q", "-t", "10", "--nice_level", "0", "--disable_proc", "--experimental_mnt", "new", "--iface_no_lo",
            "--hostname", "box",
            *(("-u", "1000:200001:1", "-g", "1000:200001:1") if root else ("-u", "1000", "-g", "1000")),
            *(word for source, path in binds for word in ("-R", f"{source}:{path}")),
            "-R", "/dev/null", "-R", f"{script}:/runner.py", "-m", "none:/tmp:tmpfs:size=16777216,nr_inodes=256,mode=1777",
            "--rlimit_as", "512", "--rlimit_cpu", "5", "--rlimit_fsize", "8", "--rlimit_nofile", "64", "--rlimit_nproc", "32",
            "--rlimit_core", "0", "--rlimit_stack", "8", "--rlimit_memlock", "0", "--rlimit_msgqueue", "0",
            *parents, "--seccomp_string", _policy(), "-E", "PYTHONHASHSEED=0",
        ]  # fmt: skip
        yield [find_nsjail(), *options, "--", interpreter()[0], "-s", "-P", "-S", "/runner.py"]


def _policy() -> str:
    """The allowlist of the profile `func` in nsjail's own language, which goes by the kernel's names."""
    names = sorted(_KERNEL_NAMES.get(name, name) for name in seccomp._ANY | {"fcntl", "ioctl", "prctl", "prlimit64", "execve"})
    threads = "clone(flags) { (flags & 0x7E020080) == 0 }"
    return f"ALLOW {{ {', '.join(names)}, {threads} }} ERRNO(38) {{ clone3 }} DEFAULT ERRNO(1)"


@contextmanager
def _staged(paths: tuple[str, ...]) -> Iterator[list[tuple[str, str]]]:
    """(where to bind from, path inside).

    A jail's user cannot pass a closed folder, such as root's home: what lies below one is shown elsewhere, in a mount namespace of our
    own, which no crash can leave behind. This process stays in it: the kernel lets none go back that has had threads of late.
    """
    hidden = closed(list(paths)) if os.geteuid() == 0 else []
    if not hidden:
        yield [(path, path) for path in paths]
        return
    libc = ctypes.CDLL(None, use_errno=True)

    def check(answer: int) -> None:
        if answer != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    folder = tempfile.mkdtemp(prefix="axion-bench-")
    check(libc.unshare(_NEWNS))
    check(libc.mount(b"none", b"/", None, _REC | _PRIVATE, None))
    try:
        check(libc.mount(b"none", folder.encode(), b"tmpfs", 0, b"size=64k,mode=755"))
        binds = []
        for i, path in enumerate(paths):
            if not path.startswith(tuple(f"{top}/" for top in hidden)):
                binds.append((path, path))
                continue
            shown = f"{folder}/{i}"
            os.mkdir(shown) if os.path.isdir(path) else Path(shown).touch()
            check(libc.mount(path.encode(), shown.encode(), None, _BIND | _REC, None))
            binds.append((shown, path))
        yield binds
    finally:
        check(libc.umount2(folder.encode(), _DETACH))
        os.rmdir(folder)


@contextmanager
def _parents() -> Iterator[list[str]]:
    """Limits by cgroup, below parents that have to be there; none where the host allows none to make."""
    folders = [Path("/sys/fs/cgroup", controller, _CGROUP) for controller in ("memory", "pids")]
    try:
        for folder in folders:
            folder.mkdir(exist_ok=True)
    except OSError:
        yield []
        return
    try:
        memory = ["--cgroup_mem_max", "805306368", "--cgroup_mem_parent", _CGROUP]
        yield [*memory, "--cgroup_pids_max", "40", "--cgroup_pids_parent", _CGROUP]
    finally:
        for folder in folders:
            folder.rmdir()
