"""Checkpoints: everything a resumed run needs to continue as if it had not been interrupted."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path
from typing import Any

import torch

from axion_env import UsageError
from axion_env._file import whole

KEPT = 2  # the newest, and one before it, should the disk fail under the newest


def save(folder: Path, update: int, state: dict[str, Any]) -> Path:
    """Writes a checkpoint whole, and removes all but the newest two.

    Raises:
        UsageError: the disk is full, or the folder cannot be written.
    """
    path = folder / f"{update:06d}.pt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with whole(path) as file:
            torch.save(state, file)
    except (OSError, RuntimeError) as problem:
        raise UsageError(f"cannot write the checkpoint {path}: {problem}; free some space, then resume") from problem
    for old in found(folder)[:-KEPT]:
        old.unlink()
    return path


def found(folder: Path) -> list[Path]:
    """The checkpoints in a folder, oldest first; drafts are left out."""
    return sorted(folder.glob("[0-9]*.pt"))


def read(path: Path) -> dict[str, Any]:
    """The state in a checkpoint.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError, ValueError, KeyError) as problem:
        reason = str(problem).splitlines()[0][:200]
        raise UsageError(f"checkpoint {path} cannot be read ({reason}); remove it to go on from the one before") from problem
    return state


def clear_drafts(folder: Path) -> None:
    """Removes the drafts that a killed process left behind."""
    for draft in folder.glob(".*.writing"):
        shutil.rmtree(draft) if draft.is_dir() else draft.unlink()
