"""The function rung in Python: small functions written for this project, whose tests are inputs and outputs.

A solver is shown the buggy function and some calls whose value is wrong, and answers with the whole function; it is mended if every case,
hidden ones too, has the right value. No suite runs beside it: arguments go into the sandbox, values come out, and are compared here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

from axion_env import Ask, Context, Demo, Episode, NotFound, Outcome, Procedural, Stream, Task, UsageError, derive
from axion_env.sandbox import Function, Limits, Match, Workspace
from axion_env.sandbox.inside import wire
from axion_zoo.bug_repair.kind import parsed
from axion_zoo.bug_repair.look import comments, impure_change
from axion_zoo.bug_repair.unnoticed import UNNOTICED
from axion_zoo.code_synthesis import embedded
from axion_zoo.code_synthesis.answer import code_in
from axion_zoo.code_synthesis.grade import passes
from axion_zoo.code_synthesis.problem import Example, Problem, examples_of, with_preamble
from axion_zoo.mutation import OPERATORS, mutants

_FILE = "solution.py"
_SHOWN = 3
_LENGTHS = {"train": 1 << 20, "test": 1 << 14}
_LIMITS = Limits(cpu_s=1.0)


@dataclass(frozen=True)
class Gates:
    """What an agent's bug must be, in the order in which it is looked at."""

    max_lines: int = 2
    """`scope`: lines that may be changed, added or removed."""
    min_failing: int = 1
    """`bug`: cases whose value is wrong."""
    min_same: int = 1
    """`behavior`: cases whose value is right."""
    regrades: int = 2
    """`stable`: further runs, in fresh processes with another seed of `random`, with the same values."""


@dataclass(frozen=True)
class _Suite:
    """A problem as a task holds it: what is run, and what is right."""

    entry: str
    preamble: str
    cases: Sequence[Example]
    match: Match

    async def failing(self, ctx: Context, code: str, seed: int = 0) -> list[int]:
        """Which cases a program gets wrong."""
        calls = [case.arguments for case in self.cases]
        result = await ctx.run(Function(with_preamble(self.preamble, code), self.entry, calls, limits=_LIMITS, seed=seed))
        return [i for i, right in enumerate(passes(result, 0, self.cases, self.match)) if not right]


