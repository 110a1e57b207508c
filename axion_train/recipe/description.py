"""What the docstrings of a section or a part say of its keys, for the JSON schema of a recipe."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

_SECTION = re.compile(r"^Args:\n((?:[ \t]+.*\n?|\n)+)", re.MULTILINE)
_ARGUMENT = re.compile(r"^(\w+)[^:\n]*:(.*\n?(?:^[ \t]+.*\n?)*)", re.MULTILINE)  # its name, and what follows on its and on indented lines


def summary(target: Callable[..., Any]) -> str:
    """The first paragraph of its docstring on one line; empty where it has none."""
    return " ".join((inspect.getdoc(target) or "").split("\n\n")[0].split())


def descriptions(target: Callable[..., Any]) -> dict[str, str]:
    """By key, the string under the field or the line under `Args:`; of base classes too."""
    found: dict[str, str] = {}
    for described in reversed(inspect.getmro(target) if isinstance(target, type) else (target,)):
        if described is not object:
            found |= dict(_arguments(described)) | dict(_fields(described))
    return found


def _fields(described: Any) -> Iterator[tuple[str, str]]:
    """(field, the string literal under it)."""
    try:
        (defined,) = ast.parse(textwrap.dedent(inspect.getsource(described))).body
    except (OSError, TypeError, SyntaxError, ValueError):  # made at run time, or without its source here
        return
    for field, under in pairwise(getattr(defined, "body", ())):
        match field, under:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(told))):
                yield name, " ".join(told.split())


def _arguments(described: Any) -> Iterator[tuple[str, str]]:
    """(argument, what stands after it) in a docstring's section `Args:`."""
    for text in (described.__doc__, described.__init__.__doc__):
        section = _SECTION.search(inspect.cleandoc(text or ""))
        for name, told in _ARGUMENT.findall(textwrap.dedent(section[1]) if section else ""):
            yield name, " ".join(told.split())
