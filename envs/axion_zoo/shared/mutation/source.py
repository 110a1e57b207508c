"""A program as text and as a tree: a change found in the tree is made in the text, and what it leaves alone stays byte for byte."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

_FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
_UNREAD = ("annotation", "returns", "ctx")
_COMMENT = re.compile(r"#[^\n]*")


class Edit(NamedTuple):
    """A stretch of a program's text, and what to write there."""

    start: int
    end: int
    after: str
    expression: bool = False
    """The stretch is an expression and stays one: it gets parentheses where it needs them."""


@dataclass(frozen=True, slots=True)
class Site:
    """A node with what is around it."""

    node: ast.AST
    block: Sequence[ast.stmt]
    """The statements it stands among; none for what is not a statement."""
    function: ast.FunctionDef | ast.AsyncFunctionDef | None
    """The innermost function it is in."""


class Source:
    """A program that can be read as a tree and edited as text.

    Raises:
        SyntaxError: it is none.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = _parse(text)
        lines = text.encode().splitlines(keepends=True)  # where the parser ends them; a form feed ends a line of `str.splitlines` alone
        self._lines = [line.decode() for line in lines]
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))
        self._read: dict[tuple[int, int], str | None] = {}

    def span(self, node: ast.AST) -> tuple[int, int]:
        """The start and the end of a node's text; decorators of a function or class are not part of it."""
        at: Any = node
        return self._offset(at.lineno, at.col_offset), self._offset(at.end_lineno, at.end_col_offset)

    def of(self, node: ast.AST) -> str:
        """A node's text."""
        start, end = self.span(node)
        return self.text[start:end]

    def line(self, offset: int) -> tuple[int, int]:
        """The start and the end of the line that holds an offset, its line break included."""
        end = self.text.find("\n", offset) + 1
        return self.text.rfind("\n", 0, offset) + 1, end or len(self.text)

    def above(self, node: ast.stmt) -> int:
        """Where the lines of a statement begin, with its decorators and the comments right above."""
        start = self._starts[_first_line(node) - 1]
        margin = self._margin(start)
        while start and self.text[self.line(start - 1)[0] :].startswith(margin + "#"):
            start = self.line(start - 1)[0]
        return start

    def stretch(self, node: ast.stmt) -> tuple[int, int]:
        """The start and the end of the text to take out so that no trace of a statement is left.

        That is its lines, the comments right above, and the blank lines on the side where its block ends, or after it.
        """
        start, end = self.above(node), self.line(self.span(node)[1])[1]
        rest = self.text[end:].lstrip()
        after = max(end, self.line(len(self.text) - len(rest))[0])
        if rest and self.text.startswith(self._margin(self._starts[_first_line(node) - 1]), after):
            return start, after
        while start and not self.text[self.line(start - 1)[0] : start].strip():
            start = self.line(start - 1)[0]
        return start, end

    def _margin(self, start: int) -> str:
        """The white space that a line begins with."""
        line = self.text[slice(*self.line(start))]
        return line[: len(line) - len(line.lstrip(" \t"))]

    def find(self, pattern: str, start: int, end: int) -> tuple[int, int] | None:
        """Where a pattern is first found in a stretch, outside comments."""
        plain = _COMMENT.sub(lambda found: " " * len(found[0]), self.text[start:end])
        found = re.search(pattern, plain, re.MULTILINE)
        return None if found is None else (start + found.start(), start + found.end())

    def put(self, edit: Edit) -> str | None:
        """The text with an edit made; None if Python cannot read it then, or reads the same."""
        first, last, before = self._around(edit)
        head, tail = self.text[first : edit.start], self.text[edit.end : last]
        made = _dump(head + edit.after + tail)
        if edit.expression:
            wrapped = _dump(head + f"({edit.after})" + tail)
            if wrapped != made:
                edit, made = edit._replace(after=f"({edit.after})"), wrapped
        if made is None or made == before:
            return None
        return self.text[: edit.start] + edit.after + self.text[edit.end :]

    def sites(self) -> Iterator[Site]:
        """Every node, in the order of the text. Annotations, docstrings and the insides of f-strings are left out.

        Before Python 3.12 the positions inside an f-string are wrong.
        """
        yield from _sites(self.tree, None)

    def _around(self, edit: Edit) -> tuple[int, int, str | None]:
        """The lines that have to be read again, and how they read now: the innermost definition that stands by itself, or statements."""
        for first, last in self._definitions:
            if first <= edit.start and edit.end <= last and (known := self._known(first, last)) is not None:
                return first, last, known
        touched = [(a, b) for a, b in map(self._lines_of, self.tree.body) if a <= edit.end and edit.start <= b]
        first, last = min(a for a, _ in touched), max(max(b for _, b in touched), edit.end)
        return first, last, self._known(first, last)

    @cached_property
    def _definitions(self) -> list[tuple[int, int]]:
        """The lines of each function and class, the shortest first."""
        nodes = (node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef | _FUNCTION))
        return sorted(map(self._lines_of, nodes), key=lambda lines: lines[1] - lines[0])

    def _known(self, first: int, last: int) -> str | None:
        if (first, last) not in self._read:
            self._read[first, last] = _dump(self.text[first:last])
        return self._read[first, last]

    def _lines_of(self, node: ast.stmt) -> tuple[int, int]:
        """The start and the end of the lines of a statement, decorators included."""
        return self._starts[_first_line(node) - 1], self._starts[node.end_lineno or node.lineno]

    def _offset(self, line: int, column: int) -> int:
        """The offset of a position as the parser gives it, with its column in bytes of UTF-8."""
        text = self._lines[line - 1] if line <= len(self._lines) else ""
        return self._starts[line - 1] + (column if text.isascii() else len(text.encode()[:column].decode()))


def _sites(tree: ast.AST, function: ast.FunctionDef | ast.AsyncFunctionDef | None) -> Iterator[Site]:
    inner = tree if isinstance(tree, _FUNCTION) else function
    for name, value in ast.iter_fields(tree):
        nodes = value if isinstance(value, list) else [value]
        for node in nodes:
            if name in _UNREAD or not isinstance(node, ast.AST) or _said(node):
                continue
            yield Site(node, value if isinstance(node, ast.stmt) else (), inner)
            yield from _sites(node, inner)


def _said(node: ast.AST) -> bool:
    """A docstring or an f-string."""
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(d.lineno for d in decorators)])


def _parse(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about escapes and comparisons that the program, or a change of it, has
        return ast.parse(text)


def _dump(text: str) -> str | None:
    """What Python reads in some whole lines; None if they are no program by themselves."""
    try:
        tree = _parse(f"if 1:\n{text}" if text[:1].isspace() else text)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(tree, "", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return None
    return ast.dump(tree)
