"""What `import axion_train` gives, and what it costs."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import axion_train


def test_every_name_is_there_once() -> None:
    """`__all__` is sorted (classes first, then functions), and `dir` shows it; a name that is not there is an ordinary error."""
    assert axion_train.__all__ == sorted(set(axion_train.__all__))
    assert set(axion_train.__all__) <= set(dir(axion_train))
    with pytest.raises(AttributeError, match="has no attribute 'Trainr'"):
        axion_train.Trainr  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize("name", axion_train.__all__)
def test_every_public_name_is_documented(name: str) -> None:
    """By a docstring of its own, and so is every public method."""
    value = getattr(axion_train, name)
    assert value.__module__.startswith("axion_train.")
    assert value.__doc__
    assert not value.__doc__.startswith(f"{name}(")  # what a dataclass writes where nobody else did
    for member, what in vars(value).items() if inspect.isclass(value) else ():
        if not member.startswith("_") and (inspect.isfunction(what) or isinstance(what, property)):
            assert inspect.getdoc(what), f"{name}.{member}"


def test_import_is_light() -> None:
    """Importing the package imports none of its modules, nor any library but the SDK."""
    heavy = ("axion_train.", "torch", "numpy", "pydantic")
    code = f"import sys, axion_train; print([name for name in sys.modules if name.startswith({heavy!r})])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
    code = "import sys; from axion_train import read, Recipe; import axion_train; print(axion_train.Recipe is Recipe)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "True\n"
