"""The pages say what is so: their code runs, their commands and their links are there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

import axion_env
from axion_env import PlayFailed
from tests import document

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_code_of_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its order and in an empty folder; commands are run or looked up."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    document.run(page)
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def test_every_block_is_seen() -> None:
    """A fence that the machinery does not understand would be code that nobody runs."""
    for page in PAGES:
        fences = len(re.findall(r"^\s*```\w+$", page.read_text(), re.M))
        seen = sum(1 for block in document.blocks(page) if f"```{block.language}\n{block.code}" in page.read_text())
        assert seen == fences, page.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    """From the pages and the docstrings; every public name has its place in the reference."""
    pytest.importorskip("mkdocs", reason="mkdocs is not installed: pip install 'axion-rl[docs]'")
    site = tmp_path / "site"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(site)], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    assert 'not included in the "nav"' not in done.stderr, done.stderr
    reference = (site / "reference" / "index.html").read_text()
    assert [
        name for name in axion_env.__all__ if f'id="axion_env.{name}"' not in reference and f'id="axion_env.{name}.{name}"' not in reference
    ] == []


@pytest.mark.parametrize(
    ("line", "instead", "broken"),
    [
        ('            ctx.reveal("secret", ctx.agents)\n', "", "obs.noninterference"),
        ('return float(episode.facts["found"])', 'return 2 * float(episode.facts["found"])', "runtime.reward_well_formed"),
    ],
)
def test_the_first_environment_breaks_as_it_says(
    line: str, instead: str, broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of the two promises that a reader is told to break is missed by `axion check`, which names it."""
    monkeypatch.chdir(tmp_path)
    (code,) = [block.code for block in document.blocks(ROOT / "docs" / "first-environment.md") if block.order == "file"]
    assert line in code
    Path("guess.py").write_text(code.replace(line, instead))
    done = subprocess.run(
        [sys.executable, "-c", "from axion_env.command import main; main()", "check", "guess:Guess", "--only", broken],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"FAILED   {broken}" in done.stdout


FRAGMENT = 'card = ctx.draw("card", ("J", "Q"))\nmove = await ctx.ask("player_0", card, choices=("check", "bet"))\n'


@pytest.mark.parametrize(
    "block",
    [
        "```python\nassert False\n```\n",
        "```python\nx = 1\n```\n\n```python\nassert x == 2\n```\n",
        f"```python\n{FRAGMENT}raise ValueError\n```\n",
        "<!-- python\nassert False\n-->\n",
        "<!-- not run -->\n```python\n1\n```\n",
        "```sh\naxion replya x\n```\n",
        "```sh\npip install x && axion list --jsn\n```\n",
        "```sh\n.venv/bin/axion episodes filter a.jsonl --outt b\n```\n",
        "<!-- run -->\n```sh\naxion info nope\n```\n",
        "<!-- file: a.py -->\n```python\ny = 3\n```\n\n```python\nimport a\n\nassert a.y == 4\n```\n",
    ],
)
def test_what_is_wrong_is_found(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page with any of these does not pass."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    page = tmp_path / "page.md"
    page.write_text(block)
    with pytest.raises((AssertionError, PlayFailed, click.UsageError)):
        document.run(page)
    sys.modules.pop("a", None)


def test_a_fragment_is_played(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        f"<!-- python\nseen = []\n-->\n```python\n{FRAGMENT}seen.append(move)\n```\n```python\nassert seen[0] in ('check', 'bet')\n```\n"
    )
    assert document.run(page) == 3
