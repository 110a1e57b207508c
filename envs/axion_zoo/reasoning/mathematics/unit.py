r"""Units, currencies, percent signs, degrees and bases of numerals: what stands beside a value and is not part of it.

A unit may be left out of an answer but not changed: `5` is `5 cm`, and `5 m` is not. Units are not converted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from axion_zoo.reasoning.mathematics import leaf

_SAME = {
    "$": "dollar usd buck", "€": "euro eur", "£": "gbp", "cent": "cents ¢", "%": "percent pct percentage", "degree": "deg",
    "cm": "centimeter centimetre", "m": "meter metre", "mm": "millimeter millimetre", "km": "kilometer kilometre",
    "inch": "in inche inches", "foot": "ft feet", "yard": "yd", "mile": "mi", "g": "gram gm", "kg": "kilogram", "lb": "pound lbs",
    "oz": "ounce", "s": "sec second", "min": "minute", "h": "hr hour", "day": "", "L": "liter litre l", "mL": "ml milliliter millilitre",
    "square": "sq", "mph": "", "unit": "", "year": "yr", "person": "people", "child": "children", "man": "men", "woman": "women",
}  # fmt: skip
_NAMES = {other: name for name, others in _SAME.items() for other in (name, name.casefold(), *others.split())}
_FACTORS = {
    "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12, "dozen": 12,
}  # fmt: skip
_NEVER = frozenset({
    "and", "or", "not", "to", "plus", "minus", "times", "over", "by", "from", "if", "when", "mod", "at", "is", "are", "than", "half",
    "squared", "cubed", "factorial", "negative", "root", "sqrt", "sin", "cos", "tan", "log", "ln", "pi", "exp", "no", "wrong",
    "about", "approximately", "between", "either", "maybe", "below", "short", "less", "more", "fewer", "off", "each",
})  # fmt: skip
_CURRENCY = frozenset({"\\$", "$", "€", "£"})
_NUMERAL = re.compile(r"[0-9A-Z]+_\{?([0-9]+)\}?")


def split(tokens: Sequence[str]) -> tuple[list[str], str]:
    r"""A value without its unit, and the unit's one name ("" for none).

    >>> split(["15", r"\text:cm", "^", "2"]), split(["\\$", "5"])
    ((['15'], 'cm^2'), (['5'], '$'))
    """
    rest = list(tokens)
    sign = rest[:1] if rest[0] in ("-", "+") else []
    after = rest[len(sign) :]
    if after and after[0] in _CURRENCY:
        return _cut_words([*sign, *after[1:]])[0] or rest, after[0].removeprefix("\\")
    if numeral := _NUMERAL.fullmatch("".join(after)):
        return [*sign, after[0]], f"base {numeral[1]}"
    rest, words = _cut_words(rest)
    return (rest, _name(words)) if rest else (list(tokens), "")


def factor(tokens: Sequence[str]) -> Fraction:
    """What a word such as `million` behind a number multiplies it by."""
    return Fraction(next((_FACTORS[word] for token in tokens for word in _words(token) if word in _FACTORS), 1))


def _words(token: str) -> list[str]:
    return token.removeprefix(r"\text:").casefold().split()


def _cut_words(tokens: list[str]) -> tuple[list[str], list[str]]:
    """Cut off what stands behind: words, a percent sign, degrees, with the power of a unit."""
    end = len(tokens)
    while end and (taken := _tail(tokens[:end], end < len(tokens))):
        end -= taken
    return tokens[:end], tokens[end:]


def _tail(tokens: list[str], within: bool) -> int:
    """How many of the last tokens are a unit, or, `within` one, what joins it to the rest."""
    if tokens[-1] in ("%", r"\circ") or _is_word(tokens[-1]) or (within and tokens[-1] in ("^", "/", ".")):
        return 1
    if tokens[-3:] == ["{", r"\circ", "}"] or (tokens[-2:-1] == ["^"] and tokens[-1] in ("2", "3") and _is_word(tokens[-3:][0])):
        return 3
    if tokens[-2:-1] == [r"\circ"] and tokens[-1] in ("C", "F"):
        return 2
    return 5 if tokens[-4:-2] == ["^", "{"] and _is_word(tokens[-5:][0]) else 0


def _is_word(token: str) -> bool:
    if token.startswith(r"\text:"):
        return all(word.isalpha() and word not in _NEVER for word in re.split(r"[ ./-]+", token[6:].casefold()) if word)
    return len(token) > 1 and token.isalpha() and token not in leaf.WORDS and token.casefold() not in _NEVER and _long(token)


def _long(word: str) -> bool:
    """Whether a bare word is no product of letters: `xy` is one."""
    return len(word) > 3 or _singular(word) in _SAME or word.casefold() in _FACTORS


def _name(tokens: Sequence[str]) -> str:
    names = []
    for token in tokens:
        if token in ("^", "{", "}"):
            continue
        if token == r"\circ":
            names.append("degree")
        elif token.isdigit():
            names[-1:] = [f"{names[-1]}^{token}"] if names else []
        else:
            names += [name for word in re.split(r"[ ./-]+", token.removeprefix(r"\text:")) if (name := _singular(word))]
    names = [name for name in names if name not in _FACTORS]
    if names == ["mile", "per", "h"]:
        return "mph"
    if names[:1] == ["square"] and len(names) == 2:
        return f"{names[1]}^2"
    if names[:1] == ["cubic"] and len(names) == 2:
        return f"{names[1]}^3"
    return " ".join(names)


def _singular(word: str) -> str:
    low = word.casefold()
    for form in (word, low, low.removesuffix("s"), low.removesuffix("es")):
        if form in _NAMES:
            return _NAMES[form]
    return low.removesuffix("s")
