"""What a run has stored, to be compared with what another has."""

from __future__ import annotations

from pathlib import Path

import torch

from axion_train.run import checkpoint


def weights(run: Path) -> dict[str, torch.Tensor]:
    """The learner's weights and averaged weights, as of the last checkpoint."""
    state = checkpoint.read(checkpoint.found(run / "checkpoints")[-1])["trainer"]["cast"]["learners"]["learner"]
    return {**state["model"], **{f"average.{i}": t for i, t in enumerate(state["average"])}}


def same(a: Path, b: Path) -> bool:
    """Whether two runs' weights are equal, bit for bit."""
    first, second = weights(a), weights(b)
    return first.keys() == second.keys() and all(torch.equal(first[k], second[k]) for k in first)
