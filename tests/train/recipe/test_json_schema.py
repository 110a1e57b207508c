"""`axion recipe schema`: what it accepts is what a recipe may be, with the parts that are installed."""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from axion_env import _plugin
from axion_env.command import axion
from axion_train import recipe
from axion_train.recipe.build import KINDS


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    done = CliRunner().invoke(axion, ["recipe", "schema"])
    assert (done.exit_code, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    jsonschema.Draft202012Validator.check_schema(found)
    return found


def problems(schema: dict[str, Any], table: dict[str, Any]) -> list[str]:
    return [error.json_path for error in jsonschema.Draft202012Validator(schema).iter_errors(table)]


@pytest.mark.parametrize("name", recipe.shipped())
def test_shipped_recipes_and_their_dumps_fit(schema: dict[str, Any], name: str, tmp_path: Path) -> None:
    assert problems(schema, tomllib.loads(files("axion_train").joinpath("recipes", f"{name}.toml").read_text())) == []
    recipe.read(name).dump(tmp_path / "dump.toml")
    assert problems(schema, tomllib.loads((tmp_path / "dump.toml").read_text())) == []


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"trainig": {}}, "$"),
        ({"training": {"update": 3}}, "$.training"),
        ({"training": {"updates": "3"}}, "$.training.updates"),
        ({"curriculum": {"name": "uniform_deals", "deal": 3}}, "$.curriculum"),
        ({"curriculum": {"name": "uniform"}}, "$.curriculum"),
        ({"curriculum": {"deals": 3}}, "$.curriculum"),
        ({"evaluations": [{"kind": "rewrd"}]}, "$.evaluations[0].kind"),
        ({"envs": []}, "$.envs"),
        ({"envs": [{"id": "a"}, {"id": "b"}]}, "$.envs"),
        ({"monitors": {"mine": {"level": 1}}}, "$.monitors.mine"),
        ({"monitors": {"gap": {"metric": "a"}}}, "$.monitors.gap"),
        ({"optimizer": {"rate": {"strat": 1}}}, "$.optimizer.rate"),
    ],
)
def test_slips_do_not_fit(schema: dict[str, Any], changes: dict[str, Any], path: str) -> None:
    table = {"envs": [{"id": "axion/KuhnPoker-v0"}]}
    assert problems(schema, table) == []
    assert path in problems(schema, table | changes)


def test_monitors_go_by_their_own_name_or_another(schema: dict[str, Any]) -> None:
    monitors = {"gap": {"metric": "a", "truth": "b"}, "mine": {"name": "gap", "metric": "a", "truth": "b"}, "too_easy": {}}
    assert problems(schema, {"envs": [{"id": "a"}], "monitors": monitors}) == []


def test_it_says_what_everything_does(schema: dict[str, Any]) -> None:
    """Each section, and most keys; parts of every kind with their arguments and defaults."""
    assert [name for name, section in schema["properties"].items() if not section.get("description")] == []
    assert {name for name in schema["$defs"] if "." in name} == {
        f"{kind}.{name}" for kind, group in KINDS.items() for name in group.names()
    }
    deals = schema["$defs"]["curriculum.endogenous"]["properties"]["capacity"]
    assert deals == {"type": "integer", "default": 1024, "description": "Tasks kept; the oldest goes first."}
    assert schema["properties"]["training"]["properties"]["ema"]["description"] == "Decay of the averaged weights, per step."
    assert schema["properties"]["training"]["properties"]["ema"]["default"] == 0.98


def test_parts_of_other_packages_are_in_it_and_broken_ones_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever annotations they have; nobody's broken part keeps others from their schema."""
    here = "tests.train.recipe.parts"
    targets = {
        "elaborate": f"{here}:Elaborate",
        "plain": f"{here}:Plain",
        "gone": "no_such_module:Part",
        "unreadable": f"{here}:Unreadable",
    }
    places = tuple(_plugin.Place(name, target, "axion-test") for name, target in targets.items())
    installed = _plugin.installed
    monkeypatch.setattr(_plugin, "installed", lambda group: places if group == "axion.advantage" else installed(group))
    done = CliRunner().invoke(axion, ["recipe", "schema"])
    assert done.exit_code == 0, done.output
    left_out = done.stderr.splitlines()
    assert [line.split(":")[0] for line in left_out] == ["left out", "left out"]
    assert "'gone'" in left_out[0]
    assert "Unreadable" in left_out[1]
    found = json.loads(done.stdout)
    told = found["$defs"]["advantage.elaborate"]["properties"]["limit"]["description"]
    assert told == "A count, or `auto`, which goes on in a second line."
    for table, fits in (
        ({"name": "elaborate", "level": 1, "limit": "auto", "memory": {"rate": 1}, "pairs": [["a", 1]]}, True),
        ({"name": "elaborate", "level": 1, "limit": "auot"}, False),
        ({"name": "plain", "windows": [{"size": 3}]}, True),
        ({"name": "plain", "windows": [{"sise": 3}]}, False),
    ):
        assert (problems(found, {"envs": [{"id": "a"}], "advantage": table}) == []) is fits
