"""The README's code does what the README says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_code_blocks_run(capsys):
    """Every Python block runs, in order, in one namespace; the game of guessing has six plays and pays 0 or 1."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    namespace: dict[str, object] = {"__name__": "readme"}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), namespace)
    assert len(blocks) == 2
    assert re.fullmatch(r"[01]\.0 8\n", capsys.readouterr().out)


def test_the_readme_names_what_there_is():
    """Recipes, extras and pages that the README mentions exist."""
    text = (ROOT / "README.md").read_text()
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert all(extra in extras for extra in re.findall(r'-e "\.\[(\w+)\]"', text))
    assert all(
        (ROOT / "axion_train" / "recipes" / f"{name}.toml").exists()
        for name in re.findall(r"axion train ([a-z][\w-]*)", text)
        if name != "RECIPE"
    )
    assert all((ROOT / page).exists() for page in re.findall(r"\]\(([\w/.-]+)\)", text))
