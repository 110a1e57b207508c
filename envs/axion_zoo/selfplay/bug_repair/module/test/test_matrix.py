from fractions import Fraction

import pytest
from matrix import determinant, identity, inverse, matrix, multiply, power, transpose

A = matrix([[1, 2], [3, 4]])
B = matrix([[2, 0, 1], [1, 3, 5]])
PERMUTED = matrix([[0, 1, 0], [0, 0, 1], [1, 0, 0]])
SWAPPED = matrix([[0, 2, 1], [3, 0, 0], [0, 0, 5]])


def test_matrix_makes_fractions():
    assert matrix([[1, Fraction(1, 2)]]) == [[Fraction(1), Fraction(1, 2)]]
    assert isinstance(matrix([[1]])[0][0], Fraction)
    assert matrix([]) == []


@pytest.mark.parametrize("rows", [[[1], [1, 2]], [[1, 2], [1]], [[1, 2], [1, 2], []]])
def test_matrix_refuses_uneven_rows(rows):
    with pytest.raises(ValueError, match="rows of different lengths"):
        matrix(rows)


def test_identity():
    assert identity(3) == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert identity(0) == []


def test_transpose():
    assert transpose(B) == [[2, 1], [0, 3], [1, 5]]


def test_multiply():
    assert multiply(A, B) == [[4, 6, 11], [10, 12, 23]]
    assert multiply(A, identity(2)) == A
    assert multiply([], A) == []


def test_multiply_refuses():
    with pytest.raises(ValueError, match="3 columns and 2 rows"):
        multiply(B, A)


@pytest.mark.parametrize(
    ("exponent", "result"),
    [
        (0, [[1, 0], [0, 1]]),
        (1, [[1, 2], [3, 4]]),
        (2, [[7, 10], [15, 22]]),
        (3, [[37, 54], [81, 118]]),
        (5, [[1069, 1558], [2337, 3406]]),
        (6, [[5743, 8370], [12555, 18298]]),
        (-1, [[-2, 1], [Fraction(3, 2), Fraction(-1, 2)]]),
        (-2, [[Fraction(11, 2), Fraction(-5, 2)], [Fraction(-15, 4), Fraction(7, 4)]]),
    ],
)
def test_power(exponent, result):
    assert power(A, exponent) == result


@pytest.mark.parametrize(
    ("rows", "value"),
    [
        ([], 1),
        ([[7]], 7),
        ([[1, 2], [3, 4]], -2),
        ([[2, 0, 0], [0, 3, 0], [0, 0, 4]], 24),
        ([[1, 2, 3], [4, 5, 6], [7, 8, 9]], 0),
        ([[0, 1], [1, 0]], -1),
        ([[0, 1, 0], [0, 0, 1], [1, 0, 0]], 1),
        ([[0, 2, 1], [3, 0, 0], [0, 0, 5]], -30),
        ([[0, 1], [0, 2]], 0),
        ([[1, 1, 2], [1, 1, 3], [2, 5, 7]], -3),
    ],
)
def test_determinant(rows, value):
    assert determinant(matrix(rows)) == value


@pytest.mark.parametrize("a", [A, PERMUTED, SWAPPED, matrix([[2]]), matrix([[1, 1, 2], [1, 1, 3], [2, 5, 7]])])
def test_inverse(a):
    assert multiply(a, inverse(a)) == identity(len(a))
    assert multiply(inverse(a), a) == identity(len(a))


@pytest.mark.parametrize("rows", [[[0]], [[1, 2], [2, 4]], [[1, 0, 0], [0, 0, 1], [0, 0, 2]]])
def test_inverse_refuses(rows):
    with pytest.raises(ValueError, match="the matrix is singular"):
        inverse(matrix(rows))


def test_nothing_is_changed_in_place():
    a = matrix([[0, 1], [1, 0]])
    determinant(a), inverse(a), power(a, 3)
    assert a == [[0, 1], [1, 0]]
