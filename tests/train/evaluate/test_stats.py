"""Intervals: values worked by hand, and the truth inside as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from axion_env import Stream
from axion_train.evaluate.stats import bootstrap, half_width, mean_interval, standard_error, wilson


@pytest.mark.parametrize(
    ("successes", "n", "interval"),
    [(0, 10, (0, 0, 0.2775)), (10, 10, (1, 0.7225, 1)), (5, 10, (0.5, 0.2366, 0.7634)), (81, 263, (0.3080, 0.2553, 0.3662))],
)
def test_wilson(successes: int, n: int, interval: tuple[float, float, float]) -> None:
    """The last is Newcombe's example ("Two-sided confidence intervals for the single proportion", 1998, table I)."""
    assert wilson(successes, n) == pytest.approx(interval, abs=5e-5)


def test_the_mean_by_hand() -> None:
    """Of 0, 1, 2, 3: deviation sqrt(5/3), error sqrt(5/12)."""
    assert mean_interval([0.0, 1.0, 2.0, 3.0]) == pytest.approx((1.5, 1.5 - 1.959964 * (5 / 12) ** 0.5, 1.5 + 1.959964 * (5 / 12) ** 0.5))


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Of 400 samples of 60 fair-ish coins, 95 % give or take three standard errors have the rate in both intervals."""
    stream, rate, n = Stream(5), 0.3, 60
    held = [0, 0]
    for _ in range(400):
        coins = [float(stream.uniform() < rate) for _ in range(n)]
        for i, interval in enumerate((wilson(int(sum(coins)), n), mean_interval(coins))):
            held[i] += interval.low <= rate <= interval.high
    assert all(0.917 < count / 400 < 0.983 for count in held)


def test_the_quantile_is_the_callers() -> None:
    """1, 2, 3 with Student's t of two degrees of freedom: 4.302653 / sqrt(3)."""
    assert half_width([1.0, 2.0, 3.0], 4.302653) == pytest.approx(4.302653 / 3**0.5)


def test_the_standard_error_of_rates() -> None:
    """Of 0, 1, 1, 0: sqrt(1/4) / sqrt(4); of a single one 0."""
    assert standard_error(np.array([0.0, 1.0, 1.0, 0.0])) == 0.25
    assert standard_error(np.array([1.0])) == 0.0


def test_the_bootstrap_by_hand() -> None:
    """The 2.5 % and 97.5 % quantiles of 0, 1, … 200 are 5 and 195."""
    drawn = iter(range(201))
    assert bootstrap(lambda: float(next(drawn)), 201) == pytest.approx((5.0, 195.0))


def test_the_bootstrap_holds_the_mean_as_the_normal_interval_does() -> None:
    """The mean of 400 numbers: both intervals agree to a twentieth of their width, give or take what 2000 resamples leave open."""
    rng = np.random.default_rng(3)
    values = rng.normal(2.0, 1.0, 400)
    low, high = bootstrap(lambda: float(rng.choice(values, len(values)).mean()), 2000)
    normal = mean_interval(values.tolist())
    assert (low, high) == pytest.approx((normal.low, normal.high), abs=(normal.high - normal.low) / 20)
