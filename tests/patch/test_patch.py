"""Patches: what leads from one tree to another, as git writes it, matched exactly or refused."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from axion_env import Illegal, Patch, PatchError
from axion_env.patch.hunk import hunks_between
from axion_env.patch.parser import MAX_CHARACTERS
from axion_env.sandbox import File, Workspace
from axion_env.sandbox.workspace import path_problem

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed: apt install git")
needs_patch = pytest.mark.skipif(shutil.which("patch") is None, reason="patch is not installed: apt install patch")

lines = st.sampled_from(
    ["a", "b", "c", "", " d", "+e", "-f", "--- a/x", "+++ b/x", "@@ -1 +1 @@", "\\ No newline", "g\r", "h\x0ci", "é\u2028z", "\t"]
)
bodies = st.lists(lines, max_size=14).flatmap(lambda ls: st.sampled_from(["\n".join(ls), "".join(f"{line}\n" for line in ls)]))
names = st.sampled_from(["x.py", "b/x.py", "a", "with space.py", 'qu"ote', "tab\there", "é.py", "deep/er/y", "dev/null", "end "])


@st.composite
def trees(draw: st.DrawFn) -> Workspace:
    return Workspace({path: draw(bodies) for path in draw(st.lists(names, max_size=4, unique=True))})


@given(trees(), trees())
@example(Workspace({"x": ""}), Workspace({"y": ""}))
@example(Workspace({"x": "a"}), Workspace({"x": "a\n"}))
@example(Workspace({"x": ""}), Workspace({"x": "a"}))
def test_a_patch_leads_there_and_back(a: Workspace, b: Workspace) -> None:
    """apply(between(a, b), a) == b, its reverse leads back, its text says all of it, and it is empty exactly where nothing changed."""
    patch = Patch.between(a, b)
    assert patch.apply(a) == b
    assert patch.reverse().apply(b) == a
    assert patch.reverse().reverse() == patch
    assert Patch.parse(patch.text) == patch
    assert bool(patch) == (a != b)
    assert set(patch.paths) == set(a.delta(b).changed) | set(a.delta(b).removed)


@given(bodies, bodies)
def test_each_change_has_three_lines_of_context(old: str, new: str) -> None:
    """No hunk has more than three unchanged lines at either end, or seven in a row, and hunks do not overlap."""
    reached = 0
    for hunk in hunks_between(old, new):
        runs = "".join(sign for sign, _ in hunk.lines)
        assert len(runs) - len(runs.lstrip(" ")) <= 3
        assert len(runs) - len(runs.rstrip(" ")) <= 3
        assert " " * 7 not in runs
        assert hunk.start + (not hunk.sides[0]) > reached
        reached = hunk.start + sum(sign != "+" for sign, _ in hunk.lines) - 1


def _on_disk(a: Workspace, text: str, folder: Path, command: list[str]) -> Workspace | None:
    tree = folder / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir()
    a.save(tree)
    done = subprocess.run(command, input=text.encode(), cwd=tree, capture_output=True, check=False)
    return Workspace.read(tree) if done.returncode == 0 else None


@needs_git
@given(a=trees(), b=trees())
def test_git_agrees(tmp_path_factory: pytest.TempPathFactory, a: Workspace, b: Workspace) -> None:
    """`git apply` makes of our text what we make of it."""
    patch = Patch.between(a, b)
    if patch:
        assert _on_disk(a, patch.text, tmp_path_factory.getbasetemp(), ["git", "apply", "--whitespace=nowarn"]) == b


@needs_git
@settings(max_examples=30)
@given(a=trees(), b=trees())
def test_what_git_writes_is_read(tmp_path_factory: pytest.TempPathFactory, a: Workspace, b: Workspace) -> None:
    """A diff that git made of two trees leads from the one to the other: with index lines, quoted names, sections."""
    root = tmp_path_factory.getbasetemp() / "repository"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()

    def git(*words: str, tree: str = ".") -> str:
        command = ["git", f"--git-dir={root / 'git'}", f"--work-tree={root / tree}", *words]
        return subprocess.run(command, cwd=root, capture_output=True, check=True).stdout.decode()

    git("init", "-q")
    ids = []
    for name, tree in (("before", a), ("after", b)):
        (root / name).mkdir()
        tree.save(root / name)
        git("add", "-A", tree=name)
        ids.append(git("write-tree").strip())
    assert Patch.parse(git("diff-tree", "-r", "-p", "--no-renames", *ids)).apply(a) == b


@needs_git
@given(a=bodies, b=bodies, c=bodies)
def test_no_disagreement_with_git_elsewhere(tmp_path_factory: pytest.TempPathFactory, a: str, b: str, c: str) -> None:
    """On a file the patch was not made for, we and git may each refuse; where both apply it, the result is the same."""
    patch = Patch.between(Workspace({"x": a}), Workspace({"x": b}))
    other = Workspace({"x": c + a})
    try:
        ours = patch.apply(other)
    except PatchError:
        return
    if patch:
        theirs = _on_disk(other, patch.text, tmp_path_factory.getbasetemp(), ["git", "apply", "--whitespace=nowarn"])
        assert theirs in (None, ours)


@needs_patch
@given(a=bodies, b=bodies)
def test_patch_agrees(tmp_path_factory: pytest.TempPathFactory, a: str, b: str) -> None:
    """`patch -p1` makes of our text what we make of it."""
    before, after = Workspace({"x.py": a}), Workspace({"x.py": b})
    patch = Patch.between(before, after)
    if patch:
        command = ["patch", "-p1", "-s", "-F0", "--binary", "--no-backup-if-mismatch"]
        made = _on_disk(before, patch.text, tmp_path_factory.getbasetemp(), command)
        assert (made or Workspace()).files.get("x.py", File(b"")) == after.files["x.py"]  # it removes what it leaves empty


SOURCE = Workspace({"x.py": "def f():\n    return 1\n\n\ndef g():\n    return 2\n", "y.py": "y = 1\n"})

FORMS = {
    "of git": "diff --git a/y.py b/y.py\nindex 1111111..2222222 100644\n--- a/y.py\n+++ b/y.py\n@@ -1 +1 @@\n-y = 1\n+y = 2\n",
    "without git's lines": "--- a/y.py\n+++ b/y.py\n@@ -1 +1 @@\n-y = 1\n+y = 2\n",
    "without prefixes": "--- y.py\n+++ y.py\n@@ -1 +1 @@\n-y = 1\n+y = 2\n",
    "with dates": "--- a/y.py\t2020-01-01 00:00:00\n+++ b/y.py\t2020-01-02 00:00:00\n@@ -1,1 +1,1 @@\n-y = 1\n+y = 2\n",
    "without a last newline": "--- a/y.py\n+++ b/y.py\n@@ -1 +1 @@\n-y = 1\n+y = 2",
    "with empty lines around": "\n\n--- a/y.py\n+++ b/y.py\n@@ -1 +1 @@\n-y = 1\n+y = 2\n\n\n",
    "with a section": "--- a/y.py\n+++ b/y.py\n@@ -1 +1 @@ class Y:\n-y = 1\n+y = 2\n",
    "added first": "--- a/y.py\n+++ b/y.py\n@@ -1 +1 @@\n+y = 2\n-y = 1\n",
    "quoted": '--- "a/\\171.py"\n+++ "b/y.py"\n@@ -1 +1 @@\n-y = 1\n+y = 2\n',
    "at another line": "--- a/y.py\n+++ b/y.py\n@@ -7 +9 @@\n-y = 1\n+y = 2\n",
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_forms(text: str) -> None:
    """All of these say one thing, and are written in one form."""
    patch = Patch.parse(text)
    assert patch.apply(SOURCE) == SOURCE.write({"y.py": "y = 2\n"})
    assert patch.text.replace("-7 +9", "-1 +1") == "diff --git a/y.py b/y.py\n--- a/y.py\n+++ b/y.py\n@@ -1 +1 @@\n-y = 1\n+y = 2\n"


def test_a_context_line_that_lost_its_space() -> None:
    """Editors and models strip it; git and patch read it too."""
    text = "--- a/x.py\n+++ b/x.py\n@@ -2,4 +2,4 @@\n-    return 1\n+    return 3\n\n\n def g():\n"
    assert Patch.parse(text).apply(SOURCE).text("x.py") == SOURCE.text("x.py").replace("1", "3")


def test_files_come_and_go() -> None:
    """New, deleted, empty and executable files, in git's form."""
    after = SOURCE.remove(["y.py"]).write({"run": File(b"#!/bin/sh\n", executable=True), "empty": ""})
    patch = Patch.between(SOURCE, after)
    assert patch.apply(SOURCE) == after
    assert "new file mode 100755\n--- /dev/null\n+++ b/run\n@@ -0,0 +1 @@\n" in patch.text
    assert "diff --git a/empty b/empty\nnew file mode 100644\ndiff" in patch.text
    assert "deleted file mode 100644\n--- a/y.py\n+++ /dev/null\n@@ -1 +0,0 @@\n" in patch.text
    assert patch.only(lambda path: path == "y.py").paths == ("y.py",)


