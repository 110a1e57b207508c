"""`axion recipe`: what may stand in a recipe."""

from __future__ import annotations

import json

import click

_EXAMPLES = """\b
Examples:
  axion recipe schema > recipe.schema.json
and, for an editor with a TOML language server (Taplo, Even Better TOML), as the first line of a recipe beside it:
  #:schema ./recipe.schema.json
"""


@click.group(epilog=_EXAMPLES)
def recipe() -> None:
    """Show what may stand in a recipe."""


@recipe.command(epilog=_EXAMPLES)
def schema() -> None:
    """Print the JSON schema of a recipe, from which editors complete and check.

    It has every section and key with its default and what it does, and every part that is installed here, those of other packages too.
    """
    from axion_train.recipe.json_schema import recipe_schema

    found, left_out = recipe_schema()
    for problem in left_out:
        click.echo(f"left out: {problem}", err=True)
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))
