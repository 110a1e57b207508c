"""Kuhn poker as an author writes it: `axion play examples.kuhn_poker:KuhnPoker`; `axion/KuhnPoker-v0` has options and demos besides."""

from axion_env import Context, Env, EnvSpec, Episode, Memory, Outcome, Reward, Role, Rubric, Task, Utility


def chips_won(episode: Episode, agent: str) -> float:
    """Chips won, negative if lost."""
    assert episode.facts is not None
    return float(episode.facts["chips"][agent])


class KuhnPoker(Env):
    """One hand: three cards, an ante of 1, a bet of 1."""

    spec = EnvSpec(
        "axion/KuhnPoker-v0",
        agents={"player_0": Role("first", "acts first", Memory.NONE), "player_1": Role("second", "acts second", Memory.NONE)},
        max_turns=3,
        reward_range=(-2.0, 2.0),
        utility=Utility.ZERO_SUM,
        information="imperfect",
    )
    rubric = Rubric(first=[Reward(chips_won)], second=[Reward(chips_won)])

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Deal, bet, and show unless somebody folds."""
        first, second = ctx.agents
        deck = ctx.deck("JQK")
        cards = {agent: ctx.draw(f"card of {agent}", deck, visible_to=(agent,)) for agent in ctx.agents}
        moves: list[str] = []
        for agent in (first, second, first):
            legal = ("fold", "call") if moves[-1:] == ["bet"] else ("check", "bet")
            asked = f"You hold {cards[agent]}. Betting so far: {', '.join(moves) or 'none'}. Choose: {legal[0]} or {legal[1]}."
            moves.append(await ctx.ask(agent, asked, choices=legal))
            if moves not in (["check"], ["bet"], ["check", "bet"]):
                break
        shown = moves[-1] != "fold"
        ahead = "JQK".index(cards[first]) > "JQK".index(cards[second]) if shown else len(moves) == 2
        stake = 2 if moves[-1] == "call" else 1
        won = stake if ahead else -stake
        if shown:
            ctx.reveal(f"card of {first}", (second,))
            ctx.reveal(f"card of {second}", (first,))
        for agent, other, gain in ((first, second, won), (second, first, -won)):
            story = f" The other card was {cards[other]}." if shown else ""
            ctx.tell(agent, f"Betting: {', '.join(moves)}.{story} You {'won' if gain > 0 else 'lost'} {stake}.")
        return Outcome({"chips": {first: won, second: -won}, "winner": first if won > 0 else second})