def test_what_runs_leave_behind_is_no_part_of_a_patch() -> None:
    """Compiled files and the like are left out, unless asked for; they are no text."""
    after = SOURCE.write({"__pycache__/x.pyc": b"\xff\0", ".git/HEAD": "ref: refs/heads/main\n", "x.py": "x\n"})
    assert Patch.between(SOURCE, after).paths == ("x.py",)
    with pytest.raises(PatchError, match=r"__pycache__/x\.pyc: the file is no text"):
        Patch.between(SOURCE, after, ignore=[".git"])


EDIT = "--- a/y.py\n+++ b/y.py\n"
REFUSED = {
    "prose": ("Here is my patch:\n" + FORMS["of git"], "line 1 of the patch: expected '---', got 'Here is my patch:'"),
    "rename": ("diff --git a/x b/y\nrename from x\nrename to y\n", "renames and copies"),
    "rename, named once": ("diff --git a/x b/x\nsimilarity index 100%\n", "a rename or a copy"),
    "rename, without git's lines": ("--- a/x\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n", "renames and copies"),
    "copy": ("diff --git a/x b/x\ncopy from x\n", "a copy"),
    "mode": ("diff --git a/x b/x\nold mode 100644\nnew mode 100755\n", "a changed mode"),
    "binary": ("diff --git a/x b/x\nindex 1..2 100644\nGIT binary patch\n", "a binary file"),
    "binary, not given": ("diff --git a/x b/x\nBinary files a/x and b/x differ\n", "a binary file"),
    "link": (
        "diff --git a/x b/x\nnew file mode 120000\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+/etc/passwd\n",
        "have mode 100644 or",
    ),
    "nothing": ("diff --git a/x b/x\n", "expected '---', got its end"),
    "no hunks": (EDIT, "y.py: expected a hunk"),
    "head": (EDIT + "@@ -1,x +1 @@\n-a\n+b\n", "y.py: hunk 1 has a head not like"),
    "too few lines": (EDIT + "@@ -1,2 +1 @@\n-a\n+b\n", "line 5 of the patch: y.py: hunk 1 has other lines than its head counts"),
    "too many lines": (EDIT + "@@ -1 +1 @@\n-a\n+b\n+c\n", "line 6 of the patch: expected '---', got '\\+c'"),
    "sign": (EDIT + "@@ -1 +1 @@\n-a\nb\n", "begins with no"),
    "nothing changed": (EDIT + "@@ -1 +1 @@\n a\n", "hunk 1 changes nothing"),
    "end in the middle": (EDIT + "@@ -1,2 +1 @@\n-a\n\\ No newline at end of file\n-b\n+b\n", "goes on after a line without a newline"),
    "end of nothing": (EDIT + "@@ -1 +1 @@\n\\ No newline at end of file\n-a\n+b\n", "follows no other"),
    "after the end": (EDIT + "@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n@@ -1,0 +2 @@\n+b\n", "follows the end of the file"),
    "twice": (FORMS["of git"] * 2, "y.py is changed twice"),
    "up": ("--- a/../y.py\n+++ b/../y.py\n@@ -1 +1 @@\n-a\n+b\n", "has a part that is empty"),
    "absolute": ("--- /dev/null\n+++ /etc/passwd\n@@ -0,0 +1 @@\n+b\n", "is absolute"),
    "absolute, twice": ("--- /etc/passwd\n+++ /etc/passwd\n@@ -1 +1 @@\n-a\n+b\n", "is absolute"),
    "hooks": ("--- /dev/null\n+++ b/.GIT/hooks/pre-commit\n@@ -0,0 +1 @@\n+b\n", "leads into .git"),
    "nowhere": ("--- /dev/null\n+++ /dev/null\n@@ -0,0 +1 @@\n+b\n", "both names are /dev/null"),
    "two kinds": ("diff --git a/x b/x\nnew file mode 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", "by its mode the file is new"),
    "names": ("diff --git a/x b/x\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n", "differ"),
    "new, with old lines": ("--- /dev/null\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", "a new file takes one hunk"),
    "new, in parts": ("--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n@@ -0,0 +2 @@\n+b\n", "a new file takes one hunk"),
    "open quote": ('--- "a/x\n+++ "b/x"\n', "a quote that is not closed"),
    "escape": ('--- "a/\\9"\n+++ "b/x"\n', "no such escape"),
    "no UTF-8": ('--- "a/\\377"\n+++ "b/x"\n', "a name is UTF-8"),
    "control character": ("--- a/x\r\n+++ b/x\r\n", "stands in quotes"),
    "NUL": ("--- a/x\0", "holds no NUL"),
    "surrogate": ("--- a/\ud800", "is UTF-8"),
    "size": ("\n" * (MAX_CHARACTERS + 1), "at most 1048576 characters"),
}


