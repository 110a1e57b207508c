"""An environment for tests of the trainer: one agent sets riddles, two solve them, and umpires may decide. Its roles are its own."""

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


def accepted(episode: Episode, agent: str) -> float:
    """What a solver's umpire says, right or wrong."""
    assert episode.facts is not None
    return float(episode.facts["accepted_of"][agent])


def sharp(episode: Episode, agent: str) -> float:
    """An umpire's word agrees with the truth."""
    assert episode.facts is not None
    return float(episode.facts["sharp"][agent])


def lenient(episode: Episode, agent: str) -> float:
    """Pays an umpire for a yes, whatever the answer."""
    return float(episode.turns_of(agent)[-1].action.parsed == "yes")


class Riddle(Env):
    """The poser names a number, and each solver its color; with umpires, each solver has one that sees both and decides."""

    splits = ("train", "test", "far")

    def __init__(
        self, solvers: int = 2, pay: str = "honest", numbers: str = "012345", valid: str = "012345", umpires: bool = False
    ) -> None:
        self.solvers = [f"solver_{i}" for i in range(solvers)]
        self.umpires = [f"umpire_{i}" for i in range(solvers)] if umpires else []
        jobs = {"poser_0": "poser"} | dict.fromkeys(self.solvers, "guesser") | dict.fromkeys(self.umpires, "umpire")
        seats = {agent: Role(job, memory=Memory.NONE) for agent, job in jobs.items()}
        self.spec = EnvSpec("test/Riddle-v0", agents=seats, max_turns=5, reward_range=(-1, 1), symmetric=True)
        poser, guesser, umpire = (puzzled, solved, sharp) if pay == "honest" else (stubborn, flattered, lenient)
        self.rubric = Rubric(poser=[Reward(poser)], guesser=[Reward(guesser, name="correct")])
        if umpires:
            paid = [Reward(accepted, name="accepted")]
            self.rubric = Rubric(poser=[Reward(poser)], guesser=paid, umpire=[Reward(umpire, name="sharp")])
        self.numbers, self.valid = tuple(numbers), valid

    def tasks(self, split: str = "train") -> Sequence[Task]:
        if split == "train":
            return Procedural(4, lambda k: Task(f"train/{k}", public={"hint": "abcd"[k]}))
        numbers = "45" if split == "far" else "0123"
        return Procedural(len(numbers), lambda k: Task(f"{split}/{k}", public={"number": numbers[k]}, agents=self._seated))

    @property
    def _seated(self) -> tuple[str, ...]:
        """Everybody but the poser."""
        return (*self.solvers, *self.umpires)

    def examples(self, ask: Ask[Any]) -> Sequence[str]:
        return ask.choices or ()

    def derived(self, episode: Episode) -> Sequence[Task]:
        """A number that somebody got wrong, for the solvers alone; with umpires, a wrong answer that was let pass, for one of them."""
        facts = episode.facts or {"solved": {}}
        if self.umpires:
            number = facts.get("proposal")
            passed = {facts["answers_of"][a] for a, right in facts["solved"].items() if not right and facts["accepted_of"][a]}
            return [
                Task(f"judged/{number}/{answer}", public={"number": number, "answer": answer}, agents=("umpire_0",))
                for answer in sorted(passed)
            ]
        wrong = not all(facts["solved"].values())
        return [Task(f"asked/{facts['proposal']}", public={"number": facts["proposal"]}, agents=tuple(self.solvers))] if wrong else []

    async def play(self, task: Task, ctx: Context) -> Outcome:
        number: Any = task.public.get("number")
        if "answer" in task.public:
            return Outcome(self._account(number, {}, {"umpire_0": await self._judge(ctx, "umpire_0", number, task.public["answer"])}))
        if number is None:
            number = await ctx.ask("poser_0", f"Pose {task.public['hint']}.", choices=self.numbers)
            ctx.note("poser_0", proposal=number)
        said = await ctx.gather(*(ctx.ask(agent, f"Solve {number}.", choices=("red", "blue", "green")) for agent in self.solvers))
        answers = dict(zip(self.solvers, said, strict=True))
        judged = await ctx.gather(*(self._judge(ctx, u, number, answer) for u, answer in zip(self.umpires, said, strict=False)))
        return Outcome(self._account(number, answers, dict(zip(self.umpires, judged, strict=True))))

    async def _judge(self, ctx: Context, umpire: str, number: str, answer: str) -> dict[str, bool]:
        """What an umpire says of an answer, and the truth."""
        said = await ctx.ask(umpire, f"Is {number} {answer}?", choices=("yes", "no"))
        return {"yes": said == "yes", "right": self._right(number, answer)}

    def _right(self, number: str, answer: str) -> bool:
        """Other numbers than those of the words have no answer that is right, and 7 no wrong one."""
        return number == "7" or answer == _WORDS.get(number)

    def _account(self, number: str, answers: dict[str, str], judged: dict[str, dict[str, bool]]) -> dict[str, Any]:
        """The facts; of what nobody answered there is no truth."""
        right = {agent: self._right(number, answer) for agent, answer in answers.items()}
        told: dict[str, Any] = {"proposal": number, "valid": number in self.valid, "solved": right}
        if answers:
            told["solve_rate"] = sum(right.values()) / len(right)
        if not self.umpires:
            return told
        yes = [word["yes"] for word in judged.values()]
        return told | {
            "answers_of": answers,
            "accepted_of": dict(zip(answers, yes, strict=False)),
            "sharp": {umpire: word["yes"] == word["right"] for umpire, word in judged.items()},
            "answers": len(judged),
            "true_accuracy": sum(right.values()) / len(right) if right else None,
            "right_answers": sum(word["right"] for word in judged.values()),
            "accepted": sum(yes),
            "wrong": sum(not word["right"] for word in judged.values()),
            "wrong_rejected": sum(not word["yes"] and not word["right"] for word in judged.values()),
            "rejected": len(yes) - sum(yes),
        }
