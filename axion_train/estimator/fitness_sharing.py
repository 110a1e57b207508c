"""Fitness sharing: equal proposals share what they earn.

A proposer that earns by the difficulty of what it proposes settles on a few proposals that pay, and the answerer learns no more from it.
What it proposed is the fact `proposal` of its episode.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from axion_env import Trajectory, UsageError

PROPOSAL = "proposal"
"""The fact that holds what was proposed: equal values are equal proposals. None, or no such fact: nothing was proposed."""
_FORGOTTEN = 0.01  # earlier proposals that count less than this are dropped


class FitnessSharing:
    """A positive reward is divided by how many equal proposals there are: fitness sharing.

    (Goldberg & Richardson, "Genetic algorithms with sharing for multimodal function optimization", ICGA 1987, with equality as the
    distance.) What a proposal costs is not shared: a mistake made often would else be a small one.

    Args:
        remember: Proposals of earlier batches count too, less by this factor with every batch; 0: not at all.
    """

    def __init__(self, remember: float = 0.0) -> None:
        if not 0 <= remember < 1:
            raise UsageError(f"advantage.remember must be in [0, 1): got {remember}")
        self.remember = remember
        self._earlier: dict[str, float] = {}

    def __call__(self, trajectories: Sequence[Trajectory]) -> list[Trajectory]:
        """[N] The trajectories with shared rewards, whatever their order."""
        proposals = [proposal(t) for t in trajectories]
        here = Counter(p for p in proposals if p is not None)
        shared = [
            t if p is None or t.reward <= 0 else t._replace(reward=t.reward / (here[p] + self._earlier.get(p, 0.0)))
            for t, p in zip(trajectories, proposals, strict=True)
        ]
        if self.remember:
            counts = {p: self.remember * (self._earlier.get(p, 0.0) + here[p]) for p in sorted({*self._earlier, *here})}
            self._earlier = {p: count for p, count in counts.items() if count >= _FORGOTTEN}
        return shared

    def state_dict(self) -> dict[str, Any]:
        """The counts of earlier proposals."""
        return {"earlier": dict(self._earlier)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the state."""
        self._earlier = dict(state["earlier"])


def proposal(trajectory: Trajectory) -> str | None:
    """The role and the proposal of its episode, as canonical JSON. None: nothing was proposed."""
    found = (trajectory.facts or {}).get(PROPOSAL)
    return None if found is None else f"{trajectory.role} {json.dumps(found, sort_keys=True)}"
