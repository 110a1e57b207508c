"""Whose a warning is: our own packages' are errors in tests, other people's are shown, counted, and fail nothing.

A filter of `warnings` knows only the line a warning points at, and with `stacklevel=2` a library's points at ours. What decides here is
the code that gave the warning. Where that is C there is no such code, and the kind of the warning decides: what is left behind (files that
nobody closes, coroutines that nobody awaits) is ours unless a library's function was at work, and what Python and NumPy say of a line of
ours (an escape that is none, a division by zero) is ours, while a deprecation that comes from C is the library's.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

import pytest

OWN = ("axion_env", "axion_train", "axion_zoo")
_ROOT = Path(__file__).parents[2]
_MARK = "given_by_our_own_code"
_GIVES = {"warn", "warn_explicit"}  # what a function that gives a warning itself has among its names
_CALLERS = {"_pytest", "pluggy", "xdist", "execnet", "hypothesis", "click"}  # they run our code, and are still at work when it has left
_OF_A_LINE = (RuntimeWarning, SyntaxWarning, BytesWarning, EncodingWarning, UnicodeWarning)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, Any, Any]:
    """Around each test, its fixtures included; pytest's own record of warnings stands around this."""
    with own_are_errors():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """Around the import of the tests, and of what they import."""
    with own_are_errors():
        return (yield)


@contextmanager
def own_are_errors() -> Iterator[None]:
    """Raise what is ours where it is given; hand everything else on.

    What `pytest.warns` records is only marked: it gives again what it was not told to expect, and then the mark says whose it was.
    """
    show, hand_on = warnings.showwarning, warnings._showwarnmsg  # type: ignore[attr-defined]

    def mark(given: warnings.WarningMessage) -> None:
        if not hasattr(given.message, _MARK):
            setattr(given.message, _MARK, is_own(sys._getframe(1), given.category, given.filename))
        hand_on(given)

    def raise_own(
        message: Warning | str, category: type[Warning], filename: str, lineno: int, file: TextIO | None = None, line: str | None = None
    ) -> None:
        if isinstance(message, Warning) and getattr(message, _MARK, False):
            raise message
        show(message, category, filename, lineno, file, line)

    warnings._showwarnmsg, warnings.showwarning = mark, raise_own  # type: ignore[attr-defined]
    try:
        yield
    finally:
        warnings._showwarnmsg, warnings.showwarning = hand_on, show  # type: ignore[attr-defined]


def is_own(frame: FrameType | None, category: type[Warning], filename: str) -> bool:
    """Whether a warning is ours.

    Args:
        frame: Of the code that gave it, or of a function of `warnings` that did so for others.
        category: Its class.
        filename: Of the line it points at.
    """
    left = issubclass(category, ResourceWarning)
    while frame is not None and _module(frame) == "warnings":
        if frame.f_code.co_name == "_warn_unawaited_coroutine":
            left = True
        elif "arg" in frame.f_locals:  # what `warnings.deprecated` marks warns of itself, whoever calls it
            return _top(frame.f_locals["arg"].__module__) in OWN
        frame = frame.f_back
    if frame is None:
        return left
    top = _top(_module(frame))
    if left:
        return top in OWN or top in _CALLERS or top in sys.stdlib_module_names or _is_here(frame.f_code.co_filename)
    of_a_line = issubclass(category, _OF_A_LINE)
    if of_a_line and _is_here(frame.f_code.co_filename):
        return True
    if not _GIVES.isdisjoint(frame.f_code.co_names):
        return top in OWN
    by_compiler = frame.f_code.co_filename != filename
    return _is_here(filename) and (by_compiler or of_a_line)


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__"))


def _top(module: str | None) -> str:
    return (module or "").partition(".")[0]


def _is_here(filename: str) -> bool:
    """Whether a file is the project's, tests included."""
    return Path(filename).is_relative_to(_ROOT) and "site-packages" not in filename
