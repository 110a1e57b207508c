"""Scripts with known verdicts."""

from __future__ import annotations

from collections.abc import Sequence

from axion_env import Demo, Task
from axion_env.reward.shaper import Shaper
from axion_zoo.selfplay.absolute_zero.backend import Kind, Script


def scripts(kind: Kind, script: Script, task: Task, shape: Shaper, wrong: float, malformed: float) -> Sequence[Demo]:
    """A proposal that one of the solvers solves, one that none does, and one that cheats.

    Args:
        kind: Kind of proposal.
        script: Answers.
        task: To propose beside the script's references.
        shape: What the proposer earns by the solve rate.
        wrong: What a wrong answer earns.
        malformed: What an answer earns that is none.
    """
    proposer, *solvers = list(task.agents or ())

    def demo(name: str, proposal: str, answers: Sequence[str], earned: Sequence[float], worth: float) -> Demo:
        said = {proposer: [proposal]} | {solver: [answer] for solver, answer in zip(solvers, answers, strict=True)}
        return Demo(f"{name}: {kind}", said, {proposer: worth} | dict(zip(solvers, earned, strict=True)), task=task)

    others = len(solvers) - 1
    bad = [script.wrong] * (others // 2) + [script.malformed] * (others - others // 2)
    paid = [wrong] * (others // 2) + [malformed] * (others - others // 2)
    one, none = shape(1, len(solvers)), shape(0, len(solvers))
    return (
        demo("solved once", script.proposal, [script.right, *bad], [1.0, *paid], one),
        demo("unsolved", script.proposal, [script.wrong, *bad], [wrong, *paid], none),
        demo("cheat", script.refused, [script.right] * len(solvers), [0.0] * len(solvers), shape.invalid),
    )
