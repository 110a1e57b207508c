"""Workspaces are values: named by content, changed by deltas, and never leaving their tree."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from pathlib import Path

import pytest
from hypothesis import given

from axion_env.error import UsageError
from axion_env.sandbox import Delta, File, Workspace
from axion_env.sandbox.inside import tree
from axion_env.sandbox.workspace import MAX_BYTES, MAX_FILES
from tests.sandbox.values import workspaces


@given(workspaces(), workspaces())
def test_a_delta_leads_from_one_tree_to_the_other(a: Workspace, b: Workspace) -> None:
    """a.apply(a.delta(b)) is b, through a record too; and the delta is empty exactly where nothing changed."""
    delta = a.delta(b)
    assert a.apply(delta) == b
    assert a.apply(Delta.of(json.loads(json.dumps(delta.record())))).files == b.files
    assert bool(delta) == (a != b)
    assert a.apply(a.delta(a)) is a


@given(workspaces(), workspaces())
def test_equal_ids_are_equal_trees(a: Workspace, b: Workspace) -> None:
    """The id stands for paths, modes and content, in any order of writing them, and nothing else."""
    assert (a.id == b.id) == (a.files == b.files) == (a == b)
    again = Workspace(dict(reversed(a.files.items())))
    assert again == a
    assert hash(again) == hash(a)
    assert list(again.files) == sorted(a.files)


def test_a_path_cannot_pass_for_two_files() -> None:
    """A newline in a path, and text in it like the id's own lines, does not make one tree of another."""
    two = Workspace({"a": "x", "b": "y"})
    content = hashlib.sha256(b"y").hexdigest()
    for forged in (f"a\n- {content} b", f"a\n- {content} 1 b"):
        assert Workspace({forged: "x"}).id != two.id


def test_ids_do_not_move() -> None:
    """The id of a tree is the same in every process and every version: stored episodes name it."""
    assert Workspace().id == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    tree = Workspace({"b/c.py": "x = 1\n", "a": File(b"\x00", executable=True)})
    assert tree.id == "413e344c04191399002a637503cae1288f4eba6d211e33a9117e5e6843a42f72"


@given(workspaces())
def test_a_workspace_survives_a_pickle(workspace: Workspace) -> None:
    """What is pickled comes back equal, with its modes."""
    again = pickle.loads(pickle.dumps(workspace))
    assert again == workspace
    assert again.files == workspace.files


@given(workspaces())
def test_a_tree_crosses_the_wall(workspace: Workspace) -> None:
    """The packed form gives back every file; as the changes of an empty tree it makes the tree."""
    packed = tree.pack(((path, file.data, file.executable) for path, file in workspace.files.items()), removed=[], refused=[])
    files, removed, refused = tree.read(packed)
    assert Workspace({path: File(data, flag) for path, data, flag in files}) == workspace
    assert (removed, refused) == ([], [])


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "../a",
        "a/../b",
        "a/..",
        "./a",
        "a/./b",
        "a\\b",
        "a\0b",
        "\ud800",
        "x" * 256,
        "a/" * 512 + "a",
        "é" * 128,
    ],
)
def test_paths_that_leave_the_tree_or_make_none(path: str) -> None:
    """Absolute paths, '..', empty parts, NUL, backslashes, what is not UTF-8 and what no file system holds: refused."""
    with pytest.raises(UsageError, match="workspace path"):
        Workspace({path: ""})
    with pytest.raises(UsageError):
        Workspace().apply(Delta({path: File(b"")}))


@pytest.mark.parametrize("path", ["a", ".a", "..a", "a..", "...", "a b", "é", "a/b/c", "~", "-rf", "a\nb", "x" * 255, "CON", "*"])
def test_paths_that_are_only_odd(path: str) -> None:
    """Any other name is a name."""
    assert Workspace({path: "x"}).text(path) == "x"


def test_nothing_is_a_file_and_a_folder() -> None:
    """A path below a file makes no tree, however it comes about."""
    with pytest.raises(UsageError, match="'a' is a file and a folder"):
        Workspace({"a": "", "a/b": ""})
    with pytest.raises(UsageError, match="'a/b' is a file and a folder"):
        Workspace({"a/b": ""}).write({"a/b/c": ""})
    assert Workspace({"a": "", "a.b/c": ""}).files


def test_limits() -> None:
    """4,096 files and 32 MiB fit, and not one more."""
    most = {f"f{i}": b"" for i in range(MAX_FILES)}
    assert len(Workspace(most).files) == MAX_FILES
    with pytest.raises(UsageError, match="at most 4096 files"):
        Workspace({**most, "g": b""})
    assert Workspace({"a": bytes(MAX_BYTES)}).files
    with pytest.raises(UsageError, match="at most"):
        Workspace({"a": bytes(MAX_BYTES), "b": b"x"})


def test_saved_and_read_it_is_the_same(tmp_path: Path) -> None:
    """save, then read, gives the same tree: content, folders, the executable bit."""
    workspace = Workspace({"a.py": "x = 1", "b/c/d.bin": bytes(range(256)), "run.sh": File(b"#!/bin/sh\n", executable=True), "empty": ""})
    workspace.save(tmp_path / "new")
    assert Workspace.read(tmp_path / "new") == workspace
    with pytest.raises(UsageError, match="not an empty folder"):
        workspace.save(tmp_path / "new")
    with pytest.raises(UsageError, match="no folder"):
        Workspace.read(tmp_path / "none")


def test_reading_leaves_out_links_and_what_is_ignored(tmp_path: Path) -> None:
    """Links are not followed, devices and fifos not opened, .git and __pycache__ left out wherever they stand."""
    for path in ("keep.py", ".git/config", "sub/__pycache__/x.pyc", "sub/keep.py", "outside"):
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path)
    os.symlink(tmp_path / "outside", tmp_path / "sub" / "link")
    os.symlink(tmp_path, tmp_path / "sub" / "round")
    os.mkfifo(tmp_path / "fifo")
    assert list(Workspace.read(tmp_path).files) == ["keep.py", "outside", "sub/keep.py"]
    assert list(Workspace.read(tmp_path, ignore=("sub", "outside", ".git")).files) == ["keep.py"]


def test_writing_and_removing_make_new_trees() -> None:
    """A workspace never changes: write and remove give others."""
    first = Workspace({"a": "1", "dir/b": "2", "dir/c": "3", "dirt": "4"})
    second = first.write({"a": "5", "new": b"\xff"})
    assert (first.text("a"), second.text("a"), second.text("new")) == ("1", "5", "\ufffd")
    assert list(second.remove(["dir/", "new"]).files) == ["a", "dirt"]
    assert list(first.remove([]).files) == list(first.files)
    with pytest.raises(KeyError):
        first.text("none")


def test_a_delta_that_is_none() -> None:
    """Records of another form are refused, not half read."""
    for facts in (
        {},
        {"changed": {}},
        {"changed": [], "removed": []},
        {"changed": {}, "removed": {}},
        {"changed": {"a": "text"}, "removed": []},
        {"changed": {"a": {}}, "removed": []},
        {"changed": {"a": {"text": 1}}, "removed": []},
        {"changed": {"a": {"base64": "?"}}, "removed": []},
        {"changed": {"a": {"text": "", "executable": 1}}, "removed": []},
        {"changed": {"a": {"text": "", "base64": "", "executable": True}}, "removed": []},
    ):
        with pytest.raises(ValueError, match=r"delta|file"):
            Delta.of(facts)
