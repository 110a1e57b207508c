"""What proposers and solvers are paid."""

from __future__ import annotations

from axion_env import Episode, Reward, Rubric
from axion_env.reward.shaper import Shaper
from axion_zoo.selfplay.absolute_zero.backend import KINDS


def rubric_of(shape: Shaper, wrong: float, malformed: float) -> Rubric:
    """The rewards of all six roles.

    Args:
        shape: What a proposer earns by the solve rate.
        wrong: What a solver earns by an answer that is well-formed and wrong; a right one earns 1.
        malformed: What it earns by one that is not well-formed. The paper has 1, −.5 and −1 (its composite reward, section 3.4).
    """

    def learnability(episode: Episode, agent: str) -> float | None:
        """What the proposal earns; nothing at all where it is held out, which no proposer can know."""
        facts = episode.facts
        assert facts is not None
        if facts["held_out"]:
            return None
        return shape(sum(facts["solved"]), len(facts["solved"])) if facts["valid"] else shape.invalid

    def correct(episode: Episode, agent: str) -> float | None:
        """1 for a right answer; nothing where there was no question."""
        facts = episode.facts
        assert facts is not None
        if not facts["solved"]:
            return None
        place = int(agent.rpartition("_")[2])
        if facts["answers"][place] is None:
            return malformed
        return 1.0 if facts["solved"][place] else wrong

    return Rubric(
        **{f"{kind}_proposer": [Reward(learnability)] for kind in KINDS}, **{f"{kind}_solver": [Reward(correct)] for kind in KINDS}
    )


def range_of(shape: Shaper, solvers: int, wrong: float, malformed: float) -> dict[str, tuple[float, float]]:
    """Least and greatest reward of every role. A proposal that is held out earns 0."""
    proposer = [*map(float, shape.rewards(solvers)), float(shape.invalid), 0.0]
    solver = [1.0, wrong, malformed, 0.0]
    proposers = {f"{kind}_proposer": (min(proposer), max(proposer)) for kind in KINDS}
    return proposers | {f"{kind}_solver": (min(solver), max(solver)) for kind in KINDS}
