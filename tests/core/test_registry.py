"""Environments by name."""

from __future__ import annotations

from typing import Any

import pytest

from axion_env import NotFound, Steppable, UsageError, find, ids, load, make


def test_installed_environments_are_found() -> None:
    """Ids come sorted, and each leads to a class whose spec has that id."""
    assert {"axion/Arithmetic-v0", "axion/KuhnPoker-v0"} <= set(ids())
    assert ids() == sorted(ids())
    for name in ids():
        assert find(name)().spec.id == name


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("axion/KuhnPoker-v1", "axion/KuhnPoker-v0"), ("kuhnpoker", "axion/KuhnPoker-v0"), ("axion/Arithmetik-v0", "axion/Arithmetic-v0")],
)
def test_a_miss_names_the_nearest(name: str, nearest: str) -> None:
    """A misspelled id is answered with the one that was meant."""
    with pytest.raises(NotFound, match=f"no environment {name!r}; did you mean '{nearest}'"):
        find(name)


def test_a_far_miss_lists_what_there_is() -> None:
    """Where nothing is near, all ids are named."""
    with pytest.raises(NotFound, match="known: axion/AbsoluteZero-v0, axion/Arithmetic-v0, "):
        load("zzzzzzzz")


def test_module_and_class() -> None:
    """Code that is not installed is named as module:Class."""
    env = load("axion_zoo.games.kuhn_poker:KuhnPoker", ante=2)
    assert env.spec.id == "axion/KuhnPoker-v0"
    assert env.options == {"ante": 2}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no_such_module:Env", "cannot be imported"),
        ("axion_zoo.games.kuhn_poker:Nothing", "cannot be imported"),
        (":Env", "cannot be imported"),
        ("axion_zoo.games.kuhn_poker:", "cannot be imported"),
        (".relative:Env", "cannot be imported"),
        ("axion_env:Task", "not a subclass of axion_env.Env"),
        ("axion_env:play", "not a subclass of axion_env.Env"),
    ],
)
def test_what_is_no_environment(name: str, said: str) -> None:
    """It is said what the name led to."""
    with pytest.raises(UsageError, match=said):
        find(name)


@pytest.mark.parametrize("make_", [load, make])
def test_options_reach_the_environment(make_: Any) -> None:
    """Both ways of building take its options, and refuse those it has not."""
    built = make_("axion/KuhnPoker-v0", bet=3)
    env = built.env if isinstance(built, Steppable) else built
    assert env.options == {"bet": 3}
    with pytest.raises(UsageError, match="no option 'bett'; did you mean 'bet'"):
        make_("axion/KuhnPoker-v0", bett=3)
