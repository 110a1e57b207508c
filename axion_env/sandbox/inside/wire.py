"""The form values cross the jail's wall in: tagged JSON, ASCII, one value a line. No pickle, no eval, no repr.

    None, bool, str, int, float, list     themselves
    tuple, set, frozenset                 {"tuple": […]}, {"set": […]}, {"frozenset": […]}
    dict                                  {"dict": [[key, value], …]}
    bytes                                 {"bytes": "68656c6c6f"}
    complex                               {"complex": [re, im]}
    nan, inf, -inf                        {"float": "nan"}
    anything else                         {"object": "name of its type"}, which equals nothing

`dump` runs where the candidate runs, and whatever it writes may have been forged. `load` runs in the host and believes nothing: size,
depth and digits are bounded, and no input makes it take more than a bounded number of steps.
"""

from __future__ import annotations

import json
import math
from typing import Any, NamedTuple

DEPTH = 64  # of nesting; JSON's own reader would end in the recursion limit
DIGITS = 4000  # of an int: Python refuses to read or write more than 4,300
COLLISIONS = 32  # different members of a set with one hash: chosen ones would make a lookup take as long as a walk
NESTED_COLLISIONS = 4  # … where they hold sets themselves, for then a walk at each level multiplies with those below


class BadValue(ValueError):
    """Not a value in this form."""


class Opaque(NamedTuple):
    """A value that has no form to cross in. It equals nothing, not even itself."""

    type: str

    def __eq__(self, other: object) -> bool:
        return False

    def __ne__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return id(self)


def pack(value: Any, depth: int = 0) -> Any:
    """The value in tagged form, ready for JSON.

    A subclass crosses as the builtin it derives from, read by that builtin's own methods: what a candidate overrides has no say.

    Raises:
        BadValue: nested too deep, or an int of too many digits.
    """
    if depth > DEPTH:
        raise BadValue(f"nested more than {DEPTH} deep")
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if isinstance(value, bool | int):
        number = int.__int__(value)
        if number.bit_length() > 13_000 and abs(number) >= 10**DIGITS:  # 13,000 bits are 3,913 digits
            raise BadValue(f"an int of more than {DIGITS} digits")
        return number
    if isinstance(value, float):
        real = float.__float__(value)
        return real if math.isfinite(real) else {"float": repr(real)}
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, list):
        return [pack(item, depth + 1) for item in list.__iter__(value)]
    if kind is Opaque:
        return {"object": value.type}
    if isinstance(value, tuple):
        return {"tuple": [pack(item, depth + 1) for item in tuple.__iter__(value)]}
    if isinstance(value, dict):
        return {"dict": [[pack(k, depth + 1), pack(v, depth + 1)] for k, v in dict.items(value)]}
    if isinstance(value, set | frozenset):
        tag, items = ("set", set.__iter__(value)) if isinstance(value, set) else ("frozenset", frozenset.__iter__(value))
        return {tag: sorted((pack(item, depth + 1) for item in items), key=json.dumps)}
    if isinstance(value, bytes | bytearray):
        return {"bytes": bytes(value).hex()}
    if isinstance(value, complex):
        return {"complex": [pack(complex(value).real), pack(complex(value).imag)]}
    return {"object": kind.__name__[:80]}


def dump(value: Any) -> str:
    """One line of ASCII JSON."""
    return json.dumps(pack(value), separators=(",", ":"), allow_nan=False)


def load(text: str | bytes) -> Any:
    """The value that a line holds, as exact builtins (or `Opaque`).

    Raises:
        BadValue: anything else than what `dump` writes.
    """
    return unpack(parse(text))


def parse(text: str | bytes) -> Any:
    """JSON, strictly: no NaN, no repeated keys, no numbers without end, nothing after the value.

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
    """Fit for a set: hashable, and no flood of one hash. Repeated ones cannot come from a set, and are refused."""
    counts: dict[int, int] = {}
    try:
        for member in members:
            key = hash(member)
            counts[key] = counts.get(key, 0) + 1
            if counts[key] > NESTED_COLLISIONS and (counts[key] > COLLISIONS or _holds_set(member)):
                raise BadValue("too many members share one hash")
    except TypeError:
        raise BadValue("a member that cannot be hashed") from None
    if len(set(members)) < len(members):
        raise BadValue("a repeated member")
    return members


def _holds_set(member: Any) -> bool:
    return type(member) is frozenset or (type(member) is tuple and any(map(_holds_set, member)))


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
