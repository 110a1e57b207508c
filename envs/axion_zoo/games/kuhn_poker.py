"""Kuhn poker as text: the smallest poker with bluffing, solved exactly (H. W. Kuhn, 1950).

Each player antes and is dealt one card of `ranks`, from a deck without repetition. `first` checks or bets; a bet is called or folded;
after a check `second` may bet, and `first` then calls or folds. The higher card wins the pot at a showdown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from axion_env import Ask, Context, Demo, Env, EnvSpec, Episode, Memory, Outcome, Reward, Role, Rubric, Task, UsageError, Utility

_RANKS = ("J", "Q", "K")
_MOVES = ("check", "bet", "fold", "call")


def chips_won(episode: Episode, agent: str) -> float:
    """Chips won over all hands, negative if lost."""
    facts = episode.facts
    assert facts is not None
    return float(facts["chips"][agent])


class KuhnPoker(Env):
    """Kuhn poker with any ranks, stakes and words.

    Args:
        ranks: The cards, lowest first, one of each; three in Kuhn's game. They may be any distinct words.
        ante: Chips each player puts in before the deal.
        bet: Chips a bet or a call adds.
        moves: The words for check, bet, fold and call.
        hands: Hands per episode. Cards are dealt afresh and the seats stay.
    """

    rubric = Rubric(first=[Reward(chips_won)], second=[Reward(chips_won)])

    def __init__(self, ranks: Sequence[str] = _RANKS, ante: int = 1, bet: int = 1, moves: Sequence[str] = _MOVES, hands: int = 1) -> None:
        cards, words = {r.strip().casefold() for r in ranks}, {m.strip().casefold() for m in moves}
        if len(ranks) < 2 or len(cards) < len(ranks) or "" in cards:
            raise UsageError(f"KuhnPoker needs two or more distinct ranks: got {ranks!r}")
        if len(moves) != 4 or len(words) < 4 or "" in words:
            raise UsageError(f"KuhnPoker needs four different words for check, bet, fold, call: got {moves!r}")
        if any(word in card for word in words for card in cards):
            raise UsageError(f"no rank may contain a move, so that a card can be named beside one: got {ranks!r} and {moves!r}")
        if min(ante, bet, hands) < 1:
            raise UsageError(f"ante, bet and hands must be 1 or more: got {ante}, {bet}, {hands}")
        self.ranks = tuple(ranks)
        self.ante = ante
        self.bet = bet
        self.hands = hands
        self.open_moves = (moves[0], moves[1])
        self.facing_bet = (moves[2], moves[3])
        self._question = lru_cache(self.question)  # few distinct ones, met in every play
        self._result = lru_cache(self.result)
        most = float(hands * (ante + bet))
        self.spec = EnvSpec(
            "axion/KuhnPoker-v0",
            agents={"player_0": Role("first", "acts first", Memory.NONE), "player_1": Role("second", "acts second", Memory.NONE)},
            max_turns=3 * hands,
            reward_range=(-most, most),
            utility=Utility.ZERO_SUM,
            information="imperfect",
            description="Poker with one card each; bluffing pays, and the equilibrium is known exactly.",
        )

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Play the hands and count the chips."""
        first, second = ctx.agents
        won = 0
        for hand in range(self.hands):
            prefix = f"hand {hand + 1}: " if self.hands > 1 else ""
            label, other_label = f"{prefix}card of {first}", f"{prefix}card of {second}"
            deck = ctx.deck(self.ranks)
            card = ctx.draw(label, deck, visible_to=(first,))
            other_card = ctx.draw(other_label, deck, visible_to=(second,))
            question, legal = self._question(card, ())
            moves: tuple[str, ...] = (await ctx.ask(first, question, choices=legal),)
            question, legal = self._question(other_card, moves)
            moves += (await ctx.ask(second, question, choices=legal),)
            if moves == self.open_moves:
                question, legal = self._question(card, moves)
                moves += (await ctx.ask(first, question, choices=legal),)
            gain, story, other_story = self._result(card, other_card, moves)
            won += gain
            if moves[-1] != self.facing_bet[0]:
                ctx.reveal(label, (second,))
                ctx.reveal(other_label, (first,))
            ctx.tell(first, story)
            ctx.tell(second, other_story)
        winner = first if won > 0 else second if won < 0 else None
        return Outcome({"chips": {first: won, second: -won}, "winner": winner})

    def question(self, card: str, moves: tuple[str, ...]) -> tuple[str, tuple[str, str]]:
        """What the holder of a card is asked after these moves, and the legal answers."""
        legal = self.facing_bet if moves and moves[-1] == self.open_moves[1] else self.open_moves
        said = ", ".join(moves) or "none"
        return f"You hold {card}. Betting so far: {said}. Choose: {legal[0]} or {legal[1]}.", legal

    def result(self, card: str, other_card: str, moves: tuple[str, ...]) -> tuple[int, str, str]:
        """What `first` gains in a hand, and what `first` and `second` are told of it."""
        fold, call = self.facing_bet
        stake = self.ante + (self.bet if moves[-1] == call else 0)
        # After a fold the one who did not fold is ahead: `first`, where the second move folded.
        ahead = len(moves) == 2 if moves[-1] == fold else self.ranks.index(card) > self.ranks.index(other_card)
        gain = stake if ahead else -stake
        betting = f"Betting: {', '.join(moves)}."
        shown, other_shown = (f" The other card was {unseen}." if moves[-1] != fold else "" for unseen in (other_card, card))
        won, lost = f" You won {stake}.", f" You lost {stake}."
        return gain, betting + shown + (won if ahead else lost), betting + other_shown + (lost if ahead else won)

    def examples(self, ask: Ask[str]) -> Sequence[str]:
        """Card, then move: naming the card is the one thought that makes the decision depend on it."""
        card = ask.text.removeprefix("You hold ").partition(". Betting so far:")[0]
        return tuple(f"{card} {move}" for move in ask.choices or ())

    def demos(self) -> Sequence[Demo]:
        """A value bet that is paid, a bluff that is caught, and a move that does not exist."""
        check, bet = self.open_moves
        fold, call = self.facing_bet
        low, high = self.ranks[0], self.ranks[-1]
        stake, more = float(self.ante), float(self.ante + self.bet)
        hands = self.hands
        a, b = "card of player_0", "card of player_1"
        deals = {f"hand {h + 1}: {a}": high for h in range(hands)} | {f"hand {h + 1}: {b}": low for h in range(hands)} | {a: high, b: low}
        swapped = {label: low if card == high else high for label, card in deals.items()}
        return (
            _demo("value bet", [bet] * hands, [call] * hands, more * hands, deals),
            _demo("bluff caught", [f"I'll bluff. [{bet}]"] * hands, [call] * hands, -more * hands, swapped),
            _demo("fold to a raise", [check, fold] * hands, [bet] * hands, -stake * hands, swapped),
            _demo("cheat: two moves", [f"{check} {bet}"], [], -more * hands, swapped),
        )


def _demo(name: str, first: Sequence[str], second: Sequence[str], won: float, deals: Mapping[str, str]) -> Demo:
    return Demo(name, {"player_0": first, "player_1": second}, {"player_0": won, "player_1": -won}, deals)
