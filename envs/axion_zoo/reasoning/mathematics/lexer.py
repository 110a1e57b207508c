r"""From an answer's text to tokens: bounded length, one linear scan, nothing evaluated.

A token is a number (`1,234.5`), a command (`\frac`), a word, `\text:words`, or one character.
"""

from __future__ import annotations

import re

LONGEST = 1000
"""Characters of an answer; a longer one is none."""


class Unreadable(Exception):
    """Not an answer in any form known here."""


_UNICODE = {
    "−": "-", "–": "-", "—": "-", "×": r"\times ", "·": r"\cdot ", "⋅": r"\cdot ", "÷": r"\div ", "π": r"\pi ", "θ": r"\theta ",
    "√": " sqrt ", "°": r"^\circ ", "∞": r"\infty ", "∪": r"\cup ", "≤": r"\le ", "≥": r"\ge ", "≠": r"\ne ", "±": r"\pm ", "∓": r"\mp ",
    "∈": r"\in ", "²": "^2", "³": "^3", "½": r"\frac{1}{2}", "¼": r"\frac{1}{4}", "¾": r"\frac{3}{4}", "∅": r"\emptyset ",
    "’": "'", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "α": r"\alpha ", "β": r"\beta ", "λ": r"\lambda ", "φ": r"\phi ",
}  # fmt: skip
_RENAMED = {
    "dfrac": "frac", "tfrac": "frac", "cfrac": "frac", "leq": "le", "leqslant": "le", "geq": "ge", "geqslant": "ge", "neq": "ne",
    "varnothing": "emptyset", "lbrace": "{", "rbrace": "}", "lvert": "|", "rvert": "|", "vert": "|", "mid": "|", "ast": "cdot",
    "lt": "<", "gt": ">", "degree": "circ", "dbinom": "binom", "tbinom": "binom", "lbrack": "[", "rbrack": "]",
    "arccos": "arccos", "varphi": "phi", "tg": "tan", "ctg": "cot",
}  # fmt: skip
_DROPPED = frozenset({
    "left", "right", "displaystyle", "textstyle", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "quad", "qquad",
    "limits", "mleft", "mright", "bf", "rm", "it", "bm",
})  # fmt: skip
_TEXT = r"\\(?:text(?:bf|it|rm|normal|tt|sf)?|mbox|mathrm|mathbf|mathit|mathsf|operatorname)\s*\{(?P<text>[^{}]*)\}"
_TOKEN = re.compile(
    rf"(?P<space>\s+|~|\\[,;:!> ])|{_TEXT}"
    r"|\\begin\s*\{(?P<begin>[a-zA-Z]+)\}|\\end\s*\{(?P<end>[a-zA-Z]+)\}"
    r"|(?P<number>(?:[0-9]{1,3}(?:,[0-9]{3})+(?!,?[0-9])|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+)"
    r"|\\(?P<command>[a-zA-Z]+)|(?P<escaped>\\.)|(?P<word>[A-Za-z]+)|(?P<power>\*\*)|(?P<other>.)",
    re.DOTALL,
)
_SEPARATOR = re.compile(r"\{,\}\s*|,\\!\s*|(?<=[0-9])\\,(?=[0-9]{3})")  # the ways TeX has of writing 1,234
_PREFIX = re.compile(r"\s*(?:so\s+)?(?:the\s+)?(?:final\s+)?answer\s*(?:is\b|:|=)\s*:?", re.IGNORECASE)
_WRAPPERS = (("$$", "$$"), ("$", "$"), (r"\(", r"\)"), (r"\[", r"\]"), ("**", "**"), ("`", "`"))


def tokens(text: str) -> list[str]:
    r"""The tokens of an answer, without space.

    >>> tokens(r"\$1,234.50 \text{ in all}")
    ['\\$', '1,234.50', '\\text:in all']

    Raises:
        Unreadable: it is empty or too long.
    """
    if len(text) > LONGEST:
        raise Unreadable("too long")
    text = _unwrap(text)
    for character, latex in _UNICODE.items():
        text = text.replace(character, latex)
    found = [token for match in _TOKEN.finditer(_SEPARATOR.sub(",", text)) if (token := _token(match))]
    while found and found[-1] in (".", ","):
        found.pop()
    if not found:
        raise Unreadable("empty")
    return found


def _unwrap(text: str) -> str:
    text = _PREFIX.sub("", text, count=1) if _PREFIX.match(text) else text
    for _ in range(4):
        text = text.strip()
        for opening, closing in _WRAPPERS:
            if len(text) > len(opening + closing) and text.startswith(opening) and text.removesuffix(".").endswith(closing):
                inner = text.removesuffix(".")[len(opening) : -len(closing)]
                if opening not in inner and not inner.endswith("\\"):
                    text = inner
                    break
        else:
            break
    return text


def _token(match: re.Match[str]) -> str:
    kind, value = match.lastgroup or "", match[match.lastgroup or 0]
    if kind == "text":
        return f"\\text:{' '.join(value.split())}" if value.strip() else ""
    if kind in ("begin", "end"):
        return f"\\{kind}:{value}"
    if kind == "command":
        if value in _DROPPED:
            return ""
        name = _RENAMED.get(value, value)
        return ("\\" if name.isalpha() or name in "{}" else "") + name
    if kind == "escaped":
        return "%" if value == "\\%" else value
    if kind == "power":
        return "^"
    return "" if kind == "space" or value == "$" else value
