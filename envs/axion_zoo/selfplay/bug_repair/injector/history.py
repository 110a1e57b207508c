"""The paper's history-aware strategy by rule: a change that the project once made is undone in the tree of today.

    git repository → commits → Change, …           → reverting → injector
    two versions of a source tree → versions → Change ↗

Where the code has moved on since, the change goes in hunk by hunk: those that are still found, lines of context and all, in one place.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from axion_env import Patch, PatchError, Stream, UsageError
from axion_env.sandbox import Workspace
from axion_zoo.selfplay.bug_repair.injector import Injector
from axion_zoo.selfplay.bug_repair.suite import parsed


class Change(NamedTuple):
    """What a project did to some of its files."""

    name: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    """The texts afterwards, under the same paths."""


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


def diff(change: Change) -> str:
    """A change as a unified diff."""
    return Patch.between(Workspace(change.before), Workspace(change.after)).text


def reverting(changes: Iterable[Change]) -> Injector:
    """An injector that undoes changes: each as a whole, and then each hunk of it alone if it has several.

    Args:
        changes: In any order; the injector's stream draws.
    """
    return undoing(map(diff, changes))


def undoing(diffs: Iterable[str]) -> Injector:
    """An injector that undoes changes given as diffs."""
    known = [Patch.parse(text).reverse() for text in diffs]

    def inject(workspace: Workspace, paths: Sequence[str], stream: Stream) -> Iterator[Patch]:
        order = list(known)
        stream.shuffle(order)
        seen: set[str] = set()
        for undo in order:
            for part in _parts(undo.only(set(paths).__contains__)):
                patch = _made(workspace, part)
                if patch and patch.text not in seen:
                    seen.add(patch.text)
                    yield patch

    return inject


def _parts(undo: Patch) -> Iterator[Patch]:
    """The whole patch, and each of its hunks where it has several."""
    yield undo
    hunks = [(change, hunk) for change in undo.changes for hunk in change.hunks]
    if len(hunks) > 1:
        yield from (Patch([replace(change, hunks=[hunk])]) for change, hunk in hunks)


def _made(workspace: Workspace, patch: Patch) -> Patch | None:
    """The patch as it fits the tree of today; None where it does not, or leaves no Python."""
    try:
        after = patch.apply(workspace)
    except PatchError:
        return None
    if any(parsed(after.text(path)) is None for path in patch.paths):
        return None
    return Patch.between(workspace, after)


def _git(repository: Path, *arguments: str) -> str:
    command = ["git", "-C", str(repository), "-c", "core.quotepath=off", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        raise UsageError("git is not installed; the history of a repository is read with it") from None
    if done.returncode:
        raise UsageError(f"{repository}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode(errors="replace")
