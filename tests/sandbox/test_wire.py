"""The form values cross the wall in: everything that can be written is read back as itself, and nothing else is read."""

from __future__ import annotations

import contextlib
import enum
import json
import math
import time
from collections import Counter, OrderedDict, defaultdict, namedtuple
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axion_env.sandbox import BadValue, Opaque
from axion_env.sandbox.inside import wire
from benchmarks.fuzz import floods
from tests.sandbox.values import alike, values

HASH = (1 << 61) - 1
"""CPython hashes ints modulo this: its multiples all have hash 0."""
FLOODS = floods(1 << 17)


@given(values)
def test_every_builtin_crosses_as_itself(value: Any) -> None:
    """load ∘ dump is the identity on builtins: types, the sign of zero, NaN and lone surrogates included."""
    line = wire.dump(value)
    assert line.isascii()
    assert "\n" not in line
    assert alike(wire.load(line), value)
    assert alike(wire.load(line.encode()), value)


@given(values)
def test_a_value_has_one_form(value: Any) -> None:
    """A value read back is written as before, so that records do not depend on how a set happens to lie in memory."""
    line = wire.dump(value)
    assert wire.dump(wire.load(line)) == line
    assert json.dumps(wire.pack(value), separators=(",", ":")) == line


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda s: st.lists(s) | st.dictionaries(st.text(), s))
)
def test_any_json_is_read_or_refused(form: Any) -> None:
    """Whatever JSON a job writes, `load` gives a value or raises BadValue."""
    try:
        value = wire.load(json.dumps(form))
    except BadValue:
        return
    assert alike(wire.load(wire.dump(value)), value)


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes | str) -> None:
    """Whatever bytes a job writes, `load` gives a value or raises BadValue."""
    with contextlib.suppress(BadValue):
        wire.load(data)


class Fruit(enum.IntEnum):
    APPLE = 3


class Lying(list):  # type: ignore[type-arg]
    def __iter__(self) -> Any:
        return iter("lies")

    def __len__(self) -> int:
        return 99

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


class LyingInt(int):
    def __eq__(self, other: object) -> bool:
        return True

    def __repr__(self) -> str:
        return "42"

    __str__ = __repr__
    __int__ = __index__ = lambda self: 42  # type: ignore[assignment]
    __hash__ = int.__hash__


