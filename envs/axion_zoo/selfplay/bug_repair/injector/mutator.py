"""Bugs of one small change, drawn so that rare kinds of change come as often as common ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from axion_env import Patch, Stream
from axion_env.sandbox import Workspace
from axion_zoo.selfplay.bug_repair.injector.tree import programs, written
from axion_zoo.shared.mutation import OPERATORS, Edit, edits


class Mutation(NamedTuple):
    """A patch and where it comes from."""

    operator: str
    path: str
    patch: Patch


def mutate(workspace: Workspace, paths: Sequence[str], stream: Stream) -> Iterator[Patch]:
    """Mutations by all operators, as an injector gives them."""
    return (mutation.patch for mutation in mutations(workspace, paths, stream))


def mutations(
    workspace: Workspace, paths: Sequence[str], stream: Stream, operators: Sequence[str] = tuple(OPERATORS)
) -> Iterator[Mutation]:
    """Every mutation of a tree's code once, in an order of chance.

    The operator is drawn first and then its place: nine in ten places to change are names that another could stand for.

    Args:
        workspace: The tree.
        paths: Its code; what is no Python is passed over.
        stream: Draws.
        operators: Names of `axion_zoo.shared.mutation.OPERATORS`.
    """
    sources = programs(workspace, paths)
    left: dict[str, list[tuple[str, Edit]]] = {name: [] for name in operators}
    for path, source in sources.items():
        for name, edit in edits(source, operators):
            left[name].append((path, edit))
    seen: set[tuple[str, str]] = set()
    while True:
        names = [name for name in operators if left[name]]
        if not names:
            return
        name = names[stream.below(len(names))]
        path, edit = _taken(left[name], stream)
        text = sources[path].put(edit)
        if text is not None and (path, text) not in seen:
            seen.add((path, text))
            yield Mutation(name, path, Patch.between(workspace, written(workspace, {path: text})))


def _taken(places: list[tuple[str, Edit]], stream: Stream) -> tuple[str, Edit]:
    """Draws one of the places, and takes it out of the list."""
    i = stream.below(len(places))
    places[i], places[-1] = places[-1], places[i]
    return places.pop()
