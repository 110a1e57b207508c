"""Planted faults: each breaks one promise, and `FAULTS` says which check must name it.

Those marked with a project's name are what was found in that project's own environments.
"""

from __future__ import annotations

import dataclasses
import random
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from axion_env import (
    Ask,
    Context,
    Demo,
    Env,
    EnvSpec,
    Episode,
    Forfeit,
    Outcome,
    Reward,
    Rubric,
    Task,
    Truncated,
    strip_thinking,
)
from axion_env.sandbox import Function
from tests.check.honest import Both, Card, Sums, won

FAULTS: dict[type[Env], str] = {}


def caught_by(id: str) -> Any:
    """Enter a fault under the check that must name it, and no other."""

    def enter(cls: type[Env]) -> type[Env]:
        FAULTS[cls] = id
        return cls

    return enter


def spec(env: type[Env], **changes: Any) -> EnvSpec:
    """The spec of an environment, changed."""
    return dataclasses.replace(env.spec if isinstance(env.__dict__.get("spec"), EnvSpec) else env().spec, **changes)


# What agents see ---------------------------------------------------------------------------------------------------


@caught_by("obs.noninterference")
class LeakByLength(Card):
    """The first player's question is one space longer when the other holds the king."""

    def opening(self, card: str, other: str) -> str:
        return super().opening(card, other) + " " * (other == "K")


@caught_by("obs.noninterference")
class LeakAfterFold(Card):
    """The folded card is told: it was never revealed."""

    def closing(self, reply: str, other: str) -> str:
        return f"Second {reply}s with {other}."


@caught_by("obs.noninterference")
class LeakByTurn(Card):
    """A player who faces the king is asked twice."""

    spec = spec(Card, max_turns=3)

    async def play(self, task: Task, ctx: Context) -> Outcome:
        other = ctx.draw("card of b", self.ranks, visible_to=("b",))
        bid = await ctx.ask("a", "Your bid?", choices=("bet", "pass"))
        if other == "K":
            await ctx.ask("a", "Your bid?", choices=("bet", "pass"))
        reply = await ctx.ask("b", f"You hold {other}. First {bid}s.", choices=("call", "fold"))
        return Outcome({"won": self.payoff("J" if bid == "bet" else "K", other, bid, reply)})

    def demos(self) -> Sequence[Demo]:
        j = {"card of b": "J"}
        pairs = (("cheat: fold", "pass", "fold", 1), ("call", "bet", "call", -2))
        return [
            Demo(name, {"a": [bid], "b": [reply]}, {"a": w, "b": -w}, j) for name, bid, reply, w in (*pairs, ("fold", "pass", "fold", 1))
        ]


class Talk(Card):
    """The first player says a line and the second reads it; the line is what `parse` makes of it."""

    async def play(self, task: Task, ctx: Context) -> Outcome:
        line: str = await ctx.ask("a", "Say a line.", parse=self.parse)
        reply = await ctx.ask("b", f"First says: {line}", choices=("call", "fold"))
        return Outcome({"won": {"a": 1, "b": -1} if reply == "fold" else {"a": -2, "b": 2}})

    def parse(self, text: str) -> str:
        return strip_thinking(text)

    def examples(self, ask: Ask[Any]) -> Sequence[str]:
        return ask.choices or ("I have it",)

    def demos(self) -> Sequence[Demo]:
        return (
            Demo("fold", {"a": ["hi"], "b": ["fold"]}, {"a": 1, "b": -1}),
            Demo("call", {"a": ["hi"], "b": ["call"]}, {"a": -2, "b": 2}),
            Demo("cheat: no move", {"a": ["hi"], "b": ["?"]}, {"a": 2, "b": -2}),
        )


@caught_by("obs.no_raw_action_leak")
class RawTextCrosses(Talk):
    """TextArena: the opponent reads the raw answer, `<think>` and all."""

    def parse(self, text: str) -> str:
        return text


