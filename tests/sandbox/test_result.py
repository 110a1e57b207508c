"""Reading what a job left: every status, reached on outputs written by hand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from axion_env.sandbox import Command, File, Function, JobResult, JobStatus, Limits, Opaque, Workspace
from axion_env.sandbox.inside import tree
from axion_env.sandbox.result import Ended, read_result

FINE = Ended(None, 0, 0.01)
CPU, WALL, DIED, KILLED = Ended("cpu", -9, 2.0), Ended("wall", -9, 0.1), Ended(None, 125, 0.0), Ended(None, -9, 0.1)
OOM = Ended(None, -9, 0.1, oom=True)
JOB = Function("", "f", [()] * 2, limits=Limits(output_bytes=200))
COMMAND = Command(["true"], limits=Limits(output_bytes=100, disk_mib=1))
BEFORE = Workspace({"a": "1", "b/c": "2"})


@pytest.fixture
def descriptors() -> Iterator[list[int]]:
    numbers = [os.memfd_create("output") for _ in range(4)]
    yield numbers
    for number in numbers:
        os.close(number)


@pytest.mark.parametrize(
    ("written", "ended", "status", "returned", "error"),
    [
        (b'["returned",1]\n["returned",{"tuple":[2]}]\n', FINE, "OK", (1, (2,)), None),
        (b'["returned",1]\n["raised","ValueError: no (line 2)"]\n', FINE, "EXCEPTION", (1, Opaque), "ValueError: no (line 2)"),
        (b'["raised",""]\n["returned",1]\n', FINE, "EXCEPTION", (Opaque, 1), ""),
        (b'["failed","SyntaxError: invalid syntax"]\n', FINE, "EXCEPTION", (), "SyntaxError: invalid syntax"),
        (b'["returned",1]\n', FINE, "NO_RESULT", (1,), "it ended after 1 of 2 calls"),
        (b"", FINE, "NO_RESULT", (), "it ended after 0 of 2 calls"),
        (b"", DIED, "NO_RESULT", (), "it ended after 0 of 2 calls"),
        (b'["returned",1]\n["returned",2]\n', KILLED, "NO_RESULT", (1, 2), "it ended after 2 of 2 calls"),
        (b'["returned",1]\n["ret', KILLED, "NO_RESULT", (1,), "it ended after 1 of 2 calls"),
        (b'["returned",1]\n', CPU, "CPU_LIMIT", (1,), "out of CPU time after 1 of 2 calls"),
        (b'["returned",1]\n["returned",2]\n', CPU, "CPU_LIMIT", (1, 2), "out of CPU time after 2 of 2 calls"),
        (b'["returned",1]\n["returned",2]\n', Ended(None, 0, 2.5), "CPU_LIMIT", (1, 2), "out of CPU time after 2 of 2 calls"),
        (b'["returned",1]\n', WALL, "WALL_LIMIT", (1,), "out of wall time after 1 of 2 calls"),
        (b'["returned",1]\n', OOM, "MEMORY", (1,), "out of memory after 1 of 2 calls"),
        (b'["returned",1]\n["raised","MemoryError"]\n', FINE, "MEMORY", (1, Opaque), "MemoryError"),
        (b'["failed","MemoryError"]\n', FINE, "MEMORY", (), "MemoryError"),
        (b'["failed","NameError: x"]\n', CPU, "CPU_LIMIT", (), "NameError: x"),
        (b'["returned",1]\n["returned",2]\n["returned",3]\n', FINE, "BAD_RESULT", (), "3 answers to 2 calls"),
        (b'["returned",1]\n["returned",2]', FINE, "BAD_RESULT", (), "half an answer"),
        (b'["returned",1]\n["failed","x"]\n', FINE, "BAD_RESULT", (), "it failed to load, and answers all the same"),
        (b'["failed","x"]\n["returned",1]\n', FINE, "BAD_RESULT", (), "it failed to load, and answers all the same"),
        (b'["passed",1]\n["returned",2]\n', FINE, "BAD_RESULT", (), "no answer to a call"),
        (b'["returned"]\n["returned",2]\n', FINE, "BAD_RESULT", (), "no answer to a call"),
        (b'{"returned":1}\n["returned",2]\n', FINE, "BAD_RESULT", (), "no answer to a call"),
        (b'["raised",1]\n["returned",2]\n', FINE, "BAD_RESULT", (), "an error without a text"),
        (b'["returned",NaN]\n["returned",2]\n', FINE, "BAD_RESULT", (), "NaN is not JSON"),
        (b'["returned",{"set":[1,1]}]\n["returned",2]\n', FINE, "BAD_RESULT", (), "a repeated member"),
        (b"\xff\n\n", FINE, "BAD_RESULT", (), "not ASCII"),
        (b"\n\n", FINE, "BAD_RESULT", (), "not JSON: Expecting value at character 0"),
        (b"\n\n", WALL, "WALL_LIMIT", (), "not JSON: Expecting value at character 0"),
        (b'["returned","' + b"x" * 200 + b'"]\n', FINE, "OUTPUT_LIMIT", (), "its result has 216 bytes, and 200 are allowed"),
    ],
)  # fmt: skip
def test_functions(descriptors: list[int], written: bytes, ended: Ended, status: str, returned: tuple[Any, ...], error: str | None) -> None:
    """How a function's job ended, from what it wrote and how its process ended; what it wrote before it was ended is kept."""
    os.write(descriptors[0], written)
    result = read_result(JOB, None, ended, descriptors[:1])
    assert (result.status, result.error) == (status, error)
    assert len(result.values) == len(returned)
    assert all(
        type(got) is Opaque if expected is Opaque else got == expected for got, expected in zip(result.values, returned, strict=True)
    )
    assert result.ok == (status == "OK")
    assert JobResult.of(result.record()).record() == result.record()


