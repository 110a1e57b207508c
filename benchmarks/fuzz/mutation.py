"""What changes an input: edits of its structure, as JSON, and of its bytes."""

from __future__ import annotations

import contextlib
import json
import random
from typing import Any

from axion_env.sandbox.inside import wire

HASH = (1 << 61) - 1
"""Multiples of this have hash 0."""

VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 10**30, -(10**300), 1.5, -0.0, float("nan"), float("inf"), "", "text", "\ud800",
    "naïve \U0001f600", b"", b"\x00\xff",
    1 + 2j, [], [1, [2, [3]]], (), (1, (2,)), {}, {"a": 1, "b": [2]}, {1: "x", (1, 2): {3}}, set(), {1, 2, 3}, {-1, -2}, frozenset({"a"}),
    {frozenset({1}), frozenset({2})}, {"deep": {"er": {"est": (1.0, None, b"z")}}}, list(range(50)), {str(i): i for i in range(20)},
    [[0] * 8 for _ in range(8)], {(i, -i) for i in range(12)}, object(), range(3), "x" * 300, [0.1 * i for i in range(20)],
)  # fmt: skip
TOKENS = (
    b"NaN", b"Infinity", b"1e999", b"-0", b"1" * 4001, b"9" * 5000, b"[" * 2000, b"[" * 70 + b"]" * 70, b'{"set":[' * 40,
    b'"\\ud800"', b"\\u0000",
    b"null", b"true", b'{"float":"nan"}', b'{"tuple":[]}', b'{"dict":[[', b'{"set":[1,1]}', b'{"bytes":"zz"}', b'{"complex":[0.0]}',
    b"\xff", b"\x00",
    b"\n", b'["returned",1]\n', b'["failed","x"]\n', b'["raised",""]\n', b'["exited",0]\n', b'["returned",' + b"9" * 4001 + b"]\n",
    b"\xef\xbb\xbf", b",", b'"', b"/", b"../", b"0.0", b"1E400", b"-",
)  # fmt: skip


def hostile(rng: random.Random) -> Any:
    """A form that is made to trip a reader."""
    k = rng.randrange(1, 40)
    return rng.choice(
        (
            lambda: [rng.randrange(200) * HASH for _ in range(k)],
            lambda: {"set": [i * HASH for i in range(k)]},
            lambda: {"dict": [[i * HASH, 0] for i in range(k)]},
            lambda: {"set": [{"tuple": [i * HASH, 1]} for i in range(k)]},
            lambda: {"set": [{"frozenset": [i * HASH, 1]} for i in range(k % 8)]},
            lambda: {"set": [{"list": [1]}]},
            lambda: {"set": [[1]]},
            lambda: {"dict": [[[1], 2]]},
            lambda: {"dict": [[1, 2, 3]]},
            lambda: {rng.choice(("tuple", "set", "frozenset", "bytes", "float", "object", "complex", "dict", "x")): rng.choice(FORMS)},
            lambda: {"tuple": [1], "set": [1]},
            lambda: 10 ** rng.choice((3999, 4000, 4001, 18, 19)),
            lambda: -(10**4000),
            lambda: nested(rng.choice((10, 63, 64, 65, 66, 90)), rng.choice(("list", "tuple", "dict", "frozenset", "set"))),
            lambda: {"complex": [{"float": "nan"}, {"float": "inf"}]},
            lambda: "x" * rng.choice((599, 600, 601, 5000)),
            lambda: [True, 1, 1.0, {"set": [True, 1]}],
            lambda: 1.7976931348623157e308,
        )
    )()


def nested(depth: int, kind: str) -> Any:
    form: Any = 1
    for _ in range(depth):
        form = [form] if kind == "list" else {kind: [[1, form]] if kind == "dict" else [form]}
    return form


FORMS: tuple[Any, ...] = tuple(wire.pack(value) for value in VALUES)


def reshaped(form: Any, rng: random.Random) -> Any:
    """The form with one node of it changed."""
    if rng.random() < 0.35 or not isinstance(form, list | dict) or not form:
        return rng.choice(
            (
                lambda: hostile(rng),
                lambda: rng.choice(FORMS),
                lambda: [form],
                lambda: {rng.choice(("tuple", "set", "frozenset", "object", "float")): form},
                lambda: [form, form],
                lambda: None,
            )
        )()
    if isinstance(form, dict):
        tag = rng.choice(list(form))
        return {**form, tag: reshaped(form[tag], rng)}
    items = list(form)
    at = rng.randrange(len(items))
    kind = rng.randrange(6)
    if kind == 0:
        del items[at]
    elif kind == 1:
        items.insert(at, items[rng.randrange(len(items))])
    elif kind == 2:
        other = rng.randrange(len(items))
        items[at], items[other] = items[other], items[at]
    else:
        items[at] = reshaped(items[at], rng)
    return items


def scrambled(data: bytes, rng: random.Random) -> bytes:
    """The bytes with one edit."""
    at, to = sorted((rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)))
    kind = rng.randrange(7)
    if kind == 0:
        return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
    if kind == 1:
        return data[:at] + rng.choice(TOKENS) + data[at:]
    if kind == 2:
        return data[:at] + rng.choice(TOKENS) + data[to:]
    if kind == 3:
        return data[:at] + data[to:]
    if kind == 4:
        return data[:to] + data[at:to] * rng.randrange(1, 4) + data[to:]
    if kind == 5:
        return data[:at]
    return data[:at] + rng.randbytes(rng.randrange(1, 9)) + data[at:]


def mutated(line: bytes, rng: random.Random) -> bytes:
    """One line of JSON, changed in its structure, its bytes, or not at all."""
    for _ in range(rng.randrange(3)):
        with contextlib.suppress(ValueError, RecursionError):
            line = json.dumps(reshaped(json.loads(line), rng)).encode()
    for _ in range(rng.choice((0, 0, 0, 1, 2))):
        line = scrambled(line, rng)
    return line
