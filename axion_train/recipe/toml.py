"""Reading a recipe: by its shipped name or from a file, with changes of a command line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from axion_env import NotFound, UsageError
from axion_train.recipe.schema import NAME, Recipe, constructed


def shipped() -> list[str]:
    """Names of the recipes that come with the package."""
    return sorted(f.name.removesuffix(".toml") for f in files("axion_train").joinpath("recipes").iterdir() if f.name.endswith(".toml"))


def read(name: str, changes: Iterable[str] = ()) -> Recipe:
    """A recipe by its shipped name or as a path of a TOML file.

    Args:
        name: `kuhn-poker`, or a path that ends in `.toml`.
        changes: `section.key=value`, values as in TOML; they go over the file's.

    Raises:
        UsageError: no such recipe, not TOML, an unknown key (names the nearest) or a wrong type.
    """
    if name.endswith(".toml"):
        if not Path(name).is_file():
            raise UsageError(f"no recipe file {name!r}; shipped recipes: {', '.join(shipped())}")
        text = Path(name).read_text()
    elif name in shipped():
        text = files("axion_train").joinpath("recipes", f"{name}.toml").read_text()
    else:
        raise NotFound("recipe", name, shipped())
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise UsageError(f"recipe {name!r} is not TOML: {problem}") from None
    recipe = constructed(table, changes)
    for control in recipe.controls:
        recipe.control(control)
    for setting in recipe.roles.values():
        if not NAME.fullmatch(setting.policy):
            raise UsageError(f"a policy's name is of letters, digits and _: got {setting.policy!r}")
    for policy in recipe.policies:
        recipe.of_policy(policy)
    return recipe
