"""Who is the spy: all but one hold the same word, nobody knows who the odd one is, and after some clues they vote.

The party game behind Vision-Zero (arXiv 2509.25541), in words instead of pictures. In each round all give a clue at once; then all vote at
once. Whoever gets the most votes is out, and a tie puts nobody out. The spy wins unless it is out: it gets what the others lose.

Nobody is told whether it is the spy, clues and votes are simultaneous, and the words are dealt at random: the seats are exchangeable and do
one job. So `spy` is no role here but something hidden, and what a policy can do cannot depend on it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

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
    Reward,
    Role,
    Rubric,
    Task,
    UsageError,
    Utility,
    strip_thinking,
)
from axion_zoo.games.who_is_the_spy.word import CLUES, PAIRS, TEST_PAIRS

_CLUE = re.compile(r"[\w'-]+( [\w'-]+)*")  # words alone: no line of a clue can pass for another player's, or for the table's
_LONGEST = 40  # characters
_NOBODY = "nobody"


def survived(episode: Episode, agent: str) -> float:
    """The spy wins one from each of the others if it is not voted out, and loses one to each if it is."""
    facts = episode.facts
    assert facts is not None
    stake = 1.0 if facts["out"] == facts["spy"] else -1.0
    return stake if agent != facts["spy"] else -stake * (len(episode.agents) - 1)


class WhoIsTheSpy(Env):
    """A game of three or more agents with a hidden odd one.

    Args:
        players: How many, the spy among them.
        rounds: Rounds of clues before the vote.
    """

    rubric = Rubric(player=[Reward(survived)])

    def __init__(self, players: int = 4, rounds: int = 1) -> None:
        if not 3 <= players <= 10 or rounds < 1:
            raise UsageError(f"WhoIsTheSpy needs 3 to 10 players and 1 round or more: got {players}, {rounds}")
        self.rounds = rounds
        self.spec = EnvSpec(
            "axion/WhoIsTheSpy-v0",
            agents={f"player_{i}": Role("player", "gives clues and votes", Memory.NONE) for i in range(players)},
            max_turns=players * (rounds + 1),
            reward_range=(1.0 - players, players - 1.0),
            utility=Utility.ZERO_SUM,
            symmetric=True,
            description="A hidden odd one among several; clues and votes, all at once.",
        )

    def tasks(self, split: str = "train") -> Sequence[Task]:
        """One pair of words each."""
        super().tasks(split)
        return [Task(f"{split}/{a}-{b}", secret={"words": [a, b]}) for a, b in (PAIRS if split == "train" else TEST_PAIRS)]

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Deal the words, hear the clues, count the votes."""
        pair = ctx.deck(task.secret["words"])
        common, odd = ctx.draw("common word", pair), ctx.draw("odd word", pair)
        deck = ctx.deck([odd, *[common] * (len(ctx.agents) - 1)])
        words = {agent: ctx.draw(f"word of {agent}", deck, visible_to=(agent,)) for agent in ctx.agents}
        heard: list[tuple[str, ...]] = []
        for _ in range(self.rounds):
            clues = (ctx.ask(a, f"{_known(a, words, heard)} {_GIVE}", parse=partial(_read, word=w)) for a, w in words.items())
            heard.append(await ctx.gather(*clues))
        ballots = {agent: (*(a for a in ctx.agents if a != agent), _NOBODY) for agent in ctx.agents}
        asks = (ctx.ask(a, f"{_known(a, words, heard)} Vote for the spy: {', '.join(b)}.", choices=b) for a, b in ballots.items())
        votes = dict(zip(ctx.agents, await ctx.gather(*asks), strict=True))
        out, spy = _voted_out(votes.values()), next(a for a, w in words.items() if w == odd)
        for agent in ctx.agents:
            ctx.reveal(f"word of {agent}", ctx.agents)
        cast = ", ".join(f"{agent} for {vote}" for agent, vote in votes.items())
        ctx.tell(ctx.agents, f"Votes: {cast}. Out: {out or _NOBODY}. The spy was {spy}, with the word {odd}; the others had {common}.")
        return Outcome({"spy": spy, "out": out, "votes": votes, "words": words, "clues": [list(round_) for round_ in heard]})

    def examples(self, ask: Ask[str]) -> Sequence[str]:
        """Clues that fit the agent's own word; or every vote."""
        return ask.choices or CLUES[ask.text.partition("Your word: ")[2].partition(".")[0]]

    def demos(self) -> Sequence[Demo]:
        """A spy who is found, one who is not, a tie, a vote for nobody, and a clue that is the word itself."""
        task = self.tasks()[0]
        common, odd = task.secret["words"]
        agents = list(self.spec.agents)
        spy, *others = agents
        draws = {"common word": common, "odd word": odd, f"word of {spy}": odd} | {f"word of {a}": common for a in others}
        clues = {a: [CLUES[draws[f"word of {a}"]][-1 - i % 3]] * self.rounds for i, a in enumerate(agents)}
        n = float(len(others))

        def demo(name: str, votes: Sequence[str], reward: float) -> Demo:
            actions = {a: [*clues[a], vote] for a, vote in zip(agents, votes, strict=True)}
            return Demo(name, actions, {spy: reward} | dict.fromkeys(others, -reward / n), draws, task)

        cheat = {a: [f"My word is {common}"] if a == others[0] else clues[a] for a in agents}
        return (
            demo("the spy is found", [_NOBODY, *[f"I think [{spy}]"] * len(others)], -n),
            demo("the wrong one is out", [others[0], *[others[1] if a == others[0] else others[0] for a in others]], n),
            demo("a tie", [others[0], spy, *[_NOBODY] * (len(others) - 1)], n),
            demo("nobody votes", [_NOBODY] * len(agents), n),
            Demo("cheat: the word itself", cheat, dict.fromkeys(agents, 1.0) | {others[0]: -n}, draws, task),
        )


_RULES = "All hold the same word but one, the spy, who holds another; nobody knows who it is."
_GIVE = "Give a clue to your word without naming it, in a few words."


def _known(agent: str, words: Mapping[str, str], heard: Sequence[tuple[str, ...]]) -> str:
    """What an agent knows of a game."""
    clues = " ".join(f"Round {i}: {'; '.join(map(': '.join, zip(words, clues, strict=True)))}." for i, clues in enumerate(heard, 1))
    return f"You are {agent} of {len(words)} players. {_RULES} Your word: {words[agent]}. Clues so far: {clues or 'none.'}"


def _read(text: str, word: str) -> str:
    """The clue, in brackets if there are any."""
    said = strip_thinking(text)
    marks = re.findall(r"\[([^\[\]]*)\]", said)
    clue = (marks[-1] if marks else said).strip().rstrip(".!")
    if len(clue) > _LONGEST or not _CLUE.fullmatch(clue):
        raise Illegal(f"a clue is some words on one line, {_LONGEST} characters at most")
    if word in clue.casefold():
        raise Illegal("a clue may not name the word")
    return clue


def _voted_out(votes: Iterable[str]) -> str | None:
    """Who has more votes than anybody else."""
    counts = Counter(vote for vote in votes if vote != _NOBODY).most_common(2)
    return None if not counts or len({n for _, n in counts}) < len(counts) else counts[0][0]
