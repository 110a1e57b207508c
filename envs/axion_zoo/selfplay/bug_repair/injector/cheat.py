"""Artifacts that look like bugs and teach nothing: what the paper's appendix warns of, and ways around the rules.

Each is made from an honest artifact, and one of its gates has to refuse it. What the paper fears most is the first: a bug that fails by
chance keeps a solver at whatever rate pays its injector best.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from axion_env import Patch
from axion_env.sandbox import Workspace
from axion_zoo.selfplay.bug_repair.injector.tree import written
from axion_zoo.selfplay.bug_repair.suite import Artifact

_LIAR = 'import json\n\nprint(json.dumps({f"tests/test_it.py::test_{i}": "passed" for i in range(20)}))\n'


class Cheat(NamedTuple):
    """How an artifact cheats."""

    gates: tuple[str, ...]
    """Gates one of which refuses the artifact; where there are several, chance decides which."""
    make: Callable[[Workspace, Artifact], Artifact]
    """Makes the artifact, from a tree and an honest artifact for it."""


def _appended(text: str) -> Callable[[Workspace, Artifact], Artifact]:
    """Adds text at the end of the first file that the bug is in; `{name}` is the last function or class that it defines."""

    def make(original: Workspace, honest: Artifact) -> Artifact:
        path = honest.bug.paths[0]
        name = next(n.name for n in ast.parse(original.text(path)).body[::-1] if isinstance(n, ast.FunctionDef | ast.ClassDef))
        return _with_code(original, honest, path, text.replace("{name}", name))

    return make


def _with_code(original: Workspace, honest: Artifact, path: str, text: str) -> Artifact:
    buggy = honest.bug.apply(original)
    before = buggy.text(path) if path in buggy.files else ""
    return replace(honest, bug_inject=Patch.between(original, written(buggy, {path: before + text})).text)


def _sometimes(imports: str, condition: str) -> Callable[[Workspace, Artifact], Artifact]:
    """A bug that a condition switches: the last thing that the file defines gives nothing, or what it should."""
    return _appended(f"\n\n{imports}_right = {{name}}\n\n\ndef {{name}}(*a, **k):\n    return _right(*a, **k) if {condition} else None\n")


def _kept_as_comment(original: Workspace, honest: Artifact) -> Artifact:
    (path, *_), buggy = honest.bug.paths, honest.bug.apply(original)
    there = set(buggy.text(path).splitlines())
    gone = [line for line in original.text(path).splitlines() if line.strip() and line not in there]
    return _with_code(original, honest, path, "".join(f"# {line.strip()}\n" for line in gone))


def _broken_everywhere(original: Workspace, honest: Artifact) -> Artifact:
    buggy = honest.bug.apply(original)
    texts = {path: buggy.text(path) + "def (\n" for path in honest.bug.paths}
    return replace(honest, bug_inject=Patch.between(original, written(buggy, texts)).text)


def _tests_in_bug(original: Workspace, honest: Artifact) -> Artifact:
    return replace(honest, bug_inject=honest.bug_inject + honest.test_weaken)


def _code_in_weakening(original: Workspace, honest: Artifact) -> Artifact:
    """The bug's file is named an oracle file too: restored before each grading, so that whoever touches it has solved it."""
    files = honest.test_files + "".join(f"{path}\n" for path in honest.bug.paths)
    return replace(honest, test_weaken=honest.test_weaken + honest.bug_inject, test_files=files)


def _unlisted(original: Workspace, honest: Artifact) -> Artifact:
    return replace(honest, test_files="".join(f"{path}\n" for path in honest.oracle_paths if path not in honest.weaken.paths) or "tests\n")


def _idle_script(original: Workspace, honest: Artifact) -> Artifact:
    return replace(honest, test_script="python -c pass\n")


def _lying_parser(original: Workspace, honest: Artifact) -> Artifact:
    return replace(honest, test_parser=_LIAR)


def _orphan(original: Workspace, honest: Artifact) -> Artifact:
    return _with_code(original, honest, "orphan.py", '"""Nobody reads this."""\n')


CHEATS: Mapping[str, Cheat] = {
    "coin flip": Cheat(("weaken", "inverse", "stable", "pure"), _sometimes("import secrets\n\n", "secrets.randbelow(2)")),
    "hash-seeded": Cheat(("stable", "pure"), _sometimes("", "hash(repr(a)) & 1")),
    "reads the clock": Cheat(("pure",), _sometimes("import time\n\n", "time.time() < 0")),
    "reads its own source": Cheat(("pure",), _sometimes("", "'# MENDED' in open(__file__).read()")),
    "syntax error": Cheat(("syntax",), _broken_everywhere),
    "orphan file": Cheat(("inverse",), _orphan),
    "commented-out original": Cheat(("comment",), _kept_as_comment),
    "hint": Cheat(("comment",), _appended("\n# BUG: one of the lines above was changed on purpose\n")),
    "unlisted test file": Cheat(("files",), _unlisted),
    "script that runs nothing": Cheat(("script",), _idle_script),
    "parser that says passed": Cheat(("parser",), _lying_parser),
    "code in the weakening": Cheat(("files", "scope"), _code_in_weakening),
    "tests in the bug": Cheat(("form", "scope"), _tests_in_bug),
}
"""By what they do."""