class PythonRung:
    """Bugs in small Python functions.

    Args:
        agent: Whether an agent makes the bugs of `train`; those of `test` are a mutator's.
        solvers: Seated at once.
        operators: Of `axion_zoo.mutation`, for the bugs that no agent makes.
        blank: A control: the function is not shown.
        rows: Wrong calls shown.
        gates: What an agent's bug has to pass.
        seed: Of the order of tasks, and of hidden inputs.
    """

    splits: tuple[str, ...] = ("train", "test")

    def __init__(self, *, agent: bool, solvers: int, operators: Sequence[str], blank: bool, rows: int, gates: Gates, seed: int) -> None:
        for name in operators:
            if name not in OPERATORS:
                raise NotFound("operator", name, OPERATORS)
        for split in self.splits:
            if not any(_bugs(problem.reference, tuple(operators)) for problem in _problems(split, seed)):
                raise UsageError(f"of the operators {', '.join(operators)} there is no bug in the functions of the split {split!r}")
        self.agent = agent
        self.seats = tuple(f"solver_{i}" for i in range(solvers))
        self.operators = tuple(operators)
        self.blank = blank
        self.rows = rows or _SHOWN
        self.gates = gates
        self.seed = seed

    def tasks(self, split: str) -> Sequence[Task]:
        """A function each, to break; or a bug each, to mend."""
        if self.agent and split == "train":
            return [self._task(problem, problem.id) for problem in _problems(split, self.seed)]
        return Procedural(_LENGTHS[split], lambda k: self._mutated(split, k))

    def _mutated(self, split: str, k: int) -> Task:
        """A function drawn from those of which there are such mutants, and one of these."""
        stream, known = Stream(derive(self.seed, split, k)), _problems(split, self.seed)
        while True:
            problem = known[stream.below(len(known))]
            bugs = _bugs(problem.reference, self.operators)
            if bugs:
                return self._task(problem, f"{split}/{self.seed}/{k}", bugs[stream.below(len(bugs))])

    def _task(self, problem: Problem, name: str, bug: str | None = None, order: int = 1) -> Task:
        cases = [wire.pack([list(case.arguments), case.expected]) for case in (*problem.shown, *problem.hidden)]
        public = {"problem": problem.id, "entry": problem.entry, "preamble": problem.preamble}
        secret = {"cases": cases, "match": asdict(problem.match), "original": problem.reference, "order": order}
        if bug is None:
            return Task(name, {**public, "original": problem.reference}, secret)
        return Task(name, {**public, "buggy": bug}, secret, self.seats)

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Have the bug made if the task brings none, then mended by all solvers at once."""
        suite = _Suite(task.public["entry"], task.public["preamble"], examples_of(task.secret["cases"]), Match(**task.secret["match"]))
        facts: dict[str, Any] = {}
        if "buggy" in task.public:
            bug = task.public["buggy"]
            failing = await suite.failing(ctx, bug)
            if not failing:  # under hidden inputs of another seed
                return Outcome({"valid": False, "solved": [], "solve_rate": 0.0})
        else:
            said, failing, gates = await self._injected(task, ctx, suite)
            facts = {"gates": gates, "proposal": said}
            if said is None or not gates[-1]["passed"]:
                return Outcome({**facts, "valid": False, "solved": [], "solve_rate": 0.0})
            bug = said
        question = self._question(suite, bug, failing, ctx)
        fixes = await ctx.gather(*(self._mend(ctx, seat, question, suite) for seat in self.seats))
        solved = [mended for _, mended in fixes]
        facts |= {"bug": bug, "fixes": [fix for fix, _ in fixes], "order": task.secret["order"]}
        return Outcome({**facts, "valid": True, "solved": solved, "solve_rate": sum(solved) / len(solved)})

    async def _injected(self, task: Task, ctx: Context, suite: _Suite) -> tuple[str | None, list[int], list[dict[str, Any]]]:
        """What the injector made of the function, the cases that notice, and what the gates said up to the first that refuses."""
        original = task.public["original"]
        question = f"Plant a bug in this function, in {self.gates.max_lines} lines at most, without a comment on it.\n\n{_block(original)}"
        bug = await ctx.ask("injector_0", f"{question}\n\n{_ANSWER}", parse=code_in)
        gates: list[dict[str, Any]] = []

        def passed(name: str, code: str) -> bool:
            gates.append({"name": name, "passed": not code} | ({"code": code} if code else {}))
            return not code

        if not passed("form", "NO_CODE" if bug is None else "") or bug is None:
            return bug, [], gates
        if not all(passed(name, code) for name, code in self._looks(original, bug)):
            return bug, [], gates
        failing = await suite.failing(ctx, bug)
        if not passed("bug", "TOO_FEW_FAIL" if len(failing) < self.gates.min_failing else ""):
            return bug, failing, gates
        for part in _undone(original, bug):
            if set(await suite.failing(ctx, part)) >= set(failing):
                passed("inverse", "IDLE_EDIT")
                return bug, failing, gates
        passed("inverse", "")
        again = [await suite.failing(ctx, bug, seed) for seed in range(1, self.gates.regrades + 1)]
        if passed("stable", "UNSTABLE" if any(other != failing for other in again) else ""):
            passed("behavior", "TOO_FEW_SAME" if len(suite.cases) - len(failing) < self.gates.min_same else "")
        return bug, failing, gates

    def _looks(self, original: str, bug: str) -> Iterator[tuple[str, str]]:
        """The gates that need no run."""
        yield "syntax", "SYNTAX_ERROR" if parsed(bug) is None else ""
        changed = abs(bug.rstrip().count("\n") - original.rstrip().count("\n"))
        if changed <= self.gates.max_lines:  # else it may be so long that to compare it takes seconds
            changed = sum(max(len(old), len(new)) for old, new in _steps(original, bug) if old != new)
        yield "scope", "UNCHANGED" if not changed else "TOO_MANY_LINES" if changed > self.gates.max_lines else ""
        before, after = Workspace({_FILE: original}), Workspace({_FILE: bug})
        yield "comment", next((f"COMMENT_{kind}" for kind, _ in comments(before, after)), "")
        yield "pure", next((f"IMPURE_{kind}" for kind, _ in impure_change(before, after)), "")

    def _question(self, suite: _Suite, bug: str, failing: Sequence[int], ctx: Context) -> str:
        deck = ctx.deck(failing)
        drawn = [ctx.draw(f"case {i}", deck, visible_to=self.seats) for i in range(min(self.rows, len(deck)))]
        calls = [suite.cases[i] for i in sorted(drawn)]
        told = "\n".join(f"    {suite.entry}({', '.join(map(repr, case.arguments))}) should be {case.expected!r}" for case in calls)
        shown = f"A function `{suite.entry}`" if self.blank else f"This function\n\n{_block(bug)}\n\n"
        return f"{shown} gives wrong values for some arguments:\n\n{told}\n\nMend it. {_ANSWER}"

    async def _mend(self, ctx: Context, seat: str, question: str, suite: _Suite) -> tuple[str | None, bool]:
        fix = await ctx.ask(seat, question, parse=code_in)
        return fix, fix is not None and not await suite.failing(ctx, fix)

    def derived(self, episode: Episode) -> Sequence[Task]:
        """What failed solvers made of a bug, as far as it is Python and neither that bug nor one that another solver left."""
        facts, task = episode.facts or {}, episode.task
        if not facts.get("valid") or task.secret["order"] > 1:
            return ()
        problem = next(p for split in self.splits for p in _problems(split, self.seed) if p.id == task.public["problem"])
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
        known = _bugs(task.public["original"], self.operators)
        return (_block(known[Stream(derive(0, "example", task.public["original"])).below(len(known))]),)

    def demos(self) -> Sequence[Demo]:
        """The bug undone, the bug as it was, and a table of the calls that were shown."""
        task = self.tasks("test" if self.agent else "train")[0]
        entry = task.public["entry"]
        shown = {repr(tuple(case.arguments)): case.expected for case in examples_of(task.secret["cases"])[:_SHOWN]}
        table = f"def {entry}(*arguments):\n    return {shown!r}.get(repr(arguments))"

        def demo(name: str, code: str, reward: float) -> Demo:
            return Demo(name, {seat: [_block(code)] for seat in self.seats}, dict.fromkeys(self.seats, reward), task=task)

        original, bug = task.secret["original"], task.public["buggy"]
        return demo("mended", original, 1.0), demo("as it was", bug, -1.0), demo("cheat: a table", table, -1.0)


_ANSWER = "Answer with the complete function in one ```python block."


@lru_cache(maxsize=8)
def _problems(split: str, seed: int) -> tuple[Problem, ...]:
    """Those of a split with one right value for each call."""
    return tuple(problem for problem in embedded.problems(split, seed) if problem.reference and not problem.check and not problem.twins)


@lru_cache(maxsize=64)
def _bugs(source: str, operators: tuple[str, ...]) -> tuple[str, ...]:
    """The mutants that some case notices."""
    made = dict.fromkeys(mutant.source for mutant in mutants(source, operators))
    return tuple(bug for bug in made if bug != source and fingerprint(bug) not in UNNOTICED)


def fingerprint(source: str) -> str:
    """A short name of a program."""
    return f"{derive(0, 'mutant', source):016x}"


def _steps(old: str, new: str) -> list[tuple[list[str], list[str]]]:
    """Both programs cut into runs of lines, in turn alike and unlike."""
    a, b = old.rstrip().split("\n"), new.rstrip().split("\n")
    return [(a[i:j], b[k:m]) for _, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes()]


def _undone(original: str, bug: str) -> Iterator[str]:
    """The bug with one of its runs of changed lines put back; nothing where it has one alone."""
    steps = _steps(original, bug)
    places = [n for n, (old, new) in enumerate(steps) if old != new]
    for back in places if len(places) > 1 else ():
        yield "\n".join(line for n, (old, new) in enumerate(steps) for line in (old if n == back else new))


def _block(code: str) -> str:
    return f"```python\n{code.rstrip()}\n```"
