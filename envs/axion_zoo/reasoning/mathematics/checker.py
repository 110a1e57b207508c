r"""Whether an answer is the gold one.

Three steps, the first of which mostly decides:

1. In the host, without a parser: both are read into a `Form` in one linear scan; numbers are compared as fractions, texts as words,
   tuples and lists part by part. What is left over are pairs of expressions.
2. A job parses the candidate's expressions, alone: math-verify's parser runs on megabytes of generated code, and its `parse` evaluates
   Python made from the text, so the process that reads the candidate's text must know no gold answer and be believed in nothing.
   What it returns is taken only if it is a tree of a small grammar (`tree.valid`).
3. Another job, which never sees the candidate's text, builds both expressions and says for each pair whether they are equal.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, TypeAlias

from axion_env.sandbox import Function, JobResult, Limits
from axion_zoo.reasoning.mathematics.form import INFINITY, Form
from axion_zoo.reasoning.mathematics.tree import valid

_INSIDE = Path(__file__).parent / "inside"
_PARSE = (_INSIDE / "parse.py").read_text()
_SAME = (_INSIDE / "same.py").read_text()
_LIMITS = Limits(cpu_s=2.0, output_bytes=1 << 17)
_MOST_PAIRS = 200

Pair: TypeAlias = tuple[str, tuple[str, ...], tuple[str, ...]]
"""A kind (`value` or a relation), the gold expressions and the candidate's."""
Decide: TypeAlias = Callable[[Pair], bool | None]


class Checked(NamedTuple):
    """What came of a check."""

    same: bool
    why: str
    """`exact` (no job was needed), `computed`, or what went wrong with the candidate's expressions."""


def check(gold: Form, said: Form) -> Generator[Function, JobResult, Checked]:
    """Compare; yields the jobs to run and takes their results.

    `Checked` says `same` only where everything went well: a candidate that no job can read is not the gold answer.
    """
    pairs: dict[Pair, None] = {}
    verdict = same(gold, said, lambda pair: pairs.setdefault(pair))
    if verdict is not None:
        return Checked(verdict, "exact")
    if len(pairs) > _MOST_PAIRS:
        return Checked(False, "too many expressions")
    texts = list(dict.fromkeys(text for _, _, candidate in pairs for text in candidate))
    parsed = yield Function(_PARSE, "parse", [(text,) for text in texts], limits=_LIMITS, profile="numeric")
    trees = {text: case.value for text, case in zip(texts, parsed.cases, strict=False) if case.returned and valid(case.value)}
    ready = [pair for pair in pairs if all(text in trees for text in pair[2])]
    if not ready:
        return Checked(False, "unreadable" if parsed.ok or str(parsed.status) == "EXCEPTION" else "took too much")
    calls = [(kind, list(right), [trees[text] for text in candidate]) for kind, right, candidate in ready]
    compared = yield Function(_SAME, "same", calls, limits=_LIMITS, profile="numeric")
    equal = {pair for pair, case in zip(ready, compared.cases, strict=False) if case.value is True}
    why = "computed" if compared.ok or str(compared.status) == "EXCEPTION" else "took too much"
    return Checked(bool(same(gold, said, equal.__contains__)), why)


def same(gold: Form, said: Form, decide: Decide) -> bool | None:
    """Compare form with form; `decide` settles pairs of expressions, and None stands for what it leaves open."""
    if gold.kind == "value" and said.kind == "value":
        return _same_value(gold, said, decide)
    if "=" in (gold.kind, said.kind) and (equations := _equations(gold, said)):
        return decide(("=", *equations))
    if gold.kind == "tuple" == said.kind and not _labels_fit(gold, said):
        return False
    if {gold.kind, said.kind} == {"text", "value"}:
        return gold.text.casefold() == said.text.casefold() and "\\" not in said.text
    if gold.kind != said.kind or (gold.kind in ("text", "tuple", "matrix") and gold.text != said.text):
        return False
    if gold.kind in ("<", "<=", "!="):
        left, right = ((tuple(part.text for part in form.parts)) for form in (gold, said))
        return left == right or decide((gold.kind, left, right))
    if len(gold.parts) != len(said.parts):
        return False
    if gold.kind in ("list", "union"):
        return _unordered(gold.parts, said.parts, decide)
    return _every([same(a, b, decide) for a, b in zip(gold.parts, said.parts, strict=True)])


def _same_value(gold: Form, said: Form, decide: Decide) -> bool | None:
    if not _labels_fit(gold, said):
        both = _equations(gold, said)
        return decide(("=", *both)) if both else False
    if gold.unit != said.unit and ("" not in (gold.unit, said.unit) or said.unit.startswith("base ")):
        return False  # a base is no ornament: 12 is not the numeral 12 in base 5
    if gold.number is not None and said.number is not None:
        return gold.number == said.number or (gold.unit != said.unit and _share(gold) == _share(said))
    if gold.text == said.text:
        return True
    if any(text.endswith(INFINITY.text) and len(text) < 10 for text in (gold.text, said.text)):
        return False
    return decide(("value", (gold.text,), (said.text,)))


def _share(form: Form) -> Fraction | None:
    """30 % as the number it is."""
    return form.number / 100 if form.number is not None and form.unit == "%" else form.number


def _labels_fit(gold: Form, said: Form) -> bool:
    """A label may be left out, but not changed; the left side of a curve's equation may not."""
    if gold.label == said.label:
        return True
    if gold.label and said.label:
        return False
    labelled, other = (gold, said) if gold.label else (said, gold)
    if labelled.label in other.letters:
        return False
    return labelled is said or "(" in labelled.label or not labelled.letters


def _equations(gold: Form, said: Form) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    sides = []
    for form in (gold, said):
        if form.kind == "=":
            sides.append(tuple(part.text for part in form.parts))
        elif form.kind == "value" and form.label.isalpha() and len(form.label) == 1:
            sides.append((form.label, form.text))
        else:
            return None
    return sides[0], sides[1]


def _unordered(gold: Sequence[Form], said: Sequence[Form], decide: Decide) -> bool | None:
    """Whether each gold item has an equal one among the others. Equality is transitive, so that the first equal one will do."""
    table = [[same(a, b, decide) for b in said] for a in gold]
    if any(all(verdict is False for verdict in row) for row in (*table, *zip(*table, strict=True))):
        return False
    return _matched(table) or (None if any(None in row for row in table) else False)


def _matched(table: list[list[bool | None]]) -> bool:
    free = set(range(len(table)))
    for row in table:
        like = next((k for k in sorted(free) if row[k]), None)
        if like is None:
            return False
        free.remove(like)
    return True


def _every(verdicts: Sequence[bool | None]) -> bool | None:
    return False if False in verdicts else None if None in verdicts else True
