"""Two traders, two goods, opposite tastes: the negotiation of SPIRAL's experiments.

The rules are those of `SimpleNegotiation-v1` in SPIRAL's release (arXiv 2506.24119; spiral-rl/spiral at a02d0ed): both own 10 wood and 10
gold; to `first` a wood is worth 5 and a gold 15, to `second` the other way round, and neither is told the other's values. They act in turn,
ten turns in all, and whoever's holdings gained more value wins. Winning is all that counts: an even swap of wood for gold makes both richer
and is a draw, and a trade that one wins the other should not take, so that best play draws.

Three things differ. An offer gives some of one good for some of the other, both of which are there, so that what was offered can always be
accepted. Nothing but actions crosses the table. An illegal action loses the game, zero-sum, where SPIRAL pays -1.5 and 0.5.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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

_GOODS = ("wood", "gold")
_VALUES = ({"wood": 5, "gold": 15}, {"wood": 15, "gold": 5})
_ACTION = re.compile(r"\b(?:(pass|accept|deny)|offer:? ([0-9]{1,4}) (wood|gold) for ([0-9]{1,4}) (wood|gold))\b")
_OWN = re.compile(r"You own (\d+) wood and (\d+) gold")
_STANDS = "You may accept or deny it."


def won(episode: Episode, agent: str) -> float:
    """1 for the greater gain, -1 for the smaller, 0 for equal ones."""
    assert episode.facts is not None
    winner = episode.facts["winner"]
    return 0.0 if winner is None else 1.0 if winner == agent else -1.0


class SimpleNegotiation(Env):
    """Offers, answers, and a comparison of gains.

    Args:
        turns: Turns in all, alternating.
        amount: What each owns of each good at the start.
    """

    rubric = Rubric(first=[Reward(won)], second=[Reward(won)])

    def __init__(self, turns: int = 10, amount: int = 10) -> None:
        if turns < 1 or not 1 <= amount <= 1000:
            raise UsageError(f"SimpleNegotiation needs 1 turn or more and an amount from 1 to 1000: got {turns}, {amount}")
        self.turns = turns
        self.amount = amount
        self.spec = EnvSpec(
            "axion/SimpleNegotiation-v0",
            agents={"player_0": Role("first", "prefers gold", Memory.NONE), "player_1": Role("second", "prefers wood", Memory.NONE)},
            max_turns=turns,
            reward_range=(-1, 1),
            utility=Utility.ZERO_SUM,
            description="Trade two goods and gain more than the other; best play draws.",
        )

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Take turns, move what is traded, and compare what it was worth."""
        holdings: dict[str, dict[str, int]] = {agent: dict.fromkeys(_GOODS, self.amount) for agent in ctx.agents}
        said: list[str] = []
        standing = ""
        by = trades = 0
        for turn in range(self.turns):
            me = turn % 2
            agent, other = ctx.agents[me], ctx.agents[1 - me]
            own = holdings[agent]
            open_ = standing != "" and by != me
            action = await ctx.ask(
                agent,
                self.question(me, own, said, standing if open_ else ""),
                parse=partial(_read, own=own, rest=holdings[other], open_=open_),
            )
            if action == "accept":
                _trade(standing, holdings[other], own)
                trades += 1
            if action.startswith("offer"):
                standing, by = action, me
            elif action != "pass":
                standing = ""
            said.append(action)
        gains = {a: sum(v[g] * (holdings[a][g] - self.amount) for g in _GOODS) for a, v in zip(ctx.agents, _VALUES, strict=True)}
        first, second = ctx.agents
        winner = None if gains[first] == gains[second] else max(gains, key=lambda a: gains[a])
        for agent, other in ((first, second), (second, first)):
            result = "A draw" if winner is None else "You won" if winner == agent else "You lost"
            ctx.tell(agent, f"The other's last action: {_last(said, ctx.agents.index(other))}. You gained {gains[agent]}. {result}.")
        return Outcome({"holdings": holdings, "gains": gains, "trades": trades, "winner": winner})

    def question(self, me: int, own: Mapping[str, int], said: Sequence[str], standing: str) -> str:
        """What a trader is asked: all that both have done, and what is its own."""
        story = " ".join(f"{'You' if i % 2 == me else 'Other'}: {action}." for i, action in enumerate(said)) or "nothing."
        rest = {good: 2 * self.amount - n for good, n in own.items()}
        return (
            f"Trade so that your goods gain more value than the other's do. You own {own['wood']} wood and {own['gold']} gold, "
            f"the other {rest['wood']} wood and {rest['gold']} gold. To you a wood is worth {_VALUES[me]['wood']} and a gold "
            f"{_VALUES[me]['gold']}. Turn {len(said) + 1} of {self.turns}. So far: {story} "
            f"{f'To you stands: {standing}. {_STANDS} ' if standing else ''}"
            "Answer pass, or offer what you give for what you get, as in: offer 1 wood for 1 gold"
        )

    def legal(self, wood: int, gold: int, open_: bool) -> tuple[str, ...]:
        """Every legal action of a trader who owns so much."""
        own, rest = (wood, gold), (2 * self.amount - wood, 2 * self.amount - gold)
        offers = tuple(
            f"offer {give} {_GOODS[i]} for {get} {_GOODS[1 - i]}"
            for i in range(2)
            for give in range(1, own[i] + 1)
            for get in range(1, rest[1 - i] + 1)
        )
        return ("pass", *(("accept", "deny") if open_ else ()), *offers)

    def examples(self, ask: Ask[str]) -> Sequence[str]:
        """Every legal action."""
        own = _OWN.search(ask.text)
        assert own is not None
        return self.legal(int(own[1]), int(own[2]), _STANDS in ask.text)

    def demos(self) -> Sequence[Demo]:
        """A good bargain, an even one, two who pass, and an offer of what is not there."""
        rest = ["pass"] * self.turns
        bargain, even = f"offer 1 wood for {min(2, self.amount)} gold", "offer 1 wood for 1 gold"
        first, second = (self.turns + 1) // 2, self.turns // 2
        ends = [rest[: first - 1], rest[: second - 1]]
        much = f"offer {self.amount + 1} wood for 1 gold"
        demos = [
            _demo("nobody trades", rest[:first], rest[:second], 0),
            _demo("cheat: goods that are not there", [much], [], -1),
        ]
        if self.turns > 1:
            demos.append(_demo("an even swap", [even, *ends[0]], ["Both gain. [accept]", *ends[1]], 0))
        if self.turns > 1 and self.amount > 1:
            demos.append(_demo("a bargain", [f"I need gold. [{bargain}]", *ends[0]], ["accept", *ends[1]], 1))
        return demos


