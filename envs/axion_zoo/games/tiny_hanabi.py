"""Tiny Hanabi: two agents with one card each win together, if the first one's action tells the second its card.

The matrix game of Foerster et al., "Bayesian action decoder for deep multi-agent reinforcement learning" (ICML 2019), with the payoffs of
OpenSpiel's `tiny_hanabi`. Both get card 1 or 2, independently. The first acts on its own card; the second sees that action and its own
card, never the other's, and acts. Both earn what the table gives for the two cards and the two actions.
"""

from __future__ import annotations

from collections.abc import Sequence

from axion_env import Context, Demo, Env, EnvSpec, Episode, Memory, Outcome, Reward, Role, Rubric, Task, Utility

_CARDS = "12"
_ACTIONS = ("red", "green", "blue")
_PAYOFFS = {
    "11": ((10, 0, 0), (4, 8, 4), (10, 0, 0)),
    "12": ((0, 0, 10), (4, 8, 4), (0, 0, 10)),
    "21": ((0, 0, 10), (4, 8, 4), (0, 0, 0)),
    "22": ((10, 0, 0), (4, 8, 4), (10, 0, 0)),
}
"""[cards of first and second][action of first][action of second]"""
_TABLE = "\n".join(f"cards {' '.join(c)}: {', '.join(' '.join(map(str, row)) for row in rows)}" for c, rows in _PAYOFFS.items())
_RULES = (
    "You and your partner earn the same points, from the row of your two cards below, first player's card first. In a row stand the points "
    f"for the first player's red, green, blue; in each of these, for the second player's red green blue.\n{_TABLE}\n"
)


def points(episode: Episode, agent: str) -> float:
    """What the table gives, the same for both."""
    assert episode.facts is not None
    return float(episode.facts["points"])


class TinyHanabi(Env):
    """A cooperative game of two moves, in which the first one speaks to the second."""

    spec = EnvSpec(
        "axion/TinyHanabi-v0",
        agents={"player_0": Role("first", "acts and so speaks", Memory.NONE), "player_1": Role("second", "sees and acts", Memory.NONE)},
        max_turns=2,
        reward_range=(0, 10),
        utility=Utility.IDENTICAL,
        description="Cooperative, with hidden cards; 10 points in every deal if the first action tells its card, 8 at most if not.",
    )
    rubric = Rubric(first=[Reward(points)], second=[Reward(points)])

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Deal a card to each, let both act, and read the table."""
        first, second = ctx.agents
        card, other_card = (ctx.draw(f"card of {agent}", _CARDS, visible_to=(agent,)) for agent in ctx.agents)
        question = f"{_RULES}You are the first player. Your card: {card}. Choose: red, green or blue."
        act = await ctx.ask(first, question, choices=_ACTIONS)
        question = f"{_RULES}You are the second player. Your card: {other_card}. The first chose {act}. Choose: red, green or blue."
        answer = await ctx.ask(second, question, choices=_ACTIONS)
        earned = _PAYOFFS[card + other_card][_ACTIONS.index(act)][_ACTIONS.index(answer)]
        for agent, other in ((first, second), (second, first)):
            ctx.reveal(f"card of {other}", (agent,))
        ctx.tell(ctx.agents, f"The cards were {card} and {other_card}, the actions {act} and {answer}. You both earned {earned}.")
        return Outcome({"cards": [card, other_card], "actions": [act, answer], "points": earned})

    def demos(self) -> Sequence[Demo]:
        """The convention that earns all, the action that needs none, a convention broken, and an action that does not exist."""
        one, two = {"card of player_0": "1", "card of player_1": "2"}, {"card of player_0": "2", "card of player_1": "2"}
        return (
            _demo("blue tells a one", "[blue]", "The first chose blue, so it holds a 1. [blue]", 10, one),
            _demo("red tells a two", "red", "red", 10, two),
            _demo("green is safe", "green", "green", 8, one),
            _demo("convention broken", "red", "red", 0, one),
            Demo("cheat: an action that tells more", {"player_0": ["I hold a 2"], "player_1": []}, {"player_0": 0, "player_1": 0}, two),
        )


def _demo(name: str, first: str, second: str, earned: float, cards: dict[str, str]) -> Demo:
    return Demo(name, {"player_0": [first], "player_1": [second]}, dict.fromkeys(("player_0", "player_1"), earned), cards)
