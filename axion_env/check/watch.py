"""Watching an author's code at work: does it reach for chance, clocks, files or processes of its own?

Calls of built-in functions are seen through `sys.setprofile`, and files, sockets and processes through an audit hook. What counts is
only what happens in `play`, a parser or a reward: what the driver, a service or an import does is not the author's doing. A generator of
NumPy's is not seen here, and is found, unless it is seeded alike every time, by the checks that compare.
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


class Reach(Enum):
    """What it reached for."""

    GLOBAL_RNG = "the global `random`"
    OWN_RNG = "a generator of its own"
    ENTROPY = "the clock or the system's entropy"
    HOST = "the machine"


class Sight(NamedTuple):
    """One thing seen."""

    reach: Reach
    what: str
    line: str


_AUTHORS = {module.__name__ for module in (scheduler, play, request, rubric)}  # what calls play, parsers and rewards
_IMPORTING = ("importlib", "linecache", "tokenize", "pkgutil", "zipimport")
_CLOCKS = {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "process_time_ns", "sleep"}
_EVENTS = ("open", "socket.connect", "socket.bind", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.remove",
           "os.rename", "os.mkdir", "os.listdir", "os.scandir", "os.putenv")  # fmt: skip

_watching: list[list[Sight]] = []  # audit hooks cannot be taken out again: one for the process, that looks here
_hooked = False


@contextmanager
def watching() -> Iterator[list[Sight]]:
    """What the author's code reaches for inside the block."""
    global _hooked
    if not _hooked:
        sys.addaudithook(_audit)
        _hooked = True
    seen: list[Sight] = []
    before = sys.getprofile()

    def profile(frame: FrameType, event: str, function: Any) -> None:
        if event == "c_call":
            reach = _reach(function)
            line = _author_line(frame) if reach is not None else None
            if reach is not None and line is not None:
                seen.append(Sight(reach, getattr(function, "__qualname__", str(function)), line))

    _watching.append(seen)
    sys.setprofile(profile)
    try:
        yield seen
    finally:
        sys.setprofile(before)
        _watching.pop()


def _reach(function: Any) -> Reach | None:
    owner = getattr(function, "__self__", None)
    if isinstance(owner, _random.Random):
        return Reach.GLOBAL_RNG if owner is random._inst else Reach.OWN_RNG
    name = getattr(function, "__name__", "")
    module = getattr(function, "__module__", None)
    clock = (module == "time" and name in _CLOCKS) or (name in ("now", "utcnow", "today") and isinstance(owner, type))
    return Reach.ENTROPY if clock or (name == "urandom" and module == "posix") else None


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watching or event not in _EVENTS:
        return
    line = _author_line(sys._getframe(1))
    if line is not None:
        _watching[-1].append(Sight(Reach.HOST, f"{event} {arguments[0] if arguments else ''}", line))


def _author_line(frame: FrameType | None) -> str | None:
    """`file:line` nearest to `play`, a parser or a reward, if it is these that are running."""
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
