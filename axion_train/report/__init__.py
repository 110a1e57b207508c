"""A run as one self-contained page: metrics, curves with exact references, the strategy, episodes, the recipe."""

from __future__ import annotations

from pathlib import Path

from axion_env import UsageError
from axion_env._file import write_whole
from axion_train.report.curve import picture
from axion_train.report.page import page
from axion_train.report.reference import references
from axion_train.report.run_data import read

__all__ = ["curve_svg", "write_report"]


def write_report(run: Path) -> Path:
    """Writes `report.html` into a run's folder, from whatever the folder holds.

    Returns:
        The file.

    Raises:
        UsageError: there is no such folder, or it cannot be written to.
    """
    data = read(run)
    return _write(run / "report.html", page(data, references(data)))


def curve_svg(run: Path, file: Path) -> Path:
    """Writes the run's curve as a picture that stands alone.

    Raises:
        UsageError: there is no such run, nothing has been measured in it, or the file cannot be written.
    """
    data = read(run)
    drawn = picture(data, references(data))
    if not drawn:
        raise UsageError(f"nothing has been measured in {run} yet; go on with it by: axion train --resume {run}")
    return _write(file, drawn)


def _write(file: Path, text: str) -> Path:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, text)
    except OSError as problem:
        raise UsageError(f"cannot write {file}: {problem.strerror}") from problem
    return file
