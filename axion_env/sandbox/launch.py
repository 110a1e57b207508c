"""A script that starts a slot: joins the slot's cgroups, gives up root and becomes the slot's jail.

Run as `python -I -S launch.py JSON`. As root, everything that a later process needs must be readable by the unprivileged user the slot
runs as; where a folder on the way is closed (a home directory, say) it mounts what is needed, and only that, in a private mount namespace.
Without root it only becomes the jail.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from typing import Any

_NEWNS, _BIND, _REC, _PRIVATE = 0x20000, 0x1000, 0x4000, 1 << 18
_NOBODY_SUPPLEMENTARY: list[int] = []


def main(config: dict[str, Any]) -> None:
    """Prepares the process as the JSON says, then executes the jail's program."""
    for group in config["cgroups"]:
        with open(f"{group}/cgroup.procs", "w") as procs:
            procs.write(str(os.getpid()))
    if config["uid"] is not None:
        hidden = closed(config["readable"])
        if hidden:
            _expose(hidden, config["readable"])
        os.setgroups(_NOBODY_SUPPLEMENTARY)
        os.setresgid(config["uid"], config["uid"], config["uid"])
        os.setresuid(config["uid"], config["uid"], config["uid"])
    if config["stays"]:
        child = os.fork()
        if child:
            os.closerange(0, 256)  # above all the socket, which must close when the slot ends
            os.waitpid(child, 0)
            os._exit(0)
    os.execve(config["argv"][0], config["argv"], config["environment"])


def closed(paths: list[str]) -> list[str]:
    """The topmost folders on the way to `paths` that not every user may enter."""
    found = set()
    for path in paths:
        parts = os.path.realpath(path).split("/")
        for i in range(2, len(parts) + 1):
            folder = "/".join(parts[:i])
            mode = os.stat(folder).st_mode
            if i < len(parts) and not mode & 0o001:
                found.add(folder)
                break
    return sorted(found)


def _expose(hidden: list[str], paths: list[str]) -> None:
    libc = ctypes.CDLL(None, use_errno=True)

    def check(answer: int, what: str) -> None:
        if answer != 0:
            raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")

    check(libc.unshare(_NEWNS), "unshare the mount namespace")
    check(libc.mount(b"none", b"/", None, _REC | _PRIVATE, None), "make mounts private")
    needed = [path for path in dict.fromkeys(map(os.path.realpath, paths)) if path.startswith(tuple(f"{folder}/" for folder in hidden))]
    handles = {path: os.open(path, os.O_PATH) for path in sorted(needed, key=len)}
    for folder in hidden:
        check(libc.mount(b"none", folder.encode(), b"tmpfs", 0, b"size=64k,mode=755"), f"cover {folder}")
    for path, handle in handles.items():
        if os.path.lexists(path):
            continue  # below a folder that is mounted already
        source = f"/proc/self/fd/{handle}"
        if os.path.isdir(source):
            os.makedirs(path, exist_ok=True)
        else:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w"):
                pass
        check(libc.mount(source.encode(), path.encode(), None, _BIND | _REC, None), f"show {path}")
    for handle in handles.values():
        os.close(handle)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
