r"""One value among the parts of an answer: an exact number where it is one, else an expression in a small part of LaTeX.

What leaves here for the sandbox has every product written out, so that nothing is left to a parser's guesses: `2(3)` is `2 \cdot ( 3 )`
(math-verify alone reads it as the mixed number 5), `1.5` is `( \frac{15}{10} )`, and what has no meaning, as `3 4`, does not leave at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from axion_zoo.reasoning.mathematics.lexer import Unreadable

FUNCTIONS = frozenset({
    "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "ln", "log", "exp",
})  # fmt: skip
"""Commands that take what follows, up to the next sign."""
_CONSTANTS = frozenset({
    "pi", "theta", "alpha", "beta", "gamma", "delta", "lambda", "mu", "phi", "omega", "sigma", "rho", "tau", "psi", "infty",
})  # fmt: skip
WORDS = FUNCTIONS | {"sqrt", "pi", "theta", "alpha", "beta", "infty"}
"""Words that mean a command, without its backslash."""
_OPERATORS = frozenset({"+", "-", "*", "/", "^", "_", r"\cdot", r"\times", r"\div"})
_DIGITS = frozenset(".0123456789")
_MOST_DIGITS = 400  # of a number that is compared as a fraction
_NUMBER = re.compile(
    r"(?P<sign>[+-]?)(?:(?P<whole>[0-9]+)?(?:\\frac\{(?P<top>[0-9]+)\}\{(?P<bottom>[0-9]+)\})"
    r"|(?P<top2>[0-9]+)/(?P<bottom2>[0-9]+)"
    r"|(?P<decimal>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:\\overline\{(?P<repeat>[0-9]+)\}|(?:\\times10\^|[eE])\{?(?P<power>[+-]?[0-9]{1,3})\}?)?)"
)


def number(tokens: Sequence[str]) -> Fraction | None:
    r"""The exact value of a plain number, fraction, mixed number, repeating decimal or number in scientific form; else None.

    >>> number(["-", "1", r"\frac", "{", "4", "}", "{", "5", "}"])
    Fraction(-9, 5)
    """
    match = _NUMBER.fullmatch(_joined(tokens))
    if match is None or len(match[0]) > _MOST_DIGITS:
        return None
    sign = -1 if match["sign"] == "-" else 1
    if match["decimal"] is None:
        bottom = int(match["bottom"] or match["bottom2"])
        return sign * (int(match["whole"] or 0) + Fraction(int(match["top"] or match["top2"]), bottom)) if bottom else None
    value = Fraction(match["decimal"])
    if match["repeat"]:
        if "." not in match["decimal"]:
            return None
        places = len(match["decimal"].partition(".")[2])
        value += Fraction(int(match["repeat"]), (10 ** len(match["repeat"]) - 1) * 10**places)
    return sign * value * Fraction(10) ** int(match["power"] or 0)


def _joined(tokens: Sequence[str]) -> str:
    """The tokens as one string; numbers that stood apart are kept apart, except a mixed number's."""
    text = ""
    for before, token in zip(["", *tokens], tokens, strict=False):
        if before[-1:].isdigit() and token[:1].isdigit():
            text += " "
        text += token
    mixed = re.fullmatch(r"([+-]?[0-9]+) ([0-9]+)/([0-9]+)", text)
    text = rf"{mixed[1]}\frac{{{mixed[2]}}}{{{mixed[3]}}}" if mixed else text
    return text.replace(r"\cdot10^", r"\times10^").replace("*10^", r"\times10^") if "10^" in text else text


def expression(tokens: Sequence[str]) -> str:
    r"""The tokens as LaTeX that leaves nothing open.

    >>> expression(["2", "x", "(", "x", "+", "1.5", ")"])
    '2 \\cdot x \\cdot ( x + ( \\frac{15}{10} ) )'

    Raises:
        Unreadable: a token that no expression has, or brackets that do not match.
    """
    return " ".join(_Writer(_split(tokens)).all())


def letters(text: str) -> frozenset[str]:
    """The variables of an expression, with `e`, `i` and Greek ones that are not π."""
    return frozenset(re.findall(r"(?<![\\A-Za-z])[A-Za-z]|\\(?:theta|alpha|beta|gamma|delta|lambda|mu|phi|omega|sigma)", text)) - {"e", "i"}


def _split(tokens: Sequence[str]) -> list[str]:
    """Words cut into letters or made commands."""
    cut: list[str] = []
    for i, token in enumerate(tokens):
        if i and tokens[i - 1] == "sqrt" and token.isdigit():
            cut += ["{", token, "}"]  # a word's argument is the whole number, a command's its first digit
        elif token.isalpha() and len(token) > 1:
            if token in WORDS:
                cut.append("\\" + token)
            elif len(token) <= 3:
                cut += token
            else:
                raise Unreadable(f"the word {token}")
        else:
            cut.append(token)
    return cut


