"""A library's warning fails no test, wherever it points; one of our own packages' does."""

from __future__ import annotations

import pytest

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


@pytest.mark.parametrize(
    "left",
    ["open(__file__)", "own_coroutine()"],
    ids=["a file that nobody closes", "a coroutine that nobody awaits"],
)
def test_what_a_test_leaves_behind_fails(pytester, monkeypatch, left):
    """Python complains of it, and that is ours."""
    monkeypatch.setattr("tests.plugin.warned._ROOT", str(pytester.path))
    pytester.makepyfile(f"async def own_coroutine(): pass\n\ndef test_it():\n    {left}\n")
    options = ("-p", "no:cacheprovider", "-p", "no:xdist", "-W", "always", "-W", "error::pytest.PytestUnraisableExceptionWarning")
    from tests.plugin import warned

    result = pytester.runpytest_inprocess(*options, plugins=[warned])
    assert result.parseoutcomes().get("failed") == 1