@caught_by("semantic.no_solution_leakage")
class AnswerInInfo(Sums):
    """GEM and SkyRL, as ported by FineEnvs: `info` carries the answer."""

    def task(self, split: str, a: int, b: int) -> Task:
        return Task(f"{split}/{a}", {"a": a, "b": b, "target": a + b}, {"answer": a + b})


@caught_by("semantic.no_solution_leakage")
class AnswerInQuestion(Sums):
    """The question is formatted with too much."""

    def question(self, task: Task) -> str:
        return f"{super().question(task)} {task.secret}"


@caught_by("semantic.no_solution_leakage")
class AnswerInFeedback(Sums):
    """The right answer is told before the second try."""

    def feedback(self, task: Task) -> str:
        return f"No, it is {task.secret['answer']}. {self.question(task)}"


@caught_by("spec.information")
class NotPerfect(Card):
    """Hidden cards in a game of perfect information."""

    spec = spec(Card, information="perfect")


# Chance and order --------------------------------------------------------------------------------------------------


AHEAD = (
    Demo("value", {"a": ["bet"], "b": ["call"]}, {"a": 2, "b": -2}),
    Demo("fold", {"a": ["bet"], "b": ["fold"]}, {"a": 1, "b": -1}),
    Demo("cheat: both", {"a": ["bet pass"], "b": []}, {"a": -2, "b": 2}),
)
"""Of a game in which the first player always holds the higher card."""


@caught_by("rng.no_global_state")
class GlobalRandom(Card):
    """TextArena: the deal comes from the process's generator, seeded at reset."""

    async def play(self, task: Task, ctx: Context) -> Outcome:
        random.seed(ctx.draw("seed", range(100), visible_to=ctx.agents))
        bid = await ctx.ask("a", f"You hold {random.choice(self.ranks)}.", choices=("bet", "pass"))
        reply = await ctx.ask("b", f"First {bid}s.", choices=("call", "fold"))
        return Outcome({"won": self.payoff("K", "J", bid, reply)})

    def demos(self) -> Sequence[Demo]:
        return AHEAD


@caught_by("runtime.seed_control")
class SeedIgnored(Sums):
    """OpenEnv #1102: a seed is taken, and nothing changes with it."""

    def task(self, split: str, a: int, b: int) -> Task:
        return super().task(split, a - self.seed % 7, b - 2 * (self.seed % 7))


@caught_by("runtime.seed_control")
class OwnGenerator(Card):
    """Cards from a generator that always starts alike."""

    async def play(self, task: Task, ctx: Context) -> Outcome:
        card, other = random.Random(7).sample(self.ranks, 2)
        bid = await ctx.ask("a", f"You hold {card}.", choices=("bet", "pass"))
        reply = await ctx.ask("b", f"You hold {other}. First {bid}s.", choices=("call", "fold"))
        return Outcome({"won": self.payoff(card, other, bid, reply)})

    def demos(self) -> Sequence[Demo]:
        return AHEAD


@caught_by("runtime.episode_determinism")
class ClockInFacts(Card):
    """How long it took is not what happened."""

    async def play(self, task: Task, ctx: Context) -> Outcome:
        outcome = await super().play(task, ctx)
        return Outcome({**outcome.facts, "seconds": time.perf_counter_ns()})


@caught_by("runtime.episode_determinism")
class RemembersPlays(Card):
    """The number of the game, counted by the class."""

    games = count()

    def opening(self, card: str, other: str) -> str:
        return f"Game {next(self.games)}. You hold {card}."


@caught_by("runtime.episode_isolation")
class SharedTable(Card):
    """The table belongs to the instance, and the next game is laid out on it."""

    def __init__(self) -> None:
        self.table: dict[str, str] = {}

    def opening(self, card: str, other: str) -> str:
        self.table["a"] = card
        return super().opening(card, other)

    def payoff(self, card: str, other: str, bid: str, reply: str) -> Mapping[str, float]:
        return super().payoff(self.table["a"], other, bid, reply)


