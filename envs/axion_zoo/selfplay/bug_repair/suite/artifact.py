"""The bug artifact of Self-play SWE-RL (arXiv 2512.18552, section 2): five files that say what is broken, and how that is told.

An injector writes them in one answer:

    <file name="test_script.sh">…</file>      runs the chosen tests, and prints each one's name and result
    <file name="test_files.txt">…</file>      the oracle test files, one path a line: restored before every grading
    <file name="test_parser.py">…</file>      reads that output, prints {"test id": "passed" or "failed"}
    <file name="bug_inject.diff">…</file>     the bug: code files only
    <file name="test_weaken.diff">…</file>    weakens the tests so that it escapes: test files only. Its reverse is the specification
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields

from axion_env import Illegal, Patch, strip_thinking
from axion_zoo.selfplay.bug_repair.suite.script import LONGEST_SCRIPT, asking

NAMES: Mapping[str, str] = {
    "test_script": "test_script.sh",
    "test_files": "test_files.txt",
    "test_parser": "test_parser.py",
    "bug_inject": "bug_inject.diff",
    "test_weaken": "test_weaken.diff",
}
"""The fields and their files, in the paper's order."""
LONGEST_DIFF = 1 << 18
"""Characters of a diff."""
_LONGEST = {field: LONGEST_DIFF if name.endswith(".diff") else LONGEST_SCRIPT for field, name in NAMES.items()}
_OPENING = re.compile(r'<file name="([^"<>\n]{1,100})">')
_CLOSING = "</file>"


@dataclass(frozen=True, slots=True)
class Artifact:
    """The five files. That they are there does not make them valid: the gates do.

    Raises:
        Illegal: a part is too long, or no text.
    """

    test_script: str
    test_files: str
    test_parser: str
    bug_inject: str
    test_weaken: str

    def __post_init__(self) -> None:
        for field, name in NAMES.items():
            text = getattr(self, field)
            problem = _problem(text, _LONGEST[field])
            if problem is not None:
                raise Illegal(f"{name} {problem}")
            if text and not text.endswith("\n"):
                object.__setattr__(self, field, f"{text}\n")

    @classmethod
    def parse(cls, text: str) -> Artifact:
        """The artifact of an answer, its thinking removed. Order, code fences around a file and words between files do not matter.

        Raises:
            Illegal: a file is missing, comes twice or is none of the five.
        """
        said = strip_thinking(text)
        openings = list(_OPENING.finditer(said))
        ends = [*[found.start() for found in openings[1:]], len(said)][: len(openings)]
        parts: dict[str, str] = {}
        for opening, end in zip(openings, ends, strict=True):
            name = opening[1].strip()
            content, closing, _ = said[opening.end() : end].rpartition(_CLOSING)  # the last one: a file may hold such tags itself
            wrong = _wrong(name, parts, closed=bool(closing))
            if wrong is not None:
                raise Illegal(f"the file {name!r} {wrong}; give each of {', '.join(NAMES.values())} once")
            parts[name] = unfenced(content.removeprefix("\n"))
        missing = [name for name in NAMES.values() if name not in parts]
        if missing:
            raise Illegal(f'{missing[0]} is missing; write each file as <file name="{missing[0]}">…</file>')
        return cls(**{field: parts[name] for field, name in NAMES.items()})

    def render(self) -> str:
        """The artifact as an answer, which `parse` reads back."""
        return "\n".join(f'<file name="{name}">\n{text}{_CLOSING}' for name, text in self.files().items())

    def files(self) -> dict[str, str]:
        """The five files by name."""
        return {NAMES[field]: text for field, text in asdict(self).items()}

    @property
    def oracle_paths(self) -> tuple[str, ...]:
        """The oracle test files."""
        return tuple(line.strip() for line in self.test_files.split("\n") if line.strip())

    @property
    def bug(self) -> Patch:
        """What breaks the code.

        Raises:
            PatchError: it is no patch.
        """
        return Patch.parse(self.bug_inject)

    @property
    def weaken(self) -> Patch:
        """What hides that from the tests.

        Raises:
            PatchError: it is no patch.
        """
        return Patch.parse(self.test_weaken)


assert [field.name for field in fields(Artifact)] == list(NAMES)


def _wrong(name: str, seen: Mapping[str, str], *, closed: bool) -> str | None:
    if name not in NAMES.values():
        return "is none"
    if name in seen:
        return "comes twice"
    return None if closed else f"is not closed by {_CLOSING}"


def _problem(text: object, longest: int) -> str | None:
    if not isinstance(text, str) or "\0" in text:
        return "is no text"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "is not UTF-8"
    return f"has {len(text)} characters, and {longest} are allowed" if len(text) >= longest else None


def unfenced(content: str) -> str:
    """The content without the code fence around all of it, if there is one."""
    lines = content.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    fenced = len(lines) > 1 and lines[0].startswith("```") and lines[-1].strip() == "```"
    return "\n".join([*lines[1:-1], ""]) if fenced else content


STANDARD_PARSER = r"""import json
import sys

_, _, summary = sys.stdin.read().partition(" short test summary info ")
tests = {}
for line in summary.splitlines():
    word, _, rest = line.partition(" ")
    if word == "PASSED":  # told twice, it was not pytest alone that told it
        tests[rest] = "failed" if rest in tests else "passed"
    elif word.startswith(("FAILED", "ERROR", "SUBFAILED")):
        name = rest.partition("] - ")[0] + "]" if "] - " in rest else rest.partition(" - ")[0]
        tests[name] = "failed"
print(json.dumps(tests))
"""
"""Reads the summary that `pytest -rA` prints. Skipped tests and those expected to fail are not among its tests."""


def standard(tests: Sequence[str], bug: Patch, weaken: Patch) -> Artifact:
    """The artifact with the usual script and parser.

    Args:
        tests: Test files for pytest to run; they are the oracle files, with those that `weaken` changes.
        bug: What breaks the code.
        weaken: What hides that from the tests.
    """
    files = "".join(f"{path}\n" for path in dict.fromkeys([*tests, *weaken.paths]))
    return Artifact(asking(tests), files, STANDARD_PARSER, bug.text, weaken.text)
