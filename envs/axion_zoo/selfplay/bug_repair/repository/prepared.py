"""Prepared repositories: a package's source, its tests, and what they say of it as it is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from axion_env import Patch, UsageError
from axion_env.sandbox import Limits, Workspace
from axion_zoo.selfplay.bug_repair.repository.layout import script
from axion_zoo.selfplay.bug_repair.suite import Artifact, SuiteLimits, standard

RECORD, TREE = "repository.json", "tree"
_FORMAT = 1
_STARTING_S, _SLOWER = 2.0, 10.0  # processor seconds; times the suite's own


@dataclass(frozen=True)
class TestFile:
    """What one test file says of the package."""

    __test__ = False  # for pytest, which would take it for a class of tests

    passing: Mapping[str, float]
    """Tests that passed in every run, and the wall seconds each takes."""
    failing: tuple[str, ...] = ()
    """Tests that failed in every run."""
    flaky: tuple[str, ...] = ()
    """Tests that did one thing in one run and another in another. No script runs them."""
    covers: tuple[str, ...] = ()
    """Files of the package in which its tests call a function."""

    @property
    def seconds(self) -> float:
        """Wall seconds of all its tests."""
        return sum(self.passing.values())


@dataclass(frozen=True)
class Repository:
    """A package whose tests can be run, many times over and alike."""

    name: str
    version: str
    digest: str
    """SHA-256 of the archive it came in."""
    workspace: Workspace
    code: tuple[str, ...]
    """Files of the package that its tests call into."""
    tests: Mapping[str, TestFile]
    """The test files by path."""
    options: tuple[str, ...]
    """Options that pytest takes for them."""
    profile: str
    """The sandbox profile that its suite runs under."""
    left_out: Mapping[str, str]
    """Test files that are not run, and why."""
    runs: tuple[Mapping[str, Any], ...]
    """What each of the whole runs was and said."""
    cpu_s: float
    """Processor seconds of one whole run."""
    machine: Mapping[str, str]
    """Python and pytest, as they were when it was prepared."""
    history: tuple[str, ...] = ()
    """Diffs of what commits changed of its code, the newest first; of a git checkout alone."""

    @property
    def title(self) -> str:
        """Name and version, as in the name of its folder."""
        return f"{self.name}-{self.version}"

    @property
    def limits(self) -> SuiteLimits:
        """Limits of a run of its suite: ten times what it takes, since bugs that never end are common and each costs all it may."""
        cpu_s = round(_STARTING_S + _SLOWER * self.cpu_s, 1)
        return SuiteLimits(script=Limits(cpu_s=cpu_s, output_bytes=1 << 22, disk_mib=64, processes=64))

    @cached_property
    def passing(self) -> frozenset[str]:
        """Every test that passes."""
        return frozenset(name for file in self.tests.values() for name in file.passing)

    def tests_of(self, paths: Iterable[str]) -> tuple[str, ...]:
        """The test files that call into any of some code files, the quickest first; all of them where none does."""
        wanted = set(paths)
        found = [path for path, file in self.tests.items() if wanted & set(file.covers)]
        return tuple(sorted(found or self.tests, key=lambda path: (self.tests[path].seconds, path)))

    def script(self, files: Sequence[str] = ()) -> str:
        """The test script that runs some test files, or all; flaky tests left out."""
        chosen = files or tuple(self.tests)
        return script(self.options, chosen, [name for path in chosen for name in self.tests[path].flaky])

    def artifact(self, bug: Patch, weaken: Patch | None = None, files: Sequence[str] = ()) -> Artifact:
        """A bug of it, told by the test files that call into what it changes, or by others."""
        chosen = tuple(files) or self.tests_of(bug.paths)
        return replace(standard(chosen, bug, weaken or Patch()), test_script=self.script(chosen))

    # On disk -----------------------------------------------------------------------------------------------------

    @classmethod
    def load(cls, folder: Path) -> Repository:
        """What `save` wrote.

        Raises:
            UsageError: there is none, or its tree was changed since.
        """
        try:
            facts = json.loads((folder / RECORD).read_text())
        except (OSError, ValueError) as problem:
            raise UsageError(f"{str(folder)!r} is no prepared repository: {problem}; `axion repo prepare` makes one") from problem
        if not isinstance(facts, dict) or facts.pop("format", None) != _FORMAT:
            raise UsageError(f"{str(folder)!r} was prepared by another version; prepare it again")
        tree = Workspace.read(folder / TREE, ignore=())
        if tree.id != facts.pop("tree", None):
            raise UsageError(f"the tree of {str(folder)!r} is not the one that was prepared; prepare it again")
        try:
            tests = {path: TestFile(**{**said, **_tuples(said)}) for path, said in facts.pop("tests").items()}
            return cls(workspace=tree, tests=tests, **{**facts, **_tuples(facts)})
        except (TypeError, KeyError, AttributeError) as problem:
            raise UsageError(f"{str(folder / RECORD)!r} is damaged: {problem}") from problem

    def save(self, folder: Path) -> None:
        """Write it into a new or empty folder."""
        self.workspace.save(folder / TREE)
        facts = asdict(replace(self, workspace=Workspace())) | {"format": _FORMAT, "tree": self.workspace.id}
        del facts["workspace"]
        (folder / RECORD).write_text(json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def _tuples(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) for name, value in facts.items() if isinstance(value, list)}


def find(folder: Path) -> list[Path]:
    """Prepared repositories in a folder, or the folder itself if it is one."""
    folders = [folder, *sorted(folder.iterdir())] if folder.is_dir() else []
    return [path for path in folders if (path / RECORD).is_file()]
