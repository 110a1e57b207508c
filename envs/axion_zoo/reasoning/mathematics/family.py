"""Families of problems made on demand: each has levels, and an answer computed exactly.

A family is a function `(stream, level) → (question, answer)`; item k of a split comes from the stream of (seed, family, level, k) alone.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import gcd, lcm

from axion_env import Stream

LEVELS = (1, 2, 3, 4, 5)


def _between(stream: Stream, low: int, high: int) -> int:
    return low + stream.below(high - low + 1)


def _nonzero(stream: Stream, most: int) -> int:
    n = _between(stream, 1, most)
    return n if stream.below(2) else -n


def linear_equation(stream: Stream, level: int) -> tuple[str, str]:
    """`a x + b = c x + d`, with a fraction for an answer from level 3 on."""
    most = 5 * level + 4
    a = _nonzero(stream, most)
    c = 0 if level == 1 else _nonzero(stream, most)
    if a == c:
        c = -a
    b = _between(stream, -most, most)
    if level < 3:
        x = Fraction(_between(stream, -most, most))
        d = a * x + b - c * x
    else:
        d = Fraction(_between(stream, -most, most))
        x = (d - b) / (a - c)
    right = _sum([(c, "x"), (int(d), "")])
    return f"Solve for $x$: ${_sum([(a, 'x'), (b, '')])} = {right}$.", str(x)


def fractions(stream: Stream, level: int) -> tuple[str, str]:
    """A chain of fractions with + and -, and × from level 3 on."""
    most = 4 + 3 * level
    text, total = "", Fraction(0)
    for k in range(2 if level < 4 else 3):
        term = Fraction(1)
        words = []
        for _ in range(2 if level >= 3 and k == 0 else 1):
            value = Fraction(_between(stream, 1, most), _between(stream, 2, most))
            term *= value
            words.append(_fraction(value))
        sign = "-" if k and stream.below(2) else "+"
        text += f" {sign} " * bool(k) + r" \times ".join(words)
        total += -term if sign == "-" else term
    return f"Compute ${text}$. Give a fraction in lowest terms.", str(total)


def remainder(stream: Stream, level: int) -> tuple[str, str]:
    """A remainder; of a power from level 3 on."""
    modulus = _between(stream, 3, 10 * level + 3)
    if level < 3:
        n = _between(stream, 10**level, 10 ** (level + 2))
        return f"What is the remainder when ${n}$ is divided by ${modulus}$?", str(n % modulus)
    base, exponent = _between(stream, 2, 10 * level), _between(stream, 2, 10 ** (level - 1))
    return f"What is the remainder when ${base}^{{{exponent}}}$ is divided by ${modulus}$?", str(pow(base, exponent, modulus))


def divisors(stream: Stream, level: int) -> tuple[str, str]:
    """The greatest common divisor or the least common multiple, of three numbers from level 4 on."""
    common = _between(stream, 1, 6 * level)
    numbers = [common * _between(stream, 2, 6 * level + 6) for _ in range(2 if level < 4 else 3)]
    named = ", ".join(f"${n}$" for n in numbers[:-1]) + f" and ${numbers[-1]}$"
    if stream.below(2):
        return f"What is the greatest common divisor of {named}?", str(gcd(*numbers))
    return f"What is the least common multiple of {named}?", str(lcm(*numbers))


def expansion(stream: Stream, level: int) -> tuple[str, str]:
    """A product of linear factors, multiplied out: two of them, three from level 4 on."""
    most = 3 + 2 * level
    factors = [(1 if level == 1 else _nonzero(stream, level), _nonzero(stream, most)) for _ in range(2 if level < 4 else 3)]
    product = [1]
    for a, b in factors:
        product = [x * a + y * b for x, y in zip([*product, 0], [0, *product], strict=True)]
    degree = len(product) - 1
    terms = [(c, "" if k == degree else "x" if k == degree - 1 else f"x^{degree - k}") for k, c in enumerate(product)]
    text = "".join(f"({_sum([(a, 'x'), (b, '')])})" for a, b in factors)
    return f"Expand ${text}$.", _sum(terms)


def polynomial_value(stream: Stream, level: int) -> tuple[str, str]:
    """A polynomial's value at a point, a fraction at level 5."""
    degree = 2 if level < 3 else 3
    coefficients = [_nonzero(stream, 2 + level), *(_between(stream, -9, 9) for _ in range(degree))]
    at = Fraction(_nonzero(stream, 2 + level), _between(stream, 2, 3) if level == 5 else 1)
    terms = [(c, "" if k == degree else "x" if k == degree - 1 else f"x^{degree - k}") for k, c in enumerate(coefficients)]
    value = sum((c * at ** (degree - k) for k, c in enumerate(coefficients)), Fraction(0))
    return f"Let $p(x) = {_sum(terms)}$. What is $p({_fraction(at)})$?", str(value)


