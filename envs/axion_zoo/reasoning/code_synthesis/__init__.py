"""Functions to write, from a statement with examples, judged by hidden cases. One shot, or with rounds of feedback.

An answer runs in the sandbox on the arguments of every case, and what it returns is compared here: the process it runs in never holds an
expected value, and nothing it prints, raises, patches or exits with counts.
"""

from __future__ import annotations

from collections.abc import Sequence

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
    Task,
    UsageError,
    derive,
)
from axion_env.sandbox import Function, Limits, Match
from axion_zoo.reasoning.code_synthesis import procedural
from axion_zoo.reasoning.code_synthesis.feedback import feedback
from axion_zoo.shared.programs.answer import code_in
from axion_zoo.shared.programs.grade import Grade, grade
from axion_zoo.shared.programs.problem import Problem, examples_of, with_preamble

_HELD_OUT_SHARE = 5  # one procedural problem in five
_LENGTHS = {"train": 1 << 20, "test": 1 << 14}


def solved(episode: Episode, agent: str) -> float:
    """1 if the last answer passes every case, else 0."""
    return float(episode.facts is not None and episode.facts["solved"])


def share_passed(episode: Episode, agent: str) -> float:
    """The share of hidden cases the last answer passes, counted from what the best constant passes: a constant earns 0."""
    facts = episode.facts
    assert facts is not None
    free, cases = facts["constant"], facts["cases"]
    return max(0.0, (facts["passed"] - free) / (cases - free)) if cases > free else 0.0


