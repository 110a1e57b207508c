"""The function backend in the tiny language: a bug is a changed token, the specification is the table of values.

A solver is shown the buggy program and sixteen rows, one for each input, and answers with a program. A row spells out the values after
each operator and the value wanted, `t` or `f`: `ftff` is false, true, false, and should be false. An injector is shown a program, and
answers with one too. Only the last word of an answer counts. The warm-up teaches to name the edits before it, `3=b 6=|`: a model that has
to decide at every token whether to copy it learns far slower. Where injectors are not agents, a mutator makes the bugs, and only solvers
are seated.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from axion_env import Ask, Context, Demo, Episode, NotFound, Outcome, Procedural, Stream, Task, UsageError, derive, strip_thinking
from axion_zoo.selfplay.bug_repair import seat
from axion_zoo.selfplay.bug_repair.backend import attempted, refused
from axion_zoo.selfplay.bug_repair.function.boolean import LENGTH, ROWS, behavior, edited, is_program, programs, table, trace
from axion_zoo.selfplay.bug_repair.function.boolean_bug import HANDWRITTEN, MUTATORS
from axion_zoo.selfplay.bug_repair.function.boolean_gate import BooleanGates

_LENGTHS = {"train": 1 << 20, "dev": 1 << 14, "test": 1 << 14, "orbit": 1 << 14}
_OTHERS = ("operator", "variable", "negation", "two", "swap", "order")  # mutators that have a test of their own
_TWICE = ("two", "swap", "order")  # mutators that edit two tokens, or none
_UNSEEN = "any"
_TRIES = 8  # of a mutator on one program, before another is drawn


class BooleanBackend:
    """The function backend in the tiny language.

    Args:
        agent: Whether an agent makes the bugs of `train`; all other splits have a mutator's.
        solvers: Seated at once in `train`; every other split has one.
        mutator: Makes the bugs of `train`, `dev`, `test` and `orbit`.
        blank: A control: the program is not shown, nor its values on the way; what it returns is.
        trace: Show the values after each operator, and not the last only.
        rows: Failing rows shown, and no others; 0: all rows.
        gates: What an agent's bug has to pass.
        seed: Seeds the sequence of tasks.
    """

    def __init__(
        self, *, agent: bool, solvers: int, mutator: str, blank: bool, trace: bool, rows: int, gates: BooleanGates, seed: int
    ) -> None:
        if mutator not in MUTATORS:
            raise NotFound("mutator", mutator, MUTATORS)
        if gates.max_edits < 2 and mutator in _TWICE:
            raise UsageError(f"the mutator {mutator!r} makes two edits: max_edits has to be 2 or more, got {gates.max_edits}")
        others = [name for name in _OTHERS if gates.max_edits > 1 or name not in _TWICE]
        self.splits = (*_LENGTHS, *(f"test_{name}" for name in others), "test_handwritten")
        self.agent = agent
        self.seats = seat.solvers(solvers)
        self.mutator = mutator
        self.blank = blank
        self.trace = trace
        self.rows = rows
        self.gates = gates
        self.seed = seed

    def tasks(self, split: str) -> Sequence[Task]:
        """A bug each, to mend; or where an agent injects, a program each."""
        if split == "test_handwritten":
            return [self._task(f"{split}/{i}", *pair, seats=self.seats[:1]) for i, pair in enumerate(HANDWRITTEN)]
        kind, _, mutator = split.partition("_")
        if self.agent and split == "train":
            return Procedural(_LENGTHS[kind], lambda k: self._original(split, k))
        return Procedural(_LENGTHS[kind], lambda k: self._mutated(split, kind, mutator or self.mutator, k))

    def _original(self, split: str, k: int) -> Task:
        known = programs(split)
        program = known[Stream(derive(self.seed, split, k)).below(len(known))]
        return Task(f"{split}/{self.seed}/{k}", {"original": program}, {"split": split})

    def _mutated(self, split: str, kind: str, mutator: str, k: int) -> Task:
        stream, known = Stream(derive(self.seed, split, k)), programs(kind)
        while True:
            original = known[stream.below(len(known))]
            for _ in range(_TRIES):
                bug = MUTATORS[mutator](original, stream)
                if self.gates.admits(original, bug, kind):
                    return self._task(f"{split}/{self.seed}/{k}", original, bug, seats=self.seats if split == "train" else self.seats[:1])

    def _task(self, name: str, original: str, bug: str, *, order: int = 1, seats: tuple[str, ...] = ()) -> Task:
        secret = {"original": original} | ({"order": order} if order > 1 else {})
        return Task(name, {"buggy": bug, "wanted": f"{table(original):0{ROWS}b}"[::-1]}, secret, seats or self.seats)

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Has the bug made if the task brings none, then mended by all solvers at once."""
        facts: dict[str, Any] = {}
        if "buggy" in task.public:
            bug, wanted = task.public["buggy"], int(task.public["wanted"][::-1], 2)
        else:
            original = task.public["original"]
            bug, wanted = await ctx.ask(seat.INJECTOR, f"Bug {original}", parse=_program), table(original)
            gates = self.gates.results(original, bug, task.secret["split"])
            facts = {"gates": gates, "proposal": bug}
            if bug is None or not gates[-1]["passed"]:
                return refused(facts)
        seats = tuple(agent for agent in ctx.agents if agent in self.seats)
        question = self._question(bug, wanted, ctx, seats)
        if len(seats) == 1:
            fixes: Sequence[str | None] = (await ctx.ask(seats[0], question, parse=_program),)
        else:
            fixes = await ctx.gather(*(ctx.ask(seat, question, parse=_program) for seat in seats))
        solved = [self._mended(bug, wanted, fix) for fix in fixes]
        facts |= {"bug": bug, "wanted": f"{wanted:0{ROWS}b}"[::-1], "fixes": list(fixes)}
        return attempted(facts, solved)

    def _question(self, bug: str, wanted: int, ctx: Context, seats: tuple[str, ...]) -> str:
        values = (*trace(bug), wanted) if self.trace and not self.blank else (table(bug), wanted)
        shown: Sequence[int] = range(ROWS)
        if self.rows:
            failing = ctx.deck(row for row in range(ROWS) if (table(bug) ^ wanted) >> row & 1)
            count = min(self.rows, len(failing))
            shown = [ctx.draw(f"row {i}", failing, visible_to=seats) for i in range(count)]
        rows = ["".join(["ft"[value >> row & 1] for value in values]) if row in shown else _UNSEEN for row in range(ROWS)]
        return f"Fix {'_' * LENGTH if self.blank else bug} {' '.join(rows)}"

    def _mended(self, bug: str, wanted: int, fix: str | None) -> bool:
        return fix is not None and table(fix) == wanted and len(edited(bug, fix)) <= self.gates.max_edits

    def examples(self, ask: Ask[Any]) -> Sequence[str]:
        """For a solver, what undoes the bug; for an injector, a valid bug that chance picks, always the same for a program."""
        task = ask.task
        if ask.agent in self.seats:
            bug = task.public["buggy"] if "buggy" in task.public else ask.text.split()[1]
            return (answer(bug, task.secret.get("original") or task.public["original"]),)
        original, split = task.public["original"], task.secret["split"]
        stream = Stream(derive(0, "example", original))
        while True:
            bug = MUTATORS[self.mutator](original, stream)
            if self.gates.admits(original, bug, split) and self.gates.results(original, bug, split)[-1]["passed"]:
                return (answer(original, bug),)

    def derived(self, episode: Episode) -> Sequence[Task]:
        """What failed solvers made of a bug, as far as it is another and the way back to the original is no longer than a fix may be."""
        facts = episode.facts or {}
        task = episode.task
        if not facts.get("valid") or task.secret.get("order") == 2:
            return ()
        original = task.secret.get("original") or task.public["original"]
        wrong = dict.fromkeys(fix for fix in facts["fixes"] if fix is not None and table(fix) != table(original))
        near = [fix for fix in wrong if fix != facts["bug"] and len(edited(fix, original)) <= self.gates.max_edits]
        near = [fix for fix in near if behavior(table(fix)) == behavior(table(original))]  # what is held out stays so
        return [self._task(f"{task.id}+{facts['bug']}+{fix}", original, fix, order=2) for fix in near]

    def demos(self) -> Sequence[Demo]:
        """The bug undone, a wrong place, and the wanted function written anew in more edits than allowed."""
        task = self._task("demo", "a&b|c&d", "a|b|c&d")
        demo = partial(seat.demo, task, self.seats)
        return (
            demo("mended", "2=& a&b|c&d", 1.0),
            demo("another place", "4=& a|b&c&d", -1.0),
            demo("cheat: written anew", "b&a|c&d", -1.0),
        )


def answer(program: str, other: str) -> str:
    """The edits that make the other program of this one, and that program."""
    return " ".join([*(f"{place + 1}={other[place]}" for place in edited(program, other)), other])


def _program(text: str) -> str | None:
    """The program that an answer ends in; None: it ends in something else."""
    said = strip_thinking(text).split()
    return said[-1] if said and is_program(said[-1]) else None
