"""Injectors by rule: what they give, that it applies, and that it is the same for the same stream."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest
from axion_zoo.selfplay.bug_repair import module
from axion_zoo.selfplay.bug_repair.injector import Injector
from axion_zoo.selfplay.bug_repair.injector.across import across
from axion_zoo.selfplay.bug_repair.injector.history import Change, commits, reverting, versions
from axion_zoo.selfplay.bug_repair.injector.mutator import mutate, mutations
from axion_zoo.selfplay.bug_repair.injector.removal import removals, remove
from axion_zoo.shared.mutation import OPERATORS

from axion_env import Patch, Stream, UsageError
from axion_env.sandbox import File, Workspace

SHAPES = '''"""Shapes."""

from base import clean, scaled


# Used by everybody.
def area(w, h=1):
    """Width times height."""
    # both are lengths
    w = clean(w)
    return w * scaled(h, 2)  # twice
    # the end


class Box:
    side = 1

    # How much is in it.
    @property
    def volume(self):
        return area(self.side) * self.side

    def grow(self): self.side += 1


def last():
    return 1
'''
BASE = """def clean(x):
    return abs(x)


def scaled(x, k):
    return x * k


def both(x):
    return clean(scaled(clean(x), 3))
"""
TREE = Workspace({"shapes.py": SHAPES, "base.py": BASE, "tests/test_shapes.py": "import shapes\n", "data.txt": "1"})
CODE = ("shapes.py", "base.py", "missing.py", "data.txt")
CHANGES = [Change("1", {"base.py": "x"}, {"base.py": BASE}), Change("2", {"base.py": BASE.replace("abs", "int")}, {"base.py": BASE})]
INJECTORS: dict[str, Injector] = {
    "mutate": mutate,
    "remove": remove,
    "across mutate": across(mutate),
    "across remove": across(remove),
    "history": reverting(CHANGES),
}


@pytest.mark.parametrize("name", INJECTORS)
def test_every_patch_applies_is_read_and_comes_once(name: str) -> None:
    """Each leads from the tree to another whose code Python reads; and text and back is the same patch."""
    seen: set[str] = set()
    for patch in islice(INJECTORS[name](TREE, CODE, Stream(3)), 300):
        after = patch.apply(TREE)
        assert after != TREE
        assert patch.reverse().apply(after) == TREE
        assert Patch.parse(patch.text) == patch
        assert patch.text not in seen
        seen.add(patch.text)
        assert set(patch.paths) <= {"shapes.py", "base.py"}
        for path in patch.paths:
            ast.parse(after.text(path))
    assert seen


@pytest.mark.parametrize("name", INJECTORS)
def test_the_stream_decides(name: str) -> None:
    """The same stream gives the same patches in the same order, and another stream another order, where there is more than one."""

    def drawn(seed: int) -> list[str]:
        return [patch.text for patch in islice(INJECTORS[name](TREE, CODE, Stream(seed)), 20)]

    assert drawn(1) == drawn(1)
    assert any(drawn(1) != drawn(seed) for seed in range(2, 12)) or len(drawn(1)) == 1


def test_injectors_are_lazy() -> None:
    """One patch of a large tree costs one patch."""
    many = Workspace({f"m{i}.py": SHAPES for i in range(40)})
    calls = 0

    def counting(workspace: Workspace, paths: object, stream: Stream) -> object:
        nonlocal calls
        for patch in mutate(workspace, list(many.files), stream):
            calls += 1
            yield patch

    next(iter(counting(many, None, Stream(1))))  # type: ignore[call-overload]
    assert calls == 1


def test_no_code_no_bugs() -> None:
    """What is no Python, no UTF-8 or not there is passed over."""
    tree = Workspace({"a.py": "def (", "b.py": b"\xff\xfe", "c.txt": "x = 1"})
    for injector in (mutate, remove, across(mutate)):
        assert list(injector(tree, ["a.py", "b.py", "c.txt", "d.py"], Stream(1))) == []


def test_a_mode_stays() -> None:
    """A script that is mutated may be executed still."""
    tree = Workspace({"run.py": File(b"x = 1\n", executable=True)})
    (patch, *_) = mutate(tree, ["run.py"], Stream(1))
    assert patch.apply(tree).files["run.py"].executable


# Mutations -----------------------------------------------------------------------------------------------------------


def test_rare_operators_come_as_often_as_common_ones() -> None:
    """Of the first mutations of a module each operator has about its share, though nine in ten places are for `variable`."""
    tree = module.workspace("semver")
    drawn = [m.operator for m in islice(mutations(tree, ["semver.py"], Stream(5)), 60)]
    assert len(set(drawn)) >= 10
    assert drawn.count("variable") <= 15


def test_operators_can_be_chosen() -> None:
    """By name; all of their mutations are given in the end."""
    every = {m.patch.text for m in mutations(TREE, CODE, Stream(1), ("arguments", "default"))}
    assert every == {m.patch.text for m in mutations(TREE, CODE, Stream(2), ("arguments", "default"))}
    assert {m.operator for m in mutations(TREE, CODE, Stream(1))} <= set(OPERATORS)


# Removals ------------------------------------------------------------------------------------------------------------


def _removed(kind: str, name: str) -> Workspace:
    (found,) = (r for r in removals(TREE, CODE, Stream(1), (kind,)) if r.name == name)
    return found.patch.apply(TREE)


def test_body_removed() -> None:
    """Signature, docstring and decorators stay; the comments of the body go with it."""
    stubs = set()
    for seed in range(12):
        (found,) = (r for r in removals(TREE, CODE, Stream(seed), ("body",)) if r.name == "area")
        before, _, rest = found.patch.apply(TREE).text("shapes.py").partition('"""Width times height."""\n')
        assert before.endswith("# Used by everybody.\ndef area(w, h=1):\n    ")
        stub, _, after = rest.partition("\n")
        stubs.add(stub)
        assert after.startswith("\n\nclass Box:")
    assert stubs == {"    raise NotImplementedError", "    return None", "    pass"}


def test_body_on_the_line_of_its_def() -> None:
    """It is replaced there."""
    line = next(line for line in _removed("body", "grow").text("shapes.py").splitlines() if "grow" in line)
    assert line in ("    def grow(self): raise NotImplementedError", "    def grow(self): return None", "    def grow(self): pass")


def test_method_removed() -> None:
    """With its comment and decorator; the lines around look as if it had never been there."""
    text = _removed("method", "volume").text("shapes.py")
    assert "    side = 1\n\n    def grow(self)" in text
    assert "How much" not in text
    text = _removed("method", "grow").text("shapes.py")
    assert "* self.side\n\n\ndef last()" in text


def test_helper_removed() -> None:
    """With its import and every call of it, in all files; what it was given goes through."""
    after = _removed("helper", "clean")
    assert after.text("base.py") == "def scaled(x, k):\n    return x * k\n\n\ndef both(x):\n    return scaled(x, 3)\n"
    assert "from base import scaled\n" in after.text("shapes.py")
    assert "    w = w\n" in after.text("shapes.py")
    assert after.text("shapes.py") == SHAPES.replace("clean, ", "").replace("clean(w)", "w")


def test_helpers_that_stay() -> None:
    """One that nobody uses, one that a test names, one that is passed on, one that is called without arguments."""
    helpers = {r.name for r in removals(TREE, CODE, Stream(1), ("helper",))}
    assert helpers == {"clean", "scaled", "area"}
    for more in ("x = [clean]\n", "import base\nbase.clean(1)\n", "from base import clean as c\n", "from base import clean\nclean()\n"):
        tree = TREE.write({"more.py": more})
        assert "clean" not in {r.name for r in removals(tree, (*CODE, "more.py"), Stream(1), ("helper",))}
    tested = TREE.write({"tests/test_base.py": "from base import clean\n"})
    assert "clean" not in {r.name for r in removals(tested, CODE, Stream(1), ("helper",))}


def test_no_stub_is_emptied_again() -> None:
    """A function that does nothing has nothing to lose."""
    tree = Workspace({"a.py": "def f():\n    pass\n\n\ndef g():\n    '''Doc.'''\n\n\ndef h():\n    raise NotImplementedError\n"})
    assert list(removals(tree, ["a.py"], Stream(1), ("body",))) == []


# Several files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("files", [1, 2, 3])
def test_across_changes_as_many_files(files: int) -> None:
    """Each patch is one of the injector's per file."""
    tree = Workspace({f"m{i}.py": BASE for i in range(4)})
    single = {path: {p.text for p in mutate(tree, [path], Stream(1))} for path in tree.files}
    for patch in islice(across(mutate, files)(tree, list(tree.files), Stream(7)), 30):
        assert len(patch.paths) == files
        for path in patch.paths:
            assert patch.only(lambda p, path=path: p == path).text in single[path]  # type: ignore[misc]


