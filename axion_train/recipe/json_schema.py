"""The JSON schema of a recipe, from which editors complete: sections and their keys, and the parts of every kind that are installed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from axion_env import UsageError
from axion_train.recipe.build import KINDS
from axion_train.recipe.description import summary
from axion_train.recipe.schema import SINGLE, Recipe
from axion_train.recipe.table import json_schema


def recipe_schema() -> tuple[dict[str, Any], list[str]]:
    """The schema (draft 2020-12), and what is left out of it: the plug-ins that cannot be imported, each with why.

    Names of older recipes are read and are not part of it.
    """
    sections = json_schema(Recipe)
    for name in SINGLE:
        sections["properties"][name] |= {"minItems": 1, "maxItems": 1}
    parts: dict[str, dict[str, Any]] = {}
    left_out: list[str] = []
    for kind, group in KINDS.items():
        known = {}
        for name in group.names():
            try:
                known[name] = _part(name, group.load(name), required=kind != "monitors")
            except UsageError as problem:
                left_out.append(str(problem))
        parts |= {f"{kind}.{name}": part for name, part in known.items()}
        parts[kind] = {"required": ["name"], "oneOf": [_reference(f"{kind}.{name}") for name in known]}
        field = sections["properties"][kind]
        told = {key: field[key] for key in ("description", "default")}
        sections["properties"][kind] = told | (_monitors(known) if kind == "monitors" else _reference(kind))
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A recipe of Axion"}
    return head | sections | {"$defs": parts}, left_out


def _part(name: str, part: Any, *, required: bool) -> dict[str, Any]:
    """The table of a part, which says its name and gives its arguments."""
    table = json_schema(part)
    named = {"name": {"const": name}, **table["properties"]}
    needed = [*(["name"] if required else []), *table.get("required", ())]
    return {"description": summary(part), **table, "properties": named} | ({"required": needed} if needed else {})


def _monitors(known: Iterable[str]) -> dict[str, Any]:
    """Tables by names of one's own: a table says which monitor it is, where its own name does not."""
    named = _reference("monitors")
    return {
        "type": "object",
        "properties": {name: {"anyOf": [_reference(f"monitors.{name}"), named]} for name in known},
        "additionalProperties": named,
    }


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}
