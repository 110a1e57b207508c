"""Running a program somewhere else: as another user, with system calls refused, or where no namespace can be made.

This file is also the program that goes there: `python -I -S elsewhere.py JSON` makes the place, and becomes what it was given to run.
"""

from __future__ import annotations

import ctypes
import json
import os
import struct
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
USER = 12_345
_NEWUSER, _NO_NEW_PRIVS, _SET_SECCOMP = 0x10000000, 38, 22


def run(
    argv: Sequence[str],
    *,
    user: int | None = None,
    refuse: bytes = b"",
    namespaces: bool = True,
    environment: Mapping[str, str] | None = None,
    timeout: float = 300.0,
) -> subprocess.CompletedProcess[str]:
    """Run this Python with arguments, in the repository, somewhere else.

    Args:
        argv: After the interpreter.
        user: Run as this one; None: as we are. Only root can become another.
        refuse: A seccomp program to run under.
        namespaces: If not, in a user namespace whose limit of further ones is 0.
        environment: What to set beside our own.
        timeout: Seconds.
    """
    reading = [sys.base_prefix, sys.prefix, str(REPOSITORY), sysconfig.get_path("purelib"), *_roots()]
    config = {
        "user": user,
        "readable": [path for path in dict.fromkeys(reading) if os.path.exists(path)],
        "refuse": refuse.hex(),
        "namespaces": namespaces,
        "argv": [sys.executable, *argv],
        "environment": {**os.environ, "HOME": "/", "PYTHONDONTWRITEBYTECODE": "1", **(environment or {})},
    }
    command = [sys.executable, "-I", "-S", __file__, json.dumps(config)]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=timeout, check=False)


def _roots() -> list[str]:
    """Where installed distributions that are not in site-packages live: editable ones."""
    return [path for path in sys.path if path and os.path.isdir(path)]


def filter_of(rules: Mapping[int, int], *, namespaces: bool = True) -> bytes:
    """A seccomp program that answers system calls with an errno, by number; the rest is allowed.

    Args:
        rules: Errno by number.
        namespaces: If not, `clone` and `unshare` with a flag for one answer EPERM, and `clone3` ENOSYS, as in most containers.
    """
    from axion_env.sandbox.syscall import NUMBERS

    errno, allow, namespace_flags = 0x00050000, 0x7FFF0000, 0x7E020080
    code = [_step(0x20, 0)]  # load the number
    for number, answer in rules.items():
        code += [_step(0x15, number, 0, 1), _step(0x06, errno | answer)]
    if not namespaces:
        machine = os.uname().machine
        code += [_step(0x15, NUMBERS[machine]["clone3"], 0, 1), _step(0x06, errno | 38)]
        for number in (NUMBERS[machine]["clone"], 272 if machine == "x86_64" else 97):
            flags = [_step(0x20, 16), _step(0x45, namespace_flags, 0, 1), _step(0x06, errno | 1), _step(0x06, allow)]
            code += [_step(0x15, number, 0, len(flags)), *flags]
    return b"".join([*code, _step(0x06, allow)])


def _step(operation: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("HBBI", operation, yes, no, value)


def main(config: dict[str, Any]) -> None:
    """Make the place, and exec."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = (ctypes.c_int, *[ctypes.c_ulong] * 4)
    if os.geteuid() == 0:
        sys.path.insert(0, str(REPOSITORY / "axion_env/sandbox"))
        import launch  # type: ignore[import-not-found]

        hidden = launch.closed(config["readable"])
        if hidden:
            launch._expose(hidden, config["readable"])
        os.chdir(REPOSITORY)
        if config["user"] is not None:
            os.setgroups([])
            os.setresgid(config["user"], config["user"], config["user"])
            os.setresuid(config["user"], config["user"], config["user"])
            libc.prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE: or our /proc/self would belong to root
    if not config["namespaces"]:
        user, group = os.geteuid(), os.getegid()
        if libc.unshare(_NEWUSER) != 0:
            raise OSError(ctypes.get_errno(), "unshare the user namespace")
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            Path("/proc/self", name).write_text(text)
        Path("/proc/sys/user/max_user_namespaces").write_text("0")  # of the new namespace, and of no other
    if config["refuse"]:
        code = bytes.fromhex(config["refuse"])
        program = ctypes.create_string_buffer(code, len(code))
        head = ctypes.create_string_buffer((len(code) // 8).to_bytes(8, "little") + ctypes.addressof(program).to_bytes(8, "little"), 16)
        libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)
        if libc.prctl(_SET_SECCOMP, 2, ctypes.addressof(head), 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "seccomp")
    os.execve(config["argv"][0], config["argv"], config["environment"])


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
