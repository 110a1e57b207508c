"""The options of BugRepair: a record for each backend, which says what it has and refuses the rest."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import pytest
from axion_zoo.selfplay.bug_repair import BugRepair
from axion_zoo.selfplay.bug_repair.option import RECORDS, FileOptions, in_order, options_of

from axion_env import UsageError, load
from axion_env.command.describe import option_table

DEFAULTS = {field.name: field.default for record in RECORDS.values() for field in dataclasses.fields(record)}
SHARED = ("backend", "source", "injector", "solvers", "shaper", "seed")


def test_the_table_describes_every_option() -> None:
    """With its default, and whose option it is."""
    table = option_table(BugRepair)
    assert list(table) == [*SHARED, *DEFAULTS]
    assert all(option["description"] for option in table.values())
    assert table["trace"] == {
        "default": True, "required": False, "type": "bool",
        "description": "[function] Show the values after each operator, and not the last only.",
    }  # fmt: skip
    assert table["turns"]["description"].startswith("[file, repository] Actions of a solver")


def test_records_agree_on_defaults() -> None:
    """Else an option given at its default could not be told to be one."""
    for record in RECORDS.values():
        assert all(field.default == DEFAULTS[field.name] for field in dataclasses.fields(record))


@pytest.mark.parametrize(("name", "option"), itertools.product(RECORDS, DEFAULTS))
def test_an_option_of_another_backend_is_refused_but_at_its_default(name: str, option: str) -> None:
    """Older records may hold it so: it changed nothing."""
    backend, source = name.split(" ")[0], "python" if "python" in name else ""
    other: Any = {str: "two", bool: not DEFAULTS[option], int: 3}.get(type(DEFAULTS[option]), ["somebody"])
    default = options_of(backend, source, {option: DEFAULTS[option]})
    assert default == RECORDS[name]()
    if option in {field.name for field in dataclasses.fields(RECORDS[name])}:
        if option != "gates":
            assert getattr(options_of(backend, source, {option: other}), option) == other
    else:
        with pytest.raises(UsageError, match=f"has no option '{option}': got .*; it has .*, and '{option}' is one of"):
            options_of(backend, source, {option: other})


def test_a_slip_is_told_the_nearest_name() -> None:
    with pytest.raises(UsageError, match=r"'file' has no option 'tunrs': got 3; did you mean 'turns'\?"):
        load("axion/BugRepair-v0", backend="file", tunrs=3)
    with pytest.raises(UsageError, match="rows is 0 or more: got -1"):
        load("axion/BugRepair-v0", rows=-1)


def test_options_are_recorded_as_given_in_one_order() -> None:
    """Equal options give equal bytes."""
    given = {"max_edits": 3, "rows": 4, "seed": 1, "mutator": "two", "solvers": 2}
    recorded = load("axion/BugRepair-v0", **given).options
    assert recorded == given
    assert list(recorded) == ["solvers", "seed", "mutator", "rows", "max_edits"]
    assert list(in_order({"held_out": ["x"], "gates": None, "turns": 2})) == ["turns", "gates", "held_out"]


def test_an_options_record_cannot_change() -> None:
    options = FileOptions(turns=3, gates={"regrades": 1})
    assert options.thresholds.regrades == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        options.turns = 4  # type: ignore[misc]
