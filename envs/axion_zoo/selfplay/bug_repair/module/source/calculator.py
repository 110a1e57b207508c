"""A calculator: text into tokens, tokens into a value, with names, functions of one argument and the usual precedence."""

import re
from collections.abc import Callable

_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([a-z]\w*)|([-+*/^()]))")
_FUNCTIONS: dict[str, Callable[[float], float]] = {"abs": abs, "half": lambda x: x / 2, "square": lambda x: x * x}


class BadExpression(ValueError):
    """Text that is no expression."""


def tokens(text: str) -> list[str]:
    """The parts of an expression."""
    found = []
    place = 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise BadExpression(f"unexpected {text[place]!r} at {place}")
        found.append(match[0].strip())
        place = match.end()
    return found


class _Parser:
    def __init__(self, parts: list[str], names: dict[str, float]) -> None:
        self.parts = parts
        self.names = names
        self.place = 0

    def peek(self) -> str:
        return self.parts[self.place] if self.place < len(self.parts) else ""

    def take(self) -> str:
        part = self.peek()
        if not part:
            raise BadExpression("it ends too early")
        self.place += 1
        return part

    def sum(self) -> float:
        value = self.product()
        while self.peek() in ("+", "-"):
            if self.take() == "+":
                value += self.product()
            else:
                value -= self.product()
        return value

    def product(self) -> float:
        value = self.signed()
        while self.peek() in ("*", "/"):
            if self.take() == "*":
                value *= self.signed()
            else:
                divisor = self.signed()
                if divisor == 0:
                    raise BadExpression("division by zero")
                value /= divisor
        return value

    def signed(self) -> float:
        if self.peek() == "-":
            self.take()
            return -self.signed()
        return self.power()

    def power(self) -> float:
        base = self.atom()
        if self.peek() == "^":
            self.take()
            return float(base ** self.signed())
        return base

    def atom(self) -> float:
        part = self.take()
        if part == "(":
            value = self.sum()
            if self.take() != ")":
                raise BadExpression("a bracket is not closed")
            return value
        if part[0].isdigit():
            return float(part)
        if part in _FUNCTIONS and self.peek() == "(":
            return float(_FUNCTIONS[part](self.atom()))
        if part in self.names:
            return self.names[part]
        raise BadExpression(f"unexpected {part!r}")


def evaluate(text: str, names: dict[str, float] | None = None) -> float:
    """The value of an expression.

    Raises:
        BadExpression: it is none, or divides by zero.
    """
    parser = _Parser(tokens(text), names or {})
    value = parser.sum()
    if parser.peek():
        raise BadExpression(f"unexpected {parser.peek()!r}")
    return value
