"""Three small environments that keep every promise. The faults are made from them by breaking one thing each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from axion_env import Ask, Context, Demo, Env, EnvSpec, Episode, Illegal, Memory, Outcome, Reward, Role, Rubric, Task, tagged_answer


def won(episode: Episode, agent: str) -> float:
    """What the facts say."""
    assert episode.facts is not None
    return float(episode.facts["won"][agent])


class Card(Env):
    """One card each: `a` bets or passes, `b` calls or folds, the higher card takes the stake."""

    spec = EnvSpec(
        "test/Card-v0",
        {"a": Role("first", memory=Memory.NONE), "b": Role("second", memory=Memory.NONE)},
        (-2, 2),
        "zero_sum",  # type: ignore[arg-type]
        max_turns=2,
        description="A card each.",
    )
    rubric = Rubric(first=[Reward(won)], second=[Reward(won)])
    ranks = "JQK"

    async def play(self, task: Task, ctx: Context) -> Outcome:
        deck = ctx.deck(self.ranks)
        card = ctx.draw("card of a", deck, visible_to=("a",))
        other = ctx.draw("card of b", deck, visible_to=("b",))
        bid = await ctx.ask("a", self.opening(card, other), choices=("bet", "pass"))
        reply = await ctx.ask("b", f"You hold {other}. First {bid}s.", choices=("call", "fold"))
        if reply == "call":
            ctx.reveal("card of a", ("b",))
            ctx.reveal("card of b", ("a",))
        ctx.tell("a", self.closing(reply, other))
        return Outcome({"won": self.payoff(card, other, bid, reply)})

    def opening(self, card: str, other: str) -> str:
        return f"You hold {card}."

    def closing(self, reply: str, other: str) -> str:
        return f"Second {reply}s" + (f" with {other}." if reply == "call" else ".")

    def payoff(self, card: str, other: str, bid: str, reply: str) -> Mapping[str, float]:
        stake = (2 if bid == "bet" else 1) if reply == "call" else 1
        gain = stake if reply == "fold" or self.ranks.index(card) > self.ranks.index(other) else -stake
        return {"a": gain, "b": -gain}

    def demos(self) -> Sequence[Demo]:
        high, low = {"card of a": "K", "card of b": "J"}, {"card of a": "J", "card of b": "K"}
        return (
            Demo("value", {"a": ["bet"], "b": ["call"]}, {"a": 2, "b": -2}, high),
            Demo("bluff", {"a": ["bet"], "b": ["call"]}, {"a": -2, "b": 2}, low),
            Demo("cheat: both", {"a": ["bet pass"], "b": []}, {"a": -2, "b": 2}, low),
        )


class Sums(Env):
    """Two numbers are added, with one more try after a wrong answer."""

    rubric = Rubric(solver=[Reward(won)])

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.spec = EnvSpec("test/Sums-v0", {"solver_0": Role("solver", memory=Memory.NONE)}, max_turns=2, description="Sums.")

    def tasks(self, split: str = "train") -> Sequence[Task]:
        first = 100 + self.seed % 7 + (40 if split == "test" else 0)
        return [self.task(split, a, 2 * a + 17) for a in range(first, first + 32)]

    def task(self, split: str, a: int, b: int) -> Task:
        return Task(f"{split}/{a}", {"a": a, "b": b}, {"answer": a + b})

    async def play(self, task: Task, ctx: Context) -> Outcome:
        said = await ctx.ask("solver_0", self.question(task), parse=self.parse)
        if said != task.secret["answer"]:
            said = await ctx.ask("solver_0", self.feedback(task), parse=self.parse)
        return Outcome({"won": {"solver_0": self.worth(task, said)}})

    def question(self, task: Task) -> str:
        return f"{task.public['a']}+{task.public['b']}=?"

    def feedback(self, task: Task) -> str:
        return f"No. {self.question(task)}"

    def worth(self, task: Task, said: Any) -> float:
        return float(said == task.secret["answer"])

    def parse(self, text: str) -> Any:
        said = tagged_answer(text)
        if not (said.isascii() and said.isdigit() and len(said) < 9):
            raise Illegal("give a number")
        return int(said)

    def examples(self, ask: Ask[Any]) -> Sequence[str]:
        return (f"<answer>{ask.task.secret['answer']}</answer>",)

    def demos(self) -> Sequence[Demo]:
        def say(name: str, *texts: str, reward: float) -> Demo:
            return Demo(name, {"solver_0": [f"<answer>{text}</answer>" for text in texts]}, {"solver_0": reward})

        right = str(self.tasks()[0].secret["answer"])
        every = "</answer><answer>".join(str(n) for n in range(300, 330))
        return say("right", right, reward=1), say("wrong", "1", "2", reward=0), say("cheat: every number", every, reward=0)


class Both(Env):
    """Two equals name a side at once, and win if they name the same."""

    spec = EnvSpec(
        "test/Both-v0",
        {"p_0": Role("p", memory=Memory.NONE), "p_1": Role("p", memory=Memory.NONE)},
        utility="identical",  # type: ignore[arg-type]
        symmetric=True,
        description="Coordination.",
    )
    rubric = Rubric(p=[Reward(won)])

    async def play(self, task: Task, ctx: Context) -> Outcome:
        said = await ctx.gather(*(self.name(agent, ctx) for agent in ctx.agents))
        return Outcome({"won": self.worth(said)})

    async def name(self, agent: str, ctx: Context) -> str:
        coin = ctx.draw(f"coin of {agent}", "ht", visible_to=(agent,))
        return await ctx.ask(agent, f"{agent}, your coin shows {coin}. Name a side.", choices=("heads", "tails"))

    def worth(self, said: Sequence[str]) -> Mapping[str, float]:
        return dict.fromkeys(("p_0", "p_1"), float(said[0] == said[1]))

    def demos(self) -> Sequence[Demo]:
        return (
            Demo("same", {"p_0": ["heads"], "p_1": ["heads"]}, {"p_0": 1, "p_1": 1}),
            Demo("unlike", {"p_0": ["heads"], "p_1": ["tails"]}, {"p_0": 0, "p_1": 0}),
            Demo("cheat: both sides", {"p_0": ["heads tails"], "p_1": ["heads"]}, {"p_0": 0, "p_1": 0}),
        )


class Words(Env):
    """A secret word is dealt to one of two by a draw, and the other guesses it."""

    spec = EnvSpec(
        "test/Words-v0", {"giver": Role("giver", memory=Memory.NONE), "guesser": Role("guesser", memory=Memory.NONE)}, description="Guess."
    )
    rubric = Rubric(giver=[Reward(won)], guesser=[Reward(won)])
    nouns = ("cat", "dog", "tree", "house", "sea", "moon")

    def tasks(self, split: str = "train") -> Sequence[Task]:
        super().tasks(split)
        return [Task(f"{split}/{i}", secret={"words": [self.nouns[i], self.nouns[i - 1]]}) for i in range(6)]

    async def play(self, task: Task, ctx: Context) -> Outcome:
        word = ctx.draw("word", task.secret["words"], visible_to=("giver",))
        clue = await ctx.ask("giver", f"Your word: {word}. Its first letter?", choices=("c", "d", "t", "h", "s", "m"))
        guess = await ctx.ask("guesser", f"It begins with {clue}.", choices=self.nouns)
        return Outcome({"won": dict.fromkeys(ctx.agents, float(guess == word))})

    def demos(self) -> Sequence[Demo]:
        cat = {"word": "cat"}
        return (
            Demo("right", {"giver": ["c"], "guesser": ["cat"]}, {"giver": 1, "guesser": 1}, cat),
            Demo("wrong", {"giver": ["c"], "guesser": ["sea"]}, {"giver": 0, "guesser": 0}, cat),
            Demo("cheat: every word", {"giver": ["c"], "guesser": ["cat dog"]}, {"giver": 0, "guesser": 0}, cat),
        )
