"""What is known exactly about Kuhn's poker with three cards: its equilibria, and a rule a beginner can follow.

All equilibria (H. W. Kuhn, "A simplified two-person poker", 1950) are one family. `first` bluffs with the low card with probability alpha
in [0, 1/3], bets the high card three times as often, and calls with the middle card with alpha + 1/3; `second` has one strategy, which
bluffs and calls with 1/3.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from axion_env import Env, GameTree

Card: TypeAlias = Literal[0, 1, 2]
"""From the lowest."""
Place: TypeAlias = Literal["open", "after a check", "after a bet", "after check and bet"]
"""Where in the betting; the outer two are `first`'s, the inner two `second`'s."""

PLACES: tuple[Place, ...] = ("open", "after check and bet", "after a check", "after a bet")

_QUESTION = re.compile(r"You hold (.+?)\. Betting so far: (.+?)\. Choose: (.+?) or (.+?)\.")
_RANKS = ("J", "Q", "K")
_MOVES = ("check", "bet", "fold", "call")


@dataclass(frozen=True)
class Spot:
    """One of the twelve decisions."""

    card: Card
    place: Place

    def equilibrium(self, alpha: float) -> float:
        """Probability of betting or calling in the equilibrium where the low card bluffs with `alpha`."""
        return _EQUILIBRIA[self.place][self.card](alpha)

    @property
    def span(self) -> tuple[float, float]:
        """The least and the most that equilibria do."""
        return self.equilibrium(0.0), self.equilibrium(1 / 3)

    @property
    def rule(self) -> float:
        """Probability of betting or calling under the one-line rule: K bets, J bluffs 1/3, Q calls 1/3.

        In full, in either seat: K bets and calls always; J bets with 1/3 and never calls; Q never bets and calls with 1/3. It is `second`'s
        equilibrium strategy played in both seats. As `first` it calls too seldom for its bluffs; NashConv 1/9.
        """
        opening = self.place in ("open", "after a check")
        return ((1 / 3, 0.0, 1.0) if opening else (0.0, 1 / 3, 1.0))[self.card]


_EQUILIBRIA: Mapping[Place, tuple[Callable[[float], float], ...]] = {
    "open": (lambda a: a, lambda a: 0.0, lambda a: 3 * a),
    "after check and bet": (lambda a: 0.0, lambda a: a + 1 / 3, lambda a: 1.0),
    "after a check": (lambda a: 1 / 3, lambda a: 0.0, lambda a: 1.0),
    "after a bet": (lambda a: 0.0, lambda a: 1 / 3, lambda a: 1.0),
}


@dataclass(frozen=True)
class Kuhn:
    """Kuhn's own game, whatever its cards and moves are called."""

    tree: GameTree
    spots: tuple[Spot, ...]
    """By information set of the tree."""
    ranks: tuple[str, ...]

    def nash_conv(self, strategy: Callable[[Spot], float]) -> float:
        """Of a probability of betting or calling for each spot."""
        return self.tree.nash_conv([[1 - strategy(spot), strategy(spot)] for spot in self.spots])

    def learned(self, table: Sequence[Mapping[str, Any]]) -> dict[Spot, float]:
        """Probability of betting or calling among legal answers, from a run's strategy table; spots it lacks are left out."""
        rows = {(row["agent"], tuple(row["observation"])): row["probabilities"] for row in table}
        out = {}
        for spot, infoset in zip(self.spots, self.tree.information_sets, strict=True):
            chances = rows.get((infoset.agent, tuple(m.text for m in infoset.messages)), ())
            if len(chances) == 2 and sum(chances) > 0:
                out[spot] = chances[1] / sum(chances)
        return out


def recognize(env: Env) -> Kuhn | None:
    """The game, if the environment is Kuhn's: proved by its equilibria having NashConv 0. None for any other."""
    options = {"ranks": _RANKS, "moves": _MOVES} | dict(env.options)
    if env.spec.id != "axion/KuhnPoker-v0" or len(options["ranks"]) != 3 or options.get("hands", 1) != 1:
        return None
    tree = GameTree(env)
    spots = [_spot(s.messages[-1].text, options["ranks"], options["moves"]) for s in tree.information_sets]
    known = tuple(s for s in spots if s is not None)
    if len(known) < len(spots) or len(set(known)) != 12:
        return None
    game = Kuhn(tree, known, tuple(options["ranks"]))
    proved = all(abs(game.nash_conv(lambda spot, a=alpha: spot.equilibrium(a))) < 1e-9 for alpha in (0.0, 1 / 3))  # type: ignore[misc]
    return game if proved else None


def fit(learned: Mapping[Spot, float]) -> float:
    """The alpha in [0, 1/3] whose equilibrium is closest to the learned play, by squared distance over the spots that depend on it."""
    pulls = [(spot.equilibrium(1.0) - spot.equilibrium(0.0), chance - spot.equilibrium(0.0)) for spot, chance in learned.items()]
    weight = sum(slope**2 for slope, _ in pulls)
    return min(1 / 3, max(0.0, sum(slope * above for slope, above in pulls) / weight)) if weight else 0.0


def _spot(question: str, ranks: Sequence[str], moves: Sequence[str]) -> Spot | None:
    found = _QUESTION.fullmatch(question)
    if found is None or found[1] not in ranks:
        return None
    check, bet = moves[:2]
    places: dict[str, Place] = {"none": "open", check: "after a check", bet: "after a bet", f"{check}, {bet}": "after check and bet"}
    place = places.get(found[2])
    card: Any = list(ranks).index(found[1])
    return None if place is None else Spot(card, place)
