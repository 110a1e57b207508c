"""Where the backends `file` and `repository` have their trees and their banks of bugs from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Protocol

from axion_env import NotFound, Patch, UsageError
from axion_env.sandbox import Workspace
from axion_zoo.selfplay.bug_repair import module
from axion_zoo.selfplay.bug_repair.bank.bug import Bug, read
from axion_zoo.selfplay.bug_repair.repository import Repository, find
from axion_zoo.selfplay.bug_repair.suite import Artifact, SuiteLimits, standard


@dataclass(frozen=True)
class Tree:
    """A project as it should be."""

    name: str
    workspace: Workspace
    code: tuple[str, ...]
    """Paths of its code."""
    tests: tuple[str, ...]
    """Paths of its test files."""
    artifact: Callable[[Patch, Patch], Artifact]
    """Makes the artifact of a bug and a weakening, with the tests that call into what the bug changes."""
    history: tuple[str, ...] = ()
    """Diffs of changes that the project once made to its code."""
    profile: str = "proc"
    """The sandbox profile that its suite runs under."""
    limits: SuiteLimits = field(default_factory=SuiteLimits)
    """Limits of a run of its suite."""


class Trees(Protocol):
    """A source of trees."""

    splits: tuple[str, ...]

    def names(self, split: str) -> Sequence[str]:
        """Names of the trees of a split."""
        ...

    def tree(self, name: str) -> Tree:
        """The tree of that name."""
        ...

    def bugs(self, split: str) -> Sequence[Bug]:
        """Bugs of the trees of a split."""
        ...


class Modules:
    """The modules that come with the package, one file each with its tests."""

    splits: tuple[str, ...] = ("train", "test")
    BANK = Path(module.__file__).parent / "bugs.jsonl.gz"

    def names(self, split: str) -> Sequence[str]:
        """Names of the modules of a split."""
        return module.names(split)

    def tree(self, name: str) -> Tree:
        """A module with its tests."""
        tests = (f"tests/test_{name}.py",)
        return Tree(name, module.workspace(name), (f"{name}.py",), tests, partial(standard, tests))

    def bugs(self, split: str) -> Sequence[Bug]:
        """Bugs made by rule, at most a dozen of each module."""
        chosen = set(module.names(split))
        return [bug for bug in _banked(self.BANK) if bug.tree in chosen]


class Repositories:
    """Prepared repositories, and the banks bred beside them.

    Args:
        folder: The folder of one, as `axion repo prepare` writes it, or of several.
        held_out: Names of those that are the split `test`, the others being `train`; a single repository is both.

    Raises:
        UsageError: there is none, or all of them are held out.
    """

    splits: tuple[str, ...] = ("train", "test")
    BANK = "bugs.jsonl"

    def __init__(self, folder: Path, held_out: Sequence[str] = ()) -> None:
        found = {path.name: path for path in find(folder)}
        if not found:
            raise UsageError(f"no prepared repository in {str(folder)!r}; `axion repo prepare` makes one")
        for name in held_out:
            if name not in found:
                raise NotFound("prepared repository", name, found)
        if held_out and len(set(held_out)) == len(found):
            raise UsageError(f"held_out names every prepared repository ({', '.join(found)}); leave one to be trained on")
        self.folders = found
        self.held_out = frozenset(held_out)

    def names(self, split: str) -> Sequence[str]:
        """Names of the repositories of a split."""
        return [name for name in self.folders if not self.held_out or (name in self.held_out) == (split == "test")]

    def tree(self, name: str) -> Tree:
        """A repository as it was prepared."""
        return repository_tree(name, _loaded(self.folders[name]))

    def bugs(self, split: str) -> Sequence[Bug]:
        """The bugs that `axion repo breed` made, where it has made some."""
        banks = [self.folders[name] / self.BANK for name in self.names(split)]
        return [bug for path in banks if path.exists() for bug in _banked(path)]


def repository_tree(name: str, found: Repository) -> Tree:
    """The tree of a prepared repository."""
    return Tree(name, found.workspace, found.code, tuple(found.tests), found.artifact, found.history, found.profile, found.limits)


@lru_cache(maxsize=16)
def _loaded(folder: Path) -> Repository:
    return Repository.load(folder)


@lru_cache(maxsize=16)
def _banked(path: Path) -> Sequence[Bug]:
    return read(path)
