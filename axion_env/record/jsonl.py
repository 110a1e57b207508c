"""The reader of files of JSON lines.

A line ends at a newline and nowhere else: `str.splitlines` also ends one at U+2028, U+2029 and U+0085, which JSON allows inside a string.
A byte order mark and blank lines are skipped. A file whose name ends in `.gz` is unpacked.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from axion_env.error import UsageError

_MARK = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """One line of a file."""

    number: int
    """From 1, blank lines counted: the number an editor shows."""
    text: str


def split(file: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank, each with its number and with its newline where it has one.

    Args:
        file: A file open in binary, or its lines.
    """
    for number, raw in enumerate(file, 1):
        line = raw.removeprefix(_MARK) if number == 1 else raw
        if not line.isspace() and line:
            yield number, line


def lines(path: str | os.PathLike[str], *, errors: str = "strict") -> Iterator[Line]:
    """The lines of a file that are not blank.

    Args:
        path: The file.
        errors: What to do with bytes that are not UTF-8, as `bytes.decode` takes it.

    Raises:
        UsageError: the file cannot be read, or a line is not UTF-8; names it.
    """
    path = Path(path)
    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else open(path, "rb") as file:
            for number, raw in split(file):
                yield Line(number, raw.decode("utf-8", errors).rstrip("\r\n"))
    except UnicodeDecodeError as problem:
        raise UsageError(f"{path} line {number} is not UTF-8: {problem.reason} at byte {problem.start + 1} of it") from None
    except (OSError, EOFError, zlib.error, ValueError) as problem:  # ValueError: a path with a null character
        raise UsageError(f"cannot read {path}: {getattr(problem, 'strerror', None) or problem}") from problem


def numbered(path: str | os.PathLike[str]) -> Iterator[tuple[int, Any]]:
    """The values in a file, each with the number of its line.

    Raises:
        UsageError: the file cannot be read, or a line is not JSON; names it.
    """
    for number, text in lines(path):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as problem:
            raise UsageError(f"{path} line {number} is not JSON: {problem}") from None
        yield number, value


def read(path: str | os.PathLike[str]) -> Iterator[Any]:
    """The values in a file, as `numbered` without the numbers."""
    return (value for _, value in numbered(path))
