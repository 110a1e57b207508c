"""Source distributions: a folder or an archive read as a workspace, with nothing in it that answers for a solver."""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import os
import re
import stat
import tarfile
import tomllib
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.parser import BytesParser
from fnmatch import fnmatch
from pathlib import Path

from axion_env import UsageError
from axion_env.patch.patch import LEFTOVERS
from axion_env.sandbox import File, Workspace
from axion_env.sandbox.workspace import MAX_BYTES, MAX_FILES, path_problem

_LEFTOVERS = (
    *LEFTOVERS, ".hg", ".svn", ".tox", ".nox", ".venv", "venv", ".eggs", "node_modules", "htmlcov", ".coverage", "*.py[co]", "*.orig",
    "*.rej", "*.bak", "*.old", "*.swp", "*~", "*.diff", "*.patch",
)  # fmt: skip
"""Names of files and folders that may hold an earlier state of the code, or what a run left behind."""
_BUILT = ("build", "dist")
"""The same, at the top alone: inside, they are names like any other."""
_COMPILED = (".pyx", ".pxd", ".c", ".cc", ".cpp", ".cxx", ".rs", ".go", ".f", ".f90", ".so", ".pyd", ".dll", ".dylib")
_BESIDE = (
    "test",
    "tests",
    "testing",
    "doc",
    "docs",
    "example",
    "examples",
    "benchmark",
    "benchmarks",
    "bench",
    "tools",
    "scripts",
    ".github",
)
_BOUND = 4 * MAX_BYTES
"""Of what an archive unpacks to, everything counted."""
_BROKEN = (OSError, EOFError, RuntimeError, zlib.error, lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile, zipfile.LargeZipFile)
"""What reading an archive raises that is damaged, locked, or packed in a way that Python does not know."""
_MARKS = ("PKG-INFO", "pyproject.toml", "setup.py", "setup.cfg")


@dataclass(frozen=True)
class Sdist:
    """A package's source."""

    name: str
    version: str
    digest: str
    """SHA-256 of the archive; the tree's id where it was a folder."""
    tree: Workspace


def read(path: Path) -> Sdist:
    """Read a package's folder or archive.

    Raises:
        UsageError: it is neither, would leave its folder, is too large, or is not pure Python; says which.
    """
    if path.is_dir():
        files: Mapping[str, File] = dict(_folder(path))
        digest = ""
    elif path.is_file():
        files = _unwrapped({name: file for name, file in _archive(path) if not _is_leftover(name.partition("/")[2])})
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    else:
        raise UsageError(f"no folder and no file {str(path)!r}")
    tree = Workspace({name: file for name, file in files.items() if not _is_leftover(name)})
    if not path.is_dir() and not any(mark in tree.files for mark in _MARKS):
        raise UsageError(f"{path.name} is not a source distribution: it has none of {', '.join(_MARKS)} at its top")
    compiled = next((name for name in tree.files if name.endswith(_COMPILED) and not _is_beside(name)), None)
    if compiled is not None:
        raise UsageError(f"{path.name} is not pure Python: it has {compiled}")
    name, version = _about(tree)
    tree = _with_metadata(tree, name)
    return Sdist(name or path.resolve().name, version or "0", digest or tree.id, tree)


def _with_metadata(tree: Workspace, name: str) -> Workspace:
    """The tree with what an installer would have made of its PKG-INFO: packages ask `importlib.metadata` for their own version."""
    if not name or "PKG-INFO" not in tree.files or any(path.endswith(".egg-info/PKG-INFO") for path in tree.files):
        return tree
    root = "src/" if any(path.startswith("src/") and path.endswith(".py") for path in tree.files) else ""
    return tree.write({f"{root}{name.replace('-', '_')}.egg-info/PKG-INFO": tree.files["PKG-INFO"]})


def _folder(path: Path) -> Iterator[tuple[str, File]]:
    """The regular files of a folder; leftovers, which may be many, are not even looked into."""
    for at, folders, names in os.walk(path):
        here = Path(at).relative_to(path)
        folders[:] = sorted(name for name in folders if not _is_leftover((here / name / "-").as_posix()))
        for name in sorted(names):
            mode = Path(at, name).lstat().st_mode
            if stat.S_ISREG(mode) and not _is_leftover((here / name).as_posix()):
                yield (here / name).as_posix(), File(Path(at, name).read_bytes(), bool(mode & 0o100))


