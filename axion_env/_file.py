"""Writing files: whole or not at all, and by one process at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from axion_env.error import StoreError


@contextlib.contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """Opens a file whose content appears at `path` at once, when the block ends: readers see the old content or the new one, never a part.

    It is written as a draft beside `path` (`.NAME.writing`), flushed to disk and moved over it. If anything fails the draft is removed and
    `path` is as it was; only a killed process leaves a draft behind.

    Raises:
        OSError: the draft cannot be written or moved.
    """
    draft = path.with_name(f".{path.name}.writing")
    try:
        with open(draft, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise


def write_whole(path: Path, data: str | bytes) -> None:
    """Writes a file as `whole` does; text as UTF-8.

    Raises:
        OSError: it cannot be written.
    """
    with whole(path) as file:
        file.write(data.encode() if isinstance(data, str) else data)


class Open(Protocol):
    """A file or folder that is open."""

    def fileno(self) -> int:
        """Its descriptor."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


def lock(file: Open, path: Path) -> None:
    """Let nobody else write an open file or folder until it is closed, or this process ends, in whatever way.

    Readers are not kept out. What is no file, such as a terminal, is everybody's. Where a file system knows no locks, there is none.

    Raises:
        StoreError: another process writes it, or this one does a second time; says which.
    """
    mode = os.fstat(file.fileno()).st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = _holder(file.fileno())
        if holder == os.getpid():
            raise StoreError(f"{path} is being written by this process already; close what was opened first") from None
        who = f"process {holder}" if holder else "another process"
        raise StoreError(f"{path} is being written by {who}; wait until that ends, or stop it, and then try again") from None
    except OSError:  # some network file systems have no locks: to write without one is what was done before there were any
        return
    _locked.add(file)


def cut_back(file: Open, path: Path, size: int) -> None:
    """Leave so many bytes of an open file.

    Raises:
        StoreError: it is shorter, and so another than the one that had them.
    """
    there = os.fstat(file.fileno()).st_size
    if there < size:
        raise StoreError(f"{path} has {there} bytes and should have at least {size}; it is not the file this run wrote")
    if there > size:
        os.ftruncate(file.fileno(), size)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep others from writing a folder meanwhile, as `lock` does.

    Raises:
        StoreError: another process writes it.
    """
    folder = _Folder(path)
    try:
        lock(folder, path)
        yield
    finally:
        folder.close()


class _Folder:
    """A folder that is open."""

    def __init__(self, path: Path) -> None:
        self._number = os.open(path, os.O_RDONLY | os.O_DIRECTORY)

    def fileno(self) -> int:
        return self._number

    def close(self) -> None:
        if self._number >= 0:
            os.close(self._number)
            self._number = -1


_locked: weakref.WeakSet[Open] = weakref.WeakSet()


def _let_go() -> None:
    """A child that was forked has its parent's locks, too, and would keep them when the parent is dead."""
    for file in list(_locked):
        file.close()


os.register_at_fork(after_in_child=_let_go)


def _holder(number: int) -> int:
    """Which process holds the lock of an open file, or 0. Linux tells it in lines of `N: FLOCK ADVISORY WRITE PID MAJOR:MINOR:INODE`."""
    about = os.fstat(number)
    wanted = f"{os.major(about.st_dev):02x}:{os.minor(about.st_dev):02x}:{about.st_ino}"
    with contextlib.suppress(OSError):
        for fields in map(str.split, Path("/proc/locks").read_text().splitlines()):
            if fields[1:2] == ["FLOCK"] and wanted in fields:
                return max(0, int(fields[4]))  # 0 or less: in another namespace of processes
    return 0
