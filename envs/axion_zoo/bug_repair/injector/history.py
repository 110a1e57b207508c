"""The paper's history-aware strategy by rule: a change that the project once made is undone in the tree of today.

    git repository → commits → Change, …           → reverting → injector
    two versions of a source tree → versions → Change ↗

Where the code has moved on since, the change goes in part by part: those parts that are still found, each in one place alone.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

from axion_env import Patch, Stream, UsageError
from axion_env.sandbox import Workspace
from axion_zoo.bug_repair.injector import Injector
from axion_zoo.bug_repair.injector.tree import is_program, programs, written

_CONTEXT = 3  # lines around a change that have to be there still, as in a diff


class Change(NamedTuple):
    """What a project did to some of its files."""

    name: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    """The same paths."""


def commits(repository: Path, revision: str = "HEAD", *, most: int = 200) -> Iterator[Change]:
    """The changes of existing Python files in the commits of a repository that have one parent, the newest first.

    Args:
        repository: A checkout on this machine; trusted, as git itself has to trust it.
        revision: Where to begin.
        most: Commits looked at.

    Raises:
        UsageError: git finds no such repository or revision, or is not installed.
    """
    one_parent = ("--min-parents=1", "--max-parents=1")
    for commit in _git(repository, "log", *one_parent, "--format=%H", f"--max-count={most}", revision, "--").split():
        listed = _git(repository, "diff-tree", "-r", "-z", "--name-only", "--diff-filter=M", "--no-commit-id", commit)
        paths = [path for path in listed.split("\0") if path.endswith(".py")]
        before, after = ({path: _git(repository, "show", f"{at}:{path}") for path in paths} for at in (f"{commit}^", commit))
        if paths:
            yield Change(commit, before, after)


def versions(older: Workspace, newer: Workspace, name: str = "versions") -> Change:
    """What happened between two versions to the Python files that both have."""
    paths = [path for path, file in newer.files.items() if path.endswith(".py") and older.files.get(path, file) != file]
    return Change(name, {path: older.text(path) for path in paths}, {path: newer.text(path) for path in paths})


def reverting(changes: Iterable[Change]) -> Injector:
    """An injector that undoes changes: each as a whole, and then each part of it alone if it has several.

    Args:
        changes: In any order; the injector's stream draws.
    """
    known = tuple(changes)

    def inject(workspace: Workspace, paths: Sequence[str], stream: Stream) -> Iterator[Patch]:
        texts = {path: source.text for path, source in programs(workspace, paths).items()}
        order = list(known)
        stream.shuffle(order)
        seen: set[str] = set()
        for change in order:
            for undone in _undone(texts, change):
                patch = Patch.between(workspace, written(workspace, undone))
                if patch and patch.text not in seen and all(is_program(text) for text in undone.values()):
                    seen.add(patch.text)
                    yield patch

    return inject


def _undone(texts: Mapping[str, str], change: Change) -> Iterator[dict[str, str]]:
    parts = {path: _parts(change.after[path], change.before[path]) for path in change.after if path in texts}
    yield {path: _with(texts[path], found) for path, found in parts.items()}
    for path, found in parts.items():
        for part in found:
            yield {path: _with(texts[path], [part])}


class _Part(NamedTuple):
    """Lines with those around them, and what they were."""

    old: list[str]
    new: list[str]


def _parts(old: str, new: str) -> list[_Part]:
    a, b = old.splitlines(keepends=True), new.splitlines(keepends=True)
    groups = SequenceMatcher(None, a, b, autojunk=False).get_grouped_opcodes(_CONTEXT)
    return [_Part(a[group[0][1] : group[-1][2]], b[group[0][3] : group[-1][4]]) for group in groups]


def _with(text: str, parts: Iterable[_Part]) -> str:
    """The text with those parts replaced that stand in it once."""
    lines = text.splitlines(keepends=True)
    for old, new in parts:
        places = [i for i in range(len(lines) - len(old) + 1) if lines[i : i + len(old)] == old]
        if len(places) == 1:
            lines[places[0] : places[0] + len(old)] = new
    return "".join(lines)


def _git(repository: Path, *arguments: str) -> str:
    command = ["git", "-C", str(repository), "-c", "core.quotepath=off", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        raise UsageError("git is not installed; the history of a repository is read with it") from None
    if done.returncode:
        raise UsageError(f"{repository}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode(errors="replace")
