"""Detects accesses of an environment's code to random generators, clocks, files and processes while it runs.

Calls of built-in functions are seen through `sys.setprofile`, and files, sockets and processes through an audit hook. Only accesses in
`play`, a parser or a reward count, not those of the driver, a service or an import. A generator of NumPy's is not seen here; the checks
that compare plays find it, unless it is seeded alike every time.
"""

from __future__ import annotations

import _random
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from types import FrameType
from typing import Any, NamedTuple

from axion_env.core import play, request, rubric, scheduler


class Resource(Enum):
    """A source of nondeterminism outside the play, or the machine itself."""

    GLOBAL_RNG = "the global `random`"
    OWN_RNG = "a generator of its own"
    ENTROPY = "the clock or the system's entropy"
    HOST = "the machine"


class Access(NamedTuple):
    """One access: to what, by which function, and at which line of the author's code."""

    resource: Resource
    what: str
    line: str


_AUTHORS = {module.__name__ for module in (scheduler, play, request, rubric)}  # modules that call play, parsers and rewards
_IMPORTING = ("importlib", "linecache", "tokenize", "pkgutil", "zipimport")
_CLOCKS = {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "process_time_ns", "sleep"}
_EVENTS = ("open", "socket.connect", "socket.bind", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.remove",
           "os.rename", "os.mkdir", "os.listdir", "os.scandir", "os.putenv")  # fmt: skip

_watching: list[list[Access]] = []  # read by the one audit hook of the process, which cannot be removed
_hooked = False


@contextmanager
def watching() -> Iterator[list[Access]]:
    """Collects the accesses of the author's code inside the block."""
    global _hooked
    if not _hooked:
        sys.addaudithook(_audit)
        _hooked = True
    seen: list[Access] = []
    before = sys.getprofile()

    def profile(frame: FrameType, event: str, function: Any) -> None:
        if event == "c_call":
            resource = _resource(function)
            line = _author_line(frame) if resource is not None else None
            if resource is not None and line is not None:
                seen.append(Access(resource, getattr(function, "__qualname__", str(function)), line))

    _watching.append(seen)
    sys.setprofile(profile)
    try:
        yield seen
    finally:
        sys.setprofile(before)
        _watching.pop()


def _resource(function: Any) -> Resource | None:
    owner = getattr(function, "__self__", None)
    if isinstance(owner, _random.Random):
        return Resource.GLOBAL_RNG if owner is random._inst else Resource.OWN_RNG
    name = getattr(function, "__name__", "")
    module = getattr(function, "__module__", None)
    clock = (module == "time" and name in _CLOCKS) or (name in ("now", "utcnow", "today") and isinstance(owner, type))
    return Resource.ENTROPY if clock or (name == "urandom" and module == "posix") else None


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watching or event not in _EVENTS:
        return
    line = _author_line(sys._getframe(1))
    if line is not None:
        _watching[-1].append(Access(Resource.HOST, f"{event} {arguments[0] if arguments else ''}", line))


def _author_line(frame: FrameType | None) -> str | None:
    """The innermost `file:line` of the author's code, if `play`, a parser or a reward is running; else None."""
    nearest: FrameType | None = None
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if any(name in module for name in _IMPORTING):
            return None
        if module in _AUTHORS:
            return f"{nearest.f_code.co_filename}:{nearest.f_lineno}" if nearest is not None else None
        if module.startswith("axion_env."):
            return None
        if module.partition(".")[0] not in sys.stdlib_module_names:
            nearest = nearest or frame
        frame = frame.f_back
    return None
