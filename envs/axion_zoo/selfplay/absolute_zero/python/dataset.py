"""Programs that nobody proposed: the seed buffer, from the identity on, and two held-out sets.

Each is written as a function whose docstring is the message of its inductions; `seeds.py` and `held_out.py` hold them. Functions of
`axion/CodeSynthesis-v0` stand beside them: its training problems among the seeds, its held-out ones in `test`. What they give is computed
here, for it is code that this project wrote; a test certifies it in the sandbox all the same.
"""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from axion_env import Stream, derive
from axion_zoo.selfplay.absolute_zero.backend import Kind, Triple
from axion_zoo.selfplay.absolute_zero.python import held_out, seeds
from axion_zoo.selfplay.absolute_zero.python.ban import ENTRY
from axion_zoo.selfplay.absolute_zero.python.literal import text_of
from axion_zoo.shared.programs import embedded

Draw: TypeAlias = Callable[[Stream], tuple[Any, ...]]
ROUNDS = 4
"""Triples of each program, at inputs of their own."""
PROBES = 12
"""Inputs at which a held-out program is compared with a proposal."""


class Item(NamedTuple):
    """A program before its inputs are drawn."""

    function: Callable[..., Any]
    draw: Draw


@lru_cache(maxsize=16)
def triples(split: str, kind: Kind, pairs: int, seed: int) -> tuple[Triple, ...]:
    """All triples of a split, in rounds over the programs, so that any part of them is of many programs."""
    count = pairs if kind == "induction" else 1
    drawn = [_triple(item, count, seed, k) for k in range(ROUNDS) for item in items(split).values()]
    return tuple(triple if kind == "induction" else triple._replace(message="") for triple in drawn)


@lru_cache(maxsize=1)
def probes() -> tuple[Triple, ...]:
    """Every held-out program, at inputs of its own."""
    return tuple(_triple(item, PROBES, 0, ROUNDS) for split in ("dev", "test") for item in items(split).values())


def items(split: str) -> Mapping[str, Item]:
    """The programs of a split by name, the simplest first."""
    if split == "dev":
        return dict(_items(held_out.DEV))
    found = dict(_items(seeds.SEEDS if split == "seed" else held_out.TEST))
    theirs = {name: it for name, it in embedded.STATEMENTS.items() if (name in embedded.TEST) == (split == "test")}
    return found | {name: Item(it.function, it.inputs) for name, it in theirs.items()}


def _items(known: Mapping[Callable[..., Any], Draw]) -> Iterator[tuple[str, Item]]:
    yield from ((function.__name__, Item(function, draw)) for function, draw in known.items())


def _triple(item: Item, count: int, seed: int, k: int) -> Triple:
    """A program at so many different inputs."""
    stream = Stream(derive(seed, "stock", item.function.__name__, k))
    found: dict[str, str] = {}
    while len(found) < count:
        values = item.draw(stream)
        found.setdefault(text_of(*values) or "", text_of(item.function(*copy.deepcopy(values))) or "")
    return Triple(program_of(item.function), tuple(found), tuple(found.values()), _message(item.function))


def program_of(function: Callable[..., Any]) -> str:
    """A function as a program: named `f`, without decorators, docstring and comments."""
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    assert isinstance(node, ast.FunctionDef)
    own = [name for name in ast.walk(node) if isinstance(name, ast.Name) and name.id == node.name]
    if all(isinstance(name.ctx, ast.Load) for name in own):  # else it is a variable of that name, and no recursion
        for name in own:
            name.id = ENTRY
    node.name, node.decorator_list, node.body = ENTRY, [], node.body[1:]
    return ast.unparse(node)


def _message(function: Callable[..., Any]) -> str:
    return (inspect.getdoc(function) or "").split("\n\n")[0]
