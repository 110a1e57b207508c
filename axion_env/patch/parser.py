r"""A strict parser of unified diffs, as git and models write them.

    diff --git a/x.py b/x.py        may be missing, with the lines down to ---
    index 3b18e51..8baef1b 100644   ignored
    --- a/x.py                      /dev/null: the file is new; `a/` and `b/` may both be missing
    +++ b/x.py                      /dev/null: the file is deleted
    @@ -1,2 +1,2 @@ def f():        a count that is missing is 1
     one                            an empty line is a line of context that lost its space
    -two
    +2
    \ No newline at end of file

Counts must be right, names must agree, and only empty lines may stand between two files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from axion_env.patch.change import Change
from axion_env.patch.hunk import Hunk, Line, PatchError

MAX_CHARACTERS = 1 << 20
"""Of a patch."""
_HUNK = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@", re.ASCII)
_ESCAPE = re.compile(r"\\([0-3][0-7]{2}|.)", re.DOTALL)
_ESCAPES = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}
_MODES = {"100644": False, "100755": True}
_REFUSED = {
    "old mode ": "a changed mode",
    "new mode ": "a changed mode",
    "rename ": "a rename (delete the one and add the other)",
    "copy ": "a copy (add the file)",
    "similarity ": "a rename or a copy (delete the one and add the other)",
    "dissimilarity ": "a rewrite",
    "GIT binary patch": "a binary file",
    "Binary files ": "a binary file",
}


def read(text: str) -> Iterator[Change]:
    """Parses a unified diff into changes.

    Raises:
        PatchError: it is no diff, or holds something that a `Patch` cannot; the message names the line.
    """
    if len(text) > MAX_CHARACTERS:
        raise PatchError(f"a patch has at most {MAX_CHARACTERS} characters: got {len(text)}")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise PatchError("a patch is UTF-8") from None
    if "\0" in text:
        raise PatchError("a patch holds no NUL")
    reader = _Reader(text.removesuffix("\n").split("\n"))
    while not reader.ended():
        try:
            yield reader.change()
        except PatchError as problem:
            raise PatchError(f"line {min(reader.at + 1, len(reader.lines))} of the patch: {problem}") from None


class _Reader:
    """A parser that reads the lines of a diff once, in order."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.at = 0

    def ended(self) -> bool:
        """Whether only empty lines are left."""
        while self.at < len(self.lines) and not self.lines[self.at].strip():
            self.at += 1
        return self.at == len(self.lines)

    def sees(self, start: str) -> bool:
        return self.at < len(self.lines) and self.lines[self.at].startswith(start)

    def rest(self, start: str) -> str:
        """Reads a line that begins with `start`; returns the rest of it."""
        if not self.sees(start):
            got = repr(self.lines[self.at][:80]) if self.at < len(self.lines) else "its end"
            raise PatchError(f"expected {start.strip()!r}, got {got}")
        self.at += 1
        return self.lines[self.at - 1][len(start) :]

    def change(self) -> Change:
        """Reads the section of one file."""
        header, kind, executable = None, None, False
        if self.sees("diff --git "):
            header = _header(self.rest("diff --git "))
            kind, executable = self.extended()
        if kind in ("new", "deleted") and not self.sees("--- "):
            return Change(header or "", (), kind, executable)
        old, new = _name(self.rest("--- ")), _name(self.rest("+++ "))
        found = "new" if old == "/dev/null" else "deleted" if new == "/dev/null" else "edit"
        if kind not in (None, found):
            raise PatchError(f"by its mode the file is {kind}, by its names it is not")
        path = _path(old, new)
        if header not in (None, path):
            raise PatchError(f"the names {header!r:.100} and {path!r:.100} differ")
        hunks: list[Hunk] = []
        while self.sees("@@ "):
            try:
                hunks.append(self.hunk())
            except PatchError as problem:
                raise PatchError(f"{path}: hunk {len(hunks) + 1} {problem}") from None
        if not hunks:
            raise PatchError(f"{path}: expected a hunk, which begins '@@ -1,3 +1,3 @@'")
        return Change(path, hunks, found, executable)

    def extended(self) -> tuple[str | None, bool]:
        """Reads git's lines between `diff --git` and `---`: the kind of change, and whether the file is executable."""
        kind, executable = None, False
        while self.at < len(self.lines):
            line = self.lines[self.at]
            refused = next((what for start, what in _REFUSED.items() if line.startswith(start)), None)
            if refused is not None:
                raise PatchError(f"this is {refused}, which a patch here does not carry")
            said = next((word for word in ("new", "deleted") if line.startswith(f"{word} file mode ")), None)
            if said is not None:
                mode = line.split(" ")[-1]
                if mode not in _MODES:
                    raise PatchError(f"files have mode 100644 or 100755, not {mode!r:.20}")
                kind, executable = said, _MODES[mode]
            elif not line.startswith("index "):
                break
            self.at += 1
        return kind, executable

    def hunk(self) -> Hunk:
        """Reads one hunk: as many lines as its header says."""
        head = _HUNK.match(self.lines[self.at])
        if head is None:
            raise PatchError("has a head not like '@@ -1,3 +1,3 @@'")
        self.at += 1
        start, new_start = int(head[1]), int(head[3])
        left = {"-": int(head[2] or 1), "+": int(head[4] or 1)}
        lines: list[Line] = []
        while any(left.values()) or self.sees("\\"):
            if self.sees("\\"):
                self.open_end(lines)
                continue
            line = self.lines[self.at] if self.at < len(self.lines) else None
            sign = " " if line == "" else (line or "?")[0]
            sides = {" ": "-+", "-": "-", "+": "+"}.get(sign, "")
            if line is None or not sides or any(left[side] == 0 for side in sides):
                raise PatchError(
                    "has other lines than its head counts" if sides or line is None else "has a line that begins with no ' ', '-' or '+'"
                )
            left = {side: n - (side in sides) for side, n in left.items()}
            lines.append((sign, f"{line[1:]}\n"))
            self.at += 1
        return Hunk(start, new_start, lines)

    def open_end(self, lines: list[Line]) -> None:
        r"""Reads `\ No newline at end of file`, in whatever language, if it is there."""
        if not lines or not lines[-1][1].endswith("\n"):
            raise PatchError("has a '\\' line that follows no other")
        sign, text = lines[-1]
        lines[-1] = sign, text.removesuffix("\n")
        self.at += 1


