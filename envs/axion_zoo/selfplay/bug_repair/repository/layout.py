"""Where things lie in a package's source: its code, its tests, and what pytest has to be told to run them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from axion_env.sandbox import Workspace
from axion_zoo.selfplay.bug_repair.suite import BARE, UNCACHED, asking, is_code, is_test, is_test_module

_NO_CODE = frozenset({"noxfile.py", "tasks.py", "versioneer.py", "fabfile.py", "dodo.py", "conf.py", "manage.py", "runtests.py"})
_NO_PACKAGES = frozenset(
    {"doc", "docs", "example", "examples", "benchmark", "benchmarks", "bench", "tools", "scripts", "bin", "ci", "tasks"}
)
_SETTINGS = ("pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")


@dataclass(frozen=True, slots=True)
class Layout:
    """What lies where."""

    code: tuple[str, ...]
    """Files of the package itself."""
    tests: tuple[str, ...]
    """Files whose tests pytest would collect."""
    options: tuple[str, ...]
    """Options of pytest that any run of these tests takes."""


def layout(tree: Workspace) -> Layout:
    """Find out, from names alone."""
    programs = [path for path in tree.files if path.endswith(".py")]
    tests = tuple(filter(is_test_module, programs))
    source = any(path.startswith("src/") and not is_test(path) for path in programs)
    code = tuple(path for path in programs if _is_code(path, tree, source=source))
    return Layout(code, tests, _options(tree, source=source))


def _is_code(path: str, tree: Workspace, *, source: bool) -> bool:
    if not is_code(path) or (source and not path.startswith("src/")):
        return False
    *folders, name = PurePosixPath(path.removeprefix("src/") if source else path).parts
    if not folders:
        return name not in _NO_CODE
    return folders[0] not in _NO_PACKAGES and (source or f"{folders[0]}/__init__.py" in tree.files)


def _options(tree: Workspace, *, source: bool) -> tuple[str, ...]:
    """Ids relative to the top; no plugin's options, for no plugins are there; the source folder, unless the project says it itself."""
    said = "\n".join(tree.text(path) for path in _SETTINGS if path in tree.files)
    options = [*UNCACHED, "--rootdir=.", "-o", "addopts="]
    if re.search(r"^\s*required_plugins\s*=", said, re.MULTILINE):
        options += ["-o", "required_plugins="]
    if source and not re.search(r"^\s*pythonpath\s*=", said, re.MULTILINE):
        options += ["-o", "pythonpath=src"]
    return tuple(options)


def script(options: Sequence[str], files: Sequence[str], deselected: Sequence[str] = ()) -> str:
    """The test script that runs some files."""
    return asking(files, (BARE, *options), deselected)
