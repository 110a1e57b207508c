"""Whose a warning is: our own packages' are errors in tests, other people's are shown, counted, and fail nothing.

A filter of `warnings` knows only the line a warning points at, and with `stacklevel=2` a library's points at ours. What decides here is
the code that gave the warning. Python's own complaints of what our code or a test leaves behind (files that nobody closes, coroutines that
nobody awaits) are ours too.
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
_ROOT = str(Path(__file__).parents[2])
_GIVES = {"warn", "warn_explicit"}  # what a function that gives a warning itself has among its names


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
    """Raise what is ours where it is given; hand everything else on."""
    show = warnings.showwarning

    def raise_own(
        message: Warning | str, category: type[Warning], filename: str, lineno: int, file: TextIO | None = None, line: str | None = None
    ) -> None:
        if is_own(sys._getframe(1), category):
            raise message if isinstance(message, Warning) else category(message)
        show(message, category, filename, lineno, file, line)

    warnings.showwarning = raise_own
    try:
        yield
    finally:
        warnings.showwarning = show


def is_own(frame: FrameType | None, category: type[Warning]) -> bool:
    """Whether a warning is ours.

    Args:
        frame: Of the function of `warnings` that shows it.
        category: Its class.
    """
    left = issubclass(category, ResourceWarning)
    while frame is not None and frame.f_globals.get("__name__") == "warnings":
        if frame.f_code.co_name == "_warn_unawaited_coroutine":
            left = True
        elif "arg" in frame.f_locals:  # what `warnings.deprecated` marks warns of itself, whoever calls it
            return _named(frame.f_locals["arg"].__module__)
        frame = frame.f_back
    if frame is None:
        return False
    if left:
        return frame.f_code.co_filename.startswith(_ROOT) and "site-packages" not in frame.f_code.co_filename
    # code in C has no frame: of what it says of a call of ours, the function that called is the first one seen
    return _named(frame.f_globals.get("__name__")) and not _GIVES.isdisjoint(frame.f_code.co_names)


def _named(module: str | None) -> bool:
    return (module or "").partition(".")[0] in OWN
