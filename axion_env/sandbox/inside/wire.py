"""The format of values that leave the jail: tagged JSON, ASCII, one value a line. No pickle, no eval, no repr.

    None, bool, str, int, float, list     themselves
    tuple, set, frozenset                 {"tuple": […]}, {"set": […]}, {"frozenset": […]}
    dict                                  {"dict": [[key, value], …]}
    bytes                                 {"bytes": "68656c6c6f"}
    complex                               {"complex": [re, im]}
    nan, inf, -inf                        {"float": "nan"}
    anything else                         {"object": "name of its type"}, which equals nothing

`dump` runs where the candidate runs, and whatever it writes may have been forged. `load` runs in the host and trusts nothing: size,
depth and digits are bounded, and no input makes it take more than a bounded number of steps.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any, NamedTuple

DEPTH = 64  # levels of nesting; deeper ones would hit the recursion limit of the JSON reader
DIGITS = 4000  # digits of an int: Python refuses to read or write more than 4,300
_LONG = 13_000  # bits, or 3,913 digits: shorter ints need no exact count of digits
COLLISIONS = (32, 4)
"""How many members of a set may share a hash: chosen ones make a lookup as long as a walk. First of plain members, then of sets of those;
sets of sets may not, for comparing them would be a walk in a walk at every level."""


class BadValue(ValueError):
    """A text is not a value in this format."""


class Opaque(NamedTuple):
    """Stands for a value that the format cannot express. It equals nothing, not even itself."""

    type: str

    def __eq__(self, other: object) -> bool:
        return False

    def __ne__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return id(self)


def dump(value: Any) -> str:
    """Writes a value as one line of ASCII JSON.

    A subclass is written as the builtin it derives from, read by that builtin's own methods: a candidate's overrides have no effect.

    Raises:
        BadValue: nested too deep, or an int of too many digits.
    """
    pieces: list[str] = []
    _write(value, pieces.append, 0)
    return "".join(pieces)


def pack(value: Any) -> Any:
    """The value in tagged form, ready for a record."""
    return json.loads(dump(value))


def _write(value: Any, write: Callable[[str], None], depth: int) -> None:
    if depth > DEPTH:
        raise BadValue(f"nested more than {DEPTH} deep")
    if value is None:
        write("null")
    elif value is True or value is False:
        write("true" if value else "false")
    elif isinstance(value, str):
        write(_quoted(str.__str__(value)))
    elif isinstance(value, int):
        if int.bit_length(value) > _LONG and abs(int.__int__(value)) >= 10**DIGITS:
            raise BadValue(f"an int of more than {DIGITS} digits")
        write(int.__repr__(value))
    elif isinstance(value, float):
        text = float.__repr__(value)
        write(text if math.isfinite(value) else f'{{"float":"{text}"}}')
    elif isinstance(value, list):
        _write_items(list.__iter__(value), "[", "]", write, depth)
    elif type(value) is Opaque:
        write(f'{{"object":{_quoted(value.type)}}}')
    elif isinstance(value, tuple):
        _write_items(tuple.__iter__(value), '{"tuple":[', "]}", write, depth)
    elif isinstance(value, dict):
        _write_pairs(dict.items(value), write, depth + 1)
    elif isinstance(value, set | frozenset):
        tag, items = ("set", set.__iter__(value)) if isinstance(value, set) else ("frozenset", frozenset.__iter__(value))
        texts: list[str] = []
        for item in items:
            pieces: list[str] = []
            _write(item, pieces.append, depth + 1)
            texts.append("".join(pieces))
        write(f'{{"{tag}":[{",".join(sorted(texts))}]}}')
    elif isinstance(value, bytes | bytearray):
        write(f'{{"bytes":"{bytes(value).hex()}"}}')
    elif isinstance(value, complex):
        _write_items(iter((complex(value).real, complex(value).imag)), '{"complex":[', "]}", write, 0)
    else:
        write(f'{{"object":{_quoted(type(value).__name__[:80])}}}')


def _write_items(items: Iterator[Any], opened: str, closed: str, write: Callable[[str], None], depth: int) -> None:
    write(opened)
    first = True
    for item in items:
        if first:
            first = False
        else:
            write(",")
        _write(item, write, depth + 1)
    write(closed)


def _write_pairs(pairs: Iterable[tuple[Any, Any]], write: Callable[[str], None], depth: int) -> None:
    between = '{"dict":[['
    for key, value in pairs:
        write(between)
        _write(key, write, depth)
        write(",")
        _write(value, write, depth)
        between = "],["
    write('{"dict":[]}' if between[0] == "{" else "]]}")


def load(text: str | bytes) -> Any:
    """The value that a line holds, as exact builtins (or `Opaque`).

    Raises:
        BadValue: anything else than what `dump` writes.
    """
    return unpack(parse(text))


def parse(text: str | bytes) -> Any:
    """Parses JSON strictly: no NaN, no repeated keys, no numbers without end, nothing after the value.

    Raises:
        BadValue: it is not that.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode("ascii")
        return json.loads(text, parse_int=_int, parse_float=_float, parse_constant=_constant, object_pairs_hook=_object)
    except RecursionError:
        raise BadValue("nested too deep") from None
    except UnicodeDecodeError:
        raise BadValue("not ASCII") from None
    except json.JSONDecodeError as problem:
        raise BadValue(f"not JSON: {problem.msg} at character {problem.pos}") from None


