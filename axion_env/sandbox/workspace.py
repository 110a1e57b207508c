"""Workspaces: immutable trees of files, named by their content.

A workspace is a value. A job works in a copy of one, and its changes come back as a `Delta` that makes the next one. Episodes record
deltas, so a fork or a replay has every tree of the play without the machine it ran on.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axion_env.error import UsageError

MAX_FILES = 4096
MAX_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class File:
    """A file: its content and whether it may be executed."""

    data: bytes
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Delta:
    """The changes from one workspace to another."""

    changed: Mapping[str, File] = field(default_factory=dict)
    """New and changed files, by path."""
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.removed)

    def record(self) -> dict[str, Any]:
        """The delta as facts: text as text, other bytes in base64."""
        return {"changed": {path: _file_record(file) for path, file in sorted(self.changed.items())}, "removed": sorted(self.removed)}

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Delta:
        """The delta that `record` wrote.

        Raises:
            ValueError: it is none.
        """
        if set(facts) != {"changed", "removed"} or not isinstance(facts["changed"], dict) or not isinstance(facts["removed"], list):
            raise ValueError("a delta has `changed` and `removed`")
        return cls({path: _read_file(form) for path, form in facts["changed"].items()}, tuple(facts["removed"]))


class Workspace:
    """An immutable tree of files.

    >>> w = Workspace({"a.py": "x = 1", "tests/test_a.py": "import a"})
    >>> w.write({"a.py": "x = 2"}).text("a.py"), w.text("a.py")
    ('x = 2', 'x = 1')

    Args:
        files: By relative path, `/` between folders. Text is written as UTF-8.

    Raises:
        UsageError: a path that leaves the tree, or more than 4,096 files or 32 MiB.
    """

    __slots__ = ("_id", "files")

    files: Mapping[str, File]
    """The files by path, sorted by path."""

    def __init__(self, files: Mapping[str, str | bytes | File] | None = None) -> None:
        tree = {path: _as_file(content) for path, content in sorted((files or {}).items())}
        for path in tree:
            problem = path_problem(path)
            if problem is not None:
                raise UsageError(f"workspace path {path!r:.100} {problem}")
        folders = {path[:i] for path in tree for i, character in enumerate(path) if character == "/"}
        both = folders & tree.keys()
        if both:
            raise UsageError(f"workspace path {min(both)!r} is a file and a folder")
        size = sum(len(file.data) for file in tree.values())
        if len(tree) > MAX_FILES or size > MAX_BYTES:
            raise UsageError(f"a workspace holds at most {MAX_FILES} files and {MAX_BYTES} bytes: got {len(tree)} and {size}")
        self.files = tree
        self._id: str | None = None

    @property
    def id(self) -> str:
        """SHA-256 over paths, modes and content: equal trees have equal ids."""
        if self._id is None:
            digest = hashlib.sha256()
            for path, file in self.files.items():
                content = hashlib.sha256(file.data).hexdigest()
                digest.update(f"{'x' if file.executable else '-'} {content} {len(path)} {path}\n".encode())  # a path may hold newlines
            self._id = digest.hexdigest()
        return self._id

    def text(self, path: str) -> str:
        """A file as text; bytes that are not UTF-8 show as replacement characters.

        Raises:
            KeyError: there is none at the path.
        """
        return self.files[path].data.decode(errors="replace")

    def write(self, files: Mapping[str, str | bytes | File]) -> Workspace:
        """A workspace with these files written."""
        return Workspace({**self.files, **files})

    def remove(self, paths: Iterable[str]) -> Workspace:
        """A workspace without these files; a path that ends in `/` names a whole folder."""
        gone = tuple(paths)
        folders = tuple(path for path in gone if path.endswith("/"))
        return Workspace({path: file for path, file in self.files.items() if path not in gone and not path.startswith(folders or "\0")})

    def delta(self, other: Workspace) -> Delta:
        """The changes that turn this workspace into `other`."""
        changed = {path: file for path, file in other.files.items() if self.files.get(path) != file}
        return Delta(changed, tuple(path for path in self.files if path not in other.files))

    def apply(self, delta: Delta) -> Workspace:
        """Applies a delta to this workspace; returns the new one.

        Raises:
            UsageError: the delta's paths make no tree.
        """
        if not delta:
            return self
        gone = set(delta.removed)
        return Workspace({**{path: file for path, file in self.files.items() if path not in gone}, **delta.changed})

    @classmethod
    def read(cls, folder: str | os.PathLike[str], *, ignore: Iterable[str] = (".git", "__pycache__")) -> Workspace:
        """Reads the regular files below a folder into a workspace; links are left out.

        Args:
            folder: On this machine; trusted.
            ignore: Names of files and folders to leave out, wherever they stand.
        """
        root, skipped, files = Path(folder), frozenset(ignore), {}
        if not root.is_dir():
            raise UsageError(f"no folder {root}")
        for at, folders, names in os.walk(root):
            folders[:] = sorted(set(folders) - skipped)
            for name in sorted(set(names) - skipped):
                path = Path(at, name)
                mode = path.lstat().st_mode
                if stat.S_ISREG(mode):
                    files[path.relative_to(root).as_posix()] = File(path.read_bytes(), bool(mode & 0o100))
        return cls(files)

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Writes the files into a new or empty folder.

        Raises:
            UsageError: it holds something already.
        """
        root = Path(folder)
        if root.exists() and (not root.is_dir() or any(root.iterdir())):
            raise UsageError(f"{root} is not an empty folder")
        for path, file in self.files.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.data)
            target.chmod(0o755 if file.executable else 0o644)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Workspace) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __reduce__(self) -> tuple[Any, ...]:
        return Workspace, (dict(self.files),)

    def __repr__(self) -> str:
        return f"<Workspace {self.id[:12]}, {len(self.files)} files>"


def path_problem(path: str) -> str | None:
    """Why a path may not stand in a workspace; None if it may."""
    if type(path) is not str or not path or len(path) > 1024:
        return "is empty or longer than 1,024 characters"
    if "\0" in path or "\\" in path or path.startswith("/"):
        return "is absolute, or holds a NUL or a backslash"
    if any(part in ("", ".", "..") or len(part.encode(errors="replace")) > 255 for part in path.split("/")):
        return "has a part that is empty, '.', '..' or longer than 255 bytes"
    try:
        path.encode()
    except UnicodeEncodeError:
        return "is not UTF-8"
    return None


def _as_file(content: str | bytes | File) -> File:
    if isinstance(content, File):
        return content
    return File(content.encode() if isinstance(content, str) else bytes(content))


def _file_record(file: File) -> dict[str, Any]:
    try:
        form: dict[str, Any] = {"text": file.data.decode()}
    except UnicodeDecodeError:
        form = {"base64": base64.b64encode(file.data).decode()}
    return {**form, "executable": True} if file.executable else form


def _read_file(form: Any) -> File:
    try:
        executable = form.get("executable", False)
        data = form["text"].encode() if "text" in form else base64.b64decode(form["base64"], validate=True)
    except (KeyError, TypeError, AttributeError, UnicodeEncodeError, binascii.Error) as problem:
        raise ValueError(f"not a file: {problem}") from None
    if type(executable) is not bool or len(form) > 2:
        raise ValueError("not a file: unknown fields")
    return File(data, executable)
