"""Bugs made and mended by one model, after Self-play SWE-RL (Wei et al., arXiv 2512.18552).

An injector breaks something that works, gates decide whether that is a bug, and solvers mend it from what fails. Three backends say
what a program is: `function` (a line of a tiny language, or a small Python function), `file` (a module with its tests) and `repository` (a
package with its own).

| room | what is in it |
|---|---|
| `suite` | a bug as five files, and the tests that tell it |
| `gate` | whether that is a bug, and whether a prediction mends it |
| `injector` | bugs by rule, and solvers that are no models |
| `repository` | real packages made ready |
| `module` | the trees that come with the package |
| `bank` | trees, with the bugs that are known of them |
| `function`, `tree` | the backends in play: `function`; `file` and `repository` |

Each knows those above it alone. `backend` is the protocol of a backend, `seat` who plays, `command` is `axion repo`.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from axion_env import Ask, Context, Demo, Env, EnvSpec, Episode, Memory, NotFound, Outcome, Reward, Rubric, Task, UsageError
from axion_env.reward.shaper import Shaper, shaper
from axion_zoo.selfplay.bug_repair import gate, seat
from axion_zoo.selfplay.bug_repair.backend import RepairBackend
from axion_zoo.selfplay.bug_repair.bank import Modules, Repositories, Trees
from axion_zoo.selfplay.bug_repair.function import BooleanBackend, BooleanGates, PythonGates, PythonRepairBackend
from axion_zoo.selfplay.bug_repair.tree import TreeBackend, Workbench
from axion_zoo.shared.mutation import OPERATORS

_INJECTORS = ("mutator", "agent")
_OF_FUNCTIONS = ("mutator", "blank", "trace", "rows", "max_edits")
_OF_TREES = ("turns", "injector_turns", "strategy", "gates", "held_out")


def solved(episode: Episode, agent: str) -> float | None:
    """1 for a bug mended, -1 for one that is not; nothing where the injector's proposal was no bug, and nobody was asked."""
    facts = episode.facts
    assert facts is not None
    if not facts["valid"]:
        return None
    return 1.0 if facts["solved"][seat.number(agent)] else -1.0


