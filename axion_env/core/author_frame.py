"""Error messages that name the line of an environment's code where something went wrong."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Coroutine
from typing import Any


def with_author_frame(problem: BaseException, env: object) -> str:
    """Describes an exception in one line, with the innermost line of the author's package that it passed through."""
    frames = [(f.f_globals.get("__name__", ""), f"{f.f_code.co_filename}:{n}") for f, n in traceback.walk_tb(problem.__traceback__)]
    own = [at for module, at in frames if _package(module) == _package(type(env).__module__)]
    outside = [at for module, at in frames if _package(module) != "axion_env"]
    at = (own or outside or [""])[-1]
    message = str(problem) or "no message"
    return f"{type(problem).__name__}: {message}{f' ({at})' if at else ''}"


def foreign_await(yielded: Any, coroutine: Coroutine[Any, Any, Any], env: object) -> str:
    """Describes an await of something that is not a request of this play."""
    inner = _chain(coroutine)[-1]
    awaited = inner if yielded is None else yielded
    name = getattr(awaited, "__qualname__", None) or type(awaited).__qualname__
    kind = f"{type(awaited).__module__}.{type(awaited).__qualname__}"
    return f"awaited something foreign ({kind} {name}) at {where(coroutine, env)}; play may await only requests of its ctx"


def first_line(function: Any) -> str:
    """`file:line` where a function begins, since the line of its `return` is no longer known."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code is not None else repr(function)


def where(coroutine: Coroutine[Any, Any, Any], env: object) -> str:
    """`file:line` where a coroutine is suspended: its innermost frame in the author's package."""
    frames = [f for f in map(_frame, _chain(coroutine)) if f is not None]
    own = [f for f in frames if _package(f.f_globals.get("__name__", "")) == _package(type(env).__module__)]
    chosen = (own or frames)[-1:]
    return f"{chosen[0].f_code.co_filename}:{chosen[0].f_lineno}" if chosen else "an unknown line"


def _chain(coroutine: Any) -> list[Any]:
    """The coroutine and what it awaits, outermost first."""
    chain = [coroutine]
    while (inner := getattr(chain[-1], "cr_await", None) or getattr(chain[-1], "gi_yieldfrom", None)) is not None:
        chain.append(inner)
    return chain


def _frame(awaited: Any) -> Any:
    return getattr(awaited, "cr_frame", None) or getattr(awaited, "gi_frame", None)


def _package(module: str) -> str:
    return module.partition(".")[0]
