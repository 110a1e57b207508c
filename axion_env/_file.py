"""Files and folders that one process writes at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from axion_env.error import StoreError


class _Open(Protocol):
    def fileno(self) -> int: ...


def lock(file: int | _Open, path: Path) -> None:
    """Let nobody else write an open file or folder until it is closed, or this process ends, in whatever way.

    Readers are not kept out. Where a file system knows no locks, there is none.

    Raises:
        StoreError: another process writes it, or this one does a second time; says which.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        number = file if isinstance(file, int) else file.fileno()
        raise StoreError(f"{path} is being written by {_holder(number)}; wait until that ends, or stop it, and then try again") from None
    except OSError:  # some network file systems have no locks: to write without one is what was done before there were any
        pass


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep others from writing a folder meanwhile, as `lock` does.

    Raises:
        StoreError: another process writes it.
    """
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        lock(number, folder)
        yield
    finally:
        os.close(number)


def _holder(number: int) -> str:
    """Who holds the lock of an open file, as far as the system tells: Linux lists `N: FLOCK ADVISORY WRITE PID MAJOR:MINOR:INODE`."""
    about = os.fstat(number)
    wanted = f"{os.major(about.st_dev):02x}:{os.minor(about.st_dev):02x}:{about.st_ino}"
    with contextlib.suppress(OSError):
        for fields in map(str.split, Path("/proc/locks").read_text().splitlines()):
            if fields[1:2] == ["FLOCK"] and wanted in fields and int(fields[4]) > 0:  # 0: in another namespace of processes
                return "this process already" if int(fields[4]) == os.getpid() else f"process {fields[4]}"
    return "another process"
