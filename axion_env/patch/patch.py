"""Patches: unified diffs, as git writes them, over workspaces.

    Workspace, Workspace → Patch.between → Patch ⇄ text → Patch.apply → Workspace

Nothing here touches a disk or starts a program. A model's patch matches exactly or is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from axion_env.error import UsageError
from axion_env.patch.change import Change, change_of
from axion_env.patch.hunk import PatchError
from axion_env.patch.parser import read
from axion_env.sandbox.workspace import Workspace

LEFTOVERS = (".git", "__pycache__", ".pytest_cache", ".hypothesis", ".mypy_cache", ".ruff_cache")
"""Names of what runs leave behind: no part of what somebody wrote."""


@dataclass(frozen=True, slots=True)
class Patch:
    r"""The changes from one workspace to another, file by file: a unified diff as git writes and `git apply` takes it.

    >>> a, b = Workspace({"x.py": "one\ntwo\n"}), Workspace({"x.py": "one\n2\n"})
    >>> patch = Patch.between(a, b)
    >>> print(patch.text, end="")
    diff --git a/x.py b/x.py
    --- a/x.py
    +++ b/x.py
    @@ -1,2 +1,2 @@
     one
    -two
    +2
    >>> patch.apply(a) == b, patch.reverse().apply(b) == a, Patch.parse(patch.text) == patch
    (True, True, True)

    Text only: other bytes than UTF-8, renames, copies, links and changes of a file's mode are refused.

    Raises:
        PatchError: two changes of one file.
    """

    changes: Sequence[Change] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "changes", tuple(self.changes))
        twice = [path for path, n in Counter(self.paths).items() if n > 1]
        if twice:
            raise PatchError(f"{twice[0]} is changed twice")

    @classmethod
    def between(cls, a: Workspace, b: Workspace, *, ignore: Iterable[str] = LEFTOVERS) -> Patch:
        """The patch that leads from `a` to `b`.

        Args:
            a: The tree before.
            b: The tree after.
            ignore: Names of files and folders to leave out, wherever they stand.

        Raises:
            PatchError: a file that differs is no text, or changed its mode.
        """
        skipped = frozenset(ignore)
        unlike = (path for path in {**a.files, **b.files} if a.files.get(path) != b.files.get(path))
        paths = sorted(path for path in unlike if skipped.isdisjoint(path.split("/")))
        return cls([change_of(path, a.files.get(path), b.files.get(path)) for path in paths])

    @classmethod
    def parse(cls, text: str) -> Patch:
        """Reads a unified diff, with or without git's own lines. `parse(patch.text) == patch`.

        Raises:
            PatchError: the text is no unified diff; the message names the line.
        """
        return cls(tuple(read(text)))

    def apply(self, workspace: Workspace) -> Workspace:
        """Makes all changes to a workspace, or raises.

        Each hunk is applied at its stated line if its old lines stand there; else at the one other place where they do, as `git apply`
        moves it by an offset. Never by fuzz: every line of context must match.

        Raises:
            PatchError: it does not apply; the message names the file and the hunk.
        """
        after = {change.path: change.apply(workspace.files.get(change.path)) for change in self.changes}
        written = {path: file for path, file in after.items() if file is not None}
        try:
            return workspace.remove(path for path, file in after.items() if file is None).write(written)
        except UsageError as problem:
            raise PatchError(str(problem)) from None

    def reverse(self) -> Patch:
        """The patch that undoes this one."""
        return Patch([change.reverse() for change in self.changes])

    def only(self, keep: Callable[[str], bool]) -> Patch:
        """The part of the patch that changes files with such paths."""
        return Patch([change for change in self.changes if keep(change.path)])

    @property
    def text(self) -> str:
        """The diff, in the form git writes, without `index` lines."""
        return "".join(change.text for change in self.changes)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of the files it changes."""
        return tuple(change.path for change in self.changes)

    def __bool__(self) -> bool:
        return bool(self.changes)