def _header(names: str) -> str:
    """The path of a `diff --git` line, which names it twice."""
    if names.startswith('"'):
        end = names.find('" "') + 1
        old, new = names[:end], names[end + 1 :]
    else:
        half = len(names) // 2
        old, new = names[:half], names[half + 1 :]
        if names[half : half + 1] != " ":
            raise PatchError("a `diff --git` line names one path twice: renames and copies have no place here")
    return _path(_name(old), _name(new))


def _path(old: str, new: str) -> str:
    """The path that the two names of a file stand for, with git's `a/` and `b/` or without."""
    named = [name for name in (old, new) if name != "/dev/null"]
    if not named:
        raise PatchError("both names are /dev/null")
    bare = [name.removeprefix(prefix) for prefix, name in (("a/", old), ("b/", new)) if name != "/dev/null"]
    if all(a != b for a, b in zip(named, bare, strict=True)):
        named = bare
    if len(set(named)) > 1:
        raise PatchError(f"{named[0]!r:.100} and {named[1]!r:.100} differ: renames and copies have no place here")
    return named[0]


def _name(written: str) -> str:
    """The file name in a line: unquoted as git quotes, or up to the tab that ends it."""
    if not written.startswith('"'):
        name = written.partition("\t")[0]
        if any(c < " " or c == "\x7f" for c in name):
            raise PatchError(f"a name with a control character stands in quotes: got {name!r:.100}")
        return name
    if len(written) < 2 or not written.endswith('"'):
        raise PatchError(f"a quote that is not closed: {written!r:.100}")
    data, at, inside = bytearray(), 0, written[1:-1]
    for escape in _ESCAPE.finditer(inside):
        data += inside[at : escape.start()].encode()
        what = escape[1]
        if len(what) < 3 and what not in _ESCAPES:
            raise PatchError(f"no such escape in a name: {escape[0]!r:.20}")
        data.append(int(what, 8) if len(what) == 3 else _ESCAPES[what])
        at = escape.end()
    try:
        return (bytes(data) + inside[at:].encode()).decode()
    except UnicodeDecodeError:
        raise PatchError(f"a name is UTF-8: got {written!r:.100}") from None
