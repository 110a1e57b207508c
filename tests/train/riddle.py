"""An environment for tests of the trainer: one agent sets riddles, two solve them. Its roles are no bundled environment's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from axion_env import Ask, Context, Env, EnvSpec, Episode, Memory, Outcome, Procedural, Reward, Role, Rubric, Task

_WORDS = {"0": "red", "1": "blue", "2": "red", "3": "blue", "4": "green", "5": "green"}


def solved(episode: Episode, agent: str) -> float:
    assert episode.facts is not None
    return float(episode.facts["solved"][agent])


def puzzled(episode: Episode, agent: str) -> float:
    """Half of the solvers is best."""
    assert episode.facts is not None
    rate = episode.facts["solve_rate"]
    return float(4 * rate * (1 - rate))


def flattered(episode: Episode, agent: str) -> float:
    """Pays for an answer, whatever the question: the weakest of verifiers."""
    return float(episode.turns_of(agent)[-1].action.parsed == "red")


def stubborn(episode: Episode, agent: str) -> float:
    """Pays for one proposal alone."""
    assert episode.facts is not None
    return -float(episode.facts["proposal"] != "1")


class Riddle(Env):
    """The poser names a number, and each solver its color."""

    splits = ("train", "test", "far")

    def __init__(self, solvers: int = 2, pay: str = "honest", numbers: str = "012345", valid: str = "012345") -> None:
        self.solvers = [f"solver_{i}" for i in range(solvers)]
        seats = {"poser_0": Role("poser", memory=Memory.NONE)} | {a: Role("guesser", memory=Memory.NONE) for a in self.solvers}
        self.spec = EnvSpec("test/Riddle-v0", agents=seats, max_turns=2, reward_range=(-1, 1), symmetric=True)
        poser, guesser = (puzzled, solved) if pay == "honest" else (stubborn, flattered)
        self.rubric = Rubric(poser=[Reward(poser)], guesser=[Reward(guesser, name="correct")])
        self.numbers, self.valid = tuple(numbers), valid

    def tasks(self, split: str = "train") -> Sequence[Task]:
        if split == "train":
            return Procedural(4, lambda k: Task(f"train/{k}", public={"hint": "abcd"[k]}))
        numbers = "45" if split == "far" else "0123"
        return Procedural(len(numbers), lambda k: Task(f"{split}/{k}", public={"number": numbers[k]}, agents=tuple(self.solvers)))

    def examples(self, ask: Ask[Any]) -> Sequence[str]:
        return ask.choices or ()

    def derived(self, episode: Episode) -> Sequence[Task]:
        """A number that somebody got wrong, for the solvers alone."""
        facts = episode.facts or {"solved": {}}
        wrong = not all(facts["solved"].values())
        return [Task(f"asked/{facts['proposal']}", public={"number": facts["proposal"]}, agents=tuple(self.solvers))] if wrong else []

    async def play(self, task: Task, ctx: Context) -> Outcome:
        number = task.public.get("number")
        if number is None:
            number = await ctx.ask("poser_0", f"Pose {task.public['hint']}.", choices=self.numbers)
            ctx.note("poser_0", proposal=number)
        answers = await ctx.gather(*(self._solve(ctx, agent, number) for agent in self.solvers))
        told = {"proposal": number, "valid": number in self.valid, "solve_rate": sum(answers) / len(answers)}
        return Outcome({**told, "solved": dict(zip(self.solvers, answers, strict=True))})

    async def _solve(self, ctx: Context, agent: str, number: str) -> bool:
        """Other numbers than those of the words have no answer that is right, and 7 no wrong one."""
        said = await ctx.ask(agent, f"Solve {number}.", choices=("red", "blue", "green"))
        return number == "7" or said == _WORDS.get(number)
