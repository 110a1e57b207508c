"""A library's warning fails no test, wherever it points; one of our own packages' does."""

from __future__ import annotations

import types

import pytest

from tests.plugin import warned

pytest_plugins = ("pytester",)

# The code of a module that warns, and what it is called: ours are made here too, since nothing of ours warns of itself.
MODULE = """
import warnings

def old(level=1):
    warnings.warn("use new()", FutureWarning, stacklevel=level)

def asked(other):
    other(2)
"""
TEST = f"""
import types

def module(name):
    made = types.ModuleType(name)
    exec(compile({MODULE!r}, name, "exec"), made.__dict__)
    return made

library, own = module("some_library.part"), module("axion_env.part")
"""


@pytest.fixture
def outcome(pytester: pytest.Pytester) -> object:
    """Of a file of tests, run by itself."""

    def run(body: str) -> dict[str, int]:
        pytester.makepyfile(f"{TEST}\n{body}")
        options = ("-p", "tests.plugin.warned", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", "always")
        unraisable = ("-W", "error::pytest.PytestUnraisableExceptionWarning")
        return dict(pytester.runpytest_subprocess(*options, *unraisable).parseoutcomes())

    return run


@pytest.mark.parametrize(
    "body",
    [
        "def test_it(): library.old()",
        "def test_it(): own.asked(library.old)  # which points at our line",
        "library.old(2)\ndef test_it(): pass  # while it is imported",
        "import pytest, warnings\ndef test_it():\n    with pytest.warns(UserWarning):\n        both()\n"
        "def both():\n    own.asked(library.old)\n    warnings.warn('x')",
    ],
)
def test_a_library_s_is_shown_and_counted(outcome, body):
    """And every test passes."""
    assert outcome(body) == {"passed": 1, "warnings": 1}


@pytest.mark.parametrize("level", [1, 2])
def test_our_own_fails(outcome, level):
    """Wherever it points, and where a library called us."""
    assert outcome(f"def test_it(): own.old({level})") == {"failed": 1}
    assert outcome(f"def test_it(): library.asked(lambda n: own.old({level}))") == {"failed": 1}


def test_our_own_fails_while_it_is_imported(outcome):
    assert outcome("own.old()\ndef test_it(): pass") == {"errors": 1}


def test_what_a_test_expects_is_no_failure(outcome):
    body = "import pytest\ndef test_it():\n    with pytest.warns(FutureWarning, match='use new'):\n        own.old()"
    assert outcome(body) == {"passed": 1}


LEFT = {
    "a file that nobody closes": "open(__file__)",
    "a file that a function leaves": "file = open(__file__)",
    "a file that a thread leaves": "thread = threading.Thread(target=leave)\n    thread.start()\n    thread.join()",
    "a file that a command leaves": "CliRunner().invoke(click.command()(leave))",
    "a process that nobody waits for": "child = subprocess.Popen(['sleep', '1'])\n    del child",
    "a folder that nobody removes": "folder = tempfile.TemporaryDirectory()\n    del folder",
    "a coroutine that nobody awaits": "own_coroutine()",
    "a division by zero": "numpy.zeros(2) / numpy.zeros(2)",
    "an escape that is none": "import own_part",
    "an own warning beside an expected one": "with pytest.warns(UserWarning):\n        two()",
}


@pytest.mark.parametrize("left", LEFT.values(), ids=LEFT)
def test_what_is_left_behind_or_said_of_a_line_fails(pytester, left):
    """Python and NumPy complain of it, and that is ours."""
    pytester.makeconftest(f"from tests.plugin import warned\nwarned._ROOT = {str(pytester.path)!r}\n")
    imports = "import click, numpy, pytest, subprocess, tempfile, threading, warnings\nfrom click.testing import CliRunner\n"
    helpers = "async def own_coroutine(): pass\n\ndef leave(): file = open(__file__)\n\n"
    helpers += "def two():\n    warnings.warn('x')\n    numpy.zeros(2) / numpy.zeros(2)\n"
    pytester.makepyfile(f"{imports}{helpers}\ndef test_it():\n    {left}\n", own_part='"\\d"')
    unraisable = ("error::pytest.PytestUnraisableExceptionWarning", "error::pytest.PytestUnhandledThreadExceptionWarning")
    errors = [part for each in unraisable for part in ("-W", each)]
    result = pytester.runpytest_subprocess("-p", "tests.plugin.warned", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", "always", *errors)
    assert result.parseoutcomes().get("failed") == 1


def test_a_deprecation_from_c_is_the_library_s(monkeypatch, tmp_path):
    """It points at our line, and nothing of Python gave it; what a library leaves behind is its own as well."""
    monkeypatch.setattr(warned, "_ROOT", tmp_path)
    ours, theirs = str(tmp_path / "axion_env" / "part.py"), "/lib/library/part.py"

    def frame(name: str, filename: str) -> types.FrameType:
        exec(compile("import sys\nframe = sys._getframe()", filename, "exec"), scope := {"__name__": name})
        return scope["frame"]

    assert not warned.is_own(frame("axion_env.part", ours), DeprecationWarning, ours)
    assert not warned.is_own(frame("library.part", theirs), ResourceWarning, theirs)
    assert not warned.is_own(frame("library.part", theirs), RuntimeWarning, theirs)
    assert warned.is_own(frame("axion_env.part", ours), RuntimeWarning, ours)
