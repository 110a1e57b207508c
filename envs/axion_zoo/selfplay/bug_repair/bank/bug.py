"""Banks: bugs that have passed every gate, kept as lines of JSON, so that solvers can be given them without an injector at hand."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from axion_env import Illegal, UsageError
from axion_env.record import jsonl
from axion_zoo.selfplay.bug_repair.suite import Artifact


@dataclass(frozen=True)
class Bug:
    """A valid artifact, with the tests that decide."""

    tree: str
    """Name of the tree it is a bug of."""
    workspace: str
    """Id of that tree's workspace."""
    origin: str
    """Who made it: an injector and its operator."""
    artifact: Artifact
    fail_to_pass: tuple[str, ...]
    """Tests that fail with the bug and pass without it."""
    pass_to_pass: tuple[str, ...]
    """Tests that pass with it and without it."""

    def record(self) -> dict[str, Any]:
        """The bug as facts."""
        return {**asdict(self), "fail_to_pass": list(self.fail_to_pass), "pass_to_pass": list(self.pass_to_pass)}

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Bug:
        """The bug that `record` wrote.

        Raises:
            ValueError: it is none.
        """
        try:
            known = {**facts, "artifact": Artifact(**facts["artifact"])}
            return cls(**{**known, "fail_to_pass": tuple(facts["fail_to_pass"]), "pass_to_pass": tuple(facts["pass_to_pass"])})
        except (TypeError, KeyError, Illegal) as problem:
            raise ValueError(f"not a bug: {problem}") from None


def write(path: Path, bugs: Iterable[Bug]) -> None:
    """Write a bank, packed where its name ends in `.gz`; the same bugs give the same bytes."""
    text = "".join(json.dumps(bug.record(), sort_keys=True) + "\n" for bug in bugs).encode()
    path.write_bytes(gzip.compress(text, mtime=0) if path.suffix == ".gz" else text)


def read(path: Path) -> Sequence[Bug]:
    """The bugs of a bank.

    Raises:
        UsageError: there is none, or a line of it is no bug.
    """
    return list(_bugs(path))


def _bugs(path: Path) -> Iterator[Bug]:
    for number, facts in jsonl.numbered(path):
        try:
            yield Bug.of(facts)
        except ValueError as problem:
            raise UsageError(f"{path} line {number}: {problem}") from None
