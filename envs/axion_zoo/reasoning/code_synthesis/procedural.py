"""Families of problems without end: item k follows from (seed, family, level, k) alone, and a higher level has more parts.

| family | write a function that … | level |
|---|---|---|
| text | rewrites a string in several steps | steps |
| numbers | transforms a list of numbers in several steps | steps |
| machine | runs a machine with states on a string | states, less one |
| recurrence | gives the n-th number of a sequence | numbers each one depends on |
| rules | says which of several rules, in order, is the first to fit | rules, less one |

References are put together from the parts below, and run in this process: no text from elsewhere is in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from axion_env import Stream, derive
from axion_env.sandbox import Match
from axion_zoo.shared.programs.problem import Example, Problem, constant, key, prompt

LEVELS = range(1, 7)
_SHOWN, _HIDDEN = 3, 40
_DRAWS = 20  # for each problem kept: some do the same to nearly every input
_IDLE = "gives back what it got"
_VARIED = 0.6  # of the hidden cases the best constant gets less than this


@dataclass(frozen=True, slots=True)
class _Sketch:
    """A problem before its inputs are drawn."""

    text: str
    signature: str
    body: str
    wrong: Mapping[str, str]
    """Bodies."""
    inputs: Callable[[Stream], tuple[Any, ...]]

    def source(self, body: str) -> str:
        return self.signature + "\n" + "\n".join(f"    {line}" for line in body.split("\n"))


@dataclass(frozen=True, slots=True)
class _Step:
    """A step of a pipeline on `x`."""

    text: str
    code: str


def problem(seed: int, family: str, level: int, side: str, k: int, held_out: Callable[[str], bool]) -> Problem:
    """Item k of a family, on the train or the test side: the first of its draws that belongs there and asks for something.

    Args:
        seed: Seeds the sequence.
        family: One of `FAMILIES`.
        level: One of `LEVELS`.
        side: `train` or `test`.
        k: Which one.
        held_out: Whether a reference belongs to the test side.
    """
    for draw in range(1000):
        stream = Stream(derive(seed, "procedural", family, level, side, k, draw))
        sketch = FAMILIES[family](stream, level)
        if held_out(sketch.text) != (side == "test"):
            continue
        made = _problem(f"{side}/{family}/{level}/{seed}/{k}", sketch, stream)
        if made is not None:
            return made
    raise AssertionError(f"no {family} of level {level} in 1,000 draws")


def _problem(name: str, sketch: _Sketch, stream: Stream) -> Problem | None:
    entry = sketch.signature.split("(", 1)[0].removeprefix("def ")
    function = _load(sketch.source(sketch.body), entry)
    examples: dict[str, Example] = {}
    for _ in range(_DRAWS * (_SHOWN + _HIDDEN)):
        if len(examples) == _SHOWN + _HIDDEN:
            break
        arguments = sketch.inputs(stream)
        examples.setdefault(key(list(arguments)), Example(arguments, function(*arguments)))
    shown, hidden = list(examples.values())[:_SHOWN], list(examples.values())[_SHOWN:]
    wrong = {mistake: sketch.source(body) for mistake, body in sketch.wrong.items()}
    noticed = {mistake: source for mistake, source in wrong.items() if _differs(_load(source, entry), hidden)}
    idle = _IDLE in wrong and _IDLE not in noticed  # steps that undo each other
    if constant(hidden, Match()) >= _VARIED * len(hidden) or len(hidden) < _HIDDEN or len(noticed) < 2 or idle:
        return None
    text = prompt(sketch.text, sketch.signature, entry, shown)
    return Problem(id=name, prompt=text, entry=entry, shown=shown, hidden=hidden, reference=sketch.source(sketch.body), wrong=noticed)


def _load(source: str, entry: str) -> Callable[..., Any]:
    space: dict[str, Any] = {}
    exec(source, space)
    found: Callable[..., Any] = space[entry]
    return found


def _differs(function: Callable[..., Any], examples: Sequence[Example]) -> bool:
    try:
        return any(function(*e.arguments) != e.expected for e in examples)
    except (IndexError, KeyError, ZeroDivisionError):
        return True


def _some(stream: Stream, items: Sequence[Any], count: int) -> list[Any]:
    """Different items, in an order of their own."""
    left = list(items)
    stream.shuffle(left)
    return left[:count]


# Pipelines -----------------------------------------------------------------------------------------------------------


def _pipeline(steps: Sequence[_Step], kind: str, what: str, inputs: Callable[[Stream], tuple[Any, ...]]) -> _Sketch:
    listed = "\n".join(f"{i}. {step.text}" for i, step in enumerate(steps, 1))

    def body(chosen: Sequence[_Step]) -> str:
        return "\n".join([*(step.code for step in chosen), "return x"])

    wrong = {
        "leaves out the last step": body(steps[:-1]),
        "leaves out the first step": body(steps[1:]),
        "does it backwards": body(steps[::-1]),
    }
    wrong |= {"does the last step twice": body([*steps, steps[-1]]), _IDLE: "return x"}
    text = f"Take {what} `x` and do this to it, in order:\n\n{listed}\n\nReturn the result."
    return _Sketch(text, f"def transform(x: {kind}) -> {kind}:", body(steps), wrong, inputs)


def _text(stream: Stream, level: int) -> _Sketch:
    a, b, c = _some(stream, "abcdef", 3)
    n = 2 + stream.below(3)
    steps = [
        _Step(f"Replace every {a!r} by {b!r} and every {b!r} by {a!r}, at once.",
              f"x = x.translate({{ord({a!r}): {b!r}, ord({b!r}): {a!r}}})"),
        _Step(f"Remove every {c!r}.", f"x = x.replace({c!r}, '')"),
        _Step("Reverse the string.", "x = x[::-1]"),
        _Step("Reverse each word; words are separated by single spaces.", "x = ' '.join(word[::-1] for word in x.split(' '))"),
        _Step(f"Double every {a!r}.", f"x = x.replace({a!r}, {a + a!r})"),
        _Step(f"Move the first {n} characters to the end (all of them, if there are fewer).", f"x = x[{n}:] + x[:{n}]"),
        _Step(f"Keep only every {n}th character: the first, and then every {n}th after it.", f"x = x[::{n}]"),
        _Step("Make runs of one character a single one.", "x = ''.join(c for i, c in enumerate(x) if i == 0 or x[i - 1] != c)"),
        _Step(f"Write letters after a {b!r} as capitals: each one directly after it, if it is one.",
              f"x = ''.join(c.upper() if i and x[i - 1] == {b!r} else c for i, c in enumerate(x))"),
        _Step("Append the length of the string so far.", "x = x + str(len(x))"),
        _Step("Put the words in alphabetical order, by single spaces.", "x = ' '.join(sorted(x.split()))"),
    ]  # fmt: skip

    def inputs(s: Stream) -> tuple[str]:
        return (" ".join("".join("abcdefgh"[s.below(8)] for _ in range(1 + s.below(6))) for _ in range(1 + s.below(4))),)

    return _pipeline(_some(stream, steps, level), "str", "a string", inputs)


def _numbers(stream: Stream, level: int) -> _Sketch:
    a, n, m = 2 + stream.below(8), 2 + stream.below(3), 5 + stream.below(9)
    steps = [
        _Step(f"Add {a} to each number.", f"x = [v + {a} for v in x]"),
        _Step(f"Multiply each number by {n}.", f"x = [v * {n} for v in x]"),
        _Step(f"Keep the numbers that are not multiples of {n}.", f"x = [v for v in x if v % {n}]"),
        _Step(f"Keep the numbers greater than {a}.", f"x = [v for v in x if v > {a}]"),
        _Step("Keep the first of each repeated number.", "x = list(dict.fromkeys(x))"),
        _Step("Sort from the greatest to the least.", "x = sorted(x, reverse=True)"),
        _Step("Replace each number by the sum of all up to it, it included.", "x = [sum(x[: i + 1]) for i in range(len(x))]"),
        _Step("Replace each number by the difference to the one before it; the first stays.",
              "x = [v - x[i - 1] if i else v for i, v in enumerate(x)]"),
        _Step(f"Replace each number by its remainder modulo {m} (from 0 to {m - 1}).", f"x = [v % {m} for v in x]"),
        _Step("Reverse the list.", "x = x[::-1]"),
        _Step("Multiply each number by its index, counted from 0.", "x = [v * i for i, v in enumerate(x)]"),
        _Step(f"Cut the list after {n + 2} numbers.", f"x = x[:{n + 2}]"),
    ]  # fmt: skip

    def inputs(s: Stream) -> tuple[list[int]]:
        return ([s.below(25) - 6 for _ in range(s.below(9))],)

    return _pipeline(_some(stream, steps, level), "list[int]", "a list of numbers", inputs)


# Others --------------------------------------------------------------------------------------------------------------


def _machine(stream: Stream, level: int) -> _Sketch:
    states, letters = level + 1, "abc"
    table = {s: {c: stream.below(states) for c in letters} for s in range(states)}
    marks = {s: _some(stream, "xyz", 1)[0] for s in range(states)}
    ways = {s: ", ".join(f"{c!r} leads to {t}" for c, t in row.items()) for s, row in table.items()}
    listed = "\n".join(f"- in state {s}: {way}; entering it writes {marks[s]!r}" for s, way in ways.items())
    text = (
        "Run a machine on a string of the letters a, b and c, and return what it writes. It starts in state 0, and writes nothing for that."
        f"\n\n{listed}"
    )

    def body(table: Mapping[int, Mapping[str, int]], start: int = 0, write: str = "marks[state]", early: bool = False) -> str:
        step, mark = f"    state = table[state][letter]\n    out += {write}", f"    out += {write}\n    state = table[state][letter]"
        tables = f"table = {dict(table)!r}\nmarks = {marks!r}\nstate, out = {start}, ''"
        return f"{tables}\nfor letter in text:\n{mark if early else step}\nreturn out"

    last = states - 1
    turned = {**table, last: {c: (t + 1) % states for c, t in table[last].items()}}
    wrong = {
        "writes on leaving a state": body(table, early=True), "starts in the last state": body(table, start=last),
        "has the last state's ways wrong": body(turned), "writes the state": body(table, write="str(state)"),
    }  # fmt: skip

    def inputs(s: Stream) -> tuple[str]:
        return ("".join(letters[s.below(3)] for _ in range(s.below(10))),)

    return _Sketch(text, "def run(text: str) -> str:", body(table), wrong, inputs)


def _recurrence(stream: Stream, level: int) -> _Sketch:
    first = [stream.below(9) + 1 for _ in range(level)]
    factors = [stream.below(5) - 2 or 3 for _ in range(level)]
    plus, modulus = stream.below(7), 50 + stream.below(50)
    terms = " + ".join(f"{f} * a(n - {i})" for i, f in enumerate(factors, 1))
    start = ", ".join(f"a({i}) = {v}" for i, v in enumerate(first))
    text = (
        f"A sequence begins with {start}. From then on a(n) is the remainder of {terms} + {plus} * n modulo {modulus}"
        f" (from 0 to {modulus - 1}). Return a(n)."
    )

    def body(factors: Sequence[int] = factors, modulus: int = modulus, shift: int = 0, plus: str = f"{plus} * i") -> str:
        total = " + ".join(f"{f} * a[i - {i}]" for i, f in enumerate(factors, 1))
        loop = f"for i in range({level}, n + 1):\n    a.append(({total} + {plus}) % {modulus})"
        return f"a = {first!r}\n{loop}\nreturn a[n{f' - {shift}' if shift else ''}]"

    wrong = {
        "is one behind": body(shift=1), "adds the same each time": body(plus=str(plus)),
        "has the modulus one too great": body(modulus=modulus + 1), "takes the numbers before in the other order": body(factors[::-1]),
    }  # fmt: skip
    return _Sketch(text, "def a(n: int) -> int:", body(), wrong, lambda s: (s.below(120),))


def _rules(stream: Stream, level: int) -> _Sketch:
    a, b, c, d = (2 + stream.below(6) for _ in range(4))
    tests = [
        (f"is a multiple of {a}", f"n % {a} == 0"),
        (f"is less than {10 * b}", f"n < {10 * b}"),
        (f"has the last digit {c}", f"n % 10 == {c}"),
        (f"has a digit sum greater than {d + 5}", f"sum(map(int, str(n))) > {d + 5}"),
        (f"leaves {b - 1} when divided by {b + 2}", f"n % {b + 2} == {b - 1}"),
        (f"contains the digit {d}", f"'{d}' in str(n)"),
        ("has an odd number of digits", "len(str(n)) % 2 == 1"),
        ("reads the same backwards", "str(n) == str(n)[::-1]"),
    ]
    chosen = _some(stream, tests, level + 1)
    names = _some(stream, ["red", "blue", "green", "gold", "gray", "pink", "lime", "teal"], level + 2)
    listed = "\n".join(f"{i}. {name!r} if it {text}" for i, (name, (text, _)) in enumerate(zip(names, chosen, strict=False), 1))
    text = (
        f"Give the color of a whole number n, at least 0. The first of these rules that fits decides:\n\n{listed}\n\n"
        f"If none fits it is {names[-1]!r}."
    )

    def body(order: Iterator[tuple[str, tuple[str, str]]], otherwise: str = names[-1]) -> str:
        return "\n".join([*(f"if {code}:\n    return {name!r}" for name, (_, code) in order), f"return {otherwise!r}"])

    pairs = list(zip(names, chosen, strict=False))
    wrong = {
        "lets the last rule that fits decide": body(iter(pairs[::-1])), "leaves out the last rule": body(iter(pairs[:-1])),
        "gives the last rule's color to the rest": body(iter(pairs), names[-2]), "leaves out the first rule": body(iter(pairs[1:])),
    }  # fmt: skip
    return _Sketch(text, "def color(n: int) -> str:", body(iter(pairs)), wrong, lambda s: (s.below(10 ** (1 + s.below(4))),))


FAMILIES: Mapping[str, Callable[[Stream, int], _Sketch]] = {
    "text": _text, "numbers": _numbers, "machine": _machine, "recurrence": _recurrence, "rules": _rules,
}  # fmt: skip
