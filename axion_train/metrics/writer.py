"""A run's `metrics.jsonl`, a line for every update."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from axion_env._file import cut_back, lock


class MetricsFile:
    """`metrics.jsonl`: truncated to where the checkpoint left it, and locked until it is closed.

    Args:
        path: Of the file.
        offset: Bytes that are kept of it.

    Raises:
        StoreError: another process writes it, or it is shorter than that.
    """

    def __init__(self, path: Path, offset: int) -> None:
        self._file = open(path, "ab")  # noqa: SIM115 (closed by close)
        try:
            lock(self._file, path)
            cut_back(self._file, path, offset)
            self._file.seek(0, os.SEEK_END)
        except BaseException:
            self._file.close()
            raise

    def write(self, metrics: dict[str, Any]) -> None:
        """Appends a line and flushes it, so that readers see it at once."""
        self._file.write(json.dumps(metrics).encode() + b"\n")
        self._file.flush()

    @property
    def offset(self) -> int:
        """Bytes written."""
        return self._file.tell()

    def close(self) -> None:
        """Closes the file and its lock."""
        self._file.close()

    def __enter__(self) -> MetricsFile:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
