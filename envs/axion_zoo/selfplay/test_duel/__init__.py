"""Programs and tests that train each other, where the truth about both is known.

Coders write programs to a specification. Testers, who see the specification and perhaps the program, choose inputs; a trusted reference
supplies the values, so that a tester can be weak but never wrong. A coder is paid for passing its tester's suite, a tester for what its
suite gives away. What a program really does at every input is in the facts, and no agent is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from axion_env import (
    Ask,
    Context,
    Demo,
    Env,
    EnvSpec,
    Episode,
    Memory,
    NotFound,
    Outcome,
    Procedural,
    Reward,
    Role,
    Rubric,
    Stream,
    Task,
    UsageError,
    derive,
)
from axion_zoo.selfplay.test_duel.backend import DuelBackend, Input
from axion_zoo.selfplay.test_duel.duel import EVIDENCE, Account, Duel, Pair
from axion_zoo.selfplay.test_duel.exact_backend import ExactDuelBackend
from axion_zoo.selfplay.test_duel.reward import passed, tester_rewards, worth_of
from axion_zoo.selfplay.test_duel.script import scripts

TESTERS = ("agent", "random", "random_per_task", "fixed", "all")


class TestDuel(Env):
    """Coders against testers, beside an exact truth.

    Args:
        backend: `exact` (tiny total functions, truth by enumeration) or `python` (functions run in the sandbox, truth by hidden cases).
        tester: Who tests: `agent`, or where no agent is seated `random` inputs for each program, `random_per_task` (the same for all
            programs of a play), `fixed` (the first inputs there are, always: the floor) or `all` (every input: the ceiling).
        sees_program: Testers are shown the program, and not its specification alone.
        inputs: Most inputs of a suite.
        coders: Programs of a play, each with a tester.
        pool: Share of a tester's reward that is for all wrong programs of the play, its archive included, instead of for the one it was to
            test. Default: 0 where it sees a program, else 1.
        worth: A shaper by name (`axion_env.shaper`): what catching a program is worth by the share of inputs that would. `one_minus`:
            nothing where any input would.
        evidence: What that share is taken over: `truth` (all inputs), `suites` (those of all the play's suites; a program they all accept
            counts for nothing), or `own`: catching one's own program is worth 1, and no further value is asked for.
        audit: One program in so many has its truth looked up if its suite accepts it, so that testers may be given it as a task; 0: none.
            With evidence `truth` every wrong program is known.
        noise: Chance of each planted mistake in the programs that a warm-up is shown.
        domain: How many inputs there are (exact backend).
        pieces: Pieces of each function (exact backend).
        rules: Say the rules in every question, which a model made from scratch learns by example (exact backend).
        source: `embedded` or `procedural` problems, as in `axion/CodeSynthesis-v0` (Python backend).
        level: Difficulty of procedural problems.
        seed: Seeds the sequence of tasks.
    """

    __test__ = False  # no test class, whatever its name looks like to pytest
    renamed: ClassVar[Mapping[str, str]] = {"rung": "backend"}

    def __init__(
        self,
        backend: str = "exact",
        tester: str = "agent",
        sees_program: bool = True,
        inputs: int = 1,
        coders: int = 2,
        pool: float | None = None,
        worth: str = "one_minus",
        evidence: str = "truth",
        audit: int = 0,
        noise: float = 0.0,
        domain: int = 16,
        pieces: int = 3,
        rules: bool = True,
        source: str = "embedded",
        level: int = 2,
        seed: int = 0,
    ) -> None:
        if tester not in TESTERS:
            raise NotFound("tester", tester, TESTERS)
        if evidence not in EVIDENCE:
            raise NotFound("evidence", evidence, EVIDENCE)
        if min(inputs, coders) < 1 or audit < 0 or not 0 <= noise <= 1 or not 0 <= (pool or 0) <= 1:
            raise UsageError(
                "TestDuel: inputs and coders are 1 or more, audit not negative, noise and pool shares: "
                f"got {inputs}, {coders}, {audit}, {noise}, {pool}"
            )
        if evidence == "suites" and coders < 2:
            raise UsageError("TestDuel: evidence=suites compares the suites of several testers; have 2 coders or more")
        self.tester = tester
        self.sees_program = sees_program
        self.inputs = inputs
        self.coders = coders
        self.evidence = evidence
        self.audit = audit
        self.noise = noise
        self.seed = seed
        self.backend = _backend(backend, domain, pieces, rules, source, level, seed)
        seats = {f"coder_{i}": _CODER for i in range(coders)} | {f"tester_{i}": _TESTER for i in range(coders)}
        self.splits = tuple(split for split in self.backend.splits if split != "pool" or tester == "agent")
        share = (0.0 if sees_program else 1.0) if pool is None else pool
        if share and evidence == "own":
            raise UsageError("TestDuel: with evidence=own nothing is known of the pool; set pool=0, or another evidence")
        self.share = share
        self.worth = worth_of(worth, evidence)
        self.rubric = Rubric(coder=[Reward(passed)], tester=tester_rewards(share, self.worth))
        self.spec = EnvSpec(
            "axion/TestDuel-v0",
            agents=seats,
            max_turns=2 * coders,
            reward_range=(0.0, 1.0),
            symmetric=True,
            description="Programs and the tests of them, trained against each other beside an exact truth.",
        )

    def tasks(self, split: str = "train") -> Sequence[Task]:
        """`train`, `test` (and the exact backend's `dev`) share no behaviour. `pool` is for testers: wrong programs for tasks of `test`."""
        super().tasks(split)
        tasks = self.backend.tasks(split)
        if split != "pool" and self.tester == "agent":
            return tasks
        seated = self.seats_of("tester" if split == "pool" else "coder")
        return Procedural(len(tasks), lambda k: replace(tasks[k], agents=seated))

    def seats_of(self, role: str) -> tuple[str, ...]:
        """Everybody who could do that job."""
        return tuple(agent for agent, its in self.spec.agents.items() if its.name == role)

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Programs, then suites, then the truth."""
        archive = task.secret.get("archive", ())
        coders = [agent for agent in ctx.agents if agent.startswith("coder")]
        question = self.backend.question(task)
        programs = await ctx.gather(*(ctx.ask(coder, question, parse=self.backend.program) for coder in coders)) if coders else ()
        handed: list[tuple[str | None, str | None]] = list(zip(coders, programs, strict=True))
        if not coders:  # every tester is given an archived one
            handed = [(None, archive[i % len(archive)]) for i in range(self.coders)]
        suites = await self._suites(task, ctx, [program for _, program in handed])
        pairs = [Pair(f"tester_{i}", coder, program, suites[i]) for i, (coder, program) in enumerate(handed)]
        duel = Duel(pairs, archive, self._audited(ctx, programs))
        compared = await self.backend.compare(task, ctx, duel.programs, duel.inputs)
        return Outcome(Account(duel, compared, self.evidence).facts())

    async def _suites(self, task: Task, ctx: Context, programs: Sequence[str | None]) -> Sequence[tuple[Input, ...] | None]:
        """A suite for each program: a tester's answer, or what stands in its place."""
        if self.tester == "agent":
            return await ctx.gather(
                *(
                    ctx.ask(
                        f"tester_{i}",
                        self.backend.request(task, self.inputs, program if self.sees_program else None),
                        parse=lambda text: self.backend.inputs(task, text, self.inputs),
                    )
                    for i, program in enumerate(programs)
                )
            )
        population = self.backend.population(task)
        if self.tester in ("fixed", "all"):
            return [self.fixed_suite(population)] * len(programs)
        if self.tester == "random_per_task":
            return [self._drawn(ctx, population, "all programs")] * len(programs)
        return [self._drawn(ctx, population, f"program {i}") for i in range(len(programs))]

    def fixed_suite(self, population: Sequence[Input]) -> tuple[Input, ...]:
        """The suite of a tester that has the same one for every program."""
        return tuple(population if self.tester == "all" else population[: self.inputs])

    def _drawn(self, ctx: Context, population: Sequence[Input], whose: str) -> tuple[Input, ...]:
        """Draws as many different inputs as a tester may choose."""
        deck = ctx.deck(population)
        return tuple(ctx.draw(f"input {j} for {whose}", deck) for j in range(min(self.inputs, len(deck))))

    def _audited(self, ctx: Context, programs: Sequence[str | None]) -> list[str]:
        """Draws programs whose truth is looked up."""
        if not self.audit:
            return []
        drawn = [ctx.draw(f"audit of program {i}", range(self.audit)) == 0 for i in range(len(programs))]
        return [program for program, chosen in zip(programs, drawn, strict=True) if chosen and program is not None]

    def derived(self, episode: Episode) -> Sequence[Task]:
        """The counterexamples: what a play's suites accepted and is known to be wrong, each a task for testers alone."""
        found = (episode.facts or {}).get("counterexamples", ())
        task, testers = episode.task, self.seats_of("tester")
        return [
            Task(f"{task.id}/{derive(0, program):016x}", task.public, {**task.secret, "archive": [program]}, testers)
            for program in found
            if self.tester == "agent"
        ]

    def examples(self, ask: Ask[object]) -> Sequence[str]:
        """One answer, by the reference: a program with mistakes planted in it where there is noise; inputs that give the shown one away."""
        stream = Stream(derive(ask.key, "example", self.seed))
        if ask.agent.startswith("coder"):
            return (self.backend.written(ask.task, self.noise, stream),)
        return (self.backend.tested(ask.task, self.backend.shown(ask.text), self.inputs, stream),)

    def demos(self) -> Sequence[Demo]:
        """Right programs; a mistake that one test sees through and others do not; both sides cheating."""
        return scripts(self)


_CODER = Role("coder", "writes a program to a specification", Memory.NONE)
_TESTER = Role("tester", "chooses inputs that give wrong programs away", Memory.NONE)


def _backend(name: str, domain: int, pieces: int, rules: bool, source: str, level: int, seed: int) -> DuelBackend:
    if name == "exact":
        return ExactDuelBackend(domain, pieces, seed, rules)
    if name == "python":
        from axion_zoo.selfplay.test_duel.python_backend import PythonDuelBackend

        return PythonDuelBackend(source, level, seed)
    raise NotFound("backend", name, ("exact", "python"))
