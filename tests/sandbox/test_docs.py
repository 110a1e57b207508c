"""The code on the pages about jobs does what the pages say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import axion_env
from axion_env.sandbox import JobStatus, Limits, Profile, Sandbox
from axion_env.sandbox.profile import FUNC, NUMERIC, PROC, REPO
from axion_env.sandbox.tier import TIERS
from tests.sandbox.offer import skip_without

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)


def test_the_first_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """A function's two calls come out right."""
    exec(compile(blocks("sandbox.md")[0], "sandbox.md", "exec"), {"__name__": "docs"})
    assert capsys.readouterr().out == "OK [True, True]\n"


def test_the_second_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """Tests of the broken tree fail, and those of the mended one pass."""
    first, second = blocks("sandbox.md")
    with Sandbox(slots=1) as sandbox:
        skip_without(sandbox, "proc")
    namespace: dict[str, Any] = {"__name__": "docs"}
    exec(compile(first.partition("\n\n")[0] + "\n" + second, "sandbox.md", "exec"), namespace)
    assert capsys.readouterr().out == "1 0\n"


def test_the_environment_on_the_page_works() -> None:
    """A right solution earns everything, a half right one half, one that does not parse nothing."""
    (block,) = (block for block in blocks("environment.md") if "ctx.run(" in block)
    namespace: dict[str, Any] = {"__name__": "docs"}
    exec(compile(block, "environment.md", "exec"), namespace)
    env = namespace["Palindrome"]()
    for code, earned in (
        ("def palindrome(t): return t.lower() == t.lower()[::-1]", 1.0),
        ("def palindrome(t): return t == t[::-1]", 0.75),
        ("def palindrome(t): return True", 0.75),
        ("palindrome", 0.0),
        ("class E:\n    def __eq__(self, o): return True\ndef palindrome(t): return E()", 0.0),
    ):
        episode = axion_env.play(env, axion_env.Scripted([code]))
        assert axion_env.judge(env, episode)["solver_0"].reward == earned


def test_the_page_names_what_there_is() -> None:
    """Every status, limit, profile and tier stands on the page, with the defaults that hold."""
    page = (DOCS / "sandbox.md").read_text()
    for name in (*JobStatus, *(tier.name for tier in TIERS), "unsafe", *(profile.name for profile in (FUNC, PROC, REPO, NUMERIC))):
        assert f"`{name}`" in page, name
    limits = Limits()
    assert f"| `cpu_s` | {limits.cpu_s:g} (" in page
    assert limits.wall == 4 * limits.cpu_s
    assert f"| `memory_mib` | {limits.memory_mib} |" in page
    assert limits.output_bytes == 1 << 20
    assert f"| `disk_mib` | {limits.disk_mib} |" in page
    assert f"| `processes` | {limits.processes} |" in page
    assert Profile("tables", packages=("numpy",), preload=("numpy",)).processes is False
    for link in re.findall(r"\]\(([\w/.-]+)(?:#[\w-]+)?\)", page):
        assert (DOCS / link).exists(), link