class CodeSynthesis(Env):
    """Write a Python function that passes hidden cases.

    Args:
        source: `embedded` (problems written for this project), `procedural` (families without end), the path of a JSONL file, packed or
            not, or `datasets:NAME`.
        format: What rows of a file or a data set look like: `axion` (the default), `humaneval`, `mbpp` or `leetcode`.
        family: Family of procedural problems; default: all in turn.
        level: Difficulty of procedural problems, 1 to 6; default 2.
        extra: Further hidden cases for a file's problems, made by varying their inputs and asking the reference.
        rounds: Answers that may be given, with feedback between them.
        partial: Reward the share of hidden cases passed, and not only all of them.
        cpu_s: CPU seconds of one attempt on all cases.
        seed: Seeds procedural problems, and hidden inputs where they are drawn.
    """

    def __init__(
        self,
        source: str = "embedded",
        format: str | None = None,
        family: str | None = None,
        level: int | None = None,
        extra: int = 0,
        rounds: int = 1,
        partial: bool = False,
        cpu_s: float = 2.0,
        seed: int = 0,
    ) -> None:
        if rounds < 1 or extra < 0:
            raise UsageError(f"CodeSynthesis: rounds is 1 or more and extra 0 or more: got {rounds}, {extra}")
        if source != "procedural" and (family is not None or level is not None):
            raise UsageError(f"CodeSynthesis: family and level are for source=procedural: got source={source!r}")
        if source in ("embedded", "procedural") and (format is not None or extra):
            raise UsageError(f"CodeSynthesis: format and extra are for files and data sets: got source={source!r}")
        if family is not None and family not in procedural.FAMILIES:
            raise NotFound("family", family, procedural.FAMILIES)
        if level is not None and level not in procedural.LEVELS:
            raise UsageError(f"CodeSynthesis: level is from {procedural.LEVELS[0]} to {procedural.LEVELS[-1]}: got {level}")
        self.source = source
        self.format = format or "axion"
        self.families = tuple(procedural.FAMILIES) if family is None else (family,)
        self.level = 2 if level is None else level
        self.extra = extra
        self.rounds = rounds
        self.limits = Limits(cpu_s=cpu_s)
        self.seed = seed
        self.rubric = Rubric(solver=[Reward(share_passed if partial else solved)])
        self.spec = EnvSpec(
            "axion/CodeSynthesis-v0",
            agents={"solver_0": Role("solver", "writes the function", Memory.DIALOGUE_WITHOUT_THINKING)},
            max_turns=rounds,
            reward_range=(0.0, 1.0),
            description="Python functions from a statement with examples, judged in a sandbox by hidden cases.",
        )

    def tasks(self, split: str = "train") -> Sequence[Task]:
        """`train` or `test`; no problem is in both."""
        super().tasks(split)
        if self.source == "procedural":
            return Procedural(_LENGTHS[split], lambda k: self.problem(split, k).task())
        return Procedural(len(self._problems(split)), lambda k: self.problem(split, k).task())

    def problem(self, split: str, k: int) -> Problem:
        """Problem k of a split, with its reference and its wrong solutions."""
        if self.source == "procedural":
            return procedural.problem(self.seed, self.families[k % len(self.families)], self.level, split, k, _held_out)
        return self._problems(split)[k]

    def _problems(self, split: str) -> Sequence[Problem]:
        if self.source == "embedded":
            from axion_zoo.shared.programs import embedded

            return embedded.problems(split, self.seed)
        from axion_zoo.reasoning.code_synthesis import source

        return source.load(self.source, self.format, self.extra, self.seed)[split == "test"]

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Ask, run, and tell what went wrong, until an answer passes or the rounds are over."""
        (solver,) = ctx.agents
        question, number = task.public["prompt"], 0
        while True:
            number += 1
            code = await ctx.ask(solver, question, parse=code_in)
            found = Grade("NO_CODE") if code is None else await grade(task, ctx, code, self.limits)
            if found.solved or number == self.rounds:
                break
            question = f"{await self._feedback(task, ctx, code, found)}\n\nGive the complete function again."
        facts = {"status": found.status, "solved": found.solved, "passed": found.passed, "cases": found.cases}
        return Outcome({**facts, "constant": found.constant, "rounds": number})

    async def _feedback(self, task: Task, ctx: Context, code: str | None, found: Grade) -> str:
        """Tells what went wrong, from a job that is given the shown examples and nothing else."""
        shown, preamble = examples_of(task.public["examples"]), task.public["preamble"]
        result = None
        if code is not None:
            calls = [e.arguments for e in shown]
            result = await ctx.run(Function(with_preamble(preamble, code), task.public["entry"], calls, limits=self.limits))
        return feedback(found, result, shown, Match(**task.secret["match"]), before=preamble.count("\n") + 1 if preamble else 0)

    def examples(self, ask: Ask[str | None]) -> Sequence[str]:
        """The reference; where a file gives none, the form of an answer."""
        return (_block(ask.task.secret.get("reference") or _function(ask.task.public["entry"], "...")),)

    def demos(self) -> Sequence[Demo]:
        """A right answer, a wrong one, and one that returns what is equal to everything."""
        problem = self.problem("train", 0)
        task = problem.task()
        rounds = self.rounds

        def demo(name: str, code: str, reward: float, times: int = rounds) -> Demo:
            return Demo(name, {"solver_0": [_block(code)] * times}, {"solver_0": reward}, task=task)

        right = [demo("right", problem.reference, 1.0, 1)] if problem.reference else []
        cheat = f"{_EQUAL}\n\n{_function(problem.entry, 'return Equal()')}"
        return (*right, demo("wrong", _function(problem.entry, "return None"), 0.0), demo("cheat: equal to everything", cheat, 0.0))


_EQUAL = """class Equal(int):
    def __eq__(self, other):
        return True"""


def _function(entry: str, body: str) -> str:
    """A function or a method of this name that takes anything."""
    name, _, method = entry.partition(".")
    if method:
        return f"class {name}:\n    def {method}(self, *arguments):\n        {body}"
    return f"def {name}(*arguments):\n    {body}"


def _held_out(text: str) -> bool:
    """Whether a procedural problem belongs to the test split: by what it says, whatever the seed."""
    return derive(0, "held out", text) % _HELD_OUT_SHARE == 0


def _block(code: str) -> str:
    return f"```python\n{code}\n```"