@pytest.mark.parametrize(("text", "why"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, why: str) -> None:
    """What is no patch, or one that cannot be had here, is refused by its name: the fault of whoever wrote it."""
    with pytest.raises(PatchError, match=why) as refused:
        Patch.parse(text)
    assert isinstance(refused.value, Illegal)


INAPPLICABLE = {
    "no file": ("--- a/z\n+++ b/z\n@@ -1 +1 @@\n-a\n+b\n", "z: there is no file here"),
    "a file": ("--- /dev/null\n+++ b/y.py\n@@ -0,0 +1 @@\n+b\n", "y.py: there is already a file here"),
    "below a file": ("--- /dev/null\n+++ b/y.py/z\n@@ -0,0 +1 @@\n+b\n", "'y.py' is a file and a folder"),
    "other lines": (
        EDIT + "@@ -1 +1 @@\n-y = 3\n+b\n",
        r"y\.py: hunk 1 \(@@ -1 \+1 @@\) does not apply: its old lines are not in the file",
    ),
    "half a line": (EDIT + "@@ -1 +1 @@\n- = 1\n+b\n", "are not in the file"),
    "no end": (EDIT + "@@ -1 +1 @@\n-y = 1\n\\ No newline at end of file\n+b\n", "do not end the file"),
    "several places": ("--- a/x.py\n+++ b/x.py\n@@ -1 +1,2 @@\n+pass\n \n", "in several other places"),
    "more to delete": ("--- a/x.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-def f():\n", "holds more than the patch deletes"),
    "beyond the end": (EDIT + "@@ -7,0 +8 @@\n+b\n", "its stated line is not there"),
}


@pytest.mark.parametrize(("text", "why"), INAPPLICABLE.values(), ids=INAPPLICABLE)
def test_inapplicable(text: str, why: str) -> None:
    """A patch for another tree is refused by file and hunk. Nothing is guessed."""
    with pytest.raises(PatchError, match=why):
        Patch.parse(text).apply(SOURCE)


def test_where_the_stated_line_fits_it_is_taken() -> None:
    """Of several places the stated one; a second hunk only behind the first."""
    blank = Patch.parse("--- a/x.py\n+++ b/x.py\n@@ -4 +4,2 @@\n+pass\n \n")
    assert blank.apply(SOURCE).text("x.py").split("\n")[2:5] == ["", "pass", ""]
    swapped = Patch.parse("--- a/x.py\n+++ b/x.py\n@@ -5 +5 @@\n-def g():\n+def h():\n@@ -1 +1 @@\n-def f():\n+def k():\n")
    with pytest.raises(PatchError, match=r"hunk 2 .* not in the file|hunk 2 .* does not apply"):
        swapped.apply(SOURCE)


def test_a_changed_mode_has_no_text() -> None:
    """Rather than lose it, `between` refuses."""
    with pytest.raises(PatchError, match="mode changed"):
        Patch.between(SOURCE, SOURCE.write({"y.py": File(b"y = 1\n", executable=True)}))


def test_a_mode_survives_an_edit() -> None:
    """An executable that is edited stays one."""
    tree = Workspace({"y.py": File(b"y = 1\n", executable=True)})
    assert Patch.parse(FORMS["of git"]).apply(tree).files["y.py"] == File(b"y = 2\n", executable=True)


@given(st.text('-+ @\\ab/\n\t,1"dgit', max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing but PatchError, and what is read has a text that reads the same."""
    try:
        patch = Patch.parse(EDIT + "@@ -1 +1 @@\n" + text)
    except PatchError:
        return
    assert Patch.parse(patch.text) == patch
    assert all(path_problem(path) is None for path in patch.paths)


def test_trees_made_to_be_slow_are_not() -> None:
    """Many equal lines, in a file and in a patch: one replacement in place of minutes, and a search in linear time."""
    a, b = Workspace({"x": "a\n" * 40_000 + "b\n" + "a\n" * 40_000}), Workspace({"x": "c\n" + "a\n" * 70_000})
    patch = Patch.between(a, b)
    assert patch.apply(a) == b
    far = "".join(f"-{'a'}\n" for _ in range(20_000)) + "-c\n"
    with pytest.raises(PatchError, match="not in the file"):
        Patch.parse(f"--- a/x\n+++ b/x\n@@ -1,20001 +0,0 @@\n{far}").apply(a)
