"""Kuhn's poker with three cards, exactly: its equilibria, and a rule that a beginner can follow.

All equilibria (H. W. Kuhn, "A simplified two-person poker", 1950) are one family. `first` bluffs with the low card with probability alpha
in [0, 1/3], bets the high card three times as often, and calls with the middle card with alpha + 1/3; `second` has one strategy, which
bluffs and calls with 1/3.

No environment is named here. A finite game is this one if it has its shape (two hidden cards of three, five ways to bet) and the
equilibria of the theorem are equilibria of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, permutations
from typing import Any, Literal, TypeAlias

from axion_env import Draw, Env, GameTree, UsageError
from axion_env.gametree.enumerate import Decision, Enumerated, enumerate_plays
from axion_env.record.episode import Message

Card: TypeAlias = Literal[0, 1, 2]
"""From the lowest."""
Place: TypeAlias = Literal["open", "after a check", "after a bet", "after check and bet"]
"""Where in the betting; the outer two are `first`'s, the inner two `second`'s."""

PLACES: tuple[Place, ...] = ("open", "after check and bet", "after a check", "after a bet")

_BETTING: Mapping[tuple[int, ...], Place] = {(): "open", (0,): "after a check", (1,): "after a bet", (0, 1): "after check and bet"}
"""By what was done before: 0 to check or fold, 1 to bet or call."""
_LEAVES = 30

_Shown: TypeAlias = tuple[str, tuple[Message, ...]]
"""(agent, messages): an information set."""


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
    places = _places(_plays(env))
    cards = sorted({card for card, _ in places.values()})
    if len(cards) != 3 or len(places) != 3 * len(_EQUILIBRIA):
        return None
    tree = GameTree(env)
    for ranks in permutations(cards):  # which card beats which is not written anywhere: only the true order passes the proof
        rank: dict[str, Any] = {card: i for i, card in enumerate(ranks)}
        found = [places[s.agent, s.messages] for s in tree.information_sets]
        game = Kuhn(tree, tuple(Spot(rank[card], place) for card, place in found), ranks)
        if all(abs(game.nash_conv(lambda spot, a=alpha: spot.equilibrium(a))) < 1e-9 for alpha in (0.0, 1 / 3)):  # type: ignore[misc]
            return game
    return None


def fit(learned: Mapping[Spot, float]) -> float:
    """The alpha in [0, 1/3] whose equilibrium is closest to the learned play, by squared distance over the spots that depend on it."""
    pulls = [(spot.equilibrium(1.0) - spot.equilibrium(0.0), chance - spot.equilibrium(0.0)) for spot, chance in learned.items()]
    weight = sum(slope**2 for slope, _ in pulls)
    return min(1 / 3, max(0.0, sum(slope * above for slope, above in pulls) / weight)) if weight else 0.0


def _plays(env: Env) -> list[Enumerated]:
    """Every play, where there are as many as in this game; none where there are others."""
    try:
        found = list(islice(enumerate_plays(env), _LEAVES + 1))
    except UsageError:  # it takes free text
        return []
    return found if len(found) == _LEAVES else []


def _places(plays: Iterable[Enumerated]) -> dict[_Shown, tuple[str, Place]]:
    """The card that is held at each information set, and where in the betting it is; nothing where plays are not of that shape."""
    found: dict[_Shown, tuple[str, Place]] = {}
    for play in plays:
        draws = [event for event in play.episode.events() if type(event) is Draw]
        held = {draw.visible_to[0]: str(draw.value) for draw in draws if len(draw.visible_to) == 1}
        moves = [decision for decision in play.decisions if decision.agent is not None]
        for i, decision in enumerate(moves):
            place = _BETTING.get(tuple(move.chosen for move in moves[:i]))
            if place is None or decision.agent not in held or len(decision.options) != 2:
                return {}
            found[_shown(decision)] = held[decision.agent], place
    return found


def _shown(decision: Decision) -> _Shown:
    return str(decision.agent), decision.messages