@caught_by("episode.answer_order")
class SharedList(Both):
    """Branches append to one list: who answers first stands first."""

    async def play(self, task: Task, ctx: Context) -> Outcome:
        said: list[str] = []

        async def name(agent: str) -> None:
            said.append(f"{agent} {await self.name(agent, ctx)}")

        await ctx.gather(*(name(agent) for agent in ctx.agents))
        return Outcome({"won": self.worth([line.split()[1] for line in said]), "log": list(said)})


@caught_by("concurrency.processes")
class OrderOfASet(Card):
    """The moves are shown in the order of their hashes."""

    def opening(self, card: str, other: str) -> str:
        return f"{super().opening(card, other)} Moves: {', '.join({'bet', 'pass', 'think', 'wait', 'look', 'sigh', 'smile', 'nod'})}."


@caught_by("concurrency.threads")
class ThreadLocal(Card):
    """What the thread that built it knows."""

    def __init__(self) -> None:
        self.local = threading.local()
        self.local.greeting = "Welcome. "

    def opening(self, card: str, other: str) -> str:
        return getattr(self.local, "greeting", "") + super().opening(card, other)


@caught_by("pickle.roundtrip")
class PickledWithout(Sums):
    """Its way of pickling is its parent's, which knew nothing of it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Sums, ()


@caught_by("runtime.host_containment")
class ReadsAFile(Card):
    """The rules are read at every deal."""

    def opening(self, card: str, other: str) -> str:
        with open(__file__) as rules:
            return f"{rules.readline()[:3]} {super().opening(card, other)}"


@caught_by("jobs.determinism")
class UnseededJob(Sums):
    """What it runs gives another number every time."""

    async def play(self, task: Task, ctx: Context) -> Outcome:
        said = await ctx.ask("solver_0", self.question(task), parse=self.parse)
        await ctx.run(Function("import os\ndef f(): return os.urandom(4)", "f"))
        return Outcome({"won": {"solver_0": self.worth(task, said)}})

    def demos(self) -> Sequence[Demo]:
        right, wrong, cheat = super().demos()
        return right, dataclasses.replace(wrong, actions={"solver_0": ["<answer>1</answer>"]}), cheat


# Records -----------------------------------------------------------------------------------------------------------


@caught_by("semantic.replayability")
class TupleInTask(Sums):
    """A tuple is a list in the record, and is shown otherwise."""

    def task(self, split: str, a: int, b: int) -> Task:
        return Task(f"{split}/{a}", {"pair": (a, b)}, {"answer": a + b})

    def question(self, task: Task) -> str:
        return f"Add {task.public['pair']}."


# Tasks -------------------------------------------------------------------------------------------------------------


@caught_by("task.ids")
class TwoOfAName(Sums):
    """Both splits count from 0."""

    def task(self, split: str, a: int, b: int) -> Task:
        return Task(str(a % 20), {"a": a, "b": b}, {"answer": a + b})


@caught_by("task.ids")
class NewTasksEveryTime(Sums):
    """They are made anew at every call."""

    made = count(1000)

    def tasks(self, split: str = "train") -> Sequence[Task]:
        return [self.task(split, next(self.made), 2) for _ in range(32)]


@caught_by("task.splits")
class TestIsTrain(Sums):
    """Held out by name only."""

    def tasks(self, split: str = "train") -> Sequence[Task]:
        return [self.task(split, a, self.seed + 5) for a in range(100, 132)]


@caught_by("task.unchanged")
class WritesIntoTask(Sums):
    """Tries are counted in the task."""

    def question(self, task: Task) -> str:
        task.public["tries"] = 1  # type: ignore[index]
        return super().question(task)

    def tasks(self, split: str = "train") -> Sequence[Task]:
        return [self.task(split, task.public["a"], task.public["b"]) for task in super().tasks(split)]


@caught_by("runtime.task_declaration_accuracy")
class SeatsAStranger(Sums):
    """A task seats somebody the spec does not know."""

    def task(self, split: str, a: int, b: int) -> Task:
        return Task(f"{split}/{a}", {"a": a, "b": b}, {"answer": a + b}, ("solver_1",))

    first_task = Task()


# Answers and endings -----------------------------------------------------------------------------------------------


@caught_by("action.robustness")
class ParserRaises(Sums):
    """`isdigit` is true of a superscript two, and `int` raises."""

    def parse(self, text: str) -> int | None:
        said = strip_thinking(text).removeprefix("<answer>").removesuffix("</answer>")
        return int(said) if said.isdigit() and len(said) < 9 else 0

    def demos(self) -> Sequence[Demo]:
        right, wrong, cheat = super().demos()
        return right, wrong, dataclasses.replace(cheat, actions={"solver_0": list(cheat.actions["solver_0"]) * 2})


@caught_by("action.examples")
class ExamplesRefused(Sums):
    """The first example is not what the parser takes."""

    def examples(self, ask: Ask[Any]) -> Sequence[str]:
        return *super().examples(ask), f"The answer is {ask.task.secret['answer']}"


@caught_by("action.ambiguity")
class AnyNumberCounts(Sums):
    """Countdown in reasoning-gym was as lenient: it is right if the answer is somewhere in it."""

    def parse(self, text: str) -> str:
        return strip_thinking(text)

    def worth(self, task: Task, said: Any) -> float:
        return float(f">{task.secret['answer']}<" in said)

    def demos(self) -> Sequence[Demo]:
        right, wrong, _ = super().demos()
        return *self._asked_twice(right, wrong), Demo("cheat: nothing", {"solver_0": ["", ""]}, {"solver_0": 0})

    def _asked_twice(self, *demos: Demo) -> Sequence[Demo]:
        return [dataclasses.replace(demo, actions={"solver_0": [demo.actions["solver_0"][0]] * 2}) for demo in demos]


@caught_by("term.forfeit")
class AsksTheCulprit(Card):
    """Whoever forfeits is asked again."""

    async def play(self, task: Task, ctx: Context) -> Outcome:
        try:
            return await super().play(task, ctx)
        except Forfeit as forfeit:
            await ctx.ask(forfeit.culprits[0], "Once more?", choices=("yes", "no"))
            return Outcome({"won": {"a": 0, "b": 0}})


@caught_by("term.forfeit")
class SilencePays(Sums):
    """A refused answer is caught, and nobody asks what it is worth."""

    async def play(self, task: Task, ctx: Context) -> Outcome:
        try:
            return await super().play(task, ctx)
        except Forfeit:
            return Outcome({"won": {"solver_0": 1.0}})

    def examples(self, ask: Ask[Any]) -> Sequence[str]:
        return ("<answer>5</answer>",)

    def demos(self) -> Sequence[Demo]:
        return *super().demos()[:2], Demo("cheat: one", {"solver_0": ["<answer>1</answer>"] * 2}, {"solver_0": 0})


@caught_by("term.truncation")
class GoesOnForever(Card):
    """Whatever happens, it asks again."""

    async def play(self, task: Task, ctx: Context) -> Outcome:
        try:
            return await super().play(task, ctx)
        except Truncated:
            return await super().play(task, ctx)


@caught_by("spec.max_turns")
class TooFewTurns(Card):
    """The second player is never asked."""

    spec = spec(Card, max_turns=1)


# Rewards -----------------------------------------------------------------------------------------------------------


@caught_by("runtime.reward_well_formed")
class AboveTheRange(Card):
    """Pays what is at stake, and promises less."""

    spec = spec(Card, reward_range=(-1, 1))


@caught_by("runtime.reward_well_formed")
class NotANumber(Sums):
    """OpenEnv #1199: NaN passes every comparison by failing it."""

    rubric = Rubric(solver=[Reward(lambda episode, agent: float("nan"), name="score")])


