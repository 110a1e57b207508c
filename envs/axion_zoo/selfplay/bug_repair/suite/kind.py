"""What a path of a Python project is: code, a test, or something that a test run reads as its configuration."""

from __future__ import annotations

import ast
import sys
import warnings
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
    return is_test_module(path) or path in known or not _FOLDERS.isdisjoint(path.split("/")[:-1])


def is_test_module(path: str) -> bool:
    """Whether pytest looks for tests in a file, by its name."""
    name = path.rpartition("/")[2]
    return name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py") or name in ("test.py", "tests.py"))


def is_configuration(path: str) -> bool:
    """Whether pytest or the interpreter reads a file by its own accord."""
    parts = path.casefold().split("/")
    return parts[-1] in _CONFIGURATION or any(part.endswith(_METADATA) for part in parts)


def is_code(path: str, known: Collection[str] = ()) -> bool:
    """Whether a file is Python code, and neither test nor configuration. Other languages are not taken: the gates cannot read them."""
    return path.endswith(".py") and not is_test(path, known) and not is_configuration(path)


def python_tests(workspace: Workspace, known: Collection[str]) -> Iterator[str]:
    """Paths of its Python test files."""
    return (path for path in workspace.files if path.endswith(".py") and is_test(path, known) and not is_configuration(path))


def parsed(source: str | bytes) -> ast.Module | None:
    """The syntax tree of Python source; None: it is none. What it would warn of is nobody's business here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


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
    new_goes = _Places(original, oracle).taken
    unlike = [path for path in {**original.files, **tree.files} if original.files.get(path) != tree.files.get(path)]
    back = {path for path in unlike if path in oracle or (path not in code and (is_test(path) or is_configuration(path)))}
    back |= {path for path in unlike if path not in original.files and path not in code and new_goes(path)}
    kept = {path: original.files[path] for path in back if path in original.files}
    folders = {folder for path in kept for folder in _above(path)}
    back |= {path for path in tree.files if path in folders or not kept.keys().isdisjoint(_above(path))}  # a file in the place of a folder
    return tree.remove(back - kept.keys()).write(kept), tuple(sorted(back))


class _Places:
    """Where new files of a project may not stand."""

    def __init__(self, original: Workspace, oracle: Iterable[str]) -> None:
        folders = {_folder(path) for path in original.files if is_code(path)}
        self.homes = tuple(f"{folder}/" for path in oracle if (folder := _folder(path)) and folder not in folders)
        """Folders of tests alone."""
        above = {folder for path in oracle for folder in _above(path)}
        self.roots = {*_ROOTS, *(folder for folder in above if f"{folder}/__init__.py" not in original.files)}
        """Folders that a test run may import top-level modules from: pytest adds the first above a test that is no package."""
        self.packages = {folder for path in original.files for folder in _above(path)}
        self.names = {name for path in original.files for _, name, _ in self._modules(path)}

    def taken(self, path: str) -> bool:
        """Whether a new file lies among the tests, or makes a top-level module under a name that another has."""
        if path.startswith(self.homes):
            return True
        own = [(home, name) for home, name, is_file in self._modules(path) if is_file or home not in self.packages]
        return any(name in sys.stdlib_module_names or name in _TOOLS or name in self.names for _, name in own)

    def _modules(self, path: str) -> Iterator[tuple[str, str, bool]]:
        """(its file or folder, its name, whether it is a file) of the top-level module that a file is part of, by each root."""
        for root in self.roots if path.endswith(".py") else ():
            below = path.removeprefix(f"{root}/") if root else path
            if not root or below != path:
                top, slash, _ = below.partition("/")
                yield (f"{root}/{top}" if root else top), top.removesuffix(".py"), not slash


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _above(path: str) -> Iterator[str]:
    """The folders that a file lies in."""
    while path := _folder(path):
        yield path
