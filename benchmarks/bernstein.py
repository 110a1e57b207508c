"""Polynomials in Bernstein form, exactly: the mean of c[K] where K of n tries succeed, as a function of a try's chance p.

    f(p) = Σ c[k] · C(n, k) · p^k · (1 − p)^(n − k),   n = len(c) − 1

Roots are found by Descartes' rule of signs in this form: f has at most as many zeros in (0, 1) as c has changes of sign, and an even number
fewer if fewer (R. T. Farouki, "The Bernstein polynomial basis: a centennial retrospective", CAGD 29, 2012). So an interval without
a change holds none, and any other is halved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from math import comb, lcm

BITS = 60
"""Roots are known to 2^-60: finer than a float near them."""


def value(coefficients: Sequence[Fraction], p: Fraction) -> Fraction:
    """The polynomial at p.

    >>> value([Fraction(0), Fraction(1), Fraction(0)], Fraction(1, 2))  # one of two succeeds
    Fraction(1, 2)
    """
    n = len(coefficients) - 1
    return sum((c * comb(n, k) * p**k * (1 - p) ** (n - k) for k, c in enumerate(coefficients)), Fraction())


def derivative(coefficients: Sequence[Fraction]) -> list[Fraction]:
    """Its derivative, in the same form."""
    n = len(coefficients) - 1
    return [n * (after - before) for before, after in pairwise(coefficients)]


def roots(coefficients: Sequence[Fraction]) -> list[Fraction]:
    """Its zeros in (0, 1), ascending, each at most 2^-60 from the true one; none of a polynomial that is zero everywhere."""
    common = lcm(*(c.denominator for c in coefficients))
    return sorted(set(_roots([int(c * common) for c in coefficients], 0, 0)))


def highest(coefficients: Sequence[Fraction]) -> Fraction:
    """Where in [0, 1] it is highest; the lowest such p."""
    places = [Fraction(0), *roots(derivative(coefficients)), Fraction(1)]
    return max(places, key=lambda p: value(coefficients, p))


def _roots(c: list[int], place: int, depth: int) -> Iterator[Fraction]:
    """Zeros inside the interval number `place` of the 2^depth equal ones, whose coefficients, times anything positive, are c."""
    signs = [x > 0 for x in c if x]
    if not any(a != b for a, b in pairwise(signs)):
        return
    middle = Fraction(2 * place + 1, 2 ** (depth + 1))
    left, right = _halves(c)
    if depth == BITS or left[-1] == 0:
        yield middle
    if depth < BITS:
        yield from _roots(left, 2 * place, depth + 1)
        yield from _roots(right, 2 * place + 1, depth + 1)


def _halves(c: list[int]) -> tuple[list[int], list[int]]:
    """Coefficients on either half, times 2^n (de Casteljau): means become sums, so that whole numbers stay whole."""
    left, right = [], []
    for rest in reversed(range(len(c))):
        left.append(c[0] << rest)
        right.append(c[-1] << rest)
        c = [a + b for a, b in pairwise(c)]
    return left, right[::-1]