def linear_system(stream: Stream, level: int) -> tuple[str, str]:
    """Two equations in two unknowns, with whole solutions up to level 3."""
    most = 2 + 2 * level
    while True:
        a, b, c, d = (_nonzero(stream, most) for _ in range(4))
        determinant = a * d - b * c
        if determinant:
            break
    if level <= 3:
        x, y = Fraction(_between(stream, -most, most)), Fraction(_between(stream, -most, most))
        e, f = int(a * x + b * y), int(c * x + d * y)
    else:
        e, f = _between(stream, -9, 9), _between(stream, -9, 9)
        x, y = Fraction(e * d - b * f, determinant), Fraction(a * f - e * c, determinant)
    first, second = _sum([(a, "x"), (b, "y")]), _sum([(c, "x"), (d, "y")])
    return f"Solve ${first} = {e}$ and ${second} = {f}$. Give the pair $(x, y)$.", f"({x}, {y})"


def sequence(stream: Stream, level: int) -> tuple[str, str]:
    """The n-th term of an arithmetic sequence, from level 3 on also of a geometric or a quadratic one."""
    n = _between(stream, 6, 6 + 4 * level)
    kind = stream.below(3) if level >= 3 else 0
    a, b, c = _between(stream, -9 * level, 9 * level), _nonzero(stream, 3 * level), _nonzero(stream, level)
    if kind == 1:
        n, a, b = min(n, 9), a or 1, _between(stream, 2, 3)
        terms = [a * b**k for k in range(n)]
    else:
        terms = [a + b * k + (c * k * k if kind == 2 else 0) for k in range(n)]
    kinds = ("an arithmetic", "a geometric", "a quadratic")
    return f"The first terms of {kinds[kind]} sequence are ${', '.join(map(str, terms[:4]))}$. What is its term number {n}?", str(terms[-1])


def percentage(stream: Stream, level: int) -> tuple[str, str]:
    """A story about prices, with as many changes as the level is high, at most three."""
    price = 20 * _between(stream, 1, 10 * level)
    thing = ("coat", "lamp", "bicycle", "table", "radio")[stream.below(5)]
    value, story = Fraction(price), f"A {thing} costs {price} dollars."
    for _ in range(min(level, 3)):
        percent = (10, 20, 25, 50)[stream.below(4)] if level < 3 else _between(stream, 1, 60)
        up = stream.below(2)
        value *= 1 + Fraction(percent if up else -percent, 100)
        story += f" Its price {'rises' if up else 'falls'} by {percent} percent."
    return f"{story} What does it cost in the end, in dollars? Give the exact value.", str(value)


def quadratic(stream: Stream, level: int) -> tuple[str, str]:
    """A quadratic equation with two rational roots, which are whole up to level 3."""
    a, b = (_nonzero(stream, 3 + 2 * level) for _ in range(2))
    p, q = (1, 1) if level <= 3 else (_between(stream, 1, 4), _between(stream, 1, 4))
    roots = {Fraction(a, p), Fraction(b, q)}
    terms = [(p * q, "x^2"), (-(a * q + b * p), "x"), (a * b, "")]
    return f"Find all solutions of ${_sum(terms)} = 0$, separated by commas.", ", ".join(map(str, sorted(roots)))


FAMILIES: dict[str, Callable[[Stream, int], tuple[str, str]]] = {
    f.__name__: f
    for f in (
        linear_equation, fractions, remainder, divisors, expansion, polynomial_value, linear_system, sequence, percentage, quadratic,
    )
}  # fmt: skip


def _fraction(value: Fraction) -> str:
    return str(value) if value.denominator == 1 else rf"{'-' * (value < 0)}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"


def _sum(terms: list[tuple[int, str]]) -> str:
    """`2x^2 - x + 3`; terms that are zero left out.

    >>> _sum([(2, "x^2"), (-1, "x"), (0, "")]), _sum([(0, "x"), (0, "")])
    ('2x^2 - x', '0')
    """
    text = ""
    for factor, name in terms:
        if factor:
            size = "" if abs(factor) == 1 and name else str(abs(factor))
            sign = ("-" if factor < 0 else "") if not text else (" - " if factor < 0 else " + ")
            text += sign + size + name
    return text or "0"
