"""Scripts with known verdicts, for every tester there can be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from axion_env import Demo, Task
from axion_zoo.selfplay.test_duel.backend import DuelBackend, Input, Slip
from axion_zoo.selfplay.test_duel.reward import Worth


class Setting(Protocol):
    """What a script depends on: `TestDuel`, as it was set up."""

    backend: DuelBackend
    tester: str
    coders: int
    evidence: str
    share: float
    """Share of a tester's reward that is for the play's pool."""
    worth: Worth

    def tasks(self, split: str) -> Sequence[Task]:
        """The tasks of a split."""
        ...

    def seats_of(self, role: str) -> tuple[str, ...]:
        """Everybody who could do that job."""
        ...

    def fixed_suite(self, population: Sequence[Input]) -> tuple[Input, ...]:
        """The suite of a tester that always has the same."""
        ...


def scripts(env: Setting) -> Sequence[Demo]:
    """Right programs; a mistake that one test sees through and others do not; no program; both sides cheating."""
    task = env.tasks("train")[0]
    slip = env.backend.slip(task)
    coders, testers = env.seats_of("coder"), env.seats_of("tester") if env.tester == "agent" else ()
    (telling,) = env.backend.inputs(task, slip.telling, 1) or (None,)
    blind = [slip.blind] * env.coders
    draws: dict[str, Input] = dict.fromkeys(("input 0 for all programs", "input 0 for program 0"), telling)

    def demo(name: str, program: str, suites: Sequence[str], coded: Sequence[float], tested: float = 0.0) -> Demo:
        said = {coder: [program] for coder in coders} | {tester: [suite] for tester, suite in zip(testers, suites, strict=False)}
        earned = dict(zip(coders, coded, strict=True)) | dict.fromkeys(testers, 0.0) | dict.fromkeys(testers[:1], tested)
        return Demo(name, said, earned, draws if program == slip.wrong else {}, task)

    passes, fails = [1.0] * env.coders, [0.0] * env.coders
    return (
        demo("right", slip.right, blind, passes),
        demo("seen through once", slip.wrong, [slip.telling, *blind[1:]], _accepted(env, task, telling), _worth(env, slip)),
        demo("no program", slip.none, blind, fails),
        demo("cheat: two programs, and one input twice", slip.double, [slip.twice] * env.coders, fails),
    )


def _accepted(env: Setting, task: Task, telling: Input) -> list[float]:
    """[coders] What they earn by one mistake, of which the first tester, or the first draw, knows."""
    if env.tester in ("fixed", "all"):
        tests = env.fixed_suite(env.backend.population(task))
        return [float(telling not in tests)] * env.coders
    return [0.0] + [float(env.tester != "random_per_task")] * (env.coders - 1)


def _worth(env: Setting, slip: Slip) -> float:
    """What the first tester earns by that: the play's only wrong program is its own, and all there is to the pool."""
    own = env.worth(*(slip.mistakes if env.evidence == "truth" else (1, min(2, env.coders))))
    return env.share * (own > 0) + (1 - env.share) * own
