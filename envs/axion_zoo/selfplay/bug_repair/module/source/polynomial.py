"""Polynomials with whole coefficients, the constant first: sums, products, division, and how they are written."""

from fractions import Fraction
from math import isqrt


class Polynomial:
    """Coefficients by power, without zeros at the end."""

    def __init__(self, *coefficients: int) -> None:
        kept = list(coefficients)
        while kept and kept[-1] == 0:
            kept.pop()
        self.coefficients = tuple(kept)

    @property
    def degree(self) -> int:
        """The highest power; -1 of the polynomial that is zero."""
        return len(self.coefficients) - 1

    def __call__(self, x: int) -> int:
        """Its value at x (Horner)."""
        value = 0
        for coefficient in reversed(self.coefficients):
            value = value * x + coefficient
        return value

    def __add__(self, other: "Polynomial") -> "Polynomial":
        size = max(len(self.coefficients), len(other.coefficients))
        return Polynomial(*(self._at(i) + other._at(i) for i in range(size)))

    def __sub__(self, other: "Polynomial") -> "Polynomial":
        return self + other * Polynomial(-1)

    def __mul__(self, other: "Polynomial") -> "Polynomial":
        made = [0] * (len(self.coefficients) + len(other.coefficients))
        for i, a in enumerate(self.coefficients):
            for j, b in enumerate(other.coefficients):
                made[i + j] += a * b
        return Polynomial(*made)

    def divided(self, other: "Polynomial") -> tuple["Polynomial", "Polynomial"]:
        """Quotient and remainder by a polynomial whose leading coefficient is 1 or -1.

        Raises:
            ValueError: its leading coefficient is another, or it is zero.
        """
        if not other.coefficients or abs(other.coefficients[-1]) != 1:
            raise ValueError("the leading coefficient of the divisor is 1 or -1")
        quotient, rest = Polynomial(), self
        while rest.degree >= other.degree:
            factor = rest.coefficients[-1] * other.coefficients[-1]
            term = Polynomial(*([0] * (rest.degree - other.degree)), factor)
            quotient, rest = quotient + term, rest - term * other
        return quotient, rest

    def derivative(self) -> "Polynomial":
        """By x."""
        return Polynomial(*(i * c for i, c in enumerate(self.coefficients) if i))

    def roots(self) -> list[Fraction]:
        """The rational roots of a polynomial of degree 1 or 2, in order."""
        if self.degree == 1:
            return [Fraction(-self._at(0), self._at(1))]
        if self.degree != 2:
            raise ValueError(f"roots are for degrees 1 and 2: got {self.degree}")
        c, b, a = self.coefficients
        square = b * b - 4 * a * c
        if square < 0 or isqrt(square) ** 2 != square:
            return []
        return sorted({Fraction(-b + sign * isqrt(square), 2 * a) for sign in (1, -1)})

    def _at(self, power: int) -> int:
        return self.coefficients[power] if power < len(self.coefficients) else 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polynomial) and self.coefficients == other.coefficients

    def __hash__(self) -> int:
        return hash(self.coefficients)

    def __str__(self) -> str:
        text = ""
        for power in range(self.degree, -1, -1):
            coefficient = self._at(power)
            if coefficient == 0:
                continue
            sign = "-" if coefficient < 0 else "+"
            text += f" {sign} " if text else "-" if coefficient < 0 else ""
            size = abs(coefficient)
            text += str(size) if size != 1 or power == 0 else ""
            text += "" if power == 0 else "x" if power == 1 else f"x^{power}"
        return text or "0"
