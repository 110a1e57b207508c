"""The paper's removal-oriented strategy by rule: something the project can do is taken out of it, and no comment says so.

| kind | what is taken out |
|---|---|
| body | the body of a function or method, below its docstring: a stub stays |
| method | a method, with its comments and decorators |
| helper | a function of a module, and every use and import of it: its argument goes through unchanged |
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from axion_env import Patch, Stream
from axion_env.sandbox import Workspace
from axion_zoo.selfplay.bug_repair.injector.helper import without_helper
from axion_zoo.selfplay.bug_repair.injector.tree import programs, written
from axion_zoo.shared.mutation import Edit, Source

_STUBS = ("raise NotImplementedError", "return None", "pass")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Removal(NamedTuple):
    """A patch, and what it takes out."""

    kind: str
    path: str
    name: str
    patch: Patch


def remove(workspace: Workspace, paths: Sequence[str], stream: Stream) -> Iterator[Patch]:
    """Removals of all kinds, as an injector gives them."""
    return (removal.patch for removal in removals(workspace, paths, stream))


def removals(workspace: Workspace, paths: Sequence[str], stream: Stream, kinds: Sequence[str] | None = None) -> Iterator[Removal]:
    """Every removal once, in an order of chance; of a body, with a stub drawn.

    Args:
        workspace: The tree.
        paths: Its code.
        stream: Draws.
        kinds: Kinds of removal; None: all.
    """
    sources = programs(workspace, paths)
    places = [(kind, path, node) for kind in kinds or KINDS for path in sources for node in _nodes(kind, sources[path])]
    stream.shuffle(places)
    seen: set[str] = set()
    for kind, path, node in places:
        texts = KINDS[kind](workspace, sources, path, node, stream)
        patch = Patch.between(workspace, written(workspace, texts)) if texts else None
        if patch and patch.text not in seen:
            seen.add(patch.text)
            yield Removal(kind, path, node.name, patch)


def _nodes(kind: str, source: Source) -> Iterator[_Function]:
    for site in source.sites():
        if isinstance(site.node, _Function):
            outer = any(site.node is top for top in source.tree.body)
            if kind == "body" or (kind == "helper" and outer) or (kind == "method" and not outer and site.function is None):
                yield site.node


def _body(workspace: Workspace, sources: Mapping[str, Source], path: str, node: _Function, stream: Stream) -> dict[str, str]:
    source, stub = sources[path], _STUBS[stream.below(len(_STUBS))]
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    if not body or (len(body) == 1 and isinstance(body[0], ast.Pass | ast.Raise | ast.Expr)):
        return {}
    start, end = source.span(body[0])[0], source.span(body[-1])[1]
    margin = source.text[source.line(start)[0] : start]
    if margin.isspace():  # else it stands on the line of its `def`
        start, end = source.above(body[0]) + len(margin), _commented(source.text, source.line(end)[1], margin)
        stub += "\n"
    return _one(path, source.put(Edit(start, end, stub)))


def _method(workspace: Workspace, sources: Mapping[str, Source], path: str, node: _Function, stream: Stream) -> dict[str, str]:
    source = sources[path]
    block = next(site.block for site in source.sites() if site.node is node)
    return _one(path, source.put(Edit(*source.stretch(node), ""))) if len(block) > 1 else {}


def _helper(workspace: Workspace, sources: Mapping[str, Source], path: str, node: _Function, stream: Stream) -> dict[str, str]:
    elsewhere = (file.data for other, file in workspace.files.items() if other not in sources)
    if any(re.search(rb"\b%s\b" % node.name.encode(), data) for data in elsewhere):
        return {}  # tests that name it could not even be loaded
    return without_helper(sources, path, node)


def _one(path: str, text: str | None) -> dict[str, str]:
    return {} if text is None else {path: text}


def _commented(text: str, end: int, margin: str) -> int:
    """The end of the lines of comment that follow and belong to what is above."""
    found = re.compile(rf"(?:{margin}[ \t]*#[^\n]*(?:\n|\Z))*").match(text, end)
    return found.end() if found else end


_Remover = Callable[[Workspace, Mapping[str, Source], str, _Function, Stream], dict[str, str]]
KINDS: Mapping[str, _Remover] = {"body": _body, "method": _method, "helper": _helper}
