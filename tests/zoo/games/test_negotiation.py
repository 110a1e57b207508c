"""The negotiation adds up: goods are conserved, gains are what was traded, and best play draws, over every play of small ones."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from axion_env import Ending, Env, Episode, Play, RandomPolicy, Scripted, drive, judge, load, play

AGENTS = ("player_0", "player_1")
WORTH = {"player_0": (5, 15), "player_1": (15, 5)}


def _env(turns: int, amount: int) -> Env:
    return load("axion/SimpleNegotiation-v0", turns=turns, amount=amount)


def _at(env: Env, actions: tuple[str, ...]) -> Play:
    running = Play(env)
    for action in actions:
        running.answer(running.requests[0], action)
    return running


def _plays(env: Env, actions: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Episode]]:
    running = _at(env, actions)
    if running.episode is not None:
        yield actions, running.episode
        return
    for action in env.examples(running.requests[0]):  # type: ignore[arg-type]
        yield from _plays(env, (*actions, action))


def _published(amount: int, actions: tuple[str, ...]) -> tuple[list[list[int]], int | None]:
    """SPIRAL's bookkeeping, on numbers: (holdings of wood and gold, who won)."""
    goods = ["wood", "gold"]
    owned = [[amount, amount], [amount, amount]]
    offer: tuple[int, dict[str, int], dict[str, int]] | None = None
    for turn, action in enumerate(actions):
        player = turn % 2
        if offer is not None and offer[0] != player:
            if action == "accept":
                for good, n in offer[1].items():
                    owned[1 - player][goods.index(good)] -= n
                    owned[player][goods.index(good)] += n
                for good, n in offer[2].items():
                    owned[player][goods.index(good)] -= n
                    owned[1 - player][goods.index(good)] += n
            if action in ("accept", "deny"):
                offer = None
        if action.startswith("offer"):
            give, good, get, other = action.removeprefix("offer ").replace(" for ", " ").split()
            offer = (player, {good: int(give)}, {other: int(get)})
    change = [sum(v * (n - amount) for v, n in zip(WORTH[a], own, strict=True)) for a, own in zip(AGENTS, owned, strict=True)]
    return owned, None if change[0] == change[1] else int(change[1] > change[0])


def _adds_up(env: Env, amount: int, actions: tuple[str, ...], episode: Episode) -> None:
    owned, winner = _published(amount, actions)
    facts = episode.facts
    assert facts is not None
    holdings = [[facts["holdings"][a][good] for good in ("wood", "gold")] for a in AGENTS]
    assert holdings == owned
    assert all(sum(column) == 2 * amount and min(column) >= 0 for column in zip(*holdings, strict=True))
    assert facts["winner"] == (None if winner is None else AGENTS[winner])
    difference = facts["gains"]["player_0"] - facts["gains"]["player_1"]
    assert difference == 20 * (sum(holdings[0]) - 2 * amount)  # so whoever owns more things wins, whatever they are worth to it
    rewards = [v.reward for v in judge(env, episode).values()]
    assert rewards == ([0, 0] if winner is None else [1, -1] if winner == 0 else [-1, 1])


@pytest.mark.parametrize(("turns", "amount", "count"), [(3, 1, 55), (3, 2, 1053)])
def test_every_play_adds_up(turns: int, amount: int, count: int) -> None:
    """Nothing is made or lost, gains follow from what moved, and the game is zero-sum, as published.

    Of one of each, an offer is one of two and an acceptance leaves five actions: (3 + 2·5) + 2·(3 + 3 + 2·5 + 5) plays of three turns.
    Of two of each, x for y is one of eight, and leaves 9 + 2xy: (9 + 8·11) + 8·(9 + 9 + 8·11) + 108.
    """
    env = _env(turns, amount)
    plays = list(_plays(env))
    for actions, episode in plays:
        assert episode.ending is Ending.FINISHED
        _adds_up(env, amount, actions, episode)
    assert len(plays) == count