@caught_by("spec.utility_sum")
class HouseTakes(Card):
    """Zero-sum, but for the loser's luck."""

    def payoff(self, card: str, other: str, bid: str, reply: str) -> Mapping[str, float]:
        return {agent: max(gain, -1) for agent, gain in super().payoff(card, other, bid, reply).items()}

    def demos(self) -> Sequence[Demo]:
        value, bluff, cheat = super().demos()
        return dataclasses.replace(value, rewards={"a": 2, "b": -1}), dataclasses.replace(bluff, rewards={"a": -1, "b": 2}), cheat


@caught_by("runtime.reward_attribution")
class TwoOfOneName(Sums):
    """Two rewards of one name: a report shows their sum as either."""

    rubric = Rubric(solver=[Reward(won, 0.5), Reward(won, 0.5)])


def every_other_time(episode: Episode, agent: str, judged: count[int] = count()) -> float:  # noqa: B008 (the fault)
    return won(episode, agent) if next(judged) % 2 else 0.0


@caught_by("semantic.verifier_determinism")
class PaysByTurns(Sums):
    """The rubric remembers how often it has paid."""

    rubric = Rubric(solver=[Reward(every_other_time)])


class Number(int):
    """What the parser makes; a record knows nothing of it."""


@caught_by("semantic.verifier_determinism")
class JudgesObjects(Sums):
    """Pays for the type of the parsed value, which no record holds."""

    rubric = Rubric(
        solver=[Reward(lambda episode, agent: float(isinstance(episode.turns[-1].action.parsed, Number)) * won(episode, agent), name="n")]
    )

    def parse(self, text: str) -> Any:
        return Number(super().parse(text))


