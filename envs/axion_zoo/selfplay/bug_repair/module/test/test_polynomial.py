from fractions import Fraction

import pytest
from polynomial import Polynomial as P


@pytest.mark.parametrize(
    ("coefficients", "kept", "degree"),
    [((), (), -1), ((0,), (), -1), ((0, 0), (), -1), ((5,), (5,), 0), ((1, 2, 0, 0), (1, 2), 1), ((0, 0, 3), (0, 0, 3), 2)],
)
def test_zeros_at_the_end_go(coefficients, kept, degree):
    assert P(*coefficients).coefficients == kept
    assert P(*coefficients).degree == degree


@pytest.mark.parametrize(("x", "value"), [(0, 1), (1, 6), (2, 17), (-1, 2), (10, 321)])
def test_value(x, value):
    assert P(1, 2, 3)(x) == value
    assert P()(x) == 0


@pytest.mark.parametrize(
    ("a", "b", "total", "difference", "product"),
    [
        (P(1, 2), P(3, 4), P(4, 6), P(-2, -2), P(3, 10, 8)),
        (P(1, 2, 3), P(1), P(2, 2, 3), P(0, 2, 3), P(1, 2, 3)),
        (P(1), P(0, 0, 2), P(1, 0, 2), P(1, 0, -2), P(0, 0, 2)),
        (P(1, 1), P(-1, -1), P(), P(2, 2), P(-1, -2, -1)),
        (P(), P(1, 5), P(1, 5), P(-1, -5), P()),
        (P(-1, 1), P(1, 1), P(0, 2), P(-2), P(-1, 0, 1)),
    ],
)
def test_arithmetic(a, b, total, difference, product):
    assert a + b == total
    assert a - b == difference
    assert a * b == product


@pytest.mark.parametrize(
    ("a", "b", "quotient", "rest"),
    [
        (P(-1, 0, 1), P(1, 1), P(-1, 1), P()),
        (P(1, 2, 3), P(1, 1), P(-1, 3), P(2)),
        (P(1, 2, 3), P(0, -1), P(-2, -3), P(1)),
        (P(1, 2), P(0, 0, 1), P(), P(1, 2)),
        (P(5, 0, 0, 2), P(1, 0, 1), P(0, 2), P(5, -2)),
        (P(4, 6), P(1), P(4, 6), P()),
        (P(4, 6), P(-1), P(-4, -6), P()),
    ],
)
def test_division(a, b, quotient, rest):
    assert a.divided(b) == (quotient, rest)
    assert quotient * b + rest == a


@pytest.mark.parametrize("divisor", [P(), P(1, 2), P(3), P(1, -2)])
def test_division_refuses(divisor):
    with pytest.raises(ValueError, match="the leading coefficient"):
        P(1, 2, 3).divided(divisor)


@pytest.mark.parametrize(("p", "derivative"), [(P(), P()), (P(7), P()), (P(7, 3), P(3)), (P(1, 2, 3, 4), P(2, 6, 12))])
def test_derivative(p, derivative):
    assert p.derivative() == derivative


@pytest.mark.parametrize(
    ("p", "roots"),
    [
        (P(6, 2), [-3]),
        (P(0, 5), [0]),
        (P(1, -2), [Fraction(1, 2)]),
        (P(6, -5, 1), [2, 3]),
        (P(-6, 1, 1), [-3, 2]),
        (P(1, 2, 1), [-1]),
        (P(-1, 0, 4), [Fraction(-1, 2), Fraction(1, 2)]),
        (P(0, 3, -2), [0, Fraction(3, 2)]),
        (P(1, 0, 1), []),
        (P(-2, 0, 1), []),
        (P(1, 1, 1), []),
        (P(0, 0, 3), [0]),
        (P(1, 5, 2), []),
    ],
)
def test_roots(p, roots):
    assert p.roots() == roots


@pytest.mark.parametrize("p", [P(), P(3), P(1, 1, 1, 1)])
def test_roots_refuse(p):
    with pytest.raises(ValueError, match=f"degrees 1 and 2: got {p.degree}"):
        p.roots()


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (P(), "0"),
        (P(1), "1"),
        (P(-1), "-1"),
        (P(0, 1), "x"),
        (P(0, -1), "-x"),
        (P(5, 1), "x + 5"),
        (P(-5, -2), "-2x - 5"),
        (P(1, 0, 1), "x^2 + 1"),
        (P(-1, 1, -1), "-x^2 + x - 1"),
        (P(0, 2, 0, -3), "-3x^3 + 2x"),
    ],
)
def test_text(p, text):
    assert str(p) == text


def test_equal_and_hash():
    assert len({P(1, 2), P(1, 2, 0), P(2, 1)}) == 2
    assert P(1) != 1
