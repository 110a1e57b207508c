"""Tables are checked by the annotations of what they describe, those of other packages' parts too."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axion_env import UsageError, _plugin
from axion_train.learner.schedule import Schedule
from axion_train.recipe.build import arguments, build
from axion_train.recipe.table import read_arguments
from tests.train.recipe.parts import Decay, Elaborate, Plain, Window

HERE = "tests.train.recipe.parts"


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parts as an installed package's."""
    places = {"elaborate": "Elaborate", "plain": "Plain", "made": "made", "unreadable": "Unreadable", "number": "number"}
    found = tuple(_plugin.Place(name, f"{HERE}:{target}", "axion-test") for name, target in places.items())
    monkeypatch.setattr(_plugin, "installed", lambda group: found if group == "axion.advantage" else ())


def read(text: str, name: str = "elaborate") -> dict[str, Any]:
    return arguments("advantage", {"name": name, **tomllib.loads(text)})


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("level=1", "level", 1.0),
        ("threshold=2.5", "level", 2.5),
        ("level=1\nmode='on'", "mode", "on"),
        ("level=1\nmode=3", "mode", 3),
        ("level=1\nlimit=4", "limit", 4),
        ("level=1\nlimit='auto'", "limit", "auto"),
        ("level=1\nname_of='x'", "name_of", "x"),
        ("level=1\nmemory={size=3, weights=[1, 0.5]}", "memory", Window(3, (1.0, 0.5))),
        ("level=1\nmemory={rate=0.5}", "memory", Decay(0.5)),
        ("level=1\nmemory={speed=0.5}", "memory", Decay(0.5)),
        ("level=1\nrate=2", "rate", Schedule(2.0)),
        ("level=1\nrate={start=2, end=1}", "rate", Schedule(2.0, 1.0)),
        ("level=1\npairs=[['a', 1], ['b', 2]]", "pairs", [("a", 1), ("b", 2)]),
        ("level=1\nby_role={a={size=2}, b={}}", "by_role", {"a": Window(2), "b": Window()}),
        ("level=1\neither=[1, 2]", "either", [1, 2]),
        ("level=1\neither=true", "either", True),
        ("level=1\neither='true'", "either", "true"),
        ("level=1\nnames=['a', 'b', 'a']", "names", frozenset("ab")),
        ("level=1\nanything={a=[1, {b=true}]}", "anything", {"a": [1, {"b": True}]}),
    ],
)
def test_every_annotation_is_read(text: str, key: str, expected: Any) -> None:
    """Any arm of a union, literals, optional and nested tables; old names too. The part gets what was read."""
    found = read(text)
    assert (found[key], type(found[key])) == (expected, type(expected))
    assert build("advantage", {"name": "elaborate", **tomllib.loads(text)}).given[key] == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("level='1'", "recipe key 'advantage.level' must be a number: got '1'"),
        ("level=true", "recipe key 'advantage.level' must be a number: got True"),
        ("level=1\nlimit=1.5", "recipe key 'advantage.limit' must be a whole number or 'auto': got 1.5"),
        ("level=1\nlimit='auot'", "recipe key 'advantage.limit' must be a whole number or 'auto': got 'auot'; did you mean 'auto'?"),
        ("level=1\nmode='of'", "recipe key 'advantage.mode' must be 'off', 'on' or 3: got 'of'; did you mean 'off'?"),
        ("level=1\nname_of=3", "recipe key 'advantage.name_of' must be a string: got 3"),
        ("level=1\nmemory=3", "recipe key 'advantage.memory' must be a table: got 3"),
        ("level=1\nmemory={size=3, weights=['a']}", "recipe key 'advantage.memory.weights[0]' must be a number: got 'a'"),
        ("level=1\nmemory={sise=3}", "unknown recipe key 'advantage.memory.sise'; did you mean 'size'?"),
        ("level=1\nrate='x'", "recipe key 'advantage.rate' must be a number or a table: got 'x'"),
        ("level=1\nrate={strat=1}", "unknown recipe key 'advantage.rate.strat'; did you mean 'start'?"),
        ("level=1\nrate={start=0, end=1, shape='exponential'}", "an exponential schedule runs between positive numbers: got 0.0 to 1.0"),
        ("level=1\npairs=[['a', 1], ['b']]", "the recipe lacks 'advantage.pairs[1][1]'"),
        ("level=1\npairs=[['a', 1, 2]]", "recipe key 'advantage.pairs[0]' must be a list of 2 or less: got ['a', 1, 2]"),
        ("level=1\nby_role={a={size='x'}}", "recipe key 'advantage.by_role.a.size' must be a whole number: got 'x'"),
        ("level=1\neither=0.5", "recipe key 'advantage.either' must be a list or true or false or a string: got 0.5"),
        ("level=1\nnames='ab'", "recipe key 'advantage.names' must be a list: got 'ab'"),
        ("mode='on'", "the recipe lacks 'advantage.level'"),
        ("level=1\nthreshold=1", "recipe key 'advantage.threshold' is the old name of 'advantage.level', and both are given"),
        ("level=1\nmood='on'", "unknown recipe key 'advantage.mood'; did you mean 'mode'?"),
        ("level=1\nrest=1", "unknown recipe key 'advantage.rest'"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_path(text: str, message: str) -> None:
    """What was got, what is wanted, and the nearest name; nothing is taken for something else."""
    with pytest.raises(UsageError) as refused:
        read(text)
    assert str(refused.value).startswith(message)


def test_a_part_may_be_a_dataclass_or_a_function() -> None:
    """Defaults are each part's own, and nothing is shared between two of them."""
    assert read("", "plain") == {"windows": [Window(1)]}
    assert build("advantage", {"name": "plain", "windows": [{"size": 2}, {}]}) == Plain([Window(2), Window()])
    assert build("advantage", {"name": "plain"}).windows is not build("advantage", {"name": "plain"}).windows
    assert build("advantage", {"name": "made", "level": 3}).given["level"] == 3.0


@pytest.mark.parametrize(
    ("table", "hint"),
    [
        ({"name": "unreadable"}, "annotations of tests.train.recipe.parts:Unreadable cannot be read: name 'Missing' is not defined"),
        ({"name": "number"}, "got 5"),
        ({}, "the recipe lacks 'advantage.name'; there are elaborate, group_mean"),
        ({"name": "elaborat"}, "did you mean 'elaborate'"),
    ],
)
def test_a_part_that_cannot_be_made(table: dict[str, Any], hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        build("advantage", table)
    assert hint in str(refused.value)


values = st.recursive(
    st.integers() | st.floats() | st.booleans() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", min_size=1, max_size=2), inner, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from(("level", "mode", "limit", "name_of", "memory", "rate", "pairs", "by_role", "either", "names", "call", "x"))


@given(st.dictionaries(keys, values, max_size=4))
def test_any_table_is_read_or_refused(table: dict[str, Any]) -> None:
    """Never another exception, and a scalar stays what it is."""
    try:
        found = read_arguments(Elaborate, table, "advantage")
    except UsageError:
        return
    assert set(found) == set(table)
    for key, value in table.items():
        if isinstance(value, bool | str):
            assert found[key] == value
            assert type(found[key]) is type(value)
