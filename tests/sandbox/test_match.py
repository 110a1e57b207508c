"""Comparing in the host: what counts as the same, worked by hand; and its laws."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axion_env.error import UsageError
from axion_env.sandbox import Match, Opaque
from axion_env.sandbox.inside import wire
from tests.sandbox.values import values

STRICT, NUMBERS, NEAR = Match(), Match(numbers=True), Match(absolute=1e-6)
NAN = float("nan")
HUGE = 10**400

matches = st.builds(
    Match, st.booleans(), st.booleans(), st.booleans(), st.sampled_from((0.0, 1e-9, 0.5)), st.sampled_from((0.0, 1e-9, 0.1))
)  # fmt: skip


@pytest.mark.parametrize(
    ("match", "expected", "got", "same"),
    [
        (STRICT, 1, 1, True),
        (STRICT, 1, 1.0, False),
        (STRICT, 1, True, False),
        (STRICT, 0, False, False),
        (NUMBERS, 1, True, True),
        (NUMBERS, 1, 1.0, True),
        (NUMBERS, 0.1 + 0.2, 0.3, False),
        (NEAR, 1, 1.0, True),
        (NEAR, 1, True, False),
        (NEAR, 1.0, True, False),
        (NEAR, True, True, True),
        (NEAR, 0.1 + 0.2, 0.3, True),
        (NEAR, 1.0, 1.1, False),
        (Match(numbers=True, absolute=0.5), 1, True, True),
        (STRICT, NAN, NAN, True),
        (NEAR, NAN, 1.0, False),
        (STRICT, 0.0, -0.0, True),
        (NEAR, float("inf"), float("inf"), True),
        (NEAR, float("inf"), float("-inf"), False),
        (NEAR, float("inf"), 1e308, False),
        (Match(relative=0.1), float("inf"), 1e308, False),
        (NEAR, HUGE, 1.0, False),
        (NEAR, 1.0, HUGE, False),
        (NEAR, HUGE, HUGE, True),
        (NEAR, HUGE, float("inf"), False),
        (NUMBERS, HUGE, float("inf"), False),
        (NEAR, 2**53 + 1, float(2**53), True),
        (NEAR, 10**20, 10**20 + 1, False),
        (NEAR, 10**20, 10**20, True),
        (Match(absolute=1.0), 10**20, 10**20 + 1, True),
        (Match(relative=0.1), 100, 109, True),
        (Match(relative=0.1), HUGE, HUGE + 1, False),
        (NUMBERS, 2**53, float(2**53), True),
        (Match(relative=0.1), 100.0, 109.0, True),
        (Match(relative=0.1), 100.0, 120.0, False),
        (STRICT, [1, 2], (1, 2), False),
        (Match(sequences=True), [1, (2,)], (1, [2]), True),
        (STRICT, [1, 2], [2, 1], False),
        (Match(unordered=True), [1, 2, 2], [2, 1, 2], True),
        (Match(unordered=True), [1, 2, 2], [2, 1, 1], False),
        (Match(unordered=True), [[1, 2]], [[2, 1]], False),
        (Match(unordered=True), [1, "a", None, 2.5, (1,), {1}], [{1}, None, (1,), "a", 2.5, 1], True),
        (Match(unordered=True, absolute=0.1), [1.0, 2.0, 3.0], [3.05, 0.95, 2.0], True),
        (Match(unordered=True), (1, 2), [2, 1], False),
        (Match(unordered=True, sequences=True), (1, 2), [2, 1], True),
        (Match(unordered=True), [1, 1.0], [1.0, 1], True),
        (Match(unordered=True), [1, 1], [1.0, 1], False),
        (Match(unordered=True), [True, 1], [1, True], True),
        (STRICT, {1, 2}, {2, 1}, True),
        (STRICT, {1, 2}, {1, 3}, False),
        (STRICT, {1, 2}, {1.0, 2}, False),
        (STRICT, {1}, frozenset({1}), False),
        (NEAR, {0.1 + 0.2, 1.0}, {1.0, 0.3}, True),
        (NEAR, {0.3, 1.0}, {1.0}, False),
        (NEAR, frozenset({(0.1 + 0.2, "a")}), frozenset({(0.3, "a")}), True),
        (STRICT, {"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        (STRICT, {"a": 1}, {"a": 1.0}, False),
        (STRICT, {1: "a"}, {True: "a"}, False),
        (NUMBERS, {1: "a"}, {1.0: "a"}, True),
        (NEAR, {0.1 + 0.2: "a"}, {0.3: "a"}, True),
        (STRICT, {"a": 1}, {"a": 1, "b": 2}, False),
        (STRICT, "1", 1, False),
        (STRICT, "a", b"a", False),
        (STRICT, None, 0, False),
        (STRICT, "\ud800", "\ud800", True),
        (STRICT, 1 + 2j, 1 + 2j, True),
        (STRICT, complex(NAN, 1), complex(NAN, 1), True),
        (NEAR, 1 + 2j, 1.0000001 + 2j, True),
        (STRICT, 1, 1 + 0j, False),
        (STRICT, [], (), False),
        (STRICT, Opaque("object"), Opaque("object"), False),
        (STRICT, [Opaque("object")], [Opaque("object")], False),
        (Match(sequences=True), ("object",), Opaque("object"), False),
        (Match(sequences=True), Opaque("object"), ["object"], False),
    ],
)
def test_worked_values(match: Match, expected: Any, got: Any, same: bool) -> None:
    """Types count unless the task says otherwise; NaN is NaN; a bool is no number unless numbers are one kind; an Opaque is nothing."""
    assert match.same(expected, got) is same
    assert match.same(got, expected) is same


@given(matches, values, values)
def test_sameness_is_symmetric(match: Match, a: Any, b: Any) -> None:
    """Who is asked first does not matter."""
    assert match.same(a, b) == match.same(b, a)


@given(matches, values)
def test_everything_is_the_same_as_its_copy(match: Match, value: Any) -> None:
    """A value that has crossed the wall is the same as the one that stayed, however strict the match."""
    assert match.same(value, wire.load(wire.dump(value)))


@given(st.lists(values, max_size=5), st.randoms(use_true_random=False))
def test_any_order_will_do_where_order_is_free(items: list[Any], rng: Any) -> None:
    """A shuffled list is the same as itself, whatever it holds."""
    shuffled = list(items)
    rng.shuffle(shuffled)
    assert Match(unordered=True).same(items, shuffled)


@given(values, values)
def test_looser_is_looser(a: Any, b: Any) -> None:
    """What is the same strictly is the same under every looser match."""
    if Match().same(a, b):
        for match in (NUMBERS, NEAR, Match(sequences=True), Match(unordered=True), Match(relative=0.1, numbers=True)):
            assert match.same(a, b)


class Equal:
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


def test_a_value_that_equals_everything_is_not_asked() -> None:
    """What a candidate's `__eq__` says never counts: its object does not cross."""
    assert not Match().same(3, wire.load(wire.dump(Equal())))


@pytest.mark.parametrize(
    "wrong", [{"absolute": -1.0}, {"relative": 1.0}, {"relative": -0.1}, {"absolute": float("nan")}, {"absolute": float("inf")}]
)
def test_tolerances_that_make_no_sense(wrong: dict[str, float]) -> None:
    """A negative tolerance, or one that would let everything pass, is a mistake."""
    with pytest.raises(UsageError, match="absolute is at least 0"):
        Match(**wrong)  # type: ignore[arg-type]
