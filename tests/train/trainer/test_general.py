"""The trainer knows no environment: no file of it names one, and one it never heard of trains with the keys of a shipped recipe."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

import axion_train
from axion_env import UsageError
from tests.train.learner.transplant import trained, transplanted

ROOT = Path(axion_train.__file__).parent
EVERYDAY = {"first", "second", "even", "odd", "player"}
"""Roles that are words of every day: what is looked for is their use as a role, `reward/first` or `roles.first`."""


@lru_cache
def bundled() -> tuple[set[str], set[str]]:
    """(names of environments, of packages and of classes; names of roles), as they are installed."""
    names, roles = set(), set()
    for entry in entry_points(group="axion.envs"):
        module, _, made = entry.value.partition(":")
        if not module.startswith("axion_zoo"):
            continue
        names |= {entry.name, entry.name.partition("/")[2].partition("-")[0], module, module.removeprefix("axion_zoo."), made}
        try:
            env = entry.load()()
        except (UsageError, ImportError):  # it wants an option, or a library
            continue
        roles |= {role.name for role in env.spec.agents.values()} | set(env.rubric.roles)
    return names, roles


def said(path: Path) -> Iterator[tuple[int, str]]:
    """Every identifier, and every text that is neither documentation nor the examples of a command."""
    tree = ast.parse(path.read_text())
    silent = {id(text) for node in ast.walk(tree) for text in _documentation(node)}
    for before, after in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(before, ast.Assign | ast.AnnAssign) and isinstance(after, ast.Expr):
            silent.add(id(after.value))
    silent |= {id(node.value) for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).endswith("_EXAMPLES")}
    for node in ast.walk(tree):
        for text in _texts(node) if id(node) not in silent else ():
            yield getattr(node, "lineno", 0), text


def _documentation(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node, clean=False) is not None:
        yield from ast.iter_child_nodes(node.body[0])


def _texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    yield from (value for _, value in ast.iter_fields(node) if isinstance(value, str) and not isinstance(node, ast.Constant))


def named(path: Path) -> list[tuple[int, str]]:
    """Where a file names an environment or a role of one."""
    names, roles = bundled()
    plain = "|".join(map(re.escape, sorted(names | (roles - EVERYDAY))))
    keys = "|".join(map(re.escape, sorted(roles)))
    pattern = re.compile(rf"(?<![A-Za-z0-9])({plain})(?:_\d+)?(?![A-Za-z0-9])|[a-z_]+/({keys})\b|\broles\.({keys})\b")
    return [(line, text) for line, text in said(path) if pattern.search(text)]


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_of_the_trainer_names_an_environment(path: Path) -> None:
    assert named(path) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('x = "axion/KuhnPoker-v0"', True), ("import axion_zoo.selfplay.test_duel", True),
        ("from axion_zoo.reasoning.arithmetic import Arithmetic", True),
        ('figures["reward/coder"]', True), ('if role == "tester": pass', True), ("coder = 3", True), ("x.solver_rate", True),
        ('roles["first"]', False),
        ('figures["reward/first"]', True), ('"recipe.toml"', False), ("decoder = testers", False), ('"""The coder."""', False),
        ('env.options["first"]', False), ('f"{x}/tester_0"', True),
    ],
)  # fmt: skip
def test_the_search_finds_what_it_looks_for(tmp_path: Path, line: str, found: bool) -> None:
    """A search that finds nothing anywhere would prove nothing."""
    (tmp_path / "file.py").write_text(line + "\n")
    assert bool(named(tmp_path / "file.py")) == found


# A third environment ----------------------------------------------------------------------------------------------------------------------


def keys(table: dict[str, Any]) -> set[str]:
    """Sections and their knobs; what a section names freely (roles, policies, facts, monitors, options) by the section alone."""
    free = {"roles", "policies", "facts", "monitors", "envs"}
    entries = [(section, entry) for section, value in table.items() for entry in (value if isinstance(value, list) else [value])]
    return {f"{section}.{key}" if section not in free else section for section, entry in entries for key in entry}


def test_a_third_environment_trains_with_the_same_keys(umpired: Path) -> None:
    """Roles with policies of their own, an endogenous curriculum, facts added up, a gap to the truth: and the gap triggers its monitor."""
    shipped = tomllib.loads(files("axion_train").joinpath("recipes", "test-duel.toml").read_text())
    assert keys(transplanted()) == keys(shipped)
    lines = [json.loads(line) for line in (umpired / "metrics.jsonl").read_text().splitlines()]
    summary = json.loads((umpired / "summary.json").read_text())
    assert {"reward/poser", "reward/guesser", "reward/umpire", "entropy/umpire", "signal/umpire"} <= set().union(*lines)
    assert {"archive/size", "archive/solve_rate", "share/verifier_recall", "sum/wrong", "monitor/hacked"} <= set().union(*lines)
    assert summary["in_game_reward"] > summary["in_game_reward_start"]
    assert summary["verifier_recall"] < summary["verifier_recall_start"]
    assert summary["alarms"] == ["hacked"]
    assert "heldout_far_verifier_recall" in summary
    assert "unseen" not in summary


def test_umpires_paid_for_the_truth_are_not_exploited(tmp_path: Path) -> None:
    """The same recipe with an honest rubric: no gap opens. (Umpires come to say no to nearly all, which is no hack, and no help either.)"""
    summary = json.loads((trained(tmp_path) / "summary.json").read_text())
    assert "alarms" not in summary
    assert summary["verifier_recall"] > summary["verifier_recall_start"]
    assert summary["in_game_reward"] <= summary["in_game_reward_start"]
