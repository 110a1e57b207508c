"""Recipes: TOML files that say which parts a run is made of. The only room that knows TOML."""

from axion_train.recipe.schema import Recipe
from axion_train.recipe.toml import read, shipped

__all__ = ["Recipe", "read", "shipped"]
