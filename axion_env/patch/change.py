"""Changes: the edit, creation or deletion of one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from axion_env.patch.hunk import Hunk, PatchError, apply_hunks, hunks_between
from axion_env.sandbox.workspace import File, path_problem


@dataclass(frozen=True, slots=True)
class Change:
    """A patch's edit, creation or deletion of one file.

    Raises:
        PatchError: a path that leaves the tree, or hunks that do not fit the kind of change.
    """

    path: str
    hunks: Sequence[Hunk]
    kind: str = "edit"
    """`edit`, `new` or `deleted`."""
    executable: bool = False
    """Whether a new or deleted file is executable."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "hunks", tuple(self.hunks))
        problem = path_problem(self.path)
        if problem is not None or ".git" in self.path.casefold().split("/"):
            raise PatchError(f"path {self.path!r:.100} {problem or 'leads into .git'}")
        if self.kind == "edit" and not self.hunks:
            raise PatchError(f"{self.path}: no hunks")
        sides = [hunk.sides for hunk in self.hunks]
        if self.kind != "edit" and (len(sides) > 1 or any(pair[self.kind == "deleted"] for pair in sides)):
            raise PatchError(f"{self.path}: a {self.kind} file takes one hunk, all of it {'+' if self.kind == 'new' else '-'} lines")
        if any(side and not side.endswith("\n") for pair in sides[:-1] for side in pair):
            raise PatchError(f"{self.path}: a hunk follows the end of the file")

    def apply(self, file: File | None) -> File | None:
        """Applies the change to a file; returns the new file, None if there is none.

        Raises:
            PatchError: it does not apply.
        """
        if (file is None) != (self.kind == "new"):
            raise PatchError(f"{self.path}: there is {'no' if file is None else 'already a'} file here")
        try:
            text = apply_hunks(_text(file), self.hunks)
            if self.kind == "deleted" and text:
                raise PatchError("the file holds more than the patch deletes")
            return None if self.kind == "deleted" else File(text.encode(), file.executable if file else self.executable)
        except PatchError as problem:
            raise PatchError(f"{self.path}: {problem}") from None

    def reverse(self) -> Change:
        """The change that undoes this one."""
        kind = {"new": "deleted", "deleted": "new"}.get(self.kind, self.kind)
        return Change(self.path, [hunk.reverse() for hunk in self.hunks], kind, self.executable)

    @property
    def text(self) -> str:
        """The change as git writes it, without the `index` line."""
        a, b = quote(f"a/{self.path}"), quote(f"b/{self.path}")
        mode = "" if self.kind == "edit" else f"{self.kind} file mode {'100755' if self.executable else '100644'}\n"
        sides = ("/dev/null" if self.kind == "new" else _named(a), "/dev/null" if self.kind == "deleted" else _named(b))
        names = f"--- {sides[0]}\n+++ {sides[1]}\n" if self.hunks else ""  # a new or deleted empty file has no such lines
        return f"diff --git {a} {b}\n{mode}{names}{''.join(hunk.text for hunk in self.hunks)}"


def change_of(path: str, old: File | None, new: File | None) -> Change:
    """The change that turns one file into another; None stands for no file.

    Raises:
        PatchError: one of them is no text, or the mode changed.
    """
    try:
        if old and new and old.executable != new.executable:
            raise PatchError("its mode changed, and a patch here carries no modes")
        hunks = hunks_between(_text(old), _text(new))
    except PatchError as problem:
        raise PatchError(f"{path}: {problem}") from None
    kind = "new" if old is None else "deleted" if new is None else "edit"
    return Change(path, hunks, kind, kind != "edit" and (new or old or File(b"")).executable)


def _text(file: File | None) -> str:
    data = file.data if file else b""
    try:
        if b"\0" in data:
            raise PatchError("the file is no text")
        return data.decode()
    except UnicodeDecodeError:
        raise PatchError("the file is no UTF-8 text") from None


def quote(path: str) -> str:
    """A path as git writes it where it holds a quote or a control character; letters beyond ASCII stay readable."""
    if not any(c < " " or c in '"\x7f' for c in path):
        return path
    return '"' + "".join(f"\\{ord(c):03o}" if c < " " or c in '"\x7f' else c for c in path) + '"'


def _named(path: str) -> str:
    return f"{path}\t" if " " in path and not path.startswith('"') else path  # separates the name from a date, as git does
