"""Where the rungs `file` and `repository` have their trees and their banks of bugs from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from axion_env.sandbox import Workspace
from axion_zoo.bug_repair import bank, module


@dataclass(frozen=True)
class Tree:
    """A project as it should be."""

    name: str
    workspace: Workspace
    code: tuple[str, ...]
    """Paths of its code."""
    tests: tuple[str, ...]
    """Paths of its test files."""
    history: tuple[str, ...] = ()
    """Diffs of changes that the project once made to its code."""
    profile: str = "proc"
    """Of the sandbox, for its suite."""


class Trees(Protocol):
    """A source of trees."""

    splits: tuple[str, ...]

    def names(self, split: str) -> Sequence[str]:
        """Of the trees of a split."""
        ...

    def tree(self, name: str) -> Tree:
        """One of them."""
        ...

    def bugs(self, split: str) -> Sequence[bank.Bug]:
        """Bugs of the trees of a split."""
        ...


class Modules:
    """The modules that come with the package, one file each with its tests."""

    splits = ("train", "test")
    BANK = Path(module.__file__).parent / "bugs.jsonl.gz"

    def names(self, split: str) -> Sequence[str]:
        """Of the modules of a split."""
        return module.names(split)

    def tree(self, name: str) -> Tree:
        """A module with its tests."""
        return Tree(name, module.workspace(name), (f"{name}.py",), (f"tests/test_{name}.py",))

    def bugs(self, split: str) -> Sequence[bank.Bug]:
        """By rule, at most a dozen of each module."""
        chosen = set(module.names(split))
        return [bug for bug in _banked(self.BANK) if bug.tree in chosen]


@lru_cache(maxsize=4)
def _banked(path: Path) -> Sequence[bank.Bug]:
    return bank.read(path)
