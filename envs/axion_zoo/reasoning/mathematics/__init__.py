r"""Mathematics with checked answers: problems made on demand or read from files, one turn, an answer in a box or in tags.

An answer counts if it is equal to the gold one, not if it is written like it: `checker.py` says how that is found out, and `form.py`
what equal means. What it costs and how often it is right is in docs/mathematics.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from axion_env import Ask, Context, Demo, Env, EnvSpec, Episode, Memory, Outcome, Reward, Role, Rubric, Task, UsageError
from axion_zoo.reasoning.mathematics import source as problems
from axion_zoo.reasoning.mathematics.checker import Checked, check
from axion_zoo.reasoning.mathematics.form import Form, read
from axion_zoo.reasoning.mathematics.reply import STYLES, final_answer

_WANTED = {"boxed": r"Give the final answer in \boxed{}.", "answer_tags": "Give the final answer in <answer> tags."}


def correct(episode: Episode, agent: str) -> float:
    """1 for an answer equal to the gold one, else 0."""
    return float(episode.facts is not None and episode.facts["correct"])


def well_formed(episode: Episode, agent: str) -> float:
    """1 for one answer where it was asked for, right or wrong, else 0."""
    return float(episode.facts is not None and episode.facts["well_formed"])


class Mathematics(Env):
    r"""Solve a problem and give the answer in `\boxed{}` or in `<answer>` tags.

    Args:
        source: `procedural`; a `.jsonl` or `.jsonl.gz` file; `datasets:NAME` or `datasets:NAME:CONFIGURATION`; `reasoning_gym:TASK`.
        format: Of a file or data set: `gsm8k` (`question`; `answer`, behind `####`) or `math` (`problem`; `answer`, or `solution`, boxed).
        family: Family of procedural problems, such as `linear_equation`; None: all in turn.
        level: Difficulty of procedural problems, 1 to 5.
        answer: `boxed` or `answer_tags`.
        seed: Seeds the sequence of made problems; task k of a split depends on it, the family, the level and k only.
        format_weight: Share of the reward that one answer in its place earns, right or wrong.
    """

    def __init__(
        self,
        source: str = "procedural",
        format: str = "gsm8k",
        family: str | None = None,
        level: int = 1,
        answer: str = "boxed",
        seed: int = 0,
        format_weight: float = 0.0,
    ) -> None:
        if answer not in STYLES or not 0 <= format_weight < 1:
            raise UsageError(
                f"Mathematics needs answer boxed or answer_tags and a format_weight in [0, 1): got {answer!r}, {format_weight}"
            )
        kind, _, name = source.partition(":")
        if source != "procedural" and (family is not None or level != 1):
            raise UsageError(f"family and level are of procedural problems: got {family!r} and {level!r} for {source!r}")
        if source == "procedural":
            self._split = problems.procedural(family, level, seed)
        elif kind == "datasets":
            self._split = problems.from_datasets(name, format)
        elif kind == "reasoning_gym":
            self._split = problems.from_reasoning_gym(name, seed)
        elif source.endswith((".jsonl", ".jsonl.gz")):
            self._split = problems.from_file(source, format)
            self.splits = ("train", "test", "all")
        else:
            raise UsageError(f"no source {source!r}; give procedural, a .jsonl or .jsonl.gz file, datasets:NAME or reasoning_gym:TASK")
        self.answer = answer
        self.rubric = Rubric(solver=[Reward(correct, 1 - format_weight), Reward(well_formed, format_weight)])
        self.spec = EnvSpec(
            "axion/Math-v0",
            agents={"solver_0": Role("solver", "solves the problem", Memory.NONE)},
            max_turns=1,
            reward_range=(0.0, 1.0),
            information="perfect",
            description="Problems with checked answers: made on demand in ten families and five levels, or GSM8K, MATH and the like.",
        )

    def tasks(self, split: str = "train") -> Sequence[Task]:
        """`train`, or `test`, of which no question occurs in `train`; for a file also `all`, in its own order."""
        if split not in self.splits:
            raise UsageError(f"Mathematics has no split {split!r}; it has {', '.join(self.splits)}")
        return self._split(split)

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Ask once and check."""
        (solver,) = ctx.agents
        question = f"{task.public['question']}\n{_WANTED[self.answer]}"
        answer: tuple[str | None, str] = await ctx.ask(solver, question, parse=lambda text: final_answer(text, self.answer))
        said, problem = answer
        if said is None:
            return Outcome({"answer": None, "well_formed": False, "correct": False, "why": problem})
        form = read(said)
        checked = await _check(ctx, read(task.secret["answer"]), form)
        return Outcome({"answer": str(form), "well_formed": True, "correct": checked.same, "why": checked.why})

    def examples(self, ask: Ask[tuple[str | None, str]]) -> Sequence[str]:
        """The gold answer in its place."""
        return (_place(ask.task.secret["answer"], self.answer),)

    def demos(self) -> Sequence[Demo]:
        """A right answer, one worked aloud, a wrong one, and replies that name many answers or none."""
        task = self.first_task
        right = task.secret["answer"]
        form = next(r.weight for r in self.rubric["solver"] if r.name == "well_formed")
        guesses = [right, "0", "1", "2"]
        replies = {
            "right": (_place(right, self.answer), 1.0),
            "right after thinking": (f"<think>Is it {_place('0', self.answer)}? No.</think>So {_place(right, self.answer)}.", 1.0),
            "wrong": (_place("nothing of the kind", self.answer), form),
            "cheat: every answer": (" or ".join(_place(guess, self.answer) for guess in guesses), 0.0),
            "cheat: a list": (_place(", ".join(guesses), self.answer), form),
            "no place": (f"The answer is {right}", 0.0),
        }
        return tuple(Demo(name, {"solver_0": [reply]}, {"solver_0": reward}, task=task) for name, (reply, reward) in replies.items())


async def _check(ctx: Context, gold: Form, said: Form) -> Checked:
    steps = check(gold, said)
    try:
        job = next(steps)
        while True:
            job = steps.send(await ctx.run(job))
    except StopIteration as end:
        checked: Checked = end.value
        return checked


def _place(answer: str, style: str) -> str:
    return rf"\boxed{{{answer}}}" if style == "boxed" else f"<answer>{answer}</answer>"
