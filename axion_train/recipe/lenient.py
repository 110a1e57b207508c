"""Reads what there is of a recipe that may be broken or somebody else's: for looking at runs, not for running them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from axion_env import UsageError
from axion_train.recipe.change import listed
from axion_train.recipe.schema import Recipe
from axion_train.recipe.table import read_arguments


def read_leniently(table: Mapping[str, Any]) -> Recipe:
    """The recipe of a TOML table without the keys that cannot be read, for which defaults stand.

    Its parts are not built: they may be of a package that is not installed here. An environment that the table does not tell has no id.
    """
    kept: dict[str, Any] = {"envs": [{"id": ""}], "evaluations": [{}]}
    for old, value in table.items():
        ((key, current),) = listed({old: value}).items()
        _keep(kept, kept, key, current)
    return _read(kept)


def _keep(whole: dict[str, Any], holder: dict[str, Any], key: str, value: Any) -> None:
    """Set a key in a table of the whole if that can be read then; of a table, or the first of a list of them, what can be."""
    before = dict(holder)
    holder[key] = value
    if _fits(whole):
        return
    entry = value[0] if isinstance(value, list) and value else value
    if isinstance(entry, Mapping):
        holder[key] = before.get(key, [{}]) if entry is not value else {}
        if _fits(whole):
            for inner, its in entry.items():
                _keep(whole, holder[key][0] if entry is not value else holder[key], inner, its)
            return
    holder.clear()
    holder.update(before)


def _fits(table: Mapping[str, Any]) -> bool:
    try:
        _read(table)
    except UsageError:
        return False
    return True


def _read(table: Mapping[str, Any]) -> Recipe:
    return Recipe(**read_arguments(Recipe, table))
