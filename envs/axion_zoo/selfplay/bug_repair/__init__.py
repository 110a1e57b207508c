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

Each knows those above it alone. `backend` is the protocol of a backend, `option` what each can be set to, `seat` who plays, and `command`
is `axion repo`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from axion_env import Ask, Context, Demo, Env, EnvSpec, Episode, NotFound, Outcome, Reward, Rubric, Task, UsageError
from axion_env.reward.shaper import Shaper, shaper
from axion_zoo.selfplay.bug_repair import seat
from axion_zoo.selfplay.bug_repair.option import RECORDS, in_order, options_of

_INJECTORS = ("mutator", "agent")


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
        source: Where programs come from. Functions: `boolean`, the tiny language, or `python`, small ones with inputs and outputs. Files:
            `modules`, those of the package. Repositories: the folder that `axion repo prepare` wrote, or one with several such.
        injector: `mutator`: bugs come with the task, made by rule, and only solvers are seated. `agent`: injector_0 makes those of `train`.
        solvers: Solvers seated at once, each on its own.
        shaper: What the injector earns from the solve rate, of `axion_env.shaper`.
        seed: Seeds the sequence of tasks.
        **options: Those of the backend, which has a record of them in `option`.
    """

    renamed: ClassVar[Mapping[str, str]] = {"rung": "backend"}
    option_records: ClassVar[Mapping[str, type[Any]]] = RECORDS
    """What `**options` may be, by backend."""

    def __init__(
        self,
        backend: str = "function",
        source: str = "",
        injector: str = "mutator",
        solvers: int = 1,
        shaper: str = "ssr",
        seed: int = 0,
        **options: Any,
    ) -> None:
        if injector not in _INJECTORS:
            raise NotFound("injector", injector, _INJECTORS)
        if solvers < 1:
            raise UsageError(f"BugRepair: solvers is 1 or more: got {solvers}")
        self.options = in_order(self.options)
        agent = injector == "agent"
        chosen = options_of(backend, source, options)
        self.backend = chosen.backend(source, agent=agent, solvers=solvers, seed=seed)
        self.splits = self.backend.splits
        rewards = {"injector": [_challenge(shaper)], "solver": [Reward(solved)]}
        self.rubric = Rubric(**(rewards if agent else {"solver": rewards["solver"]}))
        self.spec = EnvSpec(
            "axion/BugRepair-v0",
            agents=seat.roles(solvers, chosen.memory, agent=agent),
            max_turns=chosen.max_turns(agent=agent, solvers=solvers),
            reward_range=(-1.0, 1.0),
            symmetric=solvers > 1,
            description="An injector breaks a program, gates decide whether that is a bug, solvers mend it from what fails.",
        )

    def tasks(self, split: str = "train") -> Sequence[Task]:
        """The backend's tasks: `train`, `dev` (to choose settings on), `test`, `orbit`, and a test of each other kind of bug."""
        super().tasks(split)
        return self.backend.tasks(split)

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Has the bug made, validated and mended by the backend."""
        return await self.backend.play(task, ctx)

    def examples(self, ask: Ask[Any]) -> Sequence[str]:
        """The backend's well-formed answers."""
        return self.backend.examples(ask)

    def derived(self, episode: Episode) -> Sequence[Task]:
        """Bugs of order two: what a solver that failed made of the first."""
        return self.backend.derived(episode)

    def demos(self) -> Sequence[Demo]:
        """The backend's scripted plays."""
        return self.backend.demos()


def _challenge(name: str) -> Reward:
    """The injector's reward: -1 for what is no bug, else what the shaper makes of the solve rate."""
    shape: Shaper = shaper(name)

    def challenge(episode: Episode, agent: str) -> float:
        facts = episode.facts
        assert facts is not None
        return shape(sum(facts["solved"]), len(facts["solved"])) if facts["valid"] else shape.invalid

    return Reward(challenge)
