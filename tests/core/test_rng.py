"""Rules 1 and 2: chance is `ctx.draw` alone, from a small splittable generator."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axion_env import Context, Outcome, Stream, Task, derive
from tests.core.game import error, finish, game


@pytest.mark.parametrize(
    ("seed", "words"),
    [
        (0, [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC]),
        (1234567, [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]),
    ],
)
def test_words_are_those_of_splitmix64(seed: int, words: list[int]) -> None:
    """The generator is the published one: its first words are those of Vigna's and of Java's reference programs."""
    stream = Stream(seed)
    assert [stream.below(1 << 64) for _ in words] == words


@given(st.integers(0, 2**64 - 1), st.integers(1, 2**70))
def test_below_is_below(seed: int, n: int) -> None:
    """`below(n)` lies in 0 … n-1, for n beyond one word too."""
    assert 0 <= Stream(seed).below(n) < n


@pytest.mark.parametrize("n", [0, -1])
def test_below_nothing(n: int) -> None:
    """There is no integer below 0 to draw."""
    with pytest.raises(ValueError, match="1 or more"):
        Stream(0).below(n)


@pytest.mark.parametrize("n", [2, 3, 6, 13])
def test_uniform(n: int) -> None:
    """Every outcome is equally likely: chi-square over 20,000 draws stays below its 0.9999 quantile (for 12 degrees: 39.1)."""
    stream = Stream(7)
    counts = Counter(stream.below(n) for _ in range(20_000))
    expected = 20_000 / n
    assert sum((counts[i] - expected) ** 2 / expected for i in range(n)) < 39.1


def test_far_words_are_uniform() -> None:
    """A range of more than 64 bits reaches its upper and lower half equally often, in its high and its low digits."""
    stream = Stream(3)
    draws = [stream.below(10**30) for _ in range(4000)]
    assert abs(sum(d < 5 * 10**29 for d in draws) - 2000) < 160
    assert abs(sum(d % 2 for d in draws) - 2000) < 160


def test_shuffle_is_uniform() -> None:
    """Each of the 24 orders of four items comes up equally often (chi-square, 23 degrees, 0.9999 quantile: 56)."""
    stream = Stream(11)
    counts: Counter[tuple[int, ...]] = Counter()
    for _ in range(12_000):
        items = [0, 1, 2, 3]
        stream.shuffle(items)
        counts[tuple(items)] += 1
    assert len(counts) == 24
    assert sum((c - 500) ** 2 / 500 for c in counts.values()) < 56


def test_uniform_floats() -> None:
    """Floats lie in [0, 1) with mean 1/2."""
    stream = Stream(5)
    floats = [stream.uniform() for _ in range(4000)]
    assert all(0 <= f < 1 for f in floats)
    assert abs(sum(floats) / 4000 - 0.5) < 0.02


@given(st.integers(0, 2**64 - 1), st.lists(st.one_of(st.integers(0, 2**32), st.text(max_size=5)), max_size=4))
def test_derive_is_a_function(seed: int, path: list[int | str]) -> None:
    """Equal inputs, equal seed, and a 64-bit one."""
    assert derive(seed, *path) == derive(seed, *path)
    assert 0 <= derive(seed, *path) < 2**64


@given(st.integers(0, 2**64 - 1))
def test_derive_tells_paths_apart(seed: int) -> None:
    """Neighboring branches, deeper ones and the root have streams of their own."""
    paths = [(), *((i,) for i in range(50)), *((i, j) for i in range(10) for j in range(10)), ("a",), ("b",)]
    assert len({derive(seed, *path) for path in paths}) == len(paths)


async def _deal(task: Task, ctx: Context) -> Outcome:
    deck = ctx.deck("JQKA")
    return Outcome({"hand": [ctx.draw(f"card {i}", deck) for i in range(4)], "left": len(deck)})


def test_deck_is_drawn_without_replacement() -> None:
    """A deck of four deals each card once, in all 24 orders over many seeds."""
    hands = {tuple(finish(game(_deal), seed=seed).facts["hand"]) for seed in range(400)}  # type: ignore[index]
    assert all(sorted(hand) == sorted("JQKA") for hand in hands)
    assert len(hands) == 24


async def _overdraw(task: Task, ctx: Context) -> Outcome:
    deck = ctx.deck("J")
    ctx.draw("first", deck)
    ctx.draw("second", deck)
    return Outcome({})


def test_empty_deck() -> None:
    """Drawing from nothing is the author's fault, and names the draw."""
    assert "'second': nothing left" in error(game(_overdraw))


def test_global_random_is_neither_read_nor_written() -> None:
    """A play leaves Python's own generator where it was, and does not depend on it."""
    random.seed(1)
    before = random.getstate()
    first = finish(game(_deal), seed=3)
    assert random.getstate() == before
    random.seed(2)
    assert finish(game(_deal), seed=3) == first


async def _stranger(task: Task, ctx: Context) -> Outcome:
    ctx.draw("card", "JQ", visible_to="nobody")
    return Outcome({})


def test_draw_is_visible_to_seated_agents_only() -> None:
    """A misspelled agent in `visible_to` is named, and a bare name is one agent, not its letters."""
    assert "'nobody' is not seated" in error(game(_stranger))


async def _mutable(task: Task, ctx: Context) -> Outcome:
    drawn = ctx.draw("pair", [(1, [2])])
    drawn[1].append(3)
    return Outcome({"drawn": list(drawn)})


def test_a_draw_is_recorded_as_it_was_drawn() -> None:
    """What `play` does to a drawn value later does not reach the record."""
    episode = finish(game(_mutable))
    assert episode.root[0].value == [1, [2]]  # type: ignore[union-attr]
    assert episode.facts == {"drawn": [1, [2, 3]]}
