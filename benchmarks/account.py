"""Processor time of this process and of all it starts, the dead and the living: in a cgroup of their own, else from /proc."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_TICK = os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def account() -> Iterator[Callable[[], float]]:
    """Gives a clock: CPU seconds so far. What the kernel's own workers do for us (ending a net namespace, say) is in nobody's account."""
    found = _cgroup()
    if found is None:
        yield _proc
        return
    folder, home, clock = found
    try:
        yield clock
    finally:
        (home / "cgroup.procs").write_text(str(os.getpid()))
        for _ in range(100):  # what was just ended takes a moment to be gone
            with contextlib.suppress(OSError):
                folder.rmdir()
                break
            time.sleep(0.01)


def _cgroup() -> tuple[Path, Path, Callable[[], float]] | None:
    """A cgroup with this process in it, and the one it was taken from; None where the host allows none."""
    second = (_ROOT / "cgroup.controllers").exists()
    parent = _ROOT if second else _ROOT / "cpuacct"
    try:
        home = parent / _own(second)
        folder = parent / f"bench-{os.getpid()}"
        folder.mkdir()
        (folder / "cgroup.procs").write_text(str(os.getpid()))
    except OSError:
        return None
    if second:
        return folder, home, lambda: int((folder / "cpu.stat").read_text().split()[1]) / 1e6
    return folder, home, lambda: int((folder / "cpuacct.usage").read_text()) / 1e9


def _own(second: bool) -> str:
    """Path of the cgroup this process is in now."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "" if second else "cpuacct" in controllers.split(","):
            return path.lstrip("/")
    return ""


def _proc() -> float:
    """From the kernel's tables: of every process that descends from this one, its own time and that of the dead it waited for."""
    children: dict[int, list[int]] = {}
    ticks: dict[int, int] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                fields = Path("/proc", entry, "stat").read_text().rpartition(") ")[2].split()
                children.setdefault(int(fields[1]), []).append(int(entry))
                ticks[int(entry)] = sum(map(int, fields[11:15]))
    family = [os.getpid()]
    for process in family:
        family += children.get(process, [])
    return sum(ticks.get(process, 0) for process in family) / _TICK


def resident_mib(process: int | str = "self") -> float:
    """What a process holds of memory alone, plus its share of what it shares (PSS), MiB."""
    for line in Path("/proc", str(process), "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ValueError("no Pss in smaps_rollup")