class BugRepair(Env):
    """Bugs made by an agent or a mutator, and mended by agents.

    Args:
        backend: `function`, `file` or `repository`.
        source: Of functions `boolean`, the tiny language, or `python`, small ones with inputs and outputs; of files `modules`, those that
            come with the package; of repositories the folder that `axion repo prepare` wrote, or one with several such.
        injector: `mutator`: bugs come with the task, made by rule, and only solvers are seated. `agent`: injector_0 makes those of `train`.
        solvers: Seated at once, each on its own.
        shaper: What the injector earns from the solve rate, of `axion_env.shaper`.
        seed: Of the sequence of tasks.
        mutator: Functions: makes the bugs that no agent does: of the tiny language `substitution` (the default), `operator`, `variable`,
            `negation`, `two`, `swap` or `order`; of Python one operator of `axion_zoo.shared.mutation`, or all.
        blank: Functions: a control, in which the solver is not shown the buggy program.
        trace: Functions: show the values after each operator, and not the last only.
        rows: Functions: failing rows (Python: calls) that the solver is shown, and no others; 0: all rows (Python: three calls).
        max_edits: Functions: tokens (Python: lines) by which a bug may differ from what it was made of, and tokens by which a fix may.
        turns: Files and repositories: actions of a solver, of tools or the last, which hands in; 1: one patch, and no tools.
        injector_turns: The same of an injector.
        strategy: How an injector is told to go about it: `direct`, `removal`, `history`, or `mixed`, the last two at random.
        gates: Thresholds of the gates, by name; see `gate.Gates`.
        held_out: Repositories that are the split `test`.
    """

    renamed: ClassVar[Mapping[str, str]] = {"rung": "backend"}

    def __init__(
        self,
        backend: str = "function",
        source: str = "",
        injector: str = "mutator",
        solvers: int = 1,
        shaper: str = "ssr",
        seed: int = 0,
        mutator: str = "",
        blank: bool = False,
        trace: bool = True,
        rows: int = 0,
        max_edits: int = 2,
        turns: int = 20,
        injector_turns: int = 40,
        strategy: str = "mixed",
        gates: Mapping[str, Any] | None = None,
        held_out: Sequence[str] = (),
    ) -> None:
        if injector not in _INJECTORS:
            raise NotFound("injector", injector, _INJECTORS)
        if min(solvers, max_edits, turns, injector_turns) < 1 or rows < 0:
            got = f"{solvers}, {max_edits}, {turns}, {injector_turns}, {rows}"
            raise UsageError(f"BugRepair: solvers, max_edits, turns and injector_turns are 1 or more, and rows 0 or more: got {got}")
        agent, functions = injector == "agent", backend == "function"
        _refuse(_OF_TREES if functions else _OF_FUNCTIONS, self.options, backend)
        if functions and source == "python":
            _refuse(("trace",), self.options, "function, source=python")
            operators = (mutator,) if mutator else tuple(OPERATORS)
            self.backend: RepairBackend = PythonRepairBackend(
                agent=agent, solvers=solvers, operators=operators, blank=blank, rows=rows, gates=PythonGates(max_edits), seed=seed
            )
        elif functions:
            if source not in ("", "boolean"):
                raise NotFound("source", source, ("boolean", "python"))
            self.backend = BooleanBackend(
                agent=agent, solvers=solvers, mutator=mutator or "substitution", blank=blank, trace=trace, rows=rows,
                gates=BooleanGates(max_edits), seed=seed,
            )  # fmt: skip
        else:
            self.backend = TreeBackend(
                _trees(backend, source, held_out), agent=agent, solvers=solvers, injecting=Workbench(turns=injector_turns),
                solving=Workbench(turns=turns), strategy=strategy, gates=_gates(gates or {}), seed=seed,
            )  # fmt: skip
        self.splits = self.backend.splits
        rewards = {"injector": [_challenge(shaper)], "solver": [Reward(solved)]}
        self.rubric = Rubric(**(rewards if agent else {"solver": rewards["solver"]}))
        self.spec = EnvSpec(
            "axion/BugRepair-v0",
            agents=seat.roles(solvers, Memory.NONE if functions else Memory.DIALOGUE_WITHOUT_THINKING, agent=agent),
            max_turns=1 + agent if functions else agent * injector_turns + solvers * turns,
            reward_range=(-1.0, 1.0),
            symmetric=solvers > 1,
            description="An injector breaks a program, gates decide whether that is a bug, solvers mend it from what fails.",
        )

    def tasks(self, split: str = "train") -> Sequence[Task]:
        """The backend's: `train`, `dev` (to choose settings on), `test`, `orbit`, and a test of each other kind of bug."""
        super().tasks(split)
        return self.backend.tasks(split)

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Have the bug made, looked at and mended, as the backend does it."""
        return await self.backend.play(task, ctx)

    def examples(self, ask: Ask[Any]) -> Sequence[str]:
        """The backend's."""
        return self.backend.examples(ask)

    def derived(self, episode: Episode) -> Sequence[Task]:
        """Bugs of order two: what a solver that failed made of the first."""
        return self.backend.derived(episode)

    def demos(self) -> Sequence[Demo]:
        """The backend's."""
        return self.backend.demos()


def _refuse(names: Sequence[str], options: Mapping[str, Any], backend: str) -> None:
    """Refuse options that a backend does not read: a knob that does nothing is a mistake."""
    usual = inspect.signature(BugRepair.__init__).parameters
    for name in names:
        if name in options and options[name] != usual[name].default:
            raise UsageError(f"BugRepair: the backend {backend!r} does not read {name!r}: got {options[name]!r}")


def _trees(backend: str, source: str, held_out: Sequence[str]) -> Trees:
    if backend not in ("file", "repository"):
        raise NotFound("backend", backend, ("function", "file", "repository"))
    if backend == "repository":
        if not source:
            raise UsageError("BugRepair: the backend 'repository' takes the folder that `axion repo prepare` wrote: -o source=FOLDER")
        return Repositories(Path(source), held_out)
    if source not in ("", "modules") or held_out:
        raise UsageError(f"BugRepair: the backend 'file' takes source=modules and no held_out: got {source!r} and {list(held_out)}")
    return Modules()


def _gates(changes: Mapping[str, Any]) -> gate.Gates:
    known = [field.name for field in dataclasses.fields(gate.Gates)]
    for name in changes:
        if name not in known:
            raise NotFound("gate setting", name, known)
    for name in changes.get("off", ()):
        if name not in gate.GATES:
            raise NotFound("gate", name, gate.GATES)
    return gate.Gates(**changes)


def _challenge(name: str) -> Reward:
    """The injector's reward: -1 for what is no bug, else what the shaper makes of the solve rate."""
    shape: Shaper = shaper(name)

    def challenge(episode: Episode, agent: str) -> float:
        facts = episode.facts
        assert facts is not None
        return shape(sum(facts["solved"]), len(facts["solved"])) if facts["valid"] else shape.invalid

    return Reward(challenge)