SCORE = Path(tempfile.gettempdir()) / "axion-test-score.txt"


def score_file(episode: Episode, agent: str) -> float:
    try:
        with open(SCORE) as score:
            return float(score.read())
    except OSError:
        return won(episode, agent)


@caught_by("reward.from_record")
class RewardFromFile(Sums):
    """OpenEnv #1199, pier #51: the score is read from a file that the candidate can write."""

    rubric = Rubric(solver=[Reward(score_file)])


@caught_by("spec.symmetric")
class FirstSeatWins(Both):
    """Exchangeable by name only."""

    spec = spec(Both, utility="general_sum")

    def worth(self, said: Sequence[str]) -> Mapping[str, float]:
        return {"p_0": float(said[0] == said[1]), "p_1": 0.5 * (said[0] == said[1])}

    def demos(self) -> Sequence[Demo]:
        same, unlike, cheat = super().demos()
        return dataclasses.replace(same, rewards={"p_0": 1, "p_1": 0.5}), unlike, cheat


# Demos -------------------------------------------------------------------------------------------------------------


@caught_by("demos.claims")
class LastHandWins(Card):
    """SPIRAL's Kuhn: of three hands, whoever wins the last wins all, whatever the chips say. The demo counts chips."""

    spec = spec(Card, max_turns=6, reward_range=(-6, 6))

    async def play(self, task: Task, ctx: Context) -> Outcome:
        for hand in range(3):
            deck = ctx.deck(self.ranks)
            card, other = (ctx.draw(f"hand {hand}: card of {agent}", deck, visible_to=(agent,)) for agent in ctx.agents)
            bid = await ctx.ask("a", f"You hold {card}.", choices=("bet", "pass"))
            reply = await ctx.ask("b", f"You hold {other}. First {bid}s.", choices=("call", "fold"))
            last = self.payoff(card, other, bid, reply)
        return Outcome({"won": last})

    def demos(self) -> Sequence[Demo]:
        cards = {f"hand {h}: card of a": "KKJ"[h] for h in range(3)} | {f"hand {h}: card of b": "JJK"[h] for h in range(3)}
        return (
            Demo("two of three", {"a": ["bet"] * 3, "b": ["call"] * 3}, {"a": 2, "b": -2}, cards),
            Demo("all for less", {"a": ["pass"] * 3, "b": ["call"] * 3}, {"a": 1, "b": -1}, cards),
            Demo("cheat: both", {"a": ["bet pass"], "b": []}, {"a": -6, "b": 6}, cards),
        )