def test_random_plays_of_the_published_size_add_up() -> None:
    """Ten turns and ten of each good."""
    env = load("axion/SimpleNegotiation-v0")
    trades = 0
    for episode in drive((Play(env, seed=seed) for seed in range(300)), RandomPolicy(2)):
        _adds_up(env, 10, tuple(turn.action.parsed for turn in episode.turns), episode)
        assert episode.facts is not None
        trades += episode.facts["trades"]
    assert trades > 5


def _value(env: Env, actions: tuple[str, ...] = ()) -> float:
    running = _at(env, actions)
    if running.episode is not None:
        return judge(env, running.episode)["player_0"].reward
    after = (_value(env, (*actions, action)) for action in env.examples(running.requests[0]))  # type: ignore[arg-type]
    return (max, min)[len(actions) % 2](after)


@pytest.mark.parametrize(("turns", "amount"), [(2, 3), (3, 2), (4, 1)])
def test_best_play_draws(turns: int, amount: int) -> None:
    """Backward induction over every play: the value is 0, since a trade that one wins the other refuses."""
    assert _value(_env(turns, amount)) == 0


def test_an_even_swap_enriches_both_and_draws() -> None:
    """What the prompt asks for, more value, and what is paid, winning, are two things; that is SPIRAL's game."""
    env = load("axion/SimpleNegotiation-v0")
    script = {"player_0": ["offer 10 wood for 10 gold", *["pass"] * 4], "player_1": ["accept", *["pass"] * 4]}
    episode = play(env, {agent: Scripted(actions) for agent, actions in script.items()})
    assert episode.facts is not None
    assert episode.facts["gains"] == {"player_0": 100, "player_1": 100}
    assert [v.reward for v in judge(env, episode).values()] == [0, 0]


@cache
def _ask(*actions: str) -> Play:
    return _at(load("axion/SimpleNegotiation-v0"), actions)


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("pass", "pass"),
        ("<think>[accept] would lose</think> I refuse. [Deny]", "deny"),
        ("[Offer:  3  Wood for 2 GOLD]", "offer 3 wood for 2 gold"),
        (r"\boxed{offer 007 gold for 1 wood}", "offer 7 gold for 1 wood"),
        ("offer 11 wood for 1 gold", None),  # more than there is
        ("offer 1 wood for 11 gold", None),  # more than the other has
        ("offer 0 wood for 1 gold", None),
        ("offer 1 wood for 1 wood", None),
        ("offer 99999999 wood for 1 gold", None),
        ("accept or deny", None),
        ("passing", None),
        ("", None),
    ],
)
def test_reading_actions(text: str, parsed: str | None) -> None:
    """One action, in brackets or words, that is possible now; anything else is illegal."""
    ask = _ask("offer 1 wood for 2 gold").requests[0]
    value, error = ask.read(text)  # type: ignore[union-attr]
    assert value == parsed
    assert (error is None) is (parsed is not None)


def test_what_is_listed_is_what_is_read() -> None:
    """Of all offers up to more than there is, after a trade that left the goods uneven, those in the examples are legal and no others."""
    env = _env(6, 2)
    for actions in ((), ("offer 1 wood for 2 gold",), ("offer 1 wood for 2 gold", "accept"), ("offer 2 gold for 1 wood", "accept", "pass")):
        ask = _at(env, actions).requests[0]
        numbers, goods = range(6), ("wood", "gold")
        every = [f"offer {x} {good} for {y} {other}" for x in numbers for y in numbers for good in goods for other in goods]
        legal = {text for text in ("pass", "accept", "deny", *every) if ask.read(text)[1] is None}  # type: ignore[union-attr]
        assert legal == set(env.examples(ask))  # type: ignore[arg-type]


def test_an_offer_stands_until_it_is_answered() -> None:
    """Its maker cannot accept it; after a pass it still stands; a denial or a counter-offer ends it."""
    offer = "offer 1 wood for 2 gold"

    def may_accept(*actions: str) -> bool:
        return _ask(*actions).requests[0].read("accept")[1] is None  # type: ignore[union-attr]

    assert not may_accept()
    assert may_accept(offer)
    assert not may_accept(offer, "pass")
    assert may_accept(offer, "pass", "pass")
    assert not may_accept(offer, "deny", "pass")
    assert not may_accept(offer, "accept", "pass")
    assert may_accept(offer, "offer 1 gold for 1 wood")
