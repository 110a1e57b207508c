"""A helper taken out of all files that use it: each call of it becomes its first argument."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from axion_zoo.shared.mutation import Edit, Source

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def without_helper(sources: Mapping[str, Source], path: str, helper: _Function) -> dict[str, str]:
    """The texts of the files that change; none where the helper is not used, or is used in a way that has no such form.

    That is: as a value, through its module, under another name, or called without an argument that could go through.
    """
    naming = {other: source for other, source in sources.items() if re.search(rf"\b{helper.name}\b", source.text)}
    texts: dict[str, str] = {}
    for other, source in naming.items() if _used(naming, helper) else ():
        text = source.put(Edit(*source.stretch(helper), "")) if other == path else source.text
        text = _without_uses(source if text == source.text else Source(text), helper.name) if text is not None else None
        if text is None:
            return {}
        texts[other] = text
    return {other: text for other, text in texts.items() if text != sources[other].text}


def _used(sources: Mapping[str, Source], helper: _Function) -> bool:
    inside = {id(node) for node in ast.walk(helper)}
    names = (node for source in sources.values() for node in ast.walk(source.tree) if isinstance(node, ast.Name))
    return any(node.id == helper.name and id(node) not in inside for node in names)


def _without_uses(source: Source, name: str) -> str | None:
    """One use after another replaced, the inner ones first."""
    while True:
        edits = [edit for node in ast.walk(source.tree) for edit in _uses(source, node, name)]
        if not edits:
            return source.text
        last = max((edit for edit in edits if edit is not None), key=lambda edit: edit.start, default=None)
        changed = None if None in edits or last is None else source.put(last)
        if changed is None:
            return None
        source = Source(changed)


def _uses(source: Source, node: ast.AST, name: str) -> list[Edit | None]:
    """How the uses that are this node change; None for one that has no such form."""
    match node:
        case ast.Call(func=ast.Name(id=called), args=[first, *_]) if called == name and not isinstance(first, ast.Starred):
            return [Edit(*source.span(node), source.of(first), expression=True)]
        case ast.Call(func=ast.Name(id=called)) if called == name:
            return [None]
        case ast.ImportFrom():
            return [_import(source, node, i) for i, alias in enumerate(node.names) if alias.name == name]
        case ast.Name(id=known):
            return [None] if known == name and not _is_called(source, node) else []
        case ast.FunctionDef(name=known) | ast.ClassDef(name=known) | ast.Constant(value=known):
            return [None] if known == name else []
        case ast.Attribute(attr=known) | ast.arg(arg=known) | ast.keyword(arg=known):
            return [None] if known == name else []
    return []


def _import(source: Source, node: ast.ImportFrom, i: int) -> Edit | None:
    if node.names[i].asname is not None:
        return None
    if len(node.names) == 1:
        start, end = source.span(node)
        return Edit(source.line(start)[0], source.line(end)[1], "")
    start, end = source.span(node.names[i])
    if i + 1 < len(node.names):
        return Edit(start, source.span(node.names[i + 1])[0], "")
    return Edit(source.span(node.names[i - 1])[1], end, "")


def _is_called(source: Source, name: ast.Name) -> bool:
    return any(isinstance(node, ast.Call) and node.func is name for node in ast.walk(source.tree))