def test_across_ends() -> None:
    """When fewer files have a patch left than it takes."""
    tree = Workspace({"a.py": "x = 1 + 1\n", "b.py": BASE, "c.py": "pass\n"})
    alone = len(list(mutate(tree, ["a.py"], Stream(1))))
    assert len(list(across(mutate)(tree, list(tree.files), Stream(1)))) == alone
    assert list(across(mutate, 3)(tree, list(tree.files), Stream(1))) == []


# History -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Callable[[str, dict[str, str]], str]:
    """A git repository in which a call makes a commit."""

    def git(*arguments: str) -> str:
        own = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null")
        return subprocess.run(["git", "-C", str(tmp_path), *own, *arguments], check=True, capture_output=True, text=True).stdout

    git("init", "-q", "-b", "main")

    def commit(message: str, files: dict[str, str]) -> str:
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        git("add", "-A")
        git("commit", "-q", "-m", message)
        return git("rev-parse", "HEAD").strip()

    return commit


FIRST = "".join(f"def f{i}():\n    return {i}\n\n\n" for i in range(8))


def test_commits(repository: Callable[[str, dict[str, str]], str], tmp_path: Path) -> None:
    """Those that change Python files which were there before, the newest first; names with spaces and letters of all kinds too."""
    repository("one", {"a.py": FIRST, "ä b.py": "x = 1\n", "note.txt": "1"})
    two = repository("two", {"a.py": FIRST.replace("return 2", "return 20"), "note.txt": "2", "new.py": "y = 1\n"})
    repository("three", {"note.txt": "3"})
    four = repository("four", {"ä b.py": "x = 2\n", "a.py": FIRST.replace("return 2", "return 21")})
    found = list(commits(tmp_path))
    assert [change.name for change in found] == [four, two]
    assert set(found[0].after) == {"a.py", "ä b.py"}
    assert (found[0].before["ä b.py"], found[0].after["ä b.py"]) == ("x = 1\n", "x = 2\n")
    assert [change.name for change in commits(tmp_path, most=1)] == [four]
    assert [change.name for change in commits(tmp_path, two)] == [two]


