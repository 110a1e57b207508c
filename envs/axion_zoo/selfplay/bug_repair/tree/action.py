"""What an agent at work on a tree of files can do, one action in each reply, and how a reply is read.

Both roles have the same tools. Tags, not JSON: code inside JSON strings has to be escaped, and models escape it badly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from axion_env import strip_thinking

LONGEST = 1 << 18
"""Characters of a reply."""
MANUAL = """Give one action in each reply:
<run>COMMAND</run> runs a command in the project's folder, by bash
<view path="FILE" lines="1-80"/> shows a file, or what a folder holds
<edit path="FILE"><old>TEXT THAT STANDS IN IT ONCE</old><new>TEXT IN ITS PLACE</new></edit> changes a file; an empty <old> makes one"""


@dataclass(frozen=True, slots=True)
class Run:
    """A command for the shell."""

    command: str


@dataclass(frozen=True, slots=True)
class View:
    """Lines of a file, from 1 on; or a folder's content."""

    path: str
    first: int = 1
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Text in place of other text, which stands in the file exactly once."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Submit:
    """The end: `text` is what is handed in; None: the files as they stand."""

    text: str | None = None


@dataclass(frozen=True, slots=True)
class Malformed:
    """No action, for a reason the agent is told. It costs a turn, and is no breach of the rules."""

    reason: str


Action: TypeAlias = Run | View | Edit | Submit | Malformed

_OPENING = re.compile(r"<(run|view|edit|submit)((?:\s+\w+=\"[^\"<>]*\")*)\s*(/?)>")
_ATTRIBUTE = re.compile(r"(\w+)=\"([^\"<>]*)\"")
_LINES = re.compile(r"(\d{1,7})(?:-(\d{1,7}))?")


def read(text: str) -> Action:
    """The one action of a reply, its thinking removed.

    >>> read('Let me look. <view path="a.py" lines="3-9"/>')
    View(path='a.py', first=3, last=9)
    """
    said = strip_thinking(text)
    if len(said) > LONGEST:
        return Malformed(f"a reply is at most {LONGEST} characters long")
    opening = _OPENING.search(said)
    if opening is None:
        return Malformed("no action found")
    name, attributes, closed = opening[1], dict(_ATTRIBUTE.findall(opening[2])), bool(opening[3])
    if closed:
        content, rest = None, said[opening.end() :]
    else:
        content, closing, rest = _content(said[opening.end() :], name)
        if not closing and name != "view":
            return Malformed(f"<{name}> is not closed by </{name}>")
    if _OPENING.search(rest):
        return Malformed("several actions in one reply; give one")
    return _action(name, attributes, content)


def _content(text: str, name: str) -> tuple[str | None, bool, str]:
    """What stands before the closing tag, whether there is one, and what stands after it.

    A file that is edited or handed in may hold anything, tags too: for these it is the last closing tag that counts.
    """
    split = text.rpartition if name in ("edit", "submit") else text.partition
    before, closing, after = split(f"</{name}>")
    return (before, True, after) if closing else (None, False, text)


def _action(name: str, attributes: dict[str, str], content: str | None) -> Action:
    if name == "run":
        return Run(content.strip()) if content and content.strip() else Malformed("<run> holds no command")
    if name == "submit":
        return Submit(content.strip("\n") if content and content.strip() else None)
    path = attributes.get("path", "").strip()
    if not path:
        return Malformed(f'<{name}> needs a path: <{name} path="FILE">')
    return _view(path, attributes.get("lines", "")) if name == "view" else _edit(path, content)


def _view(path: str, lines: str) -> Action:
    if not lines:
        return View(path)
    found = _LINES.fullmatch(lines.strip())
    if found is None:
        return Malformed(f'lines are given as "1-80": got {lines[:40]!r}')
    first = max(1, int(found[1]))
    return View(path, first, max(first, int(found[2] or first)))


def _edit(path: str, content: str | None) -> Action:
    before, old_tag, rest = (content or "").partition("<old>")
    old, middle, rest = rest.partition("</old>")
    between, new_tag, rest = rest.partition("<new>")
    new, end, after = rest.rpartition("</new>")
    if not (old_tag and middle and new_tag and end) or before.strip() or between.strip() or after.strip():
        return Malformed("<edit> holds <old>…</old><new>…</new> and nothing else")
    return Edit(path, _text(old), _text(new))


def _text(between: str) -> str:
    """Without the line ends that follow an opening tag and precede a closing one, where tags stand on lines of their own."""
    return between[1:-1] if len(between) > 1 and between[0] == between[-1] == "\n" else between
