"""The packed form of workspaces that enter and leave the jail: unpacked and collected inside, packed and read in the host.

    a line of ASCII JSON, then the content of the files one after the other

What comes out was written in a process that the candidate may have tampered with: `read`, in the host, trusts nothing.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Iterator
from typing import Any

MOST_FILES = 4096
_PATH = 1024  # characters


def pack(files: Iterable[tuple[str, bytes, bool]], **extra: Any) -> bytes:
    """Packs files, given as `(path, content, executable)`."""
    listed = list(files)
    head = json.dumps({"files": [[path, len(data), executable] for path, data, executable in listed], **extra})
    return b"".join([head.encode(), b"\n", *(data for _, data, _ in listed)])


def unpack(packed: bytes, folder: str) -> dict[str, tuple[bytes, bool]]:
    """Writes a packed tree below `folder`; gives `path → (content, executable)`. The host packed it, so it is trusted."""
    head, _, rest = packed.partition(b"\n")
    os.mkdir(folder)
    made = {folder}
    before = {}
    at = 0
    for path, size, executable in json.loads(head)["files"]:
        target = f"{folder}/{path}"
        parent = target.rpartition("/")[0]
        if parent not in made:
            os.makedirs(parent, exist_ok=True)
            made.add(parent)
        data = rest[at : at + size]
        at += size
        number = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o755 if executable else 0o644)
        os.write(number, data)
        os.close(number)
        before[path] = (data, executable)
    return before


def collect(folder: str, before: dict[str, tuple[bytes, bool]], number: int) -> None:
    """Writes what changed below `folder` to a descriptor: regular files only, no link followed."""
    changed, seen, refused = [], set(), []
    for path, kind in _walk(folder, ""):
        if kind != "file":
            refused.append(path)
            continue
        seen.add(path)
        handle = os.open(f"{folder}/{path}", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        about = os.fstat(handle)
        data = os.pread(handle, about.st_size, 0)
        os.close(handle)
        executable = bool(about.st_mode & 0o100)
        if before.get(path) != (data, executable):
            changed.append((path, data, executable))
    removed = sorted(path for path in before if path not in seen)
    packed = pack(sorted(changed), removed=removed, refused=sorted(refused)[:100])
    try:
        while packed:
            packed = packed[os.write(number, packed) :]
    except OSError:  # more than it may write: reported by no output at all
        os.ftruncate(number, 0)


def _walk(folder: str, below: str) -> Iterator[tuple[str, str]]:
    pending = [below]
    while pending:
        at = pending.pop()
        try:
            entries = sorted(os.scandir(f"{folder}/{at}" if at else folder), key=lambda entry: entry.name)
        except OSError:
            yield ascii(at), "closed"
            continue
        for entry in entries:
            path = f"{at}/{entry.name}" if at else entry.name
            try:
                path.encode()
                mode = entry.stat(follow_symlinks=False).st_mode
            except (UnicodeEncodeError, OSError):
                yield ascii(path), "name"
                continue
            if len(path) > _PATH or "\\" in path:
                yield ascii(path)[:_PATH], "name"
            elif stat.S_ISDIR(mode):
                pending.append(path)
            elif stat.S_ISREG(mode) and os.access(entry.path, os.R_OK):
                yield path, "file"
            else:
                yield path, "link or device"


def read(packed: bytes) -> tuple[list[tuple[str, bytes, bool]], list[str], list[str]]:
    """Reads changed files, removed paths and refused ones. Whether the paths may stand in a workspace is the caller's to check.

    Raises:
        ValueError: not this form.
    """
    head, newline, rest = packed.partition(b"\n")
    if not newline or len(head) > 4 << 20:
        raise ValueError("no head")
    try:
        table = json.loads(head.decode("ascii"))
    except (UnicodeDecodeError, RecursionError) as problem:
        raise ValueError(f"not JSON: {problem}") from None
    if type(table) is not dict or set(table) != {"files", "removed", "refused"} or any(type(v) is not list for v in table.values()):
        raise ValueError("a head has files, removed and refused")
    if sum(map(len, table.values())) > 2 * MOST_FILES:
        raise ValueError("too many paths")
    files, at = [], 0
    for row in table["files"]:
        if type(row) is not list or [type(field) for field in row] != [str, int, bool] or not 0 <= row[1] <= len(rest) - at:
            raise ValueError("a file is [path, size, executable]")
        files.append((row[0], rest[at : at + row[1]], row[2]))
        at += row[1]
    if at != len(rest) or any(type(path) is not str for path in (*table["removed"], *table["refused"])):
        raise ValueError("bytes that belong to no file, or a path that is no text")
    return files, table["removed"], table["refused"]