def unpack(form: Any, depth: int = 0) -> Any:
    """The value of a tagged form.

    Raises:
        BadValue: it is no such form.
    """
    if depth > DEPTH:
        raise BadValue(f"nested more than {DEPTH} deep")
    kind = type(form)
    if kind is list:
        return [unpack(item, depth + 1) for item in form]
    if kind is not dict:
        return form
    if len(form) != 1:
        raise BadValue(f"a tagged value has one tag: got {len(form)}")
    ((tag, body),) = form.items()
    reader = _READERS.get(tag)
    if reader is None:
        raise BadValue(f"no tag {tag[:80]!r}")
    if type(body) is not (str if tag in ("bytes", "float", "object") else list):
        raise BadValue(f"{tag} of a {type(body).__name__}")
    return reader(body, depth + 1)


def _tuple(body: list[Any], depth: int) -> tuple[Any, ...]:
    return tuple([unpack(item, depth) for item in body])


def _set(body: list[Any], depth: int) -> set[Any]:
    return set(_members([unpack(item, depth) for item in body]))


def _dict(body: list[Any], depth: int) -> dict[Any, Any]:
    for pair in body:
        if type(pair) is not list or len(pair) != 2:
            raise BadValue("a dict holds [key, value] pairs")
    keys = _members([unpack(pair[0], depth) for pair in body])
    return {key: unpack(pair[1], depth) for key, pair in zip(keys, body, strict=True)}


def _members(members: list[Any]) -> list[Any]:
    """The members of a set, if they are hashable and few share a hash. Repeated ones cannot come from a set, and are refused."""
    counts: dict[int, int] = {}
    try:
        for member in members:
            key = hash(member)
            counts[key] = counts.get(key, 0) + 1
            if counts[key] > 1 and counts[key] > _collisions(member):
                raise BadValue("too many members share one hash")
    except TypeError:
        raise BadValue("a member that cannot be hashed") from None
    if len(set(members)) < len(members):
        raise BadValue("a repeated member")
    return members


def _collisions(member: Any) -> int:
    """Number of members like this one that may share a hash."""
    deep = _sets_deep(member)
    return COLLISIONS[deep] if deep < len(COLLISIONS) else 1


def _sets_deep(member: Any) -> int:
    if type(member) is frozenset:
        return 1 + max(map(_sets_deep, member), default=0)
    return max(map(_sets_deep, member), default=0) if type(member) is tuple else 0


def _bytes(body: str, depth: int) -> bytes:
    try:
        return bytes.fromhex(body)
    except ValueError:
        raise BadValue("bytes that are not hexadecimal") from None


def _complex(body: list[Any], depth: int) -> complex:
    parts = [unpack(part) for part in body]
    if len(parts) != 2 or any(type(part) is not float for part in parts):
        raise BadValue("complex takes two floats")
    return complex(*parts)


def _special(body: str, depth: int) -> float:
    if body not in ("nan", "inf", "-inf"):
        raise BadValue(f"no float {body[:80]!r}")
    return float(body)


def _opaque(body: str, depth: int) -> Opaque:
    return Opaque(body[:80])


_READERS: dict[str, Any] = {
    "tuple": _tuple,
    "set": _set,
    "frozenset": lambda body, depth: frozenset(_set(body, depth)),
    "dict": _dict,
    "bytes": _bytes,
    "complex": _complex,
    "float": _special,
    "object": _opaque,
}


def _int(digits: str) -> int:
    if len(digits) - digits.startswith("-") > DIGITS:
        raise BadValue(f"an int of more than {DIGITS} digits")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits) if len(digits) <= DIGITS else math.inf
    if not math.isfinite(number):
        raise BadValue("a float beyond all bounds")
    return number


def _constant(name: str) -> Any:
    raise BadValue(f"{name} is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise BadValue("a repeated key")
    return table