class _Writer:
    """A recursive walk over tokens; one pass, its depth bounded."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def all(self) -> list[str]:
        out = self._sequence(None, 0)
        if self._at < len(self._tokens):
            raise Unreadable("an open bracket")
        return out

    def _sequence(self, closing: str | None, depth: int) -> list[str]:
        """Everything up to the bracket that closes."""
        if depth > 20:
            raise Unreadable("nested too deep")
        out: list[str] = []
        loose = False  # inside the bare argument of a function, as in `\sin 2x`: there a product binds closer
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token == closing:
                self._at += 1
                return out
            if token in ("+", "-"):
                loose = False
            if out and out[-1] not in _OPERATORS and self._factor(token):
                if token[0] in _DIGITS and self._tokens[self._at - 1][0] in _DIGITS and out[-1] != "}":
                    raise Unreadable("two numbers side by side")
                if not loose and out[-1] not in _HEADS and not (out[-1].isdigit() and token == r"\frac"):
                    out.append(r"\cdot")
            out += self._one(token, depth)
            loose = loose or token[1:] in FUNCTIONS
        if closing is not None:
            raise Unreadable(f"no {closing}")
        return out

    @staticmethod
    def _factor(token: str) -> bool:
        return token not in _OPERATORS and token not in ("!", ")", "}", "]", "|", r"\rfloor", r"\rceil")

    def _one(self, token: str, depth: int) -> list[str]:
        self._at += 1
        if token == ".":
            raise Unreadable("a lone point")
        if token[0] in _DIGITS:
            return [token] if "." not in token else [_fraction(token)]
        if token in _PAIRS:
            return [token, *self._sequence(_PAIRS[token], depth + 1), _PAIRS[token]]
        if token in (r"\sqrt", r"\frac", r"\binom"):
            root = self._optional(depth) if token == r"\sqrt" else ""
            arguments = [self._argument(depth) for _ in range(1 if token == r"\sqrt" else 2)]
            return [token + root + "".join(arguments)]
        if token in ("^", "_"):
            return [token, *self._raised(depth)]
        if token in _OPERATORS or token == "!" or (len(token) == 1 and token.isascii() and token.isalpha()):
            return [r"\cdot" if token in ("*", r"\times") else "/" if token == r"\div" else token]
        if token[0] == "\\" and token[1:] in FUNCTIONS | _CONSTANTS:
            return [token]
        raise Unreadable(f"the token {token[:20]}")

    def _optional(self, depth: int) -> str:
        if self._tokens[self._at : self._at + 1] != ["["]:
            return ""
        self._at += 1
        return f"[{' '.join(self._sequence(']', depth + 1))}]"

    def _argument(self, depth: int) -> str:
        """What TeX takes: a group, or one character; and a bracket, as in `sqrt(2)`."""
        token = self._tokens[self._at] if self._at < len(self._tokens) else ""
        if token in ("{", "("):
            self._at += 1
            return f"{{{' '.join(self._sequence(_PAIRS[token] if token == '(' else '}', depth + 1))}}}"
        if token.isdigit() and len(token) > 1:  # \frac43, \sqrt12: one digit each
            self._tokens[self._at] = token[1:]
            return f"{{{token[0]}}}"
        if not token or not self._factor(token):
            raise Unreadable("an argument is missing")
        return f"{{{' '.join(self._one(token, depth))}}}"

    def _raised(self, depth: int) -> list[str]:
        token = self._tokens[self._at] if self._at < len(self._tokens) else ""
        sign = [token] if token in ("+", "-") else []
        self._at += len(sign)
        token = self._tokens[self._at] if self._at < len(self._tokens) else ""
        if token == "{" and not sign:
            self._at += 1
            return ["{", *self._sequence("}", depth + 1), "}"]
        if not token or not self._factor(token):
            raise Unreadable("an exponent is missing")
        return ["{", *sign, *self._one(token, depth), "}"]


_PAIRS = {"(": ")", "[": "]", "{": "}", "|": "|", r"\lfloor": r"\rfloor", r"\lceil": r"\rceil"}
_HEADS = frozenset("\\" + name for name in FUNCTIONS)


def _fraction(decimal: str) -> str:
    whole, _, places = decimal.partition(".")
    return rf"( \frac{{{int(whole + places)}}}{{{10 ** len(places)}}} )"
