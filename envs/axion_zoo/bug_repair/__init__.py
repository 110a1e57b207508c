"""Bugs made and mended by one model, after Self-play SWE-RL (Wei et al., arXiv 2512.18552).

An injector breaks something that works, gates decide whether that is a bug, and solvers mend it from what fails. One ladder in rungs:
`function` (a line of a tiny language, or a small Python function), `file` (a module with its tests), `repository` (a package with its own).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from axion_env import Ask, Context, Demo, Env, EnvSpec, Episode, Memory, NotFound, Outcome, Reward, Role, Rubric, Task, UsageError
from axion_env.shaper import Shaper, shaper
from axion_zoo.bug_repair.function import FunctionRung, Gates
from axion_zoo.bug_repair.rung import Rung

_INJECTORS = ("mutator", "agent")
_SOURCES = ("boolean",)


def solved(episode: Episode, agent: str) -> float | None:
    """1 for a bug mended, -1 for one that is not; nothing where the injector's proposal was no bug, and nobody was asked."""
    facts = episode.facts
    assert facts is not None
    if not facts["valid"]:
        return None
    return 1.0 if facts["solved"][int(agent.removeprefix("solver_"))] else -1.0


class BugRepair(Env):
    """Bugs made by an agent or a mutator, and mended by agents.

    Args:
        rung: `function`.
        source: Of programs: `boolean`, the tiny language.
        injector: `mutator`: bugs come with the task, and only solvers are seated. `agent`: injector_0 makes those of `train`.
        solvers: Seated at once, each on its own.
        mutator: Makes the bugs that no agent does: `substitution`, `operator`, `variable`, `negation`, `two`, `swap` or `order`.
        blank: A control: the solver is not shown the buggy program.
        trace: Show the values after each operator, and not the last only.
        rows: Failing rows that the solver is shown, and no others; 0: all rows.
        max_edits: Tokens by which a bug, and a fix, may differ from what it was made of.
        shaper: What the injector earns from the solve rate, of `axion_env.shaper`.
        seed: Of the sequence of tasks.
    """

    def __init__(
        self,
        rung: str = "function",
        source: str = "boolean",
        injector: str = "mutator",
        solvers: int = 1,
        mutator: str = "substitution",
        blank: bool = False,
        trace: bool = True,
        rows: int = 0,
        max_edits: int = 2,
        shaper: str = "ssr",
        seed: int = 0,
    ) -> None:
        if rung != "function":
            raise NotFound("rung", rung, ("function",))
        if source not in _SOURCES:
            raise NotFound("source", source, _SOURCES)
        if injector not in _INJECTORS:
            raise NotFound("injector", injector, _INJECTORS)
        if solvers < 1 or rows < 0 or max_edits < 1:
            raise UsageError(f"BugRepair: solvers and max_edits are 1 or more, and rows 0 or more: got {solvers}, {max_edits}, {rows}")
        agent = injector == "agent"
        self.rung: Rung = FunctionRung(
            agent=agent, solvers=solvers, mutator=mutator, blank=blank, trace=trace, rows=rows, gates=Gates(max_edits), seed=seed
        )
        self.splits = self.rung.splits
        rewards = {"injector": [_challenge(shaper)], "solver": [Reward(solved)]}
        self.rubric = Rubric(**(rewards if agent else {"solver": rewards["solver"]}))
        self.spec = EnvSpec(
            "axion/BugRepair-v0",
            agents=_seats(agent, solvers),
            max_turns=2,
            reward_range=(-1.0, 1.0),
            symmetric=solvers > 1,
            description="An injector breaks a program, gates decide whether that is a bug, solvers mend it from what fails.",
        )

    def tasks(self, split: str = "train") -> Sequence[Task]:
        """The rung's: `train`, `dev` (to choose settings on), `test`, `orbit`, and a test of each other kind of bug."""
        super().tasks(split)
        return self.rung.tasks(split)

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Have the bug made, looked at and mended, as the rung does it."""
        return await self.rung.play(task, ctx)

    def examples(self, ask: Ask[Any]) -> Sequence[str]:
        """The rung's."""
        return self.rung.examples(ask)

    def demos(self) -> Sequence[Demo]:
        """The rung's."""
        return self.rung.demos()


def _seats(agent: bool, solvers: int) -> dict[str, Role]:
    seats = {f"solver_{i}": Role("solver", "mends the bug", Memory.NONE) for i in range(solvers)}
    return {"injector_0": Role("injector", "makes the bug", Memory.NONE)} | seats if agent else seats


def _challenge(name: str) -> Reward:
    """The injector's reward: -1 for what is no bug, else what the shaper makes of the solve rate."""
    shape: Shaper = shaper(name)

    def challenge(episode: Episode, agent: str) -> float:
        facts = episode.facts
        assert facts is not None
        return shape(sum(facts["solved"]), len(facts["solved"])) if facts["valid"] else shape.invalid

    return Reward(challenge)
