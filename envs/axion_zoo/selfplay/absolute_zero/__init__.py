"""Absolute Zero (Zhao et al., arXiv 2505.03335): one model proposes tasks about programs and solves them, and an executor knows the truth.

Three kinds of tasks are about triples of a program, an input and an output: to say the output (deduction), an input that has it
(abduction), or the program from half of several pairs and a message (induction). Gates decide whether a proposal is a task, solvers attempt
it, and the proposer is paid by how many solve it. Each kind has a role for either side, so that an advantage keyed by role has the six
baselines of TRR++.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

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
    Role,
    Stream,
    Task,
    UsageError,
    derive,
)
from axion_env.reward.shaper import Shaper, shaper
from axion_zoo.selfplay.absolute_zero.backend import KINDS, SPLITS, Kind, ReasoningBackend, Triple
from axion_zoo.selfplay.absolute_zero.exact import ExactReasoningBackend
from axion_zoo.selfplay.absolute_zero.reward import range_of, rubric_of
from axion_zoo.selfplay.absolute_zero.script import scripts

_PROPOSING = {"train": 1 << 20, "propose": 1 << 14}  # tasks of the splits that are drawn

_COUNTED = ("proposals", "valid_proposals", "proposals_attempted", "proposals_solved")
_COUNTS = dict.fromkeys((*_COUNTED, *(f"{kind}_{done}" for kind in KINDS for done in ("attempted", "solved"))), 0)
"""In the facts of every play, so that a report can add them up."""


class AbsoluteZero(Env):
    """Proposers and solvers of deductions, abductions and inductions.

    Args:
        backend: `exact` (tiny step functions, executed here) or `python` (functions run in the sandbox).
        solvers: Attempts at each proposal.
        references: Triples of the buffer that a proposer of deductions or abductions is shown. One of inductions is shown one program.
        proposing: Share of the tasks of `train` in which somebody proposes; in the others solvers are given triples of the seed buffer.
        pairs: Pairs of input and output in an induction; solvers see half of them.
        shaper: What a proposer earns by the solve rate, of `axion_env.shaper`.
        shape: Settings of that shaper. `azr` as it is pays −.5 where none or all solve it, as the paper's released code does; with
            `{"ends": 0}` it is the paper's formula.
        wrong: A solver's reward for an answer that is well-formed and wrong; for a right one it is 1.
        malformed: For one that is not well-formed.
        noise: Chance of each planted mistake in the answers that a warm-up is shown (exact backend).
        domain: How many inputs there are (exact backend).
        pieces: Most pieces of a program (exact backend).
        rules: Say the rules in every question, which a model made from scratch learns by example (exact backend).
        seed: Seeds the buffer, the held-out sets and the sequence of tasks.
    """

    splits = (*_PROPOSING, *SPLITS)
    renamed: ClassVar[Mapping[str, str]] = {"rung": "backend"}

    def __init__(
        self,
        backend: str = "exact",
        solvers: int = 8,
        references: int = 6,
        proposing: float = 0.5,
        pairs: int = 10,
        shaper: str = "azr",
        shape: Mapping[str, float] | None = None,
        wrong: float = -0.5,
        malformed: float = -1.0,
        noise: float = 0.0,
        domain: int = 64,
        pieces: int = 3,
        rules: bool = True,
        seed: int = 0,
    ) -> None:
        if solvers < 1 or references < 1 or not 0 <= noise <= 1 or not 0 <= proposing <= 1 or not max(wrong, malformed) < 1:
            raise UsageError(
                "AbsoluteZero: solvers and references are 1 or more, noise and proposing are shares, and wrong answers earn less than the "
                f"1 of right ones: got {solvers}, {references}, {noise}, {proposing}, {wrong} and {malformed}"
            )
        self.references = references
        self.proposing = proposing
        self.wrong = wrong
        self.malformed = malformed
        self.noise = noise
        self.seed = seed
        self.backend = _backend(backend, pairs, seed, domain, pieces, rules)
        self.shape = _shaper(shaper, shape)
        self.solvers = solvers
        self.rubric = rubric_of(self.shape, wrong, malformed)
        self.spec = EnvSpec(
            "axion/AbsoluteZero-v0",
            agents={agent: role for kind in KINDS for agent, role in _seats(kind, solvers).items()},
            max_turns=1 + solvers,
            reward_range=range_of(self.shape, solvers, wrong, malformed),
            symmetric=True,
            description="Tasks about programs, proposed and solved by one model; an executor certifies and checks them.",
        )

    def tasks(self, split: str = "train") -> Sequence[Task]:
        """The tasks of a split. In `train` somebody proposes beside references of the seed buffer, or solvers are given what is in it.

        `propose` has proposing alone, to measure proposers on; `seed` is the buffer in its order. `dev` and `test` have for one solver what
        nobody may propose: programs that behave as none does that training meets.
        """
        super().tasks(split)
        if split in _PROPOSING:
            share = self.proposing if split == "train" else 1.0
            return Procedural(_PROPOSING[split], lambda k: self._drawn(split, k, share))
        seats = self.solvers if split == "seed" else 1
        count = min(len(self.backend.triples(split, kind)) for kind in KINDS)
        return Procedural(len(KINDS) * count, lambda k: self._to_solve(split, KINDS[k % len(KINDS)], k // len(KINDS), seats))

    def _drawn(self, split: str, k: int, share: float) -> Task:
        stream = Stream(derive(self.seed, split, k))
        kind = KINDS[stream.below(len(KINDS))]
        known = list(self.backend.triples("seed", kind))
        name = f"{split}/{self.seed}/{k}"
        if stream.uniform() >= share:
            return self._solving(name, kind, known[stream.below(len(known))], self.solvers)
        count = 1 if kind == "induction" else min(self.references, len(known))
        return self._proposing(name, kind, [known.pop(stream.below(len(known))) for _ in range(count)])

    def _proposing(self, name: str, kind: Kind, references: Sequence[Triple]) -> Task:
        public = {"kind": kind, "references": [reference.record() for reference in references]}
        return Task(name, public, {}, tuple(_seats(kind, self.solvers)))

    def _to_solve(self, split: str, kind: Kind, k: int, seats: int) -> Task:
        return self._solving(f"{split}/{self.seed}/{kind}/{k}", kind, self.backend.triples(split, kind)[k], seats)

    def _solving(self, name: str, kind: Kind, triple: Triple, seats: int) -> Task:
        public = {"kind": kind, "question": self.backend.question(kind, triple)}
        return Task(name, public, {"triple": triple.record()}, tuple(_seats(kind, seats))[1:])

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """A proposal and what the gates make of it, where the task asks for one; then the attempts at it."""
        kind: Kind = task.public["kind"]
        if "triple" in task.secret:
            triple = Triple.of(task.secret["triple"])
            return Outcome({"kind": kind, **_COUNTS, **await self._attempts(ctx, kind, triple, task.public["question"])})
        references = [Triple.of(facts) for facts in task.public["references"]]
        text = await ctx.ask(f"{kind}_proposer_0", self.backend.request(kind, references))
        certified = await self.backend.certify(ctx, kind, text, references)
        held_out = certified.gates[-1].name == "split" and bool(certified.gates[-1].code)
        facts: dict[str, Any] = {
            "kind": kind,
            **_COUNTS,
            "gates": [gate.record() for gate in certified.gates],
            "proposal": certified.proposal,
            "held_out": held_out,
            "valid": None if held_out else certified.triple is not None,
            "proposals": int(not held_out),
            "valid_proposals": int(certified.triple is not None),
        }
        if certified.triple is None:
            return Outcome({**facts, "solved": [], "solve_rate": None})
        attempts = await self._attempts(ctx, kind, certified.triple, self.backend.question(kind, certified.triple))
        solved = attempts["solved"]
        tried = {"proposals_attempted": len(solved), "proposals_solved": sum(solved)}
        return Outcome({**facts, **attempts, **tried, "solve_rate": sum(solved) / len(solved)})

    async def _attempts(self, ctx: Context, kind: Kind, triple: Triple, question: str) -> dict[str, Any]:
        """Asks all solvers at once, each on its own, and checks their answers."""
        solvers = [agent for agent in ctx.agents if "_solver_" in agent]
        answers = await ctx.gather(*(ctx.ask(solver, question, parse=lambda text: self.backend.answer(kind, text)) for solver in solvers))
        solved = list(await self.backend.check(ctx, kind, triple, answers))
        counts = {f"{kind}_attempted": len(solved), f"{kind}_solved": sum(solved)}
        return {"triple": triple.record(), "answers": list(answers), "solved": solved, **counts}

    def derived(self, episode: Episode) -> Sequence[Task]:
        """Tasks made of a valid proposal: its triple to solve again, and to be shown to proposers, as the paper's buffers are for.

        A program that was proposed for deduction or abduction is also one to write inputs for; those of inductions are known already.
        """
        facts = episode.facts or {}
        if not facts.get("valid"):
            return ()
        kind: Kind = facts["kind"]
        triple = Triple.of(facts["triple"])
        found = [self._solving(_name("solve", kind, triple), kind, triple, self.solvers)]
        if kind != "induction":
            references = [Triple.of(facts) for facts in episode.task.public["references"]]
            references = [triple, *references][: self.references]
            found.append(self._proposing(_name("propose", kind, *references), kind, references))
            found.append(self._proposing(_name("propose", "induction", triple), "induction", [triple]))
        return found

    def examples(self, ask: Ask[Any]) -> Sequence[str]:
        """One answer: a proposal of the backend's, or an answer to the question as it stands."""
        kind: Kind = ask.task.public["kind"]
        stream = Stream(derive(ask.key, "example", self.seed))
        if ask.agent == f"{kind}_proposer_0":
            references = [Triple.of(facts) for facts in ask.task.public["references"]]
            return (self.backend.proposed(kind, references, stream),)
        return (self.backend.answered(kind, ask.text, self.noise, stream),)

    def demos(self) -> Sequence[Demo]:
        """Three plays of each kind: a proposal that one solver solves, one that nobody does, and one that cheats."""
        found: list[Demo] = []
        for kind in KINDS:
            script = self.backend.script(kind)
            task = self._proposing(f"script/{kind}", kind, script.references)
            found += scripts(kind, script, task, self.shape, self.wrong, self.malformed)
        return found


def _seats(kind: Kind, solvers: int) -> dict[str, Role]:
    """Everybody who deals with a kind, the proposer first."""
    proposer = Role(f"{kind}_proposer", f"proposes tasks of {kind}", Memory.NONE)
    solver = Role(f"{kind}_solver", f"solves tasks of {kind}", Memory.NONE)
    return {f"{kind}_proposer_0": proposer} | {f"{kind}_solver_{i}": solver for i in range(solvers)}


def _name(what: str, kind: Kind, *triples: Triple) -> str:
    """An id for a task of these triples, the same in whatever play they were proposed."""
    return f"{what}/{kind}/{derive(0, json.dumps([triple.record() for triple in triples])):016x}"


def _shaper(name: str, settings: Mapping[str, float] | None) -> Shaper:
    return shaper(name, **(settings or {}))


def _backend(name: str, pairs: int, seed: int, domain: int, pieces: int, rules: bool) -> ReasoningBackend:
    if name == "exact":
        return ExactReasoningBackend(pairs, seed, domain, pieces, rules)
    if name == "python":
        from axion_zoo.selfplay.absolute_zero.python import PythonReasoningBackend

        return PythonReasoningBackend(pairs, seed)
    raise NotFound("backend", name, ("exact", "python"))
