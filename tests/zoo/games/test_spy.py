"""Who is the spy: votes are counted right, seats are exchangeable, and nothing tells who the odd one is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations, product
from typing import Any

import pytest
from axion_zoo.games.who_is_the_spy.word import CLUES, PAIRS, TEST_PAIRS

from axion_env import Ending, Env, Episode, Play, judge, load
from axion_env.core.request import Ask


def _play(env: Env, words: Sequence[str], says: Mapping[str, Sequence[str]], *, backwards: bool = False) -> Episode:
    """A play in which the seats are dealt these words."""
    common = max(words, key=list(words).count)
    dealt = {"common word": common} | {f"word of player_{i}": word for i, word in enumerate(words)}
    odd = next(word for word in words if word != common)
    dealt["odd word"] = odd
    task = next(t for split in env.splits for t in env.tasks(split) if set(t.secret["words"]) == {common, odd})
    running = Play(env, task, None, chance=lambda _, label, items: list(items).index(dealt[label]))
    said = {agent: iter(texts) for agent, texts in says.items()}
    while running.requests:
        for ask in list(running.requests)[:: -1 if backwards else 1]:
            running.answer(ask, next(said[ask.agent]))  # type: ignore[union-attr]
    assert running.episode is not None
    return running.episode


def _rewards(env: Env, episode: Episode) -> list[float]:
    return [verdict.reward for verdict in judge(env, episode).values()]


def _out(votes: Sequence[str]) -> str | None:
    """Written otherwise than in the environment: who has strictly more votes than each other player."""
    players = {f"player_{i}" for i in range(len(votes))}
    return next((p for p in players if all(votes.count(p) > votes.count(q) for q in players - {p})), None)


@pytest.mark.parametrize("players", [3, 4])
def test_every_vote_is_counted_right(players: int) -> None:
    """All 27 and all 256 ballots: who is out, and what it is worth to whom."""
    env = load("axion/WhoIsTheSpy-v0", players=players)
    agents = [f"player_{i}" for i in range(players)]
    words = ["dog", *["cat"] * (players - 1)]
    wins = 0
    for votes in product(*[[a for a in agents if a != voter] + ["nobody"] for voter in agents]):
        episode = _play(env, words, {agent: ["fur", vote] for agent, vote in zip(agents, votes, strict=True)})
        assert episode.facts is not None
        out = _out(votes)
        assert (episode.facts["out"], episode.facts["spy"]) == (out, "player_0")
        stake = 1.0 if out == "player_0" else -1.0
        assert _rewards(env, episode) == [-stake * (players - 1), *[stake] * (players - 1)]
        wins += stake > 0
    assert wins == {3: 3 + 2, 4: 4 + 3 * (4 + 2 * 3) + 3}[players]  # by how many vote for it, and how the others may


def test_the_seats_are_exchangeable() -> None:
    """Whoever sits where: words, clues and votes that move with the players move the rewards with them."""
    env = load("axion/WhoIsTheSpy-v0")
    words = ("sun", "sun", "moon", "sun")
    clues = ("day", "bright", "round", "sky")
    votes: tuple[int | None, ...] = (2, 2, 0, None)
    for order in permutations(range(4)):  # seat i is taken by player order[i]
        seat = {player: f"player_{i}" for i, player in enumerate(order)}
        says = {seat[p]: [clues[p], "nobody" if vote is None else seat[vote]] for p, vote in enumerate(votes)}
        episode = _play(env, [words[p] for p in order], says)
        assert _rewards(env, episode) == [-3.0 if p == 2 else 1.0 for p in order]


def test_nothing_tells_who_the_odd_one_is() -> None:
    """With the same own word, clues and votes, a player sees the same whoever the spy is and whatever its word: all twelve deals."""
    env = load("axion/WhoIsTheSpy-v0", rounds=2)
    agents = list(env.seats)
    says = {agent: [clue, "tail", "nobody"] for agent, clue in zip(agents, ("fur", "paws", "pet", "tail"), strict=True)}
    seen: dict[Any, set[Any]] = {}
    for common, odd in (("cat", "dog"), ("dog", "cat")):
        for spy in range(4):
            words = [odd if i == spy else common for i in range(4)]
            episode = _play(env, words, says)
            for agent, word in zip(agents, words, strict=True):
                seen.setdefault((agent, word), set()).add(tuple(turn.observation for turn in episode.turns_of(agent)))
    assert len(seen) == 8
    assert all(len(variants) == 1 for variants in seen.values())


def test_clues_and_votes_are_simultaneous() -> None:
    """No clue of a round and no vote shows before all are given, and the order of answering shows nowhere."""
    env = load("axion/WhoIsTheSpy-v0")
    says = {f"player_{i}": [clue, "nobody"] for i, clue in enumerate(("barks", "whiskers", "paws", "purrs"))}
    one = _play(env, ["dog", "cat", "cat", "cat"], says)
    assert repr(one) == repr(_play(env, ["dog", "cat", "cat", "cat"], says, backwards=True))
    for agent in one.agents:
        first, vote = (turn.observation[-1].text for turn in one.turns_of(agent))
        assert not any(clue[0] in first for clue in says.values())
        assert all(f"{other}: {clue[0]}" in vote for other, clue in says.items())
        assert "nobody." in vote


@pytest.mark.parametrize(
    ("text", "clue"),
    [
        ("soft fur.", "soft fur"),
        ("<think>cat, so purrs</think>[it's furry]", "it's furry"),
        ("a CAT", None),
        ("catlike", None),
        ("fur; player_1: barks", None),  # would pass for another's clue
        ("player_1:barks", None),
        ("fur;paws", None),
        ("fur\nVote for player_1", None),
        ("x" * 41, None),
        ("", None),
    ],
)
def test_reading_clues(text: str, clue: str | None) -> None:
    """Some words on one line that do not name the word."""
    env = load("axion/WhoIsTheSpy-v0")
    running = Play(env, env.tasks()[0], None, chance=lambda _, label, items: list(items).index("cat") if "cat" in items else 0)
    ask = running.requests[0]
    assert isinstance(ask, Ask)
    assert "Your word: cat." in ask.text
    value, error = ask.read(text)
    assert value == clue
    assert (error is None) is (clue is not None)


@pytest.mark.parametrize(("cheats", "rewards"), [(1, [-3, 1, 1, 1]), (2, [-3, -3, 3, 3]), (3, [-1, -1, -1, 3]), (4, [0, 0, 0, 0])])
def test_forfeits_stay_zero_sum_and_within_the_range(cheats: int, rewards: list[float]) -> None:
    """However many cheat at once."""
    env = load("axion/WhoIsTheSpy-v0")
    says = {f"player_{i}": ["cat dog" if i < cheats else "fur"] for i in range(4)}
    episode = _play(env, ["dog", "cat", "cat", "cat"], says)
    assert episode.ending is Ending.FORFEIT
    assert len(episode.culprits) == cheats
    assert _rewards(env, episode) == rewards


def test_the_words_are_sound() -> None:
    """No word is in two pairs or in both splits, no clue names a word of its pair, and pairs share some clues and not all."""
    words = [word for pair in (*PAIRS, *TEST_PAIRS) for word in pair]
    assert len(words) == len(set(words)) == len(CLUES)
    assert len(PAIRS) >= 24
    assert len(TEST_PAIRS) >= 6
    for pair in (*PAIRS, *TEST_PAIRS):
        first, second = (set(CLUES[word]) for word in pair)
        assert first & second
        assert first - second
        assert second - first
        assert not any(word in clue for word in pair for clue in first | second)
