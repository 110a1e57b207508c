"""Figures with their intervals, as a table a person reads, as Markdown and as JSON."""

from __future__ import annotations

import json
import math
import shlex
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from scipy.stats import t

from axion_train.evaluate.stats import half_width
from benchmarks.many import commit


@dataclass(frozen=True)
class Mean:
    """A mean over runs, and its interval."""

    mean: float
    half: float
    """Half the width of the two-sided 95 % t-interval; NaN for a single run."""
    n: int

    def __str__(self) -> str:
        return f"{self.mean:.4f}" if math.isnan(self.half) else f"{self.mean:.4f} ± {self.half:.4f}"

    @property
    def figures(self) -> dict[str, Any]:
        """Ready for JSON."""
        interval = None if math.isnan(self.half) else [self.mean - self.half, self.mean + self.half]
        return {"mean": self.mean, "interval": interval, "n": self.n}


def mean(values: Iterable[float]) -> Mean:
    """The mean with its 95 % t-interval.

    >>> mean([1.0, 2.0, 3.0]).mean, round(mean([1.0, 2.0, 3.0]).half, 4)
    (2.0, 2.4841)
    """
    found = list(values)
    n = len(found)
    half = half_width(found, float(t.ppf(0.975, n - 1))) if n > 1 else math.nan
    return Mean(fmean(found), half, n)


class Table(NamedTuple):
    """Rows under headings; a float is shown with four decimals."""

    head: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def markdown(self) -> str:
        """As Markdown reads it."""
        lines = [self.head, ["---"] * len(self.head), *([cell(c) for c in row] for row in self.rows)]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)

    def plain(self) -> str:
        """In columns."""
        cells = [list(self.head), *([cell(c) for c in row] for row in self.rows)]
        widths = [max(len(row[i]) for row in cells) for i in range(len(self.head))]
        return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells)


def cell(value: Any) -> str:
    """How a figure stands in a table."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, float):
        return f"{value:.4f}" if abs(value) >= 1e-4 or value == 0 else f"{value:.0e}"
    return str(value)


class Report:
    """What a command found: paragraphs and tables, printed at once and written at the end.

    Args:
        title: First line of the Markdown.
        name: Of the command's module.
        made: Commits of the runs it is about; none: figures of this commit, without runs.
    """

    def __init__(self, title: str, name: str, made: Iterable[str] = ()) -> None:
        self.command = shlex.join(["python", "-m", f"benchmarks.{name}", *sys.argv[1:]])
        self.commits = sorted(set(made))
        about = " Intervals are 95 % t-intervals over runs." if self.commits else ""
        self.commits = self.commits or [commit()]
        commits = ", ".join(c[:12] + c[40:] for c in self.commits)
        plus = " (+: with local changes)" if any(c.endswith("+") for c in self.commits) else ""
        self._parts = [f"# {title}", f"`{self.command}`  \nat commit {commits}{plus}.{about}"]
        print(f"{title}\n")

    def say(self, text: str) -> None:
        """A paragraph."""
        self._parts.append(text)
        print(f"{text}\n")

    def table(self, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """A table."""
        made = Table(tuple(head), [tuple(row) for row in rows])
        self._parts.append(made.markdown())
        print(f"{made.plain()}\n")

    def write(self, out: Path, figures: dict[str, Any]) -> None:
        """The figures to `out`, the words and tables to the same name with `.md`."""
        out.parent.mkdir(parents=True, exist_ok=True)
        found = {"command": self.command, "commits": self.commits, **figures}
        out.write_text(json.dumps(found, indent=1, default=_plain) + "\n")
        out.with_suffix(".md").write_text("\n\n".join(self._parts) + "\n")
        print(f"written: {out} and {out.with_suffix('.md').name}", file=sys.stderr)


def _plain(value: Any) -> Any:
    return value.figures if isinstance(value, Mean) else str(value)
