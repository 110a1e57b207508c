"""Which problems shapers draw a proposer to: by hand, by brute force, and exactly."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise, product
from math import comb, prod
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axion_env import Shaper, shaper
from axion_env.reward.shaper import SHAPERS, Circumstances
from benchmarks import bernstein, shapers

ROOT = Path(__file__).parents[2]

SHARES = st.fractions(0, 1, max_denominator=50)
COEFFICIENTS = st.lists(st.fractions(-3, 3, max_denominator=8), min_size=2, max_size=9)


@pytest.mark.parametrize(
    ("made", "attempts", "best"),
    [
        (shaper("ssr"), 8, 1 - 8 ** (-1 / 7)),  # .257: E = 1 − 1.8p − 1.8(1 − p)^8, so (1 − p)^7 = 1/8
        (shaper("ssr", alpha=0.2), 8, 1 - 8 ** (-1 / 7)),  # alpha stretches E and moves nothing
        (shaper("ssr"), 2, 0.5),
        (shaper("azr"), 8, 0.2987),  # 1 = 12(1 − p)^7 − 4p^7
        (shaper("azr", ends=0), 8, 1 - 8 ** (-1 / 7)),
        (shaper("tent"), 8, 0.5),
        (shaper("tent"), 5, 0.5),
        (shaper("gaussian"), 8, 0.5),
        (shaper("parabola"), 5, 0.5),
        (shaper("band"), 8, 1 / (1 + 21 ** (1 / 5))),  # .352: (p / (1 − p))^5 = C(7, 0) / C(7, 5)
        (shaper("band", low=0, high=0.25, inside=True), 32, 1 / (1 + 2629575 ** (1 / 7))),  # .108: …^7 = C(31, 0) / C(31, 7)
        (shaper("floor_linear"), 6, 0.5143),
        (shaper("one_minus"), 8, 0.0),
        (shaper("regret"), 8, 0.5),
    ],
    ids=str,
)
def test_the_best_rate_by_hand(made: Shaper, attempts: int, best: float) -> None:
    """Where the derivative of the mean reward is zero, worked on paper where it can be."""
    assert shapers.best(made, attempts) == pytest.approx(best, abs=5e-5 if best in (0.2987, 0.5143) else 1e-15)


def test_a_proposer_of_stale_problems_is_drawn_nowhere() -> None:
    """At a novelty that earns nothing every rate is as good, and the lowest is named."""
    assert shapers.best(shaper("floor_linear"), 6, novelty=0.3) == 0
    assert shapers.best(shaper("floor_linear"), 6, novelty=0.31) == pytest.approx(shapers.best(shaper("floor_linear"), 6), abs=0.03)


@pytest.mark.parametrize(("a", "b"), [(1, 4), (2, 3), (3, 1)])
def test_the_family_of_appendix_a(a: int, b: int) -> None:
    """s^a (1 − s)^b draws to a / (a + b), the more closely the more attempts there are; at its peak it pays 1."""
    made, limit = shaper("parabola", a=a, b=b), a / (a + b)
    errors = [abs(shapers.best(made, attempts) - limit) for attempts in (8, 16, 32, 64)]
    assert all(after < before for before, after in pairwise(errors))
    assert errors[-1] < 0.01
    assert made(a, a + b) == 1


@given(st.sampled_from(sorted(SHAPERS)), st.integers(1, 5), SHARES)
def test_expected_is_the_mean_over_all_outcomes(name: str, attempts: int, p: Fraction) -> None:
    """Of 2^attempts ways to solve or not, each with its probability."""
    made = shaper(name)
    mean = sum(
        prod(p if won else 1 - p for won in ways) * made.reward(Fraction(sum(ways), attempts), Circumstances())
        for ways in product((0, 1), repeat=attempts)
    )
    assert shapers.expected(made, p, attempts) == float(mean)


@given(st.sampled_from(sorted(SHAPERS)), st.integers(1, 12), SHARES)
def test_nothing_is_better_than_the_best(name: str, attempts: int, p: Fraction) -> None:
    made = shaper(name)
    best = shapers.best(made, attempts)
    assert 0 <= best <= 1
    assert shapers.expected(made, p, attempts) <= shapers.expected(made, best, attempts) + 1e-15


@pytest.mark.parametrize("name", ["ssr", "azr", "tent", "gaussian", "parabola", "floor_linear", "regret"])
def test_the_best_is_the_only_peak(name: str) -> None:
    """The derivative's coefficients change their sign once, so by Descartes' rule it has one zero, where all climbing ends."""
    slopes = [s for s in bernstein.derivative(shaper(name).rewards(8)) if s]
    assert [a > 0 > b for a, b in pairwise(slopes)].count(True) == 1
    assert not any(a < 0 < b for a, b in pairwise(slopes))
    assert len(bernstein.roots(slopes)) == 1


@given(st.lists(st.fractions(0, 1, max_denominator=30).filter(lambda p: 0 < p < 1), min_size=1, max_size=5))
def test_every_root_is_found(chosen: list[Fraction]) -> None:
    """Of a product of (p − root), repeated roots too, each once and to 2^-60."""
    power = [Fraction(1)]  # ascending coefficients in powers of p
    for root in chosen:
        power = [a - root * b for a, b in zip([Fraction(), *power], [*power, Fraction()], strict=True)]
    n = len(power) - 1
    form = [sum((Fraction(comb(k, i), comb(n, i)) * power[i] for i in range(k + 1)), Fraction()) for k in range(n + 1)]
    found = bernstein.roots(form)
    for root in chosen:
        assert min(abs(root - f) for f in found) <= Fraction(1, 2**bernstein.BITS)
    if len(set(chosen)) == len(chosen):
        assert len(found) == len(chosen)


@given(COEFFICIENTS, SHARES, SHARES)
def test_the_derivative_is_the_slope(coefficients: list[Fraction], p: Fraction, q: Fraction) -> None:
    """Its sign over an interval without a root is that of the difference at the interval's ends."""
    low, high = sorted((p, q))
    slope = bernstein.derivative(coefficients)
    near = Fraction(1, 2**50)
    if low == high or any(low - near <= root <= high + near for root in bernstein.roots(slope)):
        return
    change = bernstein.value(coefficients, high) - bernstein.value(coefficients, low)
    middle = bernstein.value(slope, (low + high) / 2)
    assert (change > 0) == (middle > 0)
    assert (change < 0) == (middle < 0)


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def test_the_page_s_table_is_so() -> None:
    """docs/shapers.md: every best rate and both ends of every row, of every shaper."""
    rows = re.findall(r"^\| `(\w+)([^`]*)` \|((?: [−.\d]+ \|){9})$", (ROOT / "docs" / "shapers.md").read_text(), re.M)
    assert {name for name, _, _ in rows} == SHAPERS.keys()
    for name, options, cells in rows:
        settings = dict(option.split("=") for option in options.split())
        made = shaper(name, **{k: True if v == "true" else number(v) for k, v in settings.items()})
        found = [shapers.best(made, attempts) for attempts in (2, 4, 6, 8, 16, 32, 64)]
        found += [shapers.expected(made, 0, 8), shapers.expected(made, 1, 8)]
        assert [number(cell) for cell in cells.split("|")[:-1]] == [round(value, 2) for value in found], (name, options)


def test_the_picture_is_as_it_is_drawn() -> None:
    """docs/images/shapers.svg is what its command writes."""
    assert (ROOT / "docs" / "images" / "shapers.svg").read_text() == shapers.picture()
