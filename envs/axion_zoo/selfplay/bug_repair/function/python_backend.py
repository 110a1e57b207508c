"""The function backend in Python: small functions written for this project, whose tests are inputs and outputs.

A solver is shown the buggy function and some calls whose value is wrong, and answers with the whole function; it is mended if every case,
hidden ones too, has the right value. No suite runs beside it: arguments go into the sandbox, values come out, and are compared here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from axion_env import Ask, Context, Demo, Episode, NotFound, Outcome, Procedural, Stream, Task, UsageError, derive
from axion_env.sandbox.inside import wire
from axion_zoo.selfplay.bug_repair import seat
from axion_zoo.selfplay.bug_repair.backend import attempted, refused
from axion_zoo.selfplay.bug_repair.function.python import Suite, bugs, problems
from axion_zoo.selfplay.bug_repair.function.python_gate import PythonGates
from axion_zoo.selfplay.bug_repair.suite import parsed
from axion_zoo.shared.mutation import OPERATORS
from axion_zoo.shared.programs.answer import code_in
from axion_zoo.shared.programs.problem import Problem, examples_of

_SHOWN = 3
_LENGTHS = {"train": 1 << 20, "test": 1 << 14}


class PythonRepairBackend:
    """Bugs in small Python functions.

    Args:
        agent: Whether an agent makes the bugs of `train`; those of `test` are a mutator's.
        solvers: Seated at once.
        operators: Operators of `axion_zoo.shared.mutation`, for the bugs that no agent makes.
        blank: A control: the function is not shown.
        rows: Wrong calls shown.
        gates: What an agent's bug has to pass.
        seed: Seeds the order of tasks, and hidden inputs.
    """

    splits: tuple[str, ...] = ("train", "test")

    def __init__(
        self, *, agent: bool, solvers: int, operators: Sequence[str], blank: bool, rows: int, gates: PythonGates, seed: int
    ) -> None:
        for name in operators:
            if name not in OPERATORS:
                raise NotFound("operator", name, OPERATORS)
        for split in self.splits:
            if not any(bugs(problem.reference, tuple(operators)) for problem in problems(split, seed)):
                raise UsageError(f"of the operators {', '.join(operators)} there is no bug in the functions of the split {split!r}")
        self.agent = agent
        self.seats = seat.solvers(solvers)
        self.operators = tuple(operators)
        self.blank = blank
        self.rows = rows or _SHOWN
        self.gates = gates
        self.seed = seed

    def tasks(self, split: str) -> Sequence[Task]:
        """A function each, to break; or a bug each, to mend."""
        if self.agent and split == "train":
            return [self._task(problem, problem.id) for problem in problems(split, self.seed)]
        return Procedural(_LENGTHS[split], lambda k: self._mutated(split, k))

    def _mutated(self, split: str, k: int) -> Task:
        """A function drawn from those of which there are such mutants, and one of these."""
        stream, known = Stream(derive(self.seed, split, k)), problems(split, self.seed)
        while True:
            problem = known[stream.below(len(known))]
            made = bugs(problem.reference, self.operators)
            if made:
                return self._task(problem, f"{split}/{self.seed}/{k}", made[stream.below(len(made))])

    def _task(self, problem: Problem, name: str, bug: str | None = None, order: int = 1) -> Task:
        cases = [wire.pack([list(case.arguments), case.expected]) for case in (*problem.shown, *problem.hidden)]
        public = {"problem": problem.id, "entry": problem.entry, "preamble": problem.preamble}
        secret = {"cases": cases, "match": asdict(problem.match), "original": problem.reference, "order": order}
        if bug is None:
            return Task(name, {**public, "original": problem.reference}, secret)
        return Task(name, {**public, "buggy": bug}, secret, self.seats)

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Has the bug made if the task brings none, then mended by all solvers at once."""
        suite = Suite.of(task.public, task.secret)
        facts: dict[str, Any] = {}
        if "buggy" in task.public:
            bug = task.public["buggy"]
            failing = await suite.failing(ctx, bug)
            if not failing:  # under hidden inputs of another seed
                return refused(facts)
        else:
            said = await ctx.ask(seat.INJECTOR, self._injector_question(task.public["original"]), parse=code_in)
            failing, gates = await self.gates.results(ctx, suite, task.public["original"], said)
            facts = {"gates": gates, "proposal": said}
            if said is None or not gates[-1]["passed"]:
                return refused(facts)
            bug = said
        question = self._question(suite, bug, failing, ctx)
        fixes = await ctx.gather(*(self._mend(ctx, seat, question, suite) for seat in self.seats))
        solved = [mended for _, mended in fixes]
        facts |= {"bug": bug, "fixes": [fix for fix, _ in fixes], "order": task.secret["order"]}
        return attempted(facts, solved)

    def _injector_question(self, original: str) -> str:
        asked = f"Plant a bug in this function, in {self.gates.max_lines} lines at most, without a comment on it."
        return f"{asked}\n\n{_block(original)}\n\n{_ANSWER}"

    def _question(self, suite: Suite, bug: str, failing: Sequence[int], ctx: Context) -> str:
        deck = ctx.deck(failing)
        drawn = [ctx.draw(f"case {i}", deck, visible_to=self.seats) for i in range(min(self.rows, len(deck)))]
        calls = [suite.cases[i] for i in sorted(drawn)]
        told = "\n".join(f"    {suite.entry}({', '.join(map(repr, case.arguments))}) should be {case.expected!r}" for case in calls)
        shown = f"A function `{suite.entry}`" if self.blank else f"This function\n\n{_block(bug)}\n\n"
        return f"{shown} gives wrong values for some arguments:\n\n{told}\n\nMend it. {_ANSWER}"

    async def _mend(self, ctx: Context, seat: str, question: str, suite: Suite) -> tuple[str | None, bool]:
        fix = await ctx.ask(seat, question, parse=code_in)
        return fix, fix is not None and not await suite.failing(ctx, fix)

    def derived(self, episode: Episode) -> Sequence[Task]:
        """What failed solvers made of a bug, as far as it is Python and neither that bug nor one that another solver left."""
        facts, task = episode.facts or {}, episode.task
        if not facts.get("valid") or task.secret["order"] > 1:
            return ()
        problem = next(p for split in self.splits for p in problems(split, self.seed) if p.id == task.public["problem"])
        answers = zip(facts["fixes"], facts["solved"], strict=True)
        wrong = dict.fromkeys(
            fix for fix, solved in answers if fix is not None and not solved and fix != facts["bug"] and parsed(fix) is not None
        )
        return [self._task(problem, f"{task.id}+{derive(0, facts['bug'], fix)}", fix, order=2) for fix in wrong]

    def examples(self, ask: Ask[Any]) -> Sequence[str]:
        """For a solver, the original; for an injector, a bug of the mutator's, always the same for a function."""
        task = ask.task
        if ask.agent in self.seats:
            return (_block(task.secret["original"]),)
        known = bugs(task.public["original"], self.operators)
        return (_block(known[Stream(derive(0, "example", task.public["original"])).below(len(known))]),)

    def demos(self) -> Sequence[Demo]:
        """The bug undone, the bug as it was, and a table of the calls that were shown."""
        task = self.tasks("test" if self.agent else "train")[0]
        entry = task.public["entry"]
        shown = {repr(tuple(case.arguments)): case.expected for case in examples_of(task.secret["cases"])[:_SHOWN]}
        table = f"def {entry}(*arguments):\n    return {shown!r}.get(repr(arguments))"
        original, bug = task.secret["original"], task.public["buggy"]
        demo = partial(seat.demo, task, self.seats)
        return (
            demo("mended", _block(original), 1.0),
            demo("as it was", _block(bug), -1.0),
            demo("cheat: a table", _block(table), -1.0),
        )


_ANSWER = "Answer with the complete function in one ```python block."


def _block(code: str) -> str:
    return f"```python\n{code.rstrip()}\n```"