def _read(text: str, own: Mapping[str, int], rest: Mapping[str, int], open_: bool) -> str:
    """The one action that is named, in brackets if there are any."""
    said = " ".join(strip_thinking(text).casefold().split())
    marks = re.findall(r"\[([^\[\]]*)\]", said)
    found = {(m[0], int(m[1] or 0), m[2], int(m[3] or 0), m[4]) for m in _ACTION.findall(" . ".join(marks) if marks else said)}
    if len(found) != 1:
        raise Illegal("say one action: pass, accept, deny, or an offer such as: offer 1 wood for 1 gold")
    word, give, good, get, other = found.pop()
    if word in ("accept", "deny") and not open_:
        raise Illegal("no offer stands to be answered")
    if not word and (good == other or not 0 < give <= own[good] or not 0 < get <= rest[other]):
        raise Illegal("an offer gives some of one good for some of the other, of what there is")
    return word or f"offer {give} {good} for {get} {other}"


def _trade(offer: str, giver: dict[str, int], taker: dict[str, int]) -> None:
    """Move the goods of an accepted offer."""
    _, give, good, _, get, other_good = offer.split()
    for amount, what, source, sink in ((int(give), good, giver, taker), (int(get), other_good, taker, giver)):
        source[what] -= amount
        sink[what] += amount


def _last(said: Sequence[str], seat: int) -> str:
    own = said[seat::2]
    return own[-1] if own else "none"


def _demo(name: str, first: Sequence[str], second: Sequence[str], reward: float) -> Demo:
    return Demo(name, {"player_0": first, "player_1": second}, {"player_0": reward, "player_1": -reward})
