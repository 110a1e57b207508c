"""Matrices of exact numbers, as lists of rows."""

from collections.abc import Sequence
from fractions import Fraction

Matrix = list[list[Fraction]]


def matrix(rows: Sequence[Sequence[int | Fraction]]) -> Matrix:
    """A matrix of fractions.

    Raises:
        ValueError: the rows are not of one length.
    """
    made = [[Fraction(value) for value in row] for row in rows]
    if any(len(row) != len(made[0]) for row in made):
        raise ValueError("rows of different lengths")
    return made


def identity(size: int) -> Matrix:
    """Ones on the diagonal."""
    return [[Fraction(int(i == j)) for j in range(size)] for i in range(size)]


def transpose(a: Matrix) -> Matrix:
    """Rows as columns."""
    return [list(column) for column in zip(*a, strict=True)]


def multiply(a: Matrix, b: Matrix) -> Matrix:
    """The product of two matrices.

    Raises:
        ValueError: their shapes do not fit.
    """
    if a and len(a[0]) != len(b):
        raise ValueError(f"{len(a[0])} columns and {len(b)} rows")
    return [[sum((x * y for x, y in zip(row, column, strict=True)), Fraction(0)) for column in transpose(b)] for row in a]


def power(a: Matrix, exponent: int) -> Matrix:
    """A square matrix times itself, by repeated squaring."""
    if exponent < 0:
        return power(inverse(a), -exponent)
    result = identity(len(a))
    while exponent:
        if exponent % 2:
            result = multiply(result, a)
        a = multiply(a, a)
        exponent //= 2
    return result


def determinant(a: Matrix) -> Fraction:
    """By elimination."""
    rows = [list(row) for row in a]
    found = Fraction(1)
    for i in range(len(rows)):
        pivot = next((k for k in range(i, len(rows)) if rows[k][i] != 0), None)
        if pivot is None:
            return Fraction(0)
        if pivot != i:
            rows[i], rows[pivot] = rows[pivot], rows[i]
            found = -found
        found *= rows[i][i]
        for k in range(i + 1, len(rows)):
            factor = rows[k][i] / rows[i][i]
            rows[k] = [x - factor * y for x, y in zip(rows[k], rows[i], strict=True)]
    return found


def inverse(a: Matrix) -> Matrix:
    """The matrix that undoes a square one.

    Raises:
        ValueError: there is none.
    """
    size = len(a)
    rows = [[*row, *unit] for row, unit in zip(a, identity(size), strict=True)]
    for i in range(size):
        pivot = next((k for k in range(i, size) if rows[k][i] != 0), None)
        if pivot is None:
            raise ValueError("the matrix is singular")
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for k in range(size):
            if k != i:
                rows[k] = [x - rows[k][i] * y for x, y in zip(rows[k], rows[i], strict=True)]
    return [row[size:] for row in rows]
