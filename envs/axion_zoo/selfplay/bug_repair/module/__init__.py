"""Modules written for this project, each with the tests that go with it: the trees of the backend `file`.

`source` and `test` hold files to be read, never imported here: their home is a workspace.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from axion_env import NotFound
from axion_env.sandbox import Workspace

_HERE = Path(__file__).parent
TEST = frozenset({"day_count", "ledger", "run_length", "trie"})
"""Held out from training."""


@lru_cache
def names(split: str | None = None) -> tuple[str, ...]:
    """Of the modules of a split, `train` or `test`; None: of all."""
    every = sorted(path.stem for path in (_HERE / "source").glob("*.py"))
    return tuple(name for name in every if split is None or (name in TEST) == (split == "test"))


@lru_cache
def workspace(name: str) -> Workspace:
    """The tree of a module: `name.py` and `tests/test_name.py`.

    Raises:
        NotFound: there is no such module.
    """
    if name not in names():
        raise NotFound("module", name, names())
    source, test = _HERE / "source" / f"{name}.py", _HERE / "test" / f"test_{name}.py"
    return Workspace({f"{name}.py": source.read_bytes(), f"tests/test_{name}.py": test.read_bytes()})