def test_a_function_in_a_workspace_gives_it_back(descriptors: list[int]) -> None:
    """What a function writes to its folder is not brought back: it returns values. The workspace is the one it was given."""
    os.write(descriptors[0], b'["returned",1]\n["returned",2]\n')
    assert read_result(JOB, BEFORE, FINE, descriptors).workspace is BEFORE


def _changes(files: list[tuple[str, bytes, bool]] = [], removed: list[str] = [], refused: list[str] = []) -> bytes:  # noqa: B006
    return tree.pack(files, removed=removed, refused=refused)


def _command(descriptors: list[int], result: bytes, out: bytes, err: bytes, changes: bytes, ended: Ended = FINE) -> JobResult:
    for number, data in zip(descriptors, (result, out, err, changes), strict=True):
        os.write(number, data)
    return read_result(COMMAND, BEFORE, ended, descriptors)


def test_a_command_that_changed_files(descriptors: list[int]) -> None:
    """Exit code, both streams and the next workspace; what was not brought back is named."""
    changes = _changes([("a", b"new", True), ("d/e", b"\xff", False)], ["b/c"], ["link"])
    result = _command(descriptors, b'["exited",3]\n', b"out \xff", b"err", changes)
    assert (result.status, result.exit_code, result.stdout, result.stderr) == (JobStatus.OK, 3, "out \ufffd", "err")
    assert result.workspace == Workspace({"a": File(b"new", executable=True), "d/e": b"\xff"})
    assert result.refused == ("link",)
    assert JobResult.of(result.record(BEFORE), BEFORE) == result


