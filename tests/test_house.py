"""The house itself: rooms that can be held in the head, and imports that run one way, those for annotations too."""

from __future__ import annotations

import ast
from collections import Counter
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {"axion_env": ROOT / "axion_env", "axion_train": ROOT / "axion_train", "axion_zoo": ROOT / "envs" / "axion_zoo"}
DATA = ("selfplay/bug_repair/module/",)
"""Folders of code that is material and not part of the house."""


def sources(package: str) -> dict[str, Path]:
    """The modules of a package by name; the material of environments left out."""
    folder = PACKAGES[package]
    found = {}
    for path in sorted(folder.rglob("*.py")):
        inside = path.relative_to(folder).as_posix()
        if not any(inside.startswith(data) for data in DATA) or (inside.count("/") == 3 and inside.endswith("module/__init__.py")):
            parts = path.relative_to(folder.parent).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@lru_cache(maxsize=8)
def imports(package: str) -> dict[str, set[str]]:
    """What each module imports of its own package: at its top, in functions, and for annotations only."""
    modules = sources(package)
    found: dict[str, set[str]] = {}
    for name, path in modules.items():
        wanted: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                wanted |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                wanted |= {
                    f"{node.module}.{alias.name}" if f"{node.module}.{alias.name}" in modules else node.module for alias in node.names
                }
        found[name] = wanted & set(modules) - {name}
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_make_no_circle(package: str) -> None:
    """Counted are all: of annotations, in functions, through `__init__`."""
    try:
        order = list(TopologicalSorter(imports(package)).static_order())
    except CycleError as problem:
        pytest.fail(" → ".join(reversed(problem.args[1])))
    assert set(order) == set(sources(package))


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_imports_what_is_not_installed(package: str) -> None:
    """Benchmarks, tests and examples know the packages, and not the other way round."""
    for name, path in sources(package).items():
        for node in ast.walk(ast.parse(path.read_text())):
            wanted = [a.name for a in node.names] if isinstance(node, ast.Import) else [getattr(node, "module", None) or ""]
            if isinstance(node, ast.Import | ast.ImportFrom):
                assert not {module.partition(".")[0] for module in wanted} & {"benchmarks", "tests", "examples"}, name


@pytest.mark.parametrize("package", PACKAGES)
def test_no_room_is_a_corridor(package: str) -> None:
    """A folder has twenty modules or fewer."""
    rooms = Counter(path.parent.relative_to(ROOT).as_posix() for path in sources(package).values())
    assert {room: count for room, count in rooms.items() if count > 20} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_file_is_too_long(package: str) -> None:
    """350 lines or fewer."""
    lengths = {name: len(path.read_text().splitlines()) for name, path in sources(package).items()}
    assert {name: length for name, length in lengths.items() if length > 350} == {}


@pytest.mark.parametrize(("package", "most"), [("axion_env", 10), ("axion_train", 5), ("axion_zoo", 1)])
def test_the_hall_is_nearly_empty(package: str, most: int) -> None:
    """Modules stand in rooms; at the root are the front door and what every room stands on."""
    assert len(list(PACKAGES[package].glob("*.py"))) <= most


def test_a_test_lives_in_the_room_of_what_it_tests() -> None:
    """Every folder of tests for a package has a room of that name there."""
    halls = {
        ROOT / "tests": PACKAGES["axion_env"],
        ROOT / "tests/train": PACKAGES["axion_train"],
        ROOT / "tests/zoo": PACKAGES["axion_zoo"],
    }
    others = {"benchmarks", "golden", "plugin", "short", "train", "zoo"}
    for tests, package in halls.items():
        rooms = {path.name for path in tests.iterdir() if path.is_dir() and not path.name.startswith((".", "__"))}
        assert rooms - (others if tests.name == "tests" else set()) <= {path.name for path in package.iterdir() if path.is_dir()}
