"""Profiles: what a job may do, and what is loaded before it starts."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from axion_env.error import NotFound, UsageError
from axion_env.sandbox.program import TOOLS

INSIDE = Path(__file__).parent / "inside"


@dataclass(frozen=True, slots=True)
class Profile:
    """The permissions and packages of a kind of job.

    >>> Profile("tables", packages=("numpy",), preload=("numpy",)).processes
    False
    """

    name: str
    processes: bool = False
    """Whether it may fork and exec."""
    packages: Sequence[str] = ()
    """Installed distributions its code can import, with all that they require."""
    preload: Sequence[str] = ()
    """Modules imported once, before any job. Every 100 MB of them cost each job about 1.5 ms."""
    memory_mib: int = 1024
    """Memory limit of a slot as a whole, MiB, where the host allows cgroups."""
    programs: Sequence[str] = ()
    """Names of the host's programs it may start, `python` beside them; those the host lacks are left out. It takes `processes`."""

    def __post_init__(self) -> None:
        if self.programs and not self.processes:
            raise UsageError(f"the profile {self.name!r} has programs, which only one with processes=True can start")


_STDLIB = (
    "math", "re", "json", "random", "collections", "collections.abc", "itertools", "functools", "heapq", "bisect", "string", "typing",
    "operator", "dataclasses", "copy", "datetime", "decimal", "fractions", "statistics", "enum", "abc", "textwrap", "hashlib",
    "array", "queue", "time", "cmath", "io", "contextlib", "numbers", "types", "traceback", "warnings",
)  # fmt: skip

_PYTEST = (
    "pytest", "pdb", "email.parser", "_pytest.assertion", "_pytest.terminal", "_pytest.doctest", "_pytest.junitxml", "_pytest.unittest",
    "_pytest.logging", "_pytest.skipping", "_pytest.debugging",
)  # fmt: skip
"""Two thirds of what a small suite costs is the import of pytest: loaded here, it costs jobs without one a third of a millisecond."""

FUNC = Profile("func", preload=_STDLIB)
"""Functions: no processes, no sockets."""
PROC = Profile("proc", processes=True, packages=("pytest",), preload=(*_STDLIB, "runpy", "subprocess", "threading", "atexit", *_PYTEST))
"""Commands: may fork and exec inside the job; pytest, already loaded."""
REPO = replace(PROC, name="repo", programs=TOOLS)
"""The same with a shell and what is used in one, for repositories."""
NUMERIC = Profile("numeric", packages=("math-verify",), preload=(*_STDLIB, "sympy", "math_verify", "warm_latex"))
"""Functions with sympy and math-verify at hand."""


def named(name: str, known: Mapping[str, Profile]) -> Profile:
    """A profile by its name; `repo+hypothesis` is `repo` with one more installed distribution to import.

    Raises:
        NotFound: there is none.
    """
    base, *packages = name.split("+")
    if base not in known or not all(packages):
        raise NotFound("sandbox profile", name, known)
    return replace(known[base], name=name, packages=(*known[base].packages, *packages)) if packages else known[base]


@lru_cache
def files_of(packages: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The files and folders of distributions and of all they require, and the folders to import them from.

    Raises:
        ModuleNotFoundError: one of `packages` is not installed.
    """
    found: dict[str, Distribution] = {}
    pending = list(packages)
    while pending:
        name = pending.pop()
        try:
            dist = distribution(name)
        except PackageNotFoundError:
            if name in packages:
                raise ModuleNotFoundError(f"the package {name} is not installed", name=name) from None
            continue
        if dist.name in found:
            continue
        found[dist.name] = dist
        for requirement in dist.requires or ():
            wanted, _, marker = requirement.partition(";")
            if "extra" not in marker:
                pending.append(re.split(r"[\s\[(<>=!~]", wanted.strip())[0])
    paths: dict[str, None] = {}
    roots: dict[str, None] = {}
    for dist in found.values():
        for file in dist.files or ():
            top = file.parts[0]
            if top not in ("..", "__pycache__") and not top.endswith(".pth"):
                root = str(dist.locate_file(""))
                roots[root] = None
                paths[os.path.join(root, top)] = None
    return tuple(path for path in paths if os.path.exists(path)), tuple(roots)


@lru_cache
def interpreter() -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The real interpreter, the paths that it must be able to read, and the folders below these whose content is hidden from jobs."""
    executable = os.path.realpath(sys.executable)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    base = [os.path.dirname(os.__file__), os.path.join(sys.base_exec_prefix, sys.platlibdir, version)]
    libraries = [os.path.realpath(path) for path in _mapped() if os.path.basename(path).startswith("libpython")]
    triplet = getattr(sys.implementation, "_multiarch", "none")
    shared = ["/lib64", "/usr/lib64", f"/lib/{triplet}", f"/usr/lib/{triplet}"]  # where one links to the other, programs look for the first
    if not os.path.isdir(f"/usr/lib/{triplet}"):
        shared += ["/lib", "/usr/lib"]
    needed = [executable, *base, *libraries, *shared]
    present = tuple({os.path.realpath(path): path for path in reversed(needed) if os.path.exists(path)}.values())[::-1]
    hidden = [
        os.path.join(folder, name) for folder in (*base, "/usr/lib/python3", "/usr/lib") for name in ("site-packages", "dist-packages")
    ]
    below = tuple(path for path in dict.fromkeys(hidden) if os.path.isdir(path) and any(path.startswith(f"{top}/") for top in present))
    return executable, present, below


def _mapped() -> list[str]:
    """Files that this process has mapped, its libraries among them; `sysconfig` is not safe when first used by two threads at once."""
    with open("/proc/self/maps", encoding=sys.getfilesystemencoding(), errors="surrogateescape") as maps:
        return sorted({line.split(maxsplit=5)[5].rstrip("\n") for line in maps if line.count("/")})
