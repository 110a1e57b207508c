"""Cgroups for slots: limits of memory and processes over a whole slot. Versions 1 and 2, where the host allows."""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_PREFIX = "axion-"
_made = itertools.count()  # two sandboxes of one process have slots with one name


def mark() -> str:
    """The prefix of names of this process's files and cgroups on the host: its pid, and the pid namespace of that pid."""
    return f"{os.getpid()}-{os.stat('/proc/self/ns/pid').st_ino}"


def abandoned(name: str) -> bool:
    """Whether the process that marked a name is gone; False for other pid namespaces (such as a container's), where it is not known."""
    process, _, rest = name.partition("-")
    return process.isdigit() and rest.startswith(f"{os.stat('/proc/self/ns/pid').st_ino}-") and not Path("/proc", process).exists()


class Cgroup:
    """The cgroups of one slot; one folder, or one for each controller of version 1.

    Raises:
        OSError: this host does not allow it; says why.
    """

    def __init__(self, name: str, *, memory: int, processes: int) -> None:
        self.name = f"{_PREFIX}{mark()}-{next(_made)}-{name}"
        if (_ROOT / "cgroup.controllers").exists():
            controllers = (_ROOT / "cgroup.controllers").read_text().split()
            if not {"memory", "pids"} <= set(controllers):
                raise OSError("cgroup v2 without the controllers memory and pids")
            (_ROOT / "cgroup.subtree_control").write_text("+memory +pids")
            self.folders: tuple[Path, ...] = (_ROOT / self.name,)
            settings = {"memory.max": memory, "memory.swap.max": 0, "pids.max": processes}
            self._oom = self.folders[0] / "memory.events"
        else:
            self.folders = (_ROOT / "memory" / self.name, _ROOT / "pids" / self.name)
            settings = {"memory.limit_in_bytes": memory, "memory.memsw.limit_in_bytes": memory, "pids.max": processes}
            self._oom = self.folders[0] / "memory.oom_control"
        self._used = self.folders[0] / ("memory.current" if len(self.folders) == 1 else "memory.usage_in_bytes")
        made = []
        try:
            for folder in self.folders:
                folder.mkdir()
                made.append(folder)
                for name, value in settings.items():
                    if (folder / name).exists():
                        (folder / name).write_text(str(value))
        except OSError:
            self.folders = tuple(made)  # a folder that existed before belongs to somebody else
            self.remove()
            raise

    @property
    def kills(self) -> int:
        """Number of processes that the kernel has killed in the cgroup for lack of memory."""
        for line in self._oom.read_text().splitlines():
            name, _, count = line.partition(" ")
            if name == "oom_kill":
                return int(count)
        return 0

    @property
    def used(self) -> int:
        """Memory in use, in bytes."""
        return int(self._used.read_text())

    def remove(self) -> None:
        """Kills the processes left in the cgroups, and removes their folders."""
        for folder in self.folders:
            for _ in range(100):
                try:
                    folder.rmdir()
                except FileNotFoundError:
                    break
                except OSError:
                    _end(folder)
                    time.sleep(0.005)
                else:
                    break


def _end(folder: Path) -> None:
    with contextlib.suppress(OSError, ValueError):
        for line in (folder / "cgroup.procs").read_text().split():
            with contextlib.suppress(ProcessLookupError):
                if int(line) > 0:  # 0 is a process of another pid namespace; kill(0) would kill our own group
                    os.kill(int(line), 9)


def sweep() -> int:
    """Removes cgroups whose host process is gone; returns how many."""
    swept = 0
    for parent in (_ROOT, _ROOT / "memory", _ROOT / "pids"):
        for folder in parent.glob(f"{_PREFIX}*-*"):
            if abandoned(folder.name.removeprefix(_PREFIX)):
                _end(folder)
                with contextlib.suppress(OSError):
                    folder.rmdir()
                    swept += 1
    return swept
