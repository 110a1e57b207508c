"""How the embedded problems are written down: as the reference itself, with its docstring for a statement."""

from __future__ import annotations

import copy
import inspect
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from axion_env import Stream, derive
from axion_zoo.shared.programs.problem import Example, Problem, key, prompt, refuse_trivial

Arguments = tuple[Any, ...]
HIDDEN = 40
"""Hidden cases of a problem, those by hand included."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A problem before its hidden inputs are drawn."""

    function: Callable[..., Any]
    shown: Sequence[Arguments]
    edges: Sequence[Arguments]
    inputs: Callable[[Stream], Arguments]
    wrong: Mapping[str, tuple[str, str]]

    @property
    def name(self) -> str:
        """The function's name, by which the problem is known."""
        return self.function.__name__

    def problem(self, seed: int) -> Problem:
        """The problem, with hidden cases drawn by `seed`."""
        stream = Stream(derive(seed, "embedded", self.name))
        shown = [self._example(arguments) for arguments in self.shown]
        known = {key(list(e.arguments)) for e in shown}
        hidden: list[Example] = []
        drawn = (self.inputs(stream) for _ in range(20 * HIDDEN))
        for arguments in (*self.edges, *drawn):
            if len(hidden) < HIDDEN and (name := key(list(arguments))) not in known:
                known.add(name)
                hidden.append(self._example(arguments))
        source = self.source()
        wrong = {mistake: source.replace(old, new) for mistake, (old, new) in self.wrong.items()}
        text = inspect.getdoc(self.function) or ""
        return refuse_trivial(
            Problem(
                id=self.name, prompt=prompt(text, _signature(source), self.name, shown), entry=self.name, shown=shown, hidden=hidden,
                reference=source, wrong=wrong,
            )
        )  # fmt: skip

    def source(self) -> str:
        """The function without its decorator and docstring."""
        text = textwrap.dedent(inspect.getsource(self.function))
        text = text[re.search(r"^def ", text, re.MULTILINE).start() :]  # type: ignore[union-attr]
        return re.sub(r'\n    """.*?"""', "", text, count=1, flags=re.DOTALL).rstrip()

    def _example(self, arguments: Arguments) -> Example:
        return Example(arguments, self.function(*copy.deepcopy(arguments)))


def statement(
    *,
    shown: Sequence[Arguments],
    inputs: Callable[[Stream], Arguments],
    wrong: Mapping[str, tuple[str, str]],
    edges: Sequence[Arguments] = (),
) -> Callable[[Callable[..., Any]], Statement]:
    """Make a problem of a function, which is its reference.

    Args:
        shown: Arguments of the examples in the prompt.
        inputs: Draws the arguments of a hidden case.
        wrong: Plausible mistakes, each as what to replace in the reference, and by what.
        edges: Arguments of further hidden cases, chosen by hand.
    """
    return lambda function: Statement(function, shown, edges, inputs, wrong)


def _signature(source: str) -> str:
    return source.split("\n", 1)[0]


def ints(stream: Stream, most: int, low: int, high: int, least: int = 0) -> list[int]:
    """A list of `least` to `most` numbers from `low` to `high`."""
    return [low + stream.below(high - low + 1) for _ in range(least + stream.below(most - least + 1))]


def text(stream: Stream, most: int, alphabet: str, least: int = 0) -> str:
    """A string of `least` to `most` characters."""
    return "".join(alphabet[i] for i in ints(stream, most, 0, len(alphabet) - 1, least))


def pick(stream: Stream, *items: Any) -> Any:
    """One of the items."""
    return items[stream.below(len(items))]
