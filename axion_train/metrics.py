"""A run's `metrics.jsonl`, a line for every update."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


class Metrics:
    """`metrics.jsonl`, cut back to where the checkpoint left it.

    Args:
        path: Of the file.
        offset: Bytes that are kept of it.
    """

    def __init__(self, path: Path, offset: int) -> None:
        if path.exists():
            os.truncate(path, offset)
        self._file = open(path, "ab")  # noqa: SIM115 (closed by close)

    def write(self, figures: dict[str, Any]) -> None:
        """A line more, at once: whoever looks on sees it."""
        self._file.write(json.dumps(figures).encode() + b"\n")
        self._file.flush()

    @property
    def offset(self) -> int:
        """Bytes written."""
        return self._file.tell()

    def close(self) -> None:
        """No more lines."""
        self._file.close()

    def __enter__(self) -> Metrics:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