def _is_leftover(path: str) -> bool:
    parts = path.split("/")
    if parts[0] in _BUILT and len(parts) > 1:
        return True
    if any(part.endswith(".egg-info") for part in parts[:-1]):
        return parts[-1] not in ("PKG-INFO", "-")  # the package's own version may be asked for; its list of sources is nobody's business
    return any(fnmatch(part, pattern) for part in parts for pattern in _LEFTOVERS)


def _is_beside(path: str) -> bool:
    return any(part in _BESIDE for part in path.split("/")[:-1])


def _archive(path: Path) -> Iterator[tuple[str, File]]:
    """The files of an archive, in its own names."""
    name = path.name.lower()
    try:
        if name.endswith((".tar.gz", ".tgz")):
            yield from _tar(path)
        elif name.endswith(".zip"):
            yield from _zip(path)
        else:
            what = "a wheel, which brings no tests: take the source distribution" if name.endswith(".whl") else "neither .tar.gz nor .zip"
            raise UsageError(f"{path.name} is {what}")
    except _BROKEN as problem:
        raise UsageError(f"{path.name} cannot be unpacked: {problem}") from problem


def _tar(path: Path) -> Iterator[tuple[str, File]]:
    with gzip.open(path) as packed:  # read as a whole and bounded, before anything believes its headers
        data = packed.read(_BOUND + 1)
    if len(data) > _BOUND:
        raise UsageError(f"{path.name} unpacks to more than {_BOUND >> 20} MiB")
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for count, member in enumerate(archive):
            _check(path, member.name, count)
            if member.isdir():
                continue
            content = archive.extractfile(member) if member.isreg() and not member.issparse() else None  # holes are filled without bound
            if content is None:
                raise UsageError(f"{path.name} holds {member.name[:100]!r}, which is a link or no file")
            yield member.name.removeprefix("./"), File(content.read(), bool(member.mode & 0o100))


def _zip(path: Path) -> Iterator[tuple[str, File]]:
    left = _BOUND
    with zipfile.ZipFile(path) as archive:
        for count, entry in enumerate(archive.infolist()):
            _check(path, entry.filename, count)
            mode = entry.external_attr >> 16
            if entry.is_dir():
                continue
            if mode & 0o170000 not in (0, 0o100000):
                raise UsageError(f"{path.name} holds {entry.filename[:100]!r}, which is a link or no file")
            with archive.open(entry) as content:
                data = content.read(left + 1)
            left -= len(data)
            if left < 0:
                raise UsageError(f"{path.name} unpacks to more than {_BOUND >> 20} MiB")
            yield entry.filename, File(data, bool(mode & 0o100))


def _check(path: Path, name: str, count: int) -> None:
    problem = path_problem(name.removeprefix("./").rstrip("/") or ".") if name.rstrip("/") not in (".", "") else None
    if problem is not None:
        raise UsageError(f"{path.name} holds {name[:100]!r}, a path that {problem}")
    if count >= 2 * MAX_FILES:
        raise UsageError(f"{path.name} holds more than {2 * MAX_FILES} files and folders")


def _unwrapped(files: Mapping[str, File]) -> Mapping[str, File]:
    """Without the one folder that an sdist's files lie in."""
    tops = {path.partition("/")[0] for path in files}
    if len(tops) != 1 or tops & files.keys():
        return files
    return {path.partition("/")[2]: file for path, file in files.items()}


def _about(tree: Workspace) -> tuple[str, str]:
    """Name and version, as far as the tree says them without being run."""
    if "PKG-INFO" in tree.files:
        about = BytesParser().parsebytes(tree.files["PKG-INFO"].data, headersonly=True)
        if about["Name"]:
            return _word(about["Name"]), _word(about["Version"] or "0")
    if "pyproject.toml" in tree.files:
        try:
            project = tomllib.loads(tree.text("pyproject.toml")).get("project", {})
        except (tomllib.TOMLDecodeError, RecursionError) as problem:
            raise UsageError(f"pyproject.toml: {problem}") from None
        if isinstance(project, dict) and isinstance(project.get("name"), str):
            return _word(project["name"]), _word(str(project.get("version", "0")))
    return "", ""


def _word(text: str) -> str:
    """Fit for the name of a folder."""
    return re.sub(r"[^\w.+-]+", "-", str(text), flags=re.ASCII).strip(".-") or "0"