@pytest.mark.parametrize(
    ("said", "out", "changes", "ended", "status", "error"),
    [
        (b'["exited",0]\n', b"", _changes(), CPU, "CPU_LIMIT", "out of CPU time"),
        (b"", b"partial", b"", WALL, "WALL_LIMIT", "out of wall time"),
        (b"", b"", b"", OOM, "MEMORY", "out of memory"),
        (b"", b"", b"", KILLED, "NO_RESULT", "it ended"),
        (b'["exited",0]\n', b"x" * 101, _changes(), FINE, "OUTPUT_LIMIT", "it wrote more than 100 bytes to standard output and error"),
        (b'["exited",0]\n', b"", b"", FINE, "OUTPUT_LIMIT", "it changed more of its workspace than it may"),
        (b'["exited",0]\n', b"", bytes((1 << 20) + 1), FINE, "OUTPUT_LIMIT", "it changed more of its workspace than it may"),
        (b"", b"", _changes(), FINE, "BAD_RESULT", "not JSON: Expecting value at character 0"),
        (b'["exited",0]\n["exited",0]\n', b"", _changes(), FINE, "BAD_RESULT", "not JSON: Extra data at character 13"),
        (b'["exited",true]\n', b"", _changes(), FINE, "BAD_RESULT", "no exit code"),
        (b'["exited",0.0]\n', b"", _changes(), FINE, "BAD_RESULT", "no exit code"),
        (b'["exited",256]\n', b"", _changes(), FINE, "BAD_RESULT", "no exit code"),
        (b'["returned",0]\n', b"", _changes(), FINE, "BAD_RESULT", "no exit code"),
        (b'["exited",0]\n', b"", b"no newline", FINE, "BAD_RESULT", "no head"),
        (b'["exited",0]\n', b"", b"[]\n", FINE, "BAD_RESULT", "a head has files, removed and refused"),
        (b'["exited",0]\n', b"", b"[[" * 2000 + b"\n", FINE, "BAD_RESULT", "not JSON"),
        (b'["exited",0]\n', b"", _changes() + b"more", FINE, "BAD_RESULT", "bytes that belong to no file"),
        (b'["exited",0]\n', b"", _changes([("a", b"12", False)])[:-1], FINE, "BAD_RESULT", "a file is [path, size, executable]"),
        (b'["exited",0]\n', b"", _changes().replace(b'"files": []', b'"files": [["a", -1, false]]'), FINE, "BAD_RESULT", "a file is"),
        (b'["exited",0]\n', b"", _changes().replace(b'"files": []', b'"files": [["a", true, false]]'), FINE, "BAD_RESULT", "a file is"),
        (b'["exited",0]\n', b"", _changes([("../a", b"", False)]), FINE, "BAD_RESULT", "a changed file '../a' has a part"),
        (b'["exited",0]\n', b"", _changes([("/etc/passwd", b"", False)]), FINE, "BAD_RESULT", "a changed file '/etc/passwd' is absolute"),
        (b'["exited",0]\n', b"", _changes([("n", b"", False)] * 2), FINE, "BAD_RESULT", "a changed file 'n' comes twice"),
        (b'["exited",0]\n', b"", _changes([("a/x", b"", False)]), FINE, "BAD_RESULT", "workspace path 'a' is a file and a folder"),
        (b'["exited",0]\n', b"", _changes(removed=["never"]), FINE, "BAD_RESULT", "it removed a file that was not there"),
        (b'["exited",0]\n', b"", _changes(removed=[1]), FINE, "BAD_RESULT", "a path that is no text"),  # type: ignore[list-item]
        (b'["exited",0]\n', b"", _changes(refused=["x"] * 9000), FINE, "BAD_RESULT", "too many paths"),
    ],
)  # fmt: skip
def test_commands(descriptors: list[int], said: bytes, out: bytes, changes: bytes, ended: Ended, status: str, error: str) -> None:
    """Everything else a command may leave: no workspace comes of it, and a reason is given; what it had printed is kept."""
    result = _command(descriptors, said, out, b"", changes, ended)
    assert result.status == status
    assert result.error is not None
    assert error in result.error
    assert result.workspace is None
    assert result.stdout == out[:100].decode()


def test_both_streams_share_the_room(descriptors: list[int]) -> None:
    """Standard output and error together may fill what one of them may."""
    result = _command(descriptors, b'["exited",0]\n', b"o" * 60, b"e" * 60, _changes())
    assert result.status is JobStatus.OUTPUT_LIMIT
    assert len(result.stdout) + len(result.stderr) == 100
    assert result.exit_code is None


def test_links_are_never_followed_by_the_reader(descriptors: list[int]) -> None:
    """Nothing here opens a path: what is read are descriptors that the host made before the job was born."""
    before = set(os.listdir("/proc/self/fd"))
    _command(descriptors, b'["exited",0]\n', b"", b"", _changes([("link", b"/etc/passwd", False)]))
    assert set(os.listdir("/proc/self/fd")) == before
