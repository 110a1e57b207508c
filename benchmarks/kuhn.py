"""Kuhn poker a second and a third time: a strategy file judged by OpenSpiel, and by rules written down here.

Nothing of `axion_env` or `axion_train` is used: the file's questions are read as text, the way a stranger would.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import permutations, product
from typing import Any, TypeAlias

Play: TypeAlias = Mapping[tuple[str, str], tuple[float, float, float]]
"""By card and betting so far (`p` check or fold, `b` bet or call): the probabilities of p, of b, and of an illegal answer."""

_RANKS = "JQK"
_ASKED = re.compile(r"You hold ([JQK?])\. Betting so far: ([a-z, ]+)\. Choose: (check or bet|fold or call)\.")
_LETTER = {"check": "p", "fold": "p", "bet": "b", "call": "b"}


def read(table: Sequence[Mapping[str, Any]]) -> Play:
    """The strategy in a `strategy.json`.

    Raises:
        ValueError: it is not of Kuhn poker with its usual words.
    """
    play = {}
    for row in table:
        asked = _ASKED.fullmatch(row["observation"][-1])
        if asked is None or {_LETTER.get(a) for a in row["actions"]} != {"p", "b"}:
            raise ValueError(f"not a question of Kuhn poker: {row['observation']} {row['actions']}")
        card, said, _ = asked.groups()
        betting = "" if said == "none" else "".join(_LETTER[word] for word in said.split(", "))
        chances = {_LETTER[action]: float(p) for action, p in zip(row["actions"], row["probabilities"], strict=True)}
        play[card, betting] = (chances["p"], chances["b"], float(row["illegal"]))
    return play


def seeing(play: Play) -> Play:
    """A card-blind strategy, as one who sees each card and plays them all alike."""
    return {(card, betting): chances for (_, betting), chances in play.items() for card in _RANKS}


def openspiel_nash_conv(play: Play) -> float:
    """NashConv by OpenSpiel, legal moves renormalised: its game has no illegal ones."""
    import pyspiel
    from open_spiel.python import policy
    from open_spiel.python.algorithms import exploitability

    game = pyspiel.load_game("kuhn_poker")
    tabular = policy.TabularPolicy(game)
    filled = set()
    for (card, betting), (passes, bets, _) in play.items():
        state = f"{_RANKS.index(card)}{betting}"
        tabular.action_probability_array[tabular.state_lookup[state]] = (passes / (passes + bets), bets / (passes + bets))
        filled.add(state)
    if filled != set(tabular.state_lookup):
        raise ValueError(f"the strategy lacks {set(tabular.state_lookup) - filled}")
    return float(exploitability.nash_conv(game, tabular))


def nash_conv(play: Play) -> float:
    """NashConv of the game with a third answer: an illegal one loses 2, the other gains 2, and the game is over.

    By trying out, for each card, every way to play it: a best response chosen without induction.
    """
    return sum(_best(play, seat) - _value(play, play, seat) for seat in (0, 1))


def _best(play: Play, seat: int) -> float:
    """What the seat can get at most against `play`."""
    asked = ("", "pb") if seat == 0 else ("p", "b")
    total = 0.0
    for card in _RANKS:
        plans = product(((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)), repeat=2)
        total += max(_value({(card, b): plan[i] for i, b in enumerate(asked)}, play, seat, card) for plan in plans)
    return total


def _value(mine: Play, theirs: Play, seat: int, card: str | None = None) -> float:
    """Chips the seat wins on average; with a card, of the deals in which it holds that card only, times their probability."""
    deals = [cards for cards in permutations(_RANKS, 2) if card is None or cards[seat] == card]
    strategies = (mine, theirs) if seat == 0 else (theirs, mine)
    won = sum(_won_by_first(strategies, cards, "") for cards in deals) / 6
    return won if seat == 0 else -won


def _won_by_first(strategies: Sequence[Play], cards: tuple[str, ...], betting: str) -> float:
    if betting in ("bp", "pbp"):  # a fold, to a bet of `first` or of `second`
        return 1.0 if betting == "bp" else -1.0
    if betting in ("pp", "bb", "pbb"):
        stake = 1.0 if betting == "pp" else 2.0
        return stake if _RANKS.index(cards[0]) > _RANKS.index(cards[1]) else -stake
    seat = len(betting) % 2
    passes, bets, illegal = strategies[seat][cards[seat], betting]
    total = illegal * (-2.0 if seat == 0 else 2.0)
    if passes:
        total += passes * _won_by_first(strategies, cards, betting + "p")
    if bets:
        total += bets * _won_by_first(strategies, cards, betting + "b")
    return total


def best_card_blind() -> float:
    """The least NashConv of a strategy that plays all cards alike.

    In a zero-sum game NashConv is what the best response to each seat wins, the seats apart; each is convex in how often the seat checks,
    and checks and then calls (`first`), or bets and calls (`second`). A search by thirds over both finds the least.
    """

    def against_first(checks: float, and_calls: float) -> float:
        calls = and_calls / checks if checks else 0.0
        return _best(seeing({("?", ""): (checks, 1 - checks, 0.0), ("?", "pb"): (1 - calls, calls, 0.0)}), 1)

    def against_second(bets: float, calls: float) -> float:
        return _best(seeing({("?", "p"): (1 - bets, bets, 0.0), ("?", "b"): (1 - calls, calls, 0.0)}), 0)

    first = _least(lambda checks: _least(lambda calls: against_first(checks, calls), checks), 1.0)
    return first + _least(lambda bets: _least(lambda calls: against_second(bets, calls), 1.0), 1.0)


def _least(function: Any, high: float) -> float:
    """Of a convex function on [0, high], to six digits or so."""
    low = 0.0
    for _ in range(36):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, b) if function(a) <= function(b) else (a, high)
    return float(function((low + high) / 2))
