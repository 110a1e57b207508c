"""Plain values as text, and back: what solvers are shown, and what they answer with.

A value's text is its `repr`, but for what a `repr` leaves to chance or cannot be read again: the members of a set stand in the order of
their texts, and `nan`, `inf` and `frozenset({…})` are literals too. No text is ever executed.
"""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from axion_env.sandbox import BadValue, Match
from axion_env.sandbox.inside import wire

LONGEST = 1 << 12
"""Characters of a value: what is longer is nothing to reason about."""
_SPECIAL = {"nan": math.nan, "inf": math.inf}
_SETS = {"set": set, "frozenset": frozenset}


def same(one: Any, other: Any) -> bool:
    """Whether two values are one: of the same types, so that 1 is neither 1.0 nor True; NaN is NaN, and 0.0 is -0.0."""
    return Match().same(one, other)


def text_of(*values: Any) -> str | None:
    """One value as a literal, or several as a call's arguments; None: there is no text, or no short one, that reads back as the same."""
    said = _listed(values)
    back = values_of(said)
    return said if back is not None and same(values, back) else None


@lru_cache(maxsize=1 << 12)
def values_of(text: str) -> tuple[Any, ...] | None:
    """The values of a text that lists literals, `3, "ab"`: a call's arguments; not to be changed. None: it is no such text.

    >>> values_of("3, {'b': (1,)}"), values_of("(1, 2)"), values_of(""), values_of("f(3)")
    ((3, {'b': (1,)}), ((1, 2),), (), None)
    """
    if len(text) > LONGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that mean nothing
            call = ast.parse(f"f({text}\n)", mode="eval").body
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.keywords:
            return None
        found = tuple(map(_value, call.args))
        wire.load(wire.dump(found))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError, BadValue):
        return None
    return found


def _value(node: ast.expr) -> Any:
    """Raises ValueError or TypeError where there is none."""
    match node:
        case ast.Tuple(elts):
            return tuple(map(_value, elts))
        case ast.List(elts):
            return list(map(_value, elts))
        case ast.Set(elts):
            return set(map(_value, elts))
        case ast.Dict(keys, values) if all(keys):
            return {_value(key): _value(value) for key, value in zip(keys, values, strict=True) if key is not None}
        case ast.Call(ast.Name(name), args, []) if name in _SETS and len(args) < 2:
            return _SETS[name](*map(_value, args))
        case ast.Name(name) if name in _SPECIAL:
            return _SPECIAL[name]
        case ast.UnaryOp(ast.USub(), ast.Name("inf")):
            return -math.inf
    return _constant(ast.literal_eval(node))


def _constant(value: Any) -> Any:
    if value is Ellipsis:
        raise ValueError("no plain value")
    return value


def _text(value: Any) -> str:
    kind = type(value)
    if kind is list:
        return f"[{_listed(value)}]"
    if kind is tuple:
        return f"({_listed(value)}{',' * (len(value) == 1)})"
    if kind is dict:
        return f"{{{', '.join(f'{_text(k)}: {_text(v)}' for k, v in value.items())}}}"
    if kind is set or kind is frozenset:
        members = f"{{{', '.join(sorted(map(_text, value)))}}}" if value else ""
        return members if kind is set and value else f"{kind.__name__}({members})"
    return repr(value)


def _listed(items: Iterable[Any]) -> str:
    return ", ".join(map(_text, items))
