"""What `import axion_env` gives, and what it costs."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import types
from itertools import pairwise
from pathlib import Path

import pytest

import axion_env

FOLDER = Path(axion_env.__file__).parent


def test_nothing_else_is_public() -> None:
    """Every name in `__all__` is there, sorted and once; every other name is a module or private."""
    assert axion_env.__all__ == sorted(set(axion_env.__all__))
    assert set(axion_env.__all__) <= set(dir(axion_env))
    public = {n for n, v in vars(axion_env).items() if not n.startswith("_") and not isinstance(v, types.ModuleType)}
    assert public == set(axion_env.__all__)


@pytest.mark.parametrize("name", axion_env.__all__)
def test_every_public_name_is_documented(name: str) -> None:
    """Classes and functions by a docstring of their own, other names by the string below their definition."""
    value = getattr(axion_env, name)
    if inspect.isclass(value) or inspect.isfunction(value):
        assert value.__doc__
        assert not value.__doc__.startswith(f"{name}(")  # what a dataclass writes where nobody else did
    else:
        assert name in _described()


def _described() -> set[str]:
    """Names assigned at the top of a module and followed by a string."""
    found = set()
    for path in FOLDER.rglob("*.py"):
        body = ast.parse(path.read_text()).body
        for statement, after in pairwise(body):
            named = isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
            if named and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                found.add(statement.target.id)  # type: ignore[union-attr]
    return found


@pytest.mark.parametrize("name", [n for n in axion_env.__all__ if inspect.isclass(getattr(axion_env, n))])
def test_public_methods_are_documented(name: str) -> None:
    """So is every public method and property of every public class."""
    value = getattr(axion_env, name)
    for member, what in vars(value).items():
        if not member.startswith("_") and (inspect.isfunction(what) or isinstance(what, property)):
            assert inspect.getdoc(getattr(value, member)), f"{name}.{member}"


def test_the_package_is_typed() -> None:
    """Type checkers of other people may rely on the annotations."""
    assert (FOLDER / "py.typed").exists()


HEAVY = (
    "torch",
    "transformers",
    "gymnasium",
    "pettingzoo",
    "numpy",
    "click",
    "rich",
    "asyncio",
    "axion_train",
    "axion_zoo",
    "axion_env.sandbox",
    "importlib.metadata",
)

IMPORT = f"""
import sys, time
before = time.process_time()
import axion_env
print(time.process_time() - before)
print(*[name for name in {HEAVY!r} if name in sys.modules])
"""


def test_import_is_light() -> None:
    """It pulls in none of the heavy libraries and takes less than 0.1 s of processor time (best of three)."""
    runs = [subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True).stdout for _ in range(3)]
    times = [float(run.splitlines()[0]) for run in runs]
    assert [run.splitlines()[1] for run in runs] == [""] * 3
    assert min(times) < 0.1
