"""Leduc poker as text: two rounds of betting, a public card, and exact exploitability.

The game of Southey et al., "Bayes' bluff: opponent modelling in poker" (UAI 2005), as OpenSpiel plays it. Six cards, two each of J, Q
and K. Both ante 1 and get a card; after the first round of betting a public card is turned. A raise adds 2 in the first round and 4 in the
second, with two raises at most in each. A pair with the public card wins, then the higher card; equal cards split the pot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from axion_env import Context, Demo, Env, EnvSpec, Episode, Memory, Outcome, Reward, Role, Rubric, Task, Utility

_CARDS = "JJQQKK"
_RAISE = (2, 4)  # chips, by round
_RAISES = 2  # at most, in each round
_MOST = 13.0  # the ante, two raises of 2 and two of 4


def chips_won(episode: Episode, agent: str) -> float:
    """Chips won, negative if lost."""
    assert episode.facts is not None
    return float(episode.facts["chips"][agent])


class LeducPoker(Env):
    """Leduc poker. Suits do not matter in it and are not shown: 288 information sets, where OpenSpiel tells 936 apart by suit."""

    spec = EnvSpec(
        "axion/LeducPoker-v0",
        agents={"player_0": Role("first", "acts first", Memory.NONE), "player_1": Role("second", "acts second", Memory.NONE)},
        max_turns=8,
        reward_range=(-_MOST, _MOST),
        utility=Utility.ZERO_SUM,
        description="Poker with a public card and two rounds of betting, small enough for exact exploitability.",
    )
    rubric = Rubric(first=[Reward(chips_won)], second=[Reward(chips_won)])

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Deal, bet, turn the public card, bet again, and compare."""
        deck = ctx.deck(_CARDS)
        cards = {agent: ctx.draw(f"card of {agent}", deck, visible_to=(agent,)) for agent in ctx.agents}
        first, second = ctx.agents
        stakes = {first: 1, second: 1}
        public = "none"
        before: tuple[str, ...] = ()
        for stage, chips in enumerate(_RAISE):
            if stage:
                public = ctx.draw("public card", deck, visible_to=ctx.agents)
            agent, other = second, first
            moves: list[str] = []
            while not _over(moves):
                agent, other = other, agent
                rounds = (before, tuple(moves)) if stage else (tuple(moves), ())
                question, legal = _question(cards[agent], public, rounds)
                moves.append(await ctx.ask(agent, question, choices=legal))
                if moves[-1] in ("call", "raise"):
                    stakes[agent] = stakes[other] + (chips if moves[-1] == "raise" else 0)
            before = tuple(moves)
            if moves[-1] == "fold":
                ctx.tell(agent, f"You folded. You lost {stakes[agent]}.")
                ctx.tell(other, f"The other folded. You won {stakes[agent]}.")
                return Outcome({"chips": {agent: -stakes[agent], other: stakes[agent]}, "winner": other})
        better = _strength(cards[first], public) - _strength(cards[second], public)
        won = stakes[first] * ((better > 0) - (better < 0))
        for agent, other, chips in ((first, second, won), (second, first, -won)):
            ctx.reveal(f"card of {other}", (agent,))
            result = f"You {'won' if chips > 0 else 'lost'} {abs(chips)}." if chips else "The pot was split."
            ctx.tell(agent, f"You held {cards[agent]}, the other {cards[other]}, the public card was {public}. {result}")
        return Outcome({"chips": {first: won, second: -won}, "winner": first if won > 0 else second if won < 0 else None})

    def demos(self) -> Sequence[Demo]:
        """The largest pot there is, a bluff that is caught, a split pot, and a fold where nothing is to be called."""
        king_pairs = {"card of player_0": "K", "card of player_1": "Q", "public card": "K"}
        jack_high = {"card of player_0": "J", "card of player_1": "K", "public card": "Q"}
        alike = {"card of player_0": "Q", "card of player_1": "Q", "public card": "K"}
        war = ["raise", "call"]
        return (
            _demo("kings up", [*war, "I have the pair. [raise]", "call"], ["raise", "raise"], 13, king_pairs),
            _demo("bluff caught", ["raise", "raise"], ["call", "call"], -7, jack_high),
            _demo("fold", ["check", "check", "fold"], ["check", "raise"], -1, jack_high),
            _demo("split pot", ["check", "check"], ["check", "check"], 0, alike),
            _demo("cheat: fold to nobody", ["fold"], [], -13, jack_high),
        )


def _over(moves: list[str]) -> bool:
    """Whether a round of betting is over."""
    return moves[-1:] in (["call"], ["fold"]) or moves == ["check", "check"]


@lru_cache(maxsize=1024)
def _question(card: str, public: str, rounds: tuple[tuple[str, ...], tuple[str, ...]]) -> tuple[str, tuple[str, ...]]:
    """What the holder of a card is asked, and the legal answers."""
    moves = rounds[0] if public == "none" else rounds[1]
    legal: tuple[str, ...] = ("fold", "call", "raise") if moves[-1:] == ("raise",) else ("check", "raise")
    if moves.count("raise") == _RAISES:
        legal = legal[:-1]
    said = [", ".join(r) or "none" for r in rounds]
    text = f"You hold {card}. Public card: {public}. First round: {said[0]}. Second round: {said[1]}."
    return f"{text} Choose: {', '.join(legal[:-1])} or {legal[-1]}.", legal


def _strength(card: str, public: str) -> int:
    return "JQK".index(card) + (3 if card == public else 0)


def _demo(name: str, first: Sequence[str], second: Sequence[str], won: float, cards: Mapping[str, str]) -> Demo:
    return Demo(name, {"player_0": first, "player_1": second}, {"player_0": won, "player_1": -won}, cards)
