"""What a path of a Python project is: code, a test, or something that a test run reads as its configuration."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator

from axion_env.sandbox import Workspace

_FOLDERS = frozenset({"test", "tests", "testing"})
_CONFIGURATION = frozenset(
    {"conftest.py", "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "setup.cfg", "setup.py", "pyproject.toml"}
    | {"sitecustomize.py", "usercustomize.py"}
)
_METADATA = (
    ".pth",
    ".egg-link",
    ".dist-info",
    ".egg-info",
    ".pyc",
    ".so",
    "__pycache__",
)  # of a file or a folder: entry points load plug-ins
_TOOLS = frozenset(
    {"pytest", "_pytest", "py", "pluggy", "iniconfig", "packaging", "pygments", "hypothesis", "pytest_cov", "xdist", "exceptiongroup"}
)
_ROOTS = ("", "src", "lib")  # folders that projects import from, beside those of their tests


def is_test(path: str, known: Collection[str] = ()) -> bool:
    """Whether a file belongs to the tests: by its name, by a folder's, or because it is `known` to.

    >>> [path for path in ("tests/data.json", "test_a.py", "a_test.py", "contest.py", "src/a.py") if is_test(path)]
    ['tests/data.json', 'test_a.py', 'a_test.py']
    """
    *folders, name = path.split("/")
    by_name = name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py") or name in ("test.py", "tests.py"))
    return by_name or path in known or not _FOLDERS.isdisjoint(folders)


def is_configuration(path: str) -> bool:
    """Whether pytest or the interpreter reads a file by its own accord."""
    parts = path.casefold().split("/")
    return parts[-1] in _CONFIGURATION or any(part.endswith(_METADATA) for part in parts)


def is_code(path: str, known: Collection[str] = ()) -> bool:
    """Whether a file is Python code, and neither test nor configuration. Other languages are not taken: the gates cannot read them."""
    return path.endswith(".py") and not is_test(path, known) and not is_configuration(path)


def tests_of(workspace: Workspace) -> Iterator[str]:
    """Paths of its Python test files."""
    return (path for path in workspace.files if path.endswith(".py") and is_test(path) and not is_configuration(path))


def restored(original: Workspace, tree: Workspace, oracle: Collection[str], code: Collection[str]) -> tuple[Workspace, tuple[str, ...]]:
    """A tree whose verdict its author cannot decide but by its code, and the paths that were put back.

    The paper restores the oracle files. Here every test file and every file that pytest or the interpreter reads by its own accord is again
    as in the original, and new ones are gone; of other new files, those go that lie among the tests, or that would be imported in place of
    the standard library, of the test runner or of a module that is there. Any other source file may be added.

    Args:
        original: The tree that everything comes from.
        tree: The tree to run the tests in.
        oracle: Test files that decide.
        code: Files that the bug changed, which are code whatever their names.
    """
    roots = _roots(oracle)
    homes = {folder for path in oracle if (folder := _folder(path)) and not _holds_code(original, folder)}
    back: dict[str, bool] = {}
    for path in sorted({*original.files, *tree.files}):
        if original.files.get(path) == tree.files.get(path):
            continue
        new = path not in original.files
        among_tests = any(path.startswith(f"{folder}/") for folder in homes)
        if path in oracle or (
            path not in code and (is_test(path) or is_configuration(path) or (new and (among_tests or _shadows(path, original, roots))))
        ):
            back[path] = new
    kept = {path: original.files[path] for path, new in back.items() if not new}
    in_the_way = {path for path in tree.files if path not in original.files and _collides(path, kept)}
    gone = in_the_way | {path for path, new in back.items() if new}
    return tree.remove(gone).write(kept), tuple(sorted(gone | back.keys()))


def _collides(path: str, kept: Collection[str]) -> bool:
    """Whether a file stands where a folder of others was, or below what was a file."""
    return any(other.startswith(f"{path}/") or path.startswith(f"{other}/") for other in kept)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _holds_code(original: Workspace, folder: str) -> bool:
    return any(_folder(path) == folder and is_code(path) for path in original.files)


def _roots(oracle: Iterable[str]) -> frozenset[str]:
    """Folders that a test run may import top-level modules from: pytest adds those of the tests or one above."""
    found: set[str] = set(_ROOTS)
    for path in oracle:
        folder = _folder(path)
        while folder:
            found.add(folder)
            folder = _folder(folder)
    return frozenset(found)


def _shadows(path: str, original: Workspace, roots: Iterable[str]) -> bool:
    """Whether a new file makes a top-level module under a name that is taken."""
    for root in roots:
        below = path.removeprefix(f"{root}/") if root else path
        if (root and below == path) or not path.endswith(".py"):
            continue
        top = below.split("/")[0]
        name = top.removesuffix(".py")
        home = f"{root}/{top}/" if root else f"{top}/"
        if any(there.startswith(home) for there in original.files):
            continue  # another module of a package that is there
        if name in sys.stdlib_module_names or name in _TOOLS or name in _modules(original, roots):
            return True
    return False


def _modules(original: Workspace, roots: Iterable[str]) -> Iterator[str]:
    for root in roots:
        for path in original.files:
            if path.endswith(".py") and (not root or path.startswith(f"{root}/")):
                yield (path.removeprefix(f"{root}/") if root else path).split("/")[0].removesuffix(".py")
