"""Kuhn poker as SPIRAL published it, defects included: to reproduce its experiments, not to measure poker by.

The rules of `KuhnPoker-v1` in the code released with SPIRAL (arXiv 2506.24119; spiral-rl/spiral at a02d0ed, `spiral/envs/KuhnPoker/env.py`
and `train_spiral.py`), in Axion's words. What it tells its players and what it does differ:

- It tells them that a bet adds a chip to the pot. The pot never grows: it holds the two antes whatever is bet or called, so a call is free.
- It tells them that the most chips after all rounds win. Whoever wins the *last* round wins the match, however the chips stand.

So no fold can ever gain anything, a bluff cannot pay against anybody who has noticed, and rounds before the last count for nothing. The
correct game is `axion/KuhnPoker-v0`; with `hands=5` it has five rounds too, and pays the chips.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from axion_env import Context, Demo, Env, EnvSpec, Episode, Forfeit, Memory, Outcome, Reward, Role, Rubric, Task, UsageError

_RANKS = "JQK"
_ANTE = 1
_NEXT: Mapping[tuple[str, ...], tuple[str, str]] = {
    (): ("check", "bet"),
    ("check",): ("check", "bet"),
    ("bet",): ("call", "fold"),
    ("check", "bet"): ("call", "fold"),
}


def won_match(episode: Episode, agent: str) -> float:
    """1 for the winner of the last round, -1 for its loser; -1.5 for an illegal action and 0.5 for the other, as SPIRAL trained."""
    assert episode.facts is not None
    culprit, winner = episode.facts["illegal"], episode.facts["winner"]
    if culprit is not None:
        return -1.5 if culprit == agent else 0.5
    return 1.0 if winner == agent else -1.0


class KuhnPokerSpiral(Env):
    """The published game, bug for bug.

    Args:
        rounds: Rounds in a match. The second seat starts the first one, and the start alternates.
    """

    rubric = Rubric(even=[Reward(won_match)], odd=[Reward(won_match)])

    def __init__(self, rounds: int = 5) -> None:
        if rounds < 1:
            raise UsageError(f"KuhnPokerSpiral needs 1 round or more: got {rounds}")
        self.rounds = rounds
        memory = Memory.DIALOGUE_WITHOUT_THINKING
        self.spec = EnvSpec(
            "axion/KuhnPokerSpiral-v0",
            agents={
                "player_0": Role("even", "starts rounds 2, 4, …", memory),
                "player_1": Role("odd", "starts rounds 1, 3, …", memory),
            },
            max_turns=3 * rounds,
            reward_range=(-1.5, 1.0),
            description="Kuhn poker as SPIRAL published it: the pot never grows and the last round decides. Kept for comparison only.",
        )

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Play all rounds, count the chips as published, and let the last round decide."""
        chips = dict.fromkeys(ctx.agents, 0)
        winner = None
        ctx.tell(ctx.agents, self.rules())
        for round_ in range(1, self.rounds + 1):
            try:
                winner = await self.play_round(ctx, round_)
            except Forfeit as forfeit:
                return Outcome({"chips": chips, "winner": None, "illegal": forfeit.culprits[0]})
            for agent in ctx.agents:
                chips[agent] += _ANTE if agent == winner else -_ANTE
        return Outcome({"chips": chips, "winner": winner, "illegal": None})

    async def play_round(self, ctx: Context, round_: int) -> str:
        """Play one round; its winner."""
        deck = ctx.deck(_RANKS)
        labels = {agent: f"round {round_}: card of {agent}" for agent in ctx.agents}
        cards = {agent: ctx.draw(label, deck, visible_to=(agent,)) for agent, label in labels.items()}
        for agent, card in cards.items():
            ctx.tell(agent, f"Round {round_} of {self.rounds}. Your card: {card}.")
        agent, other = ctx.agents if round_ % 2 == 0 else ctx.agents[::-1]
        moves: list[str] = []
        while legal := _NEXT.get(tuple(moves)):
            moves.append(await ctx.ask(agent, f"Choose: {legal[0]} or {legal[1]}.", choices=legal))
            ctx.tell(other, f"The other chose {moves[-1]}.")
            agent, other = other, agent
        if moves[-1] == "fold":
            winner = agent  # whose turn it would be
        else:
            winner = max(ctx.agents, key=lambda a: _RANKS.index(cards[a]))
            for one, another in (ctx.agents, ctx.agents[::-1]):
                ctx.reveal(labels[another], (one,))
                ctx.tell(one, f"Showdown: the other held {cards[another]}.")
        for one in ctx.agents:
            ctx.tell(one, f"You {'won' if one == winner else 'lost'} round {round_}.")
        return winner

    def rules(self) -> str:
        """What both are told at the start: the rules as promised, not as applied."""
        return (
            f"Kuhn poker with J, Q and K, J lowest, in {self.rounds} rounds. Each round both ante {_ANTE} chip and get one card. "
            "A bet adds a chip to the pot, a call matches it, a fold gives the pot away. Most chips after all rounds wins."
        )

    def demos(self) -> Sequence[Demo]:
        """A match won throughout, one lost by its last round alone, and an illegal move."""
        last = self.rounds
        ahead = self._deal(*["K"] * last)
        swung = self._deal(*["K"] * (last - 1), "J")
        checks = ["check"] * last
        return (
            Demo("won throughout", {"player_0": checks, "player_1": checks}, {"player_0": 1, "player_1": -1}, ahead),
            Demo("lost the last round only", {"player_0": checks, "player_1": checks}, {"player_0": -1, "player_1": 1}, swung),
            Demo("cheat: a call of nothing", {"player_0": [], "player_1": ["call"]}, {"player_0": 0.5, "player_1": -1.5}, ahead),
        )

    @staticmethod
    def _deal(*cards: str) -> Mapping[str, str]:
        """The cards of player_0 by round; the other holds Q."""
        rounds = enumerate(cards, 1)
        return {f"round {r}: card of player_{i}": "Q" if i else card for r, card in rounds for i in range(2)}