@caught_by("demos.claims")
class PotNeverGrows(Card):
    """TextArena and SPIRAL: a bet moves no chips."""

    def payoff(self, card: str, other: str, bid: str, reply: str) -> Mapping[str, float]:
        return super().payoff(card, other, "pass", reply)


@caught_by("demos.claims")
class ScriptTooShort(Card):
    """A demo stops in the middle."""

    def demos(self) -> Sequence[Demo]:
        return *super().demos(), Demo("half", {"a": ["bet"], "b": []}, {"a": 1, "b": -1})


@caught_by("demos.cover")
class NoDemos(Card):
    """Nothing is shown."""

    def demos(self) -> Sequence[Demo]:
        return ()


@caught_by("demos.cover")
class NoCheat(Card):
    """Nobody has tried to cheat."""

    def demos(self) -> Sequence[Demo]:
        return super().demos()[:2]


@caught_by("semantic.floor_gap")
class PaysEverybody(Sums):
    """Every number of three digits is right, from the second try on."""

    def worth(self, task: Task, said: Any) -> float:
        return float(said > 99)


@caught_by("semantic.canary_floor")
class PaysTheWordCorrect(Sums):
    """The NeMo port of Wordle, once: the judge looks for "Correct" in what the model wrote."""

    async def play(self, task: Task, ctx: Context) -> Outcome:
        said = await ctx.ask("solver_0", self.question(task))
        verdict = f"{said}: " + ("Correct" if said == f"<answer>{task.secret['answer']}</answer>" else "wrong")
        return Outcome({"won": {"solver_0": float("Correct" in verdict)}})

    def demos(self) -> Sequence[Demo]:
        right, wrong, cheat = super().demos()
        return right, dataclasses.replace(wrong, actions={"solver_0": ["<answer>1</answer>"]}), cheat


NUMBERS = {str(number) for number in range(1000)}


@caught_by("semantic.canary_floor")
class CheatPays(Sums):
    """Naming every number is known to work, and was written down as a demo."""

    def parse(self, text: str) -> Any:
        return [int(number) for number in text.replace("answer", "").replace("/", "").split("<>") if number in NUMBERS][:99]

    def worth(self, task: Task, said: Any) -> float:
        return float(task.secret["answer"] in said and (len(said) == 1 or said[0] == 300))

    async def play(self, task: Task, ctx: Context) -> Outcome:
        return Outcome({"won": {"solver_0": self.worth(task, await ctx.ask("solver_0", self.question(task), parse=self.parse))}})

    def demos(self) -> Sequence[Demo]:
        right, wrong, cheat = super().demos()
        return (
            right,
            dataclasses.replace(wrong, actions={"solver_0": ["<answer>1</answer>"]}),
            dataclasses.replace(cheat, rewards={"solver_0": 1}),
        )


# It does not run ---------------------------------------------------------------------------------------------------


@caught_by("runtime.startup")
class ForgottenAwait(Card):
    """A question that nobody waits for."""

    async def play(self, task: Task, ctx: Context) -> Outcome:
        ctx.ask("a", "Bet?", choices=("bet", "pass"))
        return Outcome({"won": {"a": 0, "b": 0}})


@caught_by("runtime.startup")
class WrongAgent(Card):
    """A typing error in a name."""

    async def play(self, task: Task, ctx: Context) -> Outcome:
        await ctx.ask("player_0", "Bet?", choices=("bet", "pass"))
        return Outcome({})


@caught_by("runtime.startup")
class FactsNotJson(Card):
    """A set is no fact."""

    async def play(self, task: Task, ctx: Context) -> Outcome:
        await ctx.ask("a", "Bet?", choices=("bet", "pass"))
        return Outcome({"moves": {"bet"}})


@caught_by("static.manifest")
class IdleRubric(Card):
    """Rewards for a role that nobody has."""

    rubric = Rubric(first=[Reward(won)], second=[Reward(won)], dealer=[Reward(won)])
