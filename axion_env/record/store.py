"""Episodes on disk: an append-only file of JSON lines that survives a crash.

A line is in the file as soon as `append` returns, so a killed process loses at most the episode in flight. A last line
without its newline is torn: readers report and skip it, and the next writer cuts it off. One process at a time writes a file.
"""

from __future__ import annotations

import os
import stat
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from types import TracebackType

from axion_env._file import cut_back, lock
from axion_env.error import StoreError
from axion_env.record import jsonl
from axion_env.record.codec import decode, encode
from axion_env.record.episode import Episode
from axion_env.record.jsonl import Line

_BLOCK = 1 << 20  # bytes read at a time in search of the last newline
_BEGINNING = b'{"schema"'


class TornRecord(UserWarning):
    """Warning that the last line of a file of episodes is incomplete: its writer was stopped in the middle of it."""


class EpisodeStore:
    """Appends episodes to a file and reads them back.

    From the first append until it is closed, nobody else can write the file.

    Args:
        path: The file; made when first written to.
        offset: Open the file at once and cut it back to this many bytes, as a resumed run does with its checkpoint's offset.

    Raises:
        StoreError: the file is shorter than `offset`, cannot be written, or is being written by another process.
    """

    def __init__(self, path: str | os.PathLike[str], *, offset: int | None = None) -> None:
        self.path = Path(path)
        self._file: FileIO | None = None
        self._mended = False
        if offset is not None:
            with self._writing():
                cut_back(self._open(), self.path, offset)

    @property
    def offset(self) -> int:
        """Bytes written so far, as stored in a checkpoint."""
        return self.path.stat().st_size if self.path.exists() else 0

    def append(self, episode: Episode) -> None:
        """Writes one episode."""
        self.extend((episode,))

    def extend(self, episodes: Iterable[Episode]) -> None:
        """Writes episodes; all are handed to the system before it returns. With none, it opens the file, so that nobody else writes it.

        Raises:
            StoreError: the disk is full, the file cannot be written, or another process writes it. What was written before stays readable.
        """
        lines = "".join(encode(episode) + "\n" for episode in episodes)
        with self._writing():
            file = self._file if self._file is not None and not self._file.closed else self._open()  # closed: in a forked child
            if lines and not self._mended:
                self._mend()
            data = memoryview(lines.encode())
            while data:
                data = data[file.write(data) :]

    def _open(self) -> FileIO:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = open(self.path, "ab", buffering=0)  # noqa: SIM115 (closed by close)
        lock(self._file, self.path)
        self._refuse_foreign()
        self._mended = False
        return self._file

    def _refuse_foreign(self) -> None:
        """Refuses a file that does not begin like an episode: it was named by mistake, and must not be appended to or cut off.

        Raises:
            StoreError: it is no file of episodes.
        """
        if not stat.S_ISREG(self.path.stat().st_mode):
            return
        with open(self.path, "rb") as file:
            first = next((raw for _, raw in jsonl.split(iter(lambda: file.readline(_BLOCK), b""))), b"").strip()
        if not first.startswith(_BEGINNING) and not _BEGINNING.startswith(first):
            raise StoreError(f"{self.path} is no file of episodes: it begins with {first[:20]!r}; choose another")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Closes the file if anything fails inside: it may end in a part of a line, which the next append cuts off."""
        try:
            yield
        except BaseException as problem:
            self.close()
            if not isinstance(problem, OSError):
                raise
            raise StoreError(
                f"cannot write {self.path}: {problem.strerror}; free some space or choose another folder, then resume"
            ) from problem

    def lines(self) -> Iterator[Line]:
        """Every complete line that holds something; a torn last one is reported as a `TornRecord` warning and skipped."""
        try:
            with open(self.path, "rb") as file:
                for number, raw in jsonl.split(file):
                    if not raw.endswith(b"\n"):
                        warnings.warn(f"{self.path} line {number} is torn after {len(raw)} bytes and skipped", TornRecord, stacklevel=2)
                        return
                    yield Line(number, raw[:-1].decode("ascii", errors="backslashreplace"))
        except OSError as problem:
            raise StoreError(f"cannot read {self.path}: {problem.strerror}") from problem

    def __iter__(self) -> Iterator[Episode]:
        """Every episode, in order of writing.

        Raises:
            StoreError: a line is not an episode; names it.
        """
        return (episode for _, episode in self.numbered())

    def numbered(self) -> Iterator[tuple[int, Episode]]:
        """Every episode with the number of its line.

        Raises:
            StoreError: a line is not an episode; names it.
        """
        for line in self.lines():
            try:
                yield line.number, decode(line.text)
            except StoreError as problem:
                raise StoreError(f"{self.path} line {line.number}: {problem}") from None

    def _mend(self) -> None:
        with open(self.path, "rb") as file:
            size = whole = file.seek(0, os.SEEK_END)
            while whole:
                start = max(whole - _BLOCK, 0)
                file.seek(start)
                newline = file.read(whole - start).rfind(b"\n")
                whole = start + newline + 1
                if newline >= 0:
                    break
        if whole < size:
            warnings.warn(f"{self.path} ended in a torn line of {size - whole} bytes, cut off before writing on", TornRecord, stacklevel=4)
            os.truncate(self.path, whole)
        self._mended = True

    def close(self) -> None:
        """Closes the file; the next append opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> EpisodeStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
