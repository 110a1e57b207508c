"""Standard errors and 95 % confidence intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt
from statistics import fmean, stdev
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

NORMAL = 1.959964
"""The 97.5 % quantile of the standard normal distribution."""


class Interval(NamedTuple):
    """An estimate and its 95 % confidence interval."""

    mean: float
    low: float
    high: float


def half_width(values: Sequence[float], quantile: float = NORMAL) -> float:
    """Half the width of the interval of a mean: quantile · s / √n, s the sample standard deviation (over n - 1).

    Args:
        values: [n] Two or more independent values.
        quantile: The 97.5 % quantile of the mean's distribution; for few values that of Student's t with n - 1 degrees of freedom.
    """
    return quantile * (stdev(values) / sqrt(len(values)))


def mean_interval(values: Sequence[float]) -> Interval:
    """The mean of independent values, and mean ± 1.96 standard errors.

    Args:
        values: [n] Two or more.
    """
    center, half = fmean(values), half_width(values)
    return Interval(center, center - half, center + half)


def wilson(successes: int, n: int) -> Interval:
    """A rate with Wilson's score interval ("Probable inference, the law of succession, and statistical inference", JASA 22, 1927).

    Unlike rate ± 1.96 standard errors it stays within [0, 1], and is not a point where all or none succeed.

    Args:
        successes: 0 to `n`.
        n: Independent trials, 1 or more.
    """
    rate, spread = successes / n, NORMAL**2 / n
    center = (rate + spread / 2) / (1 + spread)
    half = sqrt(rate * (1 - rate) * spread + spread**2 / 4) / (1 + spread)
    return Interval(rate, max(0.0, min(rate, center - half)), min(1.0, max(rate, center + half)))  # `rate` where rounding leaves it out


def bootstrap(statistic: Callable[[], float], resamples: int = 200) -> tuple[float, float]:
    """The percentile interval of a statistic (Efron & Tibshirani, "An introduction to the bootstrap", 1993, section 13.3).

    Args:
        statistic: Draws a resample, with replacement and as large as the sample, and returns its statistic.
        resamples: How many are drawn.

    Returns:
        The 2.5 % and 97.5 % quantiles of the resamples' statistics.
    """
    low, high = np.quantile([statistic() for _ in range(resamples)], [0.025, 0.975]).tolist()
    return low, high


def standard_error(rates: NDArray[np.floating[Any]]) -> float:
    """The standard error of the mean of [n] rates: σ / √n, σ the standard deviation over n, so that a single rate has an error of 0."""
    return float(rates.std() / np.sqrt(len(rates)))
