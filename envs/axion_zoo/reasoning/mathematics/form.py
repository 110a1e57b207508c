r"""The form of an answer: what it is made of, as far as one linear scan can tell.

| form | written as | the same as another of its kind if |
|---|---|---|
| `value` | `3/4`, `2\sqrt{3}`, `5\text{ cm}`, `30\%` | the values are equal; a unit may be left out, not changed |
| `text` | `east`, `\text{(C)}` | the words are, case ignored |
| `list` | `1, 2`, `\{1, 2\}`, `1 \pm \sqrt{2}` | each item has its like, in any order |
| `tuple` | `(1, 2)`, `[0, \infty)`, `0 \le x` | brackets and items are, in order |
| `union` | `(0,1) \cup (2,3)` | as a list |
| `matrix` | `\begin{pmatrix}…` | shape and entries are |
| `=`, `<`, `<=`, `!=` | `y = 2x` | one is a constant multiple of the other (`job.py`) |

A value may bear a label, as the `x` of `x = 5`: it too may be left out, not changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

from axion_zoo.reasoning.mathematics import leaf, unit
from axion_zoo.reasoning.mathematics.lexer import Unreadable, tokens

_OPEN = frozenset({"(", "[", "{", r"\{", r"\langle", r"\lfloor", r"\lceil"})
_CLOSE = frozenset({")", "]", "}", r"\}", r"\rangle", r"\rfloor", r"\rceil"})
_DEPTH = 6  # of tuples in tuples
_MOST_PARTS = 40
_RELATIONS = {
    "=": "=", "<": "<", ">": ">", r"\le": "<=", r"\ge": ">=", r"\ne": "!=", r"\in": "in", "<=": "<=", ">=": ">=",
}  # fmt: skip
_FLIPPED = {">": "<", ">=": "<="}
_SAID = frozenset({"yes", "no", "true", "false", "odd", "even", "none", "all", "both", "one", "two", "red"})
"""Short words that are no product of letters."""


_NAME = re.compile(r"(?:[A-Za-z]|\\[a-z]{2,7})(?:_\{?\w\}?)?'?(?:\([a-z]\))?|\([a-z](?:,[a-z])+\)")


class Form(NamedTuple):
    """An answer, read."""

    kind: str
    text: str = ""
    """The expression of a value, the words of a text, the two brackets of a tuple, the shape of a matrix."""
    parts: tuple[Form, ...] = ()
    number: Fraction | None = None
    """The number, if the answer is a value that is one."""
    unit: str = ""
    label: str = ""

    def __str__(self) -> str:
        """The answer in one normal form, without unit and label: equal for answers that are found equal without a job."""
        inner = [str(part) for part in self.parts]
        if self.kind in ("list", "union"):
            return f"{{{'; '.join(sorted(inner))}}}" if self.kind == "list" else " or ".join(sorted(inner))
        if self.kind == "tuple":
            return self.text[0] + ", ".join(inner) + self.text[1]
        if self.kind == "matrix":
            return f"matrix {self.text} [{', '.join(inner)}]"
        if self.parts:
            return f"{inner[0]} {self.kind} {inner[1]}"
        return self.text

    @property
    def letters(self) -> frozenset[str]:
        """Its variables."""
        return leaf.letters(self.text) if self.kind == "value" else frozenset().union(*(part.letters for part in self.parts))


def read(text: str) -> Form:
    r"""The form of an answer.

    >>> str(read(r"x = \frac{6}{8}")), str(read("(1, 0.5]")), str(read("3 or 2"))
    ('3/4', '(1, 1/2]', '{2; 3}')

    Raises:
        Unreadable: it has none.
    """
    try:
        return _read(tokens(text), 0)
    except Unreadable:
        words = " ".join(text.split()).casefold()
        if not words or len(words) > 200 or not words.isprintable():
            raise
        return Form("text", words)


def _read(given: list[str], depth: int) -> Form:
    if given[:2] == [r"\boxed", "{"] and _whole(given[1:]):
        given = given[2:-1]
    if not given or depth > _DEPTH:
        raise Unreadable("empty" if not given else "nested too deep")
    for reader in (_words, _related, _joined, _listed, _bracketed, _matrix, _doubled):
        form = reader(given, depth)
        if form is not None:
            return form
    return _value(given)


# What is not a value ---------------------------------------------------------------------------------------------


def _words(given: list[str], depth: int) -> Form | None:
    r"""A text; a `\text{…}` around something else is looked through."""
    if len(given) == 1 and given[0].startswith(r"\text:"):
        inner = given[0].removeprefix(r"\text:")
        return _read(tokens(inner), depth + 1)
    plain = [token.removeprefix(r"\text:") for token in given]
    if not all(re.fullmatch(r"[A-Za-z' -]+", token) for token in plain) or ("-" in plain and not all(len(t) > 3 for t in plain[::2])):
        return None
    joined = " ".join(plain)
    short = len(given) == 1 and (
        len(joined) == 1 or joined in leaf.WORDS or (len(joined) <= 3 and joined.islower() and joined not in _SAID)
    )
    if short or any(token in ("and", "or") for token in plain[1:-1]):
        return None
    words = joined.casefold().split()
    return Form("text", " ".join(words[1:] if len(words) > 1 and words[0] in ("a", "an", "the") else words))


def _related(given: list[str], depth: int) -> Form | None:
    """Equations, inequalities, and what is named by one."""
    merged: list[str] = []
    for token in given:
        if token == "=" and merged and merged[-1] in ("<", ">"):
            merged[-1] += "="
        else:
            merged.append(token)
    sides, signs = _cut(merged, _RELATIONS.__contains__)
    if not signs or _cut(merged, comma)[1]:
        return None
    relations = [_RELATIONS[sign] for sign in signs]
    name = _name(sides[0])
    if relations == ["in"] and name:
        return _read(sides[1], depth + 1)._replace(label=name)
    if set(relations) == {"="}:
        return _equation(sides, name, depth)
    if len(signs) == 1 and relations[0] != "in":
        return _inequality(relations[0], sides, depth)
    if set(relations) <= set(_FLIPPED):
        relations, sides = [_FLIPPED[relation] for relation in reversed(relations)], sides[::-1]
    if len(relations) == 2 and set(relations) <= {"<", "<="} and (name := _name(sides[1])):
        brackets = ("[" if "=" in relations[0] else "(") + ("]" if "=" in relations[1] else ")")
        return Form("tuple", brackets, (_read(sides[0], depth + 1), _read(sides[2], depth + 1)), label=name)
    raise Unreadable("a chain of relations")


def _equation(sides: list[list[str]], name: str, depth: int) -> Form:
    right = _read(sides[-1], depth + 1)
    if name and name not in right.letters:
        return right._replace(label=name) if not right.label else right
    left = _read(sides[0], depth + 1)
    if left.number is not None and right.number is not None and left.number != right.number:
        raise Unreadable("a false equation")
    if not left.letters and left.kind == "value":  # 3 + 4 = 7, or 7 = x
        return left._replace(label=_name(sides[-1])) if _name(sides[-1]) and len(sides) == 2 else right
    if len(sides) > 2 or left.kind != "value" or right.kind != "value":
        raise Unreadable("a chain of equations")
    return Form("=", parts=(left, right))


def _inequality(relation: str, sides: list[list[str]], depth: int) -> Form:
    if relation in _FLIPPED:
        relation, sides = _FLIPPED[relation], sides[::-1]
    left, right = (_read(side, depth + 1) for side in sides)
    if left.kind != "value" or right.kind != "value":
        raise Unreadable("a relation of what has no order")
    for name, bound, above in ((_name(sides[0]), right, False), (_name(sides[1]), left, True)):
        if name and relation != "!=" and name not in bound.letters:
            if above:
                return Form("tuple", ("[" if "=" in relation else "(") + ")", (bound, INFINITY), label=name)
            return Form("tuple", "(" + ("]" if "=" in relation else ")"), (_negative(INFINITY), bound), label=name)
    return Form(relation, parts=(left, right))


def _joined(given: list[str], depth: int) -> Form | None:
    for sign, kind, brackets in ((r"\cup", "union", ""), (":", "tuple", "::")):
        parts, signs = _cut(given, sign.__eq__)
        if signs:
            return Form(kind, brackets, tuple(_read(part, depth + 1) for part in parts))
    return None


def _listed(given: list[str], depth: int) -> Form | None:
    parts, signs = _cut(given, comma)
    if not signs:
        return None
    forms = [_read(part, depth + 1) for part in parts if part]
    return _list([item for form in forms for item in (form.parts if form.kind == "list" else (form,))])


def _list(forms: Sequence[Form]) -> Form:
    if not forms or len(forms) > _MOST_PARTS:
        raise Unreadable("an empty list" if not forms else "too many answers")
    if len(forms) > 1 and all(form.kind == "tuple" and form.label for form in forms):  # x < 2 or x > 3
        return Form("union", parts=tuple(forms))
    return forms[0] if len(forms) == 1 else Form("list", parts=tuple(forms))


def _bracketed(given: list[str], depth: int) -> Form | None:
    """A tuple, an interval, a set, or brackets around something else."""
    if given == [r"\emptyset"] or given == [r"\{", r"\}"]:
        return Form("list")
    if given[0] == "{" and given[-1] == "}" and any(map(comma, given)):
        given = [r"\{", *given[1:-1], r"\}"]
    if given[0] not in ("(", "[", r"\{", r"\langle") or given[-1] not in (")", "]", r"\}", r"\rangle") or not _whole(given):
        return None
    inner = given[1:-1]
    if not any(map(comma, inner)):  # in brackets, 12,102 is two numbers
        inner = [piece for token in inner for piece in (re.split("(,)", token) if token[0].isdigit() else [token])]
    parts, signs = _cut(inner, comma)
    if given[0] == r"\{" or given[-1] == r"\}":
        if (given[0], given[-1]) != (r"\{", r"\}"):
            raise Unreadable("unlike brackets")
        form = _read(inner, depth + 1)
        return _list(form.parts) if form.kind == "list" else form
    if not signs:
        return _read(inner, depth + 1)
    if len(parts) > _MOST_PARTS:
        raise Unreadable("too many items")
    brackets = (given[0] + given[-1]).replace(r"\langle", "(").replace(r"\rangle", ")")
    forms = tuple(_read(part, depth + 1) for part in parts)
    rows = {len(form.parts) for form in forms if form.kind == "tuple" and form.text == "[]"}
    if brackets == "[]" and len(rows) == 1 and all(form.kind == "tuple" for form in forms):
        return Form("matrix", f"{len(forms)}x{rows.pop()}", tuple(entry for form in forms for entry in form.parts))
    return Form("tuple", brackets, forms)


def _matrix(given: list[str], depth: int) -> Form | None:
    if not given[0].startswith(r"\begin:"):
        return None
    kind = given[0].removeprefix(r"\begin:")
    if kind not in ("matrix", "pmatrix", "bmatrix", "Bmatrix") or given[-1] != rf"\end:{kind}":
        raise Unreadable("an environment that is no matrix")
    rows, _ = _cut(given[1:-1], "\\\\".__eq__)
    cells = [_cut(row, "&".__eq__)[0] for row in rows if row]
    if len({len(row) for row in cells}) != 1 or len(cells) * len(cells[0]) > _MOST_PARTS:
        raise Unreadable("rows of unlike length, or too many")
    return Form("matrix", f"{len(cells)}x{len(cells[0])}", tuple(_read(cell, depth + 1) for row in cells for cell in row))


def _doubled(given: list[str], depth: int) -> Form | None:
    r"""`a \pm b` is the list of `a + b` and `a - b`."""
    if r"\pm" not in given and r"\mp" not in given:
        return None
    signs = {r"\pm": "+", r"\mp": "-"}, {r"\pm": "-", r"\mp": "+"}
    return _list([_read([sign.get(token, token) for token in given], depth + 1) for sign in signs])


# Values ----------------------------------------------------------------------------------------------------------


def _value(given: list[str]) -> Form:
    given = [token.replace(",", "") if token[0].isdigit() else token for token in given]
    rest, named = unit.split(given)
    if _whole(rest) and rest[0] in ("(", "{") and len(rest) > 2:
        return _value(rest[1:-1])._replace(unit=named)
    if rest[0] == "+":
        rest = rest[1:]
    exact = leaf.number(rest)
    if exact is None:
        text = leaf.expression(rest)
        exact = leaf.number([text])  # `\frac43`, which has its braces by now
        if exact is None:
            return Form("value", text, unit=named)
    exact *= unit.factor(given)
    return Form("value", str(exact), number=exact, unit=named)


INFINITY = Form("value", r"\infty")


def _negative(form: Form) -> Form:
    return form._replace(text=f"- {form.text}")


def _name(side: Sequence[str]) -> str:
    """`x`, `x_1`, `f(x)` or a Greek letter: what stands left of an equals sign and names what is right of it."""
    joined = "".join(side)
    return joined.replace("\\", "") if _NAME.fullmatch(joined) else ""


def comma(token: str) -> bool:
    """Whether a token parts the items of a list."""
    return token in (",", ";", "and", "or", r"\text:and", r"\text:or", r"\text:, and")


def _whole(given: Sequence[str]) -> bool:
    """Whether the first token's bracket is closed by the last."""
    depth = 0
    for i, token in enumerate(given):
        depth += (token in _OPEN) - (token in _CLOSE)
        if depth == 0:
            return i == len(given) - 1 and i > 0
    return False


def _cut(given: Sequence[str], separates: Callable[[str], bool]) -> tuple[list[list[str]], list[str]]:
    """The stretches between separators outside all brackets, and the separators."""
    parts: list[list[str]] = [[]]
    found: list[str] = []
    depth = 0
    for token in given:
        depth += (token in _OPEN) - (token in _CLOSE)
        if depth < 0:
            raise Unreadable("a bracket closes that never opened")
        if depth == 0 and token not in _CLOSE and separates(token):
            found.append(token)
            parts.append([])
        else:
            parts[-1].append(token)
    if depth:
        raise Unreadable("an open bracket")
    return parts, found
