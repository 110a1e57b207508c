"""What proposers earn, and which problems they are drawn to: by hand, by brute force, and exactly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from math import comb, exp, prod
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axion_env import NotFound, Shaper, UsageError, shaper
from axion_env.reward import bernstein
from axion_env.reward.shaper import SHAPERS, Circumstances
from benchmarks import shapers

ROOT = Path(__file__).parents[2]

SHARES = st.fractions(0, 1, max_denominator=50)
COEFFICIENTS = st.lists(st.fractions(-3, 3, max_denominator=8), min_size=2, max_size=9)


def test_ssr_by_hand() -> None:
    """The nine rewards of eight attempts (arXiv 2512.18552 with alpha .8), to the last digit."""
    paid = [shaper("ssr")(k, 8) for k in range(9)]
    assert paid == [-0.8, 0.775, 0.55, 0.325, 0.1, -0.125, -0.35, -0.575, -0.8]
    assert shaper("ssr").invalid == -1
    assert shaper("ssr", alpha=0.5)(0, 8) == -0.5
    assert shaper("ssr", alpha=0.5)(4, 8) == 0.25


@pytest.mark.parametrize(
    ("made", "attempts", "paid"),
    [
        (shaper("azr"), 4, [-0.5, 0.75, 0.5, 0.25, -0.5]),
        (shaper("azr", ends=0), 4, [0, 0.75, 0.5, 0.25, 0]),
        (shaper("tent"), 4, [0, 0.5, 1, 0.5, 0]),
        (shaper("tent", height=0.5), 5, [0, 0.2, 0.4, 0.4, 0.2, 0]),
        (shaper("gaussian"), 4, [0, exp(-1.125), 1, exp(-1.125), 0]),
        (shaper("parabola"), 5, [0, 0.64, 0.96, 0.96, 0.64, 0]),
        (shaper("parabola", a=1, b=2), 3, [0, 1, 0.5, 0]),
        (shaper("band"), 8, [0, 1, 1, 1, 1, 1, 0, 0, 0]),
        (shaper("band", low=0, high=0.25, inside=True), 8, [0, 1, 0, 0, 0, 0, 0, 0, 0]),
        (shaper("band", low=1 / 3, high=2 / 3), 3, [0, 1, 1, 0]),
        (shaper("floor_linear"), 5, [0, 0, 0.9, 0.7, 0.5, 0.3]),
        (shaper("one_minus"), 4, [1, 0.75, 0.5, 0.25, 0]),
        (shaper("regret"), 3, [0, 1, 1, 0]),
    ],
    ids=str,
)
def test_others_by_hand(made: Shaper, attempts: int, paid: list[float]) -> None:
    """Of no attempt solved, one, two, …: settings count as the decimals they are written as."""
    assert [made(k, attempts) for k in range(attempts + 1)] == paid
    assert [float(r) for r in made.rewards(attempts)] == paid


def test_what_else_some_look_at() -> None:
    """Grounding, novelty and given returns reach the shapers whose sources read them, and change nothing in the others."""
    assert shaper("gaussian")(4, 8, grounded=False) == -0.5
    assert shaper("gaussian", ungrounded=-0.25)(0, 8, grounded=False) == -0.25
    assert shaper("floor_linear")(3, 6, novelty=0.3) == 0
    assert shaper("floor_linear")(3, 6, novelty=0.5) == 0.7
    assert shaper("regret")(3, 6, returns=(0.9, 0.2)) == 0.7
    assert shaper("regret")(0, 6, returns=(0.0, 0.0)) == 0
    unmoved = SHAPERS.keys() - {"gaussian", "floor_linear", "regret"}
    assert all(shaper(name)(3, 8, grounded=False, novelty=0.1, returns=(3, 1)) == shaper(name)(3, 8) for name in unmoved)


@pytest.mark.parametrize("name", ["ssr", "azr", "tent", "gaussian", "parabola", "one_minus"])
def test_the_invalid_are_worse_off(name: str) -> None:
    """A proposal that a gate refuses earns less than the worst that passes."""
    assert shaper(name).invalid == -1 < min(shaper(name).rewards(8))
    assert shaper(name, invalid=-2).invalid == -2


@pytest.mark.parametrize("name", ["band", "floor_linear", "regret"])
def test_the_invalid_of_selections_earn_nothing(name: str) -> None:
    """Where a source only selects, what is refused is not selected."""
    assert shaper(name).invalid == 0 == min(shaper(name).rewards(8))


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
    assert made.best(attempts) == pytest.approx(best, abs=5e-5 if best in (0.2987, 0.5143) else 1e-15)


def test_a_proposer_of_stale_problems_is_drawn_nowhere() -> None:
    """At a novelty that earns nothing every rate is as good, and the lowest is named."""
    assert shaper("floor_linear").best(6, novelty=0.3) == 0
    assert shaper("floor_linear").best(6, novelty=0.31) == pytest.approx(shaper("floor_linear").best(6), abs=0.03)


@pytest.mark.parametrize(("a", "b"), [(1, 4), (2, 3), (3, 1)])
def test_the_family_of_appendix_a(a: int, b: int) -> None:
    """s^a (1 − s)^b draws to a / (a + b), the more closely the more attempts there are; at its peak it pays 1."""
    made, limit = shaper("parabola", a=a, b=b), a / (a + b)
    errors = [abs(made.best(attempts) - limit) for attempts in (8, 16, 32, 64)]
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
    assert made.expected(p, attempts) == float(mean)


@given(st.sampled_from(sorted(SHAPERS)), st.integers(1, 12), SHARES)
def test_nothing_is_better_than_the_best(name: str, attempts: int, p: Fraction) -> None:
    made = shaper(name)
    best = made.best(attempts)
    assert 0 <= best <= 1
    assert made.expected(p, attempts) <= made.expected(best, attempts) + 1e-15


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


@pytest.mark.parametrize(
    ("name", "settings", "says"),
    [
        ("ssr", {"alhpa": 0.8}, "did you mean 'alpha'"),
        ("ssr", {"reward": 1}, "it has invalid, alpha"),
        ("ssr", {"alpha": "high"}, "alpha must be a finite number, got 'high'"),
        ("ssr", {"alpha": float("nan")}, "alpha must be a finite number"),
        ("ssr", {"invalid": True}, "invalid must be a finite number"),
        ("band", {"inside": 1}, "inside must be true or false"),
        ("band", {"low": 0.7}, "the lower first, got 0.7 and 0.625"),
        ("gaussian", {"width": 0}, "width must be above 0"),
        ("parabola", {"a": 0.5}, "whole numbers above 0"),
    ],
)
def test_wrong_settings_are_refused(name: str, settings: dict[str, float], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        shaper(name, **settings)


def test_wrong_names_and_counts_are_refused() -> None:
    with pytest.raises(NotFound, match="no shaper 'parabol'; did you mean 'parabola'"):
        shaper("parabol")
    for solved, attempts in ((3, 2), (-1, 2), (0, 0)):
        with pytest.raises(UsageError, match="solved must be 0 to attempts"):
            shaper("ssr")(solved, attempts)
    with pytest.raises(UsageError, match="novelty must be 0 to 1"):
        shaper("floor_linear")(1, 2, novelty=20)


def test_one_of_your_own() -> None:
    """A frozen dataclass that says what it pays has all the rest."""

    @dataclass(frozen=True, kw_only=True)
    class Half(Shaper):
        invalid: float = -3.0

        def reward(self, s: Fraction, seen: Circumstances) -> Fraction:
            return Fraction(s == Fraction(1, 2))

    assert Half().best(2) == 0.5
    assert Half().expected(0.5, 2) == 0.5
    assert (Half()(1, 2), Half().invalid) == (1, -3)


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def test_the_page_s_table_is_so() -> None:
    """docs/shapers.md: every best rate and both ends of every row, of every shaper."""
    rows = re.findall(r"^\| `(\w+)([^`]*)` \|((?: [−.\d]+ \|){9})$", (ROOT / "docs" / "shapers.md").read_text(), re.M)
    assert {name for name, _, _ in rows} == SHAPERS.keys()
    for name, options, cells in rows:
        settings = dict(option.split("=") for option in options.split())
        made = shaper(name, **{k: True if v == "true" else number(v) for k, v in settings.items()})
        found = [*(made.best(attempts) for attempts in (2, 4, 6, 8, 16, 32, 64)), made.expected(0, 8), made.expected(1, 8)]
        assert [number(cell) for cell in cells.split("|")[:-1]] == [round(value, 2) for value in found], (name, options)


def test_the_picture_is_as_it_is_drawn() -> None:
    """docs/images/shapers.svg is what its command writes."""
    assert (ROOT / "docs" / "images" / "shapers.svg").read_text() == shapers.picture()