def test_reverts_on_the_present_tree(repository: Callable[[str, dict[str, str]], str], tmp_path: Path) -> None:
    """Part by part where the code has moved on: what is still there is undone, what has changed since is left."""
    repository("one", {"a.py": FIRST})
    repository("two", {"a.py": (then := FIRST.replace("return 2", "return 22").replace("return 6", "return 66"))})
    now = "import os\n\n" + then.replace("return 66", "return 67") + "x = 1\n"
    repository("three", {"a.py": now})
    tree = Workspace.read(tmp_path)
    (second,) = (change for change in commits(tmp_path) if change.before["a.py"] == FIRST)
    (patch,) = reverting([second])(tree, ["a.py"], Stream(1))
    assert patch.apply(tree).text("a.py") == now.replace("return 22", "return 2")


def test_reverts_a_whole_and_its_parts() -> None:
    """Of a change in two places: both, and each alone. Tests and other files stay as they are."""
    old, new = FIRST, FIRST.replace("return 2", "return 22").replace("return 6", "return 66")
    tree = Workspace({"a.py": new, "tests/test_a.py": "import a\n"})
    change = versions(tree.write({"a.py": old, "tests/test_a.py": "old"}), tree)
    assert set(change.after) == {"a.py", "tests/test_a.py"}
    texts = {patch.apply(tree).text("a.py") for patch in reverting([change])(tree, ["a.py"], Stream(1))}
    assert texts == {old, new.replace("return 22", "return 2"), new.replace("return 66", "return 6")}


def test_reverts_nothing_that_is_ambiguous_or_no_program() -> None:
    """A hunk that stands in two places, neither of them its own, is in none undone; one that would not be Python is not given."""
    change = Change("c", {"a.py": "x = 0\n"}, {"a.py": "x = 1\n"})
    assert list(reverting([change])(Workspace({"a.py": "y = 1\nx = 1\nx = 1\n"}), ["a.py"], Stream(1))) == []
    broken = Change("c", {"a.py": "x = (\n"}, {"a.py": "x = 1\n"})
    assert list(reverting([broken])(Workspace({"a.py": "x = 1\n"}), ["a.py"], Stream(1))) == []


def test_bad_repositories(tmp_path: Path) -> None:
    """A folder that is none, a revision that is not there: said in git's words."""
    with pytest.raises(UsageError, match=r"not a git repository|cannot change to"):
        list(commits(tmp_path / "none"))


def test_a_revision_that_is_not_there(repository: Callable[[str, dict[str, str]], str], tmp_path: Path) -> None:
    repository("one", {"a.py": FIRST})
    with pytest.raises(UsageError, match="nowhere"):
        list(commits(tmp_path, "nowhere"))
