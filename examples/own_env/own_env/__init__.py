"""me/OwnEnv-v0: one agent and a question whose answer only the environment knows.

Here the sum of a number's digits: put your own task in its place.
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
    Illegal,
    Memory,
    Outcome,
    Procedural,
    Reward,
    Role,
    Rubric,
    Task,
    UsageError,
    tagged_answer,
)


def correct(episode: Episode, agent: str) -> float:
    """1 for the right number, else 0."""
    return float(episode.facts is not None and episode.facts["correct"])


class OwnEnv(Env):
    """Say the sum of a number's digits in `<answer>` tags.

    Args:
        digits: Of the number.
    """

    rubric = Rubric(solver=[Reward(correct)])

    def __init__(self, digits: int = 2) -> None:
        if not 2 <= digits <= 5:
            raise UsageError(f"OwnEnv needs 2 to 5 digits: got {digits}")
        self.digits = digits
        self.spec = EnvSpec(
            "me/OwnEnv-v0",
            agents={"solver_0": Role("solver", "adds digits", Memory.NONE)},
            max_turns=1,
            reward_range=(0.0, 1.0),
            information="perfect",
            description="The sum of a number's digits, with a checked answer.",
        )

    def tasks(self, split: str = "train") -> Sequence[Task]:
        """The numbers of a split: every seventh is kept for `test`, so that no task is in both."""
        if split not in self.splits:
            raise UsageError(f"OwnEnv has no split {split!r}; it has {', '.join(self.splits)}")
        numbers = [n for n in range(10 ** (self.digits - 1), 10**self.digits) if (n % 7 == 0) == (split == "test")]
        return Procedural(len(numbers), lambda k: _task(split, numbers[k]))

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Ask once and compare."""
        (solver,) = ctx.agents
        question = f"The digits of {task.public['number']} add up to? Answer in <answer> tags."
        said = await ctx.ask(solver, question, parse=_number)
        return Outcome({"answer": said, "correct": said == task.secret["answer"]})

    def examples(self, ask: Ask[int]) -> Sequence[str]:
        """The right answer, in the form asked for: what a new model's warm-up learns from."""
        return (_tagged(ask.task.secret["answer"]),)

    def demos(self) -> Sequence[Demo]:
        """A right answer, a wrong one, and one that names every number."""
        task = self.tasks("train")[0]
        right = task.secret["answer"]
        every = "".join(map(_tagged, range(9 * self.digits + 1)))
        return (
            Demo("right", {"solver_0": [_tagged(right)]}, {"solver_0": 1.0}, task=task),
            Demo("wrong", {"solver_0": [_tagged(right + 1)]}, {"solver_0": 0.0}, task=task),
            Demo("cheat: every answer", {"solver_0": [every]}, {"solver_0": 0.0}, task=task),
        )


def _task(split: str, number: int) -> Task:
    return Task(f"{split}/{number}", public={"number": number}, secret={"answer": sum(map(int, str(number)))})


def _tagged(answer: int) -> str:
    return f"<answer>{answer}</answer>"


def _number(text: str) -> int:
    """The number in the tags.

    Raises:
        Illegal: there is none; the agent is told why and forfeits.
    """
    said = tagged_answer(text)
    if not (said.isascii() and said.isdigit() and len(said) <= 9):
        raise Illegal("give a whole number")
    return int(said)
