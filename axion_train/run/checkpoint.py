"""Checkpoints: everything a run needs to go on as if it had never stopped."""

from __future__ import annotations

import os
import pickle
import shutil
from pathlib import Path
from typing import Any

import torch

from axion_env import UsageError

KEPT = 2  # the newest, and one before it, should the disk fail under the newest


def save(folder: Path, update: int, state: dict[str, Any]) -> Path:
    """Write a checkpoint so that it is either there whole or not at all.

    Raises:
        UsageError: the disk is full, or the folder cannot be written.
    """
    path = folder / f"{update:06d}.pt"
    draft = folder / f".{update:06d}.writing"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open(draft, "wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except (OSError, RuntimeError) as problem:
        draft.unlink(missing_ok=True)
        raise UsageError(f"cannot write the checkpoint {path}: {problem}; free some space, then resume") from problem
    for old in found(folder)[:-KEPT]:
        old.unlink()
    return path


def found(folder: Path) -> list[Path]:
    """Whole checkpoints, oldest first."""
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
    """Remove what a stopped writer left behind."""
    for draft in folder.glob(".*.writing"):
        shutil.rmtree(draft) if draft.is_dir() else draft.unlink()