class LyingStr(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "lies"

    __repr__ = __str__


class LyingFloat(float):
    def __float__(self) -> float:
        return 42.0

    def __repr__(self) -> str:
        return "42.0"


class LyingDict(dict):  # type: ignore[type-arg]
    def items(self) -> Any:
        return [("lies", 1)]


class LyingSet(set):  # type: ignore[type-arg]
    def __iter__(self) -> Any:
        return iter("lies")


@pytest.mark.parametrize(
    ("value", "crossed"),
    [
        (Fruit.APPLE, 3),
        (OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
        (defaultdict(list, x=[1]), {"x": [1]}),
        (Counter("aab"), {"a": 2, "b": 1}),
        (namedtuple("Point", "x y")(1, 2), (1, 2)),
        (bytearray(b"ab"), b"ab"),
        (Lying([1, 2]), [1, 2]),
        (LyingInt(7), 7),
        (LyingStr("truth"), "truth"),
        (LyingFloat(0.5), 0.5),
        (LyingDict(a=1), {"a": 1}),
        (LyingSet({1}), {1}),
    ],
)
def test_a_subclass_crosses_as_its_builtin(value: Any, crossed: Any) -> None:
    """What a candidate overrides has no say in what the host reads."""
    assert alike(wire.load(wire.dump(value)), crossed)


def test_what_has_no_form_equals_nothing() -> None:
    """An object crosses as the name of its type, and is not even the same as itself: no reward can be had for one."""
    value = wire.load(wire.dump([object(), range(3), len, ValueError("x")]))
    assert [opaque.type for opaque in value] == ["object", "range", "builtin_function_or_method", "ValueError"]
    for opaque in value:
        assert not opaque.__eq__(opaque)
        assert opaque != opaque
        assert opaque != Opaque(opaque.type)
        assert opaque not in (0, None, "", (opaque.type,))
    assert [v.type for v in wire.load(wire.dump(value))] == [v.type for v in value]


def _nested(kind: str, deep: int) -> Any:
    value: Any = 0
    for _ in range(deep):
        value = {"list": lambda v: [v], "tuple": lambda v: (v,), "dict": lambda v: {0: v}, "set": lambda v: frozenset({v})}[kind](value)
    return value


@pytest.mark.parametrize("kind", ["list", "tuple", "dict", "set"])
def test_what_can_be_written_can_be_read_at_every_depth(kind: str) -> None:
    """64 levels cross and 65 do not, on either side: a record never refuses what a result brought."""
    line = wire.dump(_nested(kind, wire.DEPTH))
    assert wire.dump(wire.load(line)) == line
    with pytest.raises(BadValue, match="64 deep"):
        wire.dump(_nested(kind, wire.DEPTH + 1))
    deeper = {"list": "[{}]", "tuple": '{{"tuple":[{}]}}', "dict": '{{"dict":[[0,{}]]}}', "set": '{{"frozenset":[{}]}}'}[kind].format(line)
    with pytest.raises(BadValue, match="64 deep"):
        wire.load(deeper)


@pytest.mark.parametrize("leaf", [1, None, "x", float("nan"), 1j, complex(float("inf"), 0), b"x"])
def test_leaves_at_the_lowest_level_cross(leaf: Any) -> None:
    """Numbers whose form is nested JSON are no deeper than other numbers."""
    value = leaf
    for _ in range(wire.DEPTH):
        value = [value]
    assert alike(wire.load(wire.dump(value)), value)


@pytest.mark.parametrize("sign", [1, -1])
def test_ints_have_4000_digits_at_most(sign: int) -> None:
    """4,000 digits cross and 4,001 do not, on either side, whatever the sign."""
    longest = sign * (10**wire.DIGITS - 1)
    assert wire.load(wire.dump(longest)) == longest
    with pytest.raises(BadValue, match="4000 digits"):
        wire.dump(sign * 10**wire.DIGITS)
    with pytest.raises(BadValue, match="4000 digits"):
        wire.load("-" * (sign < 0) + "1" + "0" * wire.DIGITS)


@pytest.mark.parametrize(
    "line",
    [
        b"", b" ", b"nan", b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999", b"1.5e" + b"9" * 5000, b"0." + b"1" * 5000, b"01",
        b"1 2",
        b"[1,]", b"[1", b'"', b'{"tuple":[1],"tuple":[1]}', b'{"tuple":[1],"set":[1]}', b"{}", b'{"x":[]}', b'{"tuple":1}', b'{"tuple":{}}',
        b'{"bytes":"0"}', b'{"bytes":"zz"}', b'{"bytes":[0]}', b'{"float":"1"}', b'{"float":"NaN"}', b'{"float":1.0}', b'{"complex":[1.0]}',
        b'{"complex":[1,2]}', b'{"complex":[1.0,2.0,3.0]}', b'{"complex":["1.0",2.0]}', b'{"object":1}', b'{"set":[1,1]}',
        b'{"set":[1,1.0]}',
        b'{"set":[1,true]}', b'{"frozenset":[[]]}', b'{"set":[{"set":[]}]}', b'{"set":[{"dict":[]}]}', b'{"dict":[1]}', b'{"dict":[[1]]}',
        b'{"dict":[[1,2,3]]}', b'{"dict":[[1,2],[1,3]]}', b'{"dict":[[[],1]]}', b'{"dict":[[{"tuple":[[]]},1]]}', b'{"dict":{"a":1}}',
        b'"\xc3\xa9"', b"\xff", b"\xef\xbb\xbf1", b"[" * 100_000, b'{"tuple":' * 100_000, b"'a'", b"None", b"True", b"__import__('os')",
    ],
)  # fmt: skip
def test_what_no_value_writes_is_refused(line: bytes) -> None:
    """NaN as JSON's dialects have it, repeated keys, two tags, members that are no members, text that is not ASCII: all refused."""
    with pytest.raises(BadValue):
        wire.load(line)


@pytest.mark.parametrize("text", ["\ud800", "\udfff\ud800", "a\ud83d", "\x00", "\u2028", "\\", '"', "\x7f"])
def test_odd_text_crosses(text: str) -> None:
    """Lone surrogates and control characters cross, alone, as keys and in sets."""
    for value in (text, {text: text}, {text}, (text,)):
        assert alike(wire.load(wire.dump(value)), value)


def test_specials_cross() -> None:
    """NaN, the infinities and -0.0 cross as what they are."""
    nan, inf, minus, zero = wire.load(wire.dump([math.nan, math.inf, -math.inf, -0.0]))
    assert math.isnan(nan)
    assert (inf, minus) == (math.inf, -math.inf)
    assert math.copysign(1, zero) == -1


@pytest.mark.parametrize(
    "form",
    [
        {"set": [i * HASH for i in range(40_000)]},
        {"frozenset": [i * HASH for i in range(40_000)]},
        {"dict": [[i * HASH, 0] for i in range(40_000)]},
        {"set": [{"tuple": [i * HASH]} for i in range(30_000)]},
        {"set": [{"tuple": [{"tuple": [1, i * HASH]}]} for i in range(30_000)]},
        {"dict": [[{"frozenset": [i * HASH]}, 0] for i in range(30_000)]},
    ],
)
def test_a_flood_of_one_hash_is_refused_at_once(form: Any) -> None:
    """Members chosen to share a hash are refused before they are put together: it takes as long as reading the line.

    Put into a set, the first of them would take 40,000² / 2 comparisons.
    """
    line = json.dumps(form)
    with pytest.raises(BadValue, match="share one hash"):
        wire.load(line)


@pytest.mark.parametrize("name", sorted(FLOODS))
def test_every_flood_is_read_within_its_bound(name: str) -> None:
    """An eighth of a mebibyte of the worst we know of takes less than a second of processor time, however busy the machine."""
    line = FLOODS[name]
    start = time.thread_time()
    with contextlib.suppress(BadValue):
        wire.load(line)
    assert time.thread_time() - start < 1


def test_members_that_share_a_hash_by_nature_cross() -> None:
    """hash(-1) == hash(-2): honest sets of coordinates and of small frozensets still cross."""
    grid = {(x, y, z) for x in (-1, -2) for y in (-1, -2) for z in (-1, -2)}
    assert len({hash(point) for point in grid}) == 1
    for value in (grid, {-1, -2}, {frozenset({-1, 5}), frozenset({-2, 5})}, {frozenset({-1}): 0, frozenset({-2}): 1}):
        assert wire.load(wire.dump(value)) == value


def test_a_cycle_ends() -> None:
    """A list that holds itself is nested too deep."""
    cycle: list[Any] = []
    cycle.append(cycle)
    with pytest.raises(BadValue, match="64 deep"):
        wire.dump(cycle)
