"""A recipe as it is written, changed, dumped and read again, in the forms that older ones have too."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from axion_env import UsageError
from axion_train import recipe
from axion_train.learner.schedule import Schedule
from axion_train.recipe.lenient import read_leniently
from axion_train.recipe.schema import Recipe
from axion_train.recipe.section import Environment, Evaluation

OLD = """
[env]
id = "axion/KuhnPoker-v0"
[env.options]
bet = 2
[magnet]
coefficient = 0.1
[optimizer]
signal = 0.5
[opponents]
name = "snapshot_pool"
share = 0.25
[roles.first]
magnet = 2
[facts.shares]
right = ["a", "b"]
[monitors.mine]
name = "threshold"
figure = "entropy"
level = 1
[evaluation]
kind = "nash_conv"
[controls]
fixed = ["env.options.bet=1", "evaluation.every=7", "magnet.coefficient=0", "opponents.share=1", "monitors.mine.figure=kl"]
"""
"""As it was written, and dumped, when lists were tables and some keys had other names."""


def shipped(name: str) -> dict[str, Any]:
    return tomllib.loads(files("axion_train").joinpath("recipes", f"{name}.toml").read_text())


@pytest.mark.parametrize("name", recipe.shipped())
def test_a_dump_is_the_recipe(name: str, tmp_path: Path) -> None:
    """Every default filled in; dumped again it is the same text."""
    chosen = recipe.read(name)
    chosen.dump(tmp_path / "one.toml")
    recipe.read(str(tmp_path / "one.toml")).dump(tmp_path / "two.toml")
    assert recipe.read(str(tmp_path / "two.toml")) == chosen
    assert (tmp_path / "one.toml").read_bytes() == (tmp_path / "two.toml").read_bytes()
    assert {"[[envs]]", "[[evaluations]]"} <= set((tmp_path / "one.toml").read_text().splitlines())


@pytest.mark.parametrize("name", recipe.shipped())
def test_a_shipped_recipe_has_no_old_name(name: str) -> None:
    """What is shipped is what is documented."""
    assert set(shipped(name)) <= {f.name for f in dataclasses.fields(Recipe)}


def test_an_older_recipe_is_read(tmp_path: Path) -> None:
    (tmp_path / "old.toml").write_text(OLD)
    found = recipe.read(str(tmp_path / "old.toml"), ["env.options.ante=3", "evaluation.every=5"])
    assert found.envs == (Environment("axion/KuhnPoker-v0", {"bet": 2, "ante": 3}),)
    assert found.evaluations == (Evaluation(kind="nash_conv", every=5),)
    assert (found.reference_kl.coefficient, found.optimizer.agreement, found.roles["first"].reference_kl) == (Schedule(0.1), 0.5, 2.0)
    assert found.arguments("opponents") == {"every": 10, "keep": 8, "probability": 0.25}
    assert found.facts.ratios == {"right": ["a", "b"]}
    assert found.build_monitors()["mine"].metric == "entropy"
    fixed = found.control("fixed")
    assert (fixed.env.options, fixed.evaluation.every) == ({"bet": 1, "ante": 3}, 7)
    assert fixed.reference_kl == dataclasses.replace(found.reference_kl, coefficient=Schedule(0.0))
    assert (fixed.arguments("opponents")["probability"], fixed.build_monitors()["mine"].metric) == (1.0, "kl")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("magnet.coefficient=0.3", "reference_kl.coefficient=0.3"),
        ("magnet.coefficient.end=0.01", "reference_kl.coefficient.end=0.01"),
        ("optimizer.signal=0.1", "optimizer.agreement=0.1"),
        ('facts.shares.x=["a", "b"]', 'facts.ratios.x=["a", "b"]'),
        ("roles.first.magnet=3", "roles.first.reference_kl=3"),
        ("env.options.bet=3", "envs.0.options.bet=3"),
    ],
)
def test_a_change_may_have_an_old_name(old: str, new: str, tmp_path: Path) -> None:
    """Of a recipe of any age, it goes over what is there, whatever that is called."""
    (tmp_path / "old.toml").write_text(OLD)
    for name in ("kuhn-poker", str(tmp_path / "old.toml")):
        try:
            expected = recipe.read(name, [new])
        except UsageError as problem:
            with pytest.raises(UsageError, match=re.escape(str(problem))):
                recipe.read(name, [old])
        else:
            assert recipe.read(name, [old]) == expected


@pytest.mark.parametrize("form", ["env", "envs.0"])
def test_a_change_is_of_the_first_entry(form: str) -> None:
    found = recipe.read("kuhn-poker", [f"{form}.options.bet=2", f'{form}.options.ranks=["A", "B"]', f"{form}.options.ranks.1=C"])
    assert found.env == Environment("axion/KuhnPoker-v0", {"bet": 2, "ranks": ["A", "C"]})


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("evaluation.every=5", Evaluation(every=5)),
        ("evaluations.0.every=5", Evaluation(every=5)),
        ("evaluation={every=5}", Evaluation(every=5)),
        ("evaluations=[{every=5}]", Evaluation(every=5)),
        ('evaluation.also=["a"]', Evaluation(also=("a",))),
    ],
)
def test_a_change_of_what_the_recipe_leaves_out(change: str, expected: Evaluation, tmp_path: Path) -> None:
    (tmp_path / "bare.toml").write_text('[[envs]]\nid = "axion/Arithmetic-v0"\n')
    assert recipe.read(str(tmp_path / "bare.toml"), [change]).evaluation == expected


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ("envs=[]", "recipe key 'envs' must be a list of one entry, for now: got 0"),
        ('envs=[{id="a"}, {id="b"}]', "recipe key 'envs' must be a list of one entry, for now: got 2"),
        ("evaluations.1.every=3", "recipe key 'evaluations' must be a list of one entry, for now: got 2"),
        ("envs.2.id=a", "entries are counted from 0, and there are 1: got '2'"),
        ("envs.id=a", "entries are counted from 0, and there are 1: got 'id'"),
        ("env=3", "recipe key 'envs[0]' must be a table: got 3"),
        ("env.opions.bet=2", "unknown recipe key 'envs[0].opions'; did you mean 'options'?"),
        ("evaluation.kind=rewrd", "recipe key 'evaluations[0].kind' must be 'nash_conv' or 'reward': got 'rewrd'; did you mean 'reward'?"),
        ("curriculum.deal=3", "unknown recipe key 'curriculum.deal'; did you mean 'deals'?"),
        ("learner=stf", "recipe key 'learner' must be 'policy_gradient' or 'sft': got 'stf'; did you mean 'sft'?"),
    ],
)
def test_what_is_no_recipe_is_refused(change: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        recipe.read("kuhn-poker", [change])
    assert hint in str(refused.value)


def test_both_forms_at_once_are_refused(tmp_path: Path) -> None:
    (tmp_path / "both.toml").write_text('[env]\nid = "a"\n[[envs]]\nid = "b"\n')
    with pytest.raises(UsageError, match=r"'env' is the old form of '\[\[envs\]\]', and both are given"):
        recipe.read(str(tmp_path / "both.toml"))


def test_arguments_are_what_a_part_is_built_of() -> None:
    """With its defaults, and nothing is built."""
    found = recipe.read("test-duel")
    assert found.arguments("curriculum")["part"] == found.build("curriculum").part == "caught"
    assert found.arguments("loss") == {}


@pytest.mark.parametrize("name", recipe.shipped())
def test_a_good_recipe_read_leniently_is_itself(name: str) -> None:
    assert read_leniently(shipped(name)) == recipe.read(name)


def test_of_a_broken_recipe_what_can_be_read() -> None:
    """Bad keys are left out one by one, whatever part of it they are in; what is not there has defaults."""
    table = tomllib.loads(OLD) | {"training": {"updates": 7, "seed": "x"}, "nonsense": 3, "model": 4, "advantage": {"name": "not_here"}}
    table["facts"]["shares"]["no name!"] = ["a", "b"]
    table["evaluation"]["evry"] = 3
    found = read_leniently(table)
    assert (found.env.id, found.evaluation.kind, found.training.updates, found.training.seed) == ("axion/KuhnPoker-v0", "nash_conv", 7, 0)
    assert (found.facts.ratios, found.advantage) == ({"right": ["a", "b"]}, {"name": "not_here"})
    assert read_leniently({}).env.id == ""
    assert read_leniently({"envs": [{"id": "one"}, {"id": "two"}]}).env.id == "one"
