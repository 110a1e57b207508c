"""The same job gives the same record: on every slot, in every tier, in every process, whatever ran before it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from axion_env.sandbox import Command, Function, Job, Sandbox, Workspace
from tests.sandbox.arena import TIERS
from tests.sandbox.offer import missing, skip_without

HASHES = """
import os, random, sys
def f(words):
    kept = set(words)
    return {
        "order": list(kept), "hash": hash("axion"), "random": [random.random() for _ in range(3)],
        "choice": random.sample(range(100), 5), "set": kept, "dict": {w: len(w) for w in kept}, 
        "environment": dict(sorted(os.environ.items())), "path": sys.path, 
        "argv": [sys.argv, sys.orig_argv], "flags": list(sys.flags),
        "cwd": os.path.basename(os.getcwd()), "files": os.listdir("."),
        "modules": sorted(name for name in sys.modules if name in ("numpy", "torch", "axion_env", "pytest")),
        "limit": sys.getrecursionlimit(), "digits": sys.get_int_max_str_digits(), "switch": sys.getswitchinterval(),
    }
"""
WORDS = [f"word {i}" for i in range(40)]
LEAVES = """
import builtins, json, os, random, sys
def f(words):
    random.seed(99)
    builtins.sorted = json.dumps = None
    sys.setrecursionlimit(77)
    os.environ["LEFT"] = "behind"
    os.umask(0o777)
    try:
        open("left", "w").close()
        os.mkdir("behind")
    except OSError:
        pass
"""


def job(seed: int = 5) -> Function:
    return Function(HASHES, "f", [(WORDS,)] * 2, seed=seed)


def facts(result: Any) -> dict[str, Any]:
    record: dict[str, Any] = result.record()
    assert record["status"] == "OK", record
    return record


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(slots=3) as made:
        yield made


def _said(record: dict[str, Any], *, without: str) -> list[str]:
    """The cases of a record, an entry each, but for one."""
    return [json.dumps(pair) for case in record["cases"] for pair in case["value"]["dict"] if pair[0] != without]


def test_one_record_on_every_slot(sandbox: Sandbox) -> None:
    """Thirty runs over three slots: hash order of strings, random numbers, environment, paths, all one record."""
    results = sandbox.run([job()] * 30)
    assert len({result.usage.slot for result in results if result.usage}) == 3
    assert len({json.dumps(facts(result)) for result in results}) == 1


def test_a_seed_is_all_that_tells_runs_apart(sandbox: Sandbox) -> None:
    """Another seed changes the random numbers, and nothing but them; two calls of one job go on with the stream."""
    first, second = (sandbox.run([job(seed)])[0].values for seed in (1, 2))
    changed = {name for name in first[0] if first[0][name] != second[0][name]}
    assert changed == {"random", "choice"}
    assert first[0]["random"] != first[1]["random"]


def test_nothing_is_left_for_the_next_job(sandbox: Sandbox) -> None:
    """What a job does to the interpreter, the environment, its folder or the random state ends with it."""
    before = facts(sandbox.run([job()])[0])
    results = sandbox.run([Function(LEAVES, "f", [(WORDS,)]), job()] * 6)
    assert all(json.dumps(facts(result)) == json.dumps(before) for result in results[1::2])


def test_arguments_are_values(sandbox: Sandbox) -> None:
    """One list given twice is two lists: a call that changes its arguments changes no other's. Records tell no objects apart."""
    shared: list[int] = []
    code = "def f(x, y):\n    x.append(1)\n    return x, y"
    jobs = [Function(code, "f", [(shared, shared)] * 2), Function(code, "f", [([], []), ([], [])])]
    assert jobs[0].record() == jobs[1].record()
    assert [result.values for result in sandbox.run(jobs)] == [(([1], []),) * 2] * 2
    assert shared == []


def test_one_record_in_every_tier() -> None:
    """nsjail, bubblewrap and Landlock give one record, but for the name of the job's folder, which Landlock cannot hide."""
    found = {}
    lacking = {tier: missing(tier) for tier in TIERS}
    for tier in TIERS:
        if not lacking[tier]:
            with Sandbox(slots=1, tier=tier) as sandbox:
                found[tier] = _said(facts(sandbox.run([job()])[0]), without="cwd")
    if len(found) < 2:
        pytest.skip(next(filter(None, lacking.values())))
    assert all(said == found[next(iter(found))] for said in found.values())


def test_one_record_in_every_process() -> None:
    """Another host process, with another hash seed and other globals, gets the same record."""
    program = (
        "import json, random, sys\nfrom axion_env.sandbox import Sandbox\nfrom tests.sandbox.test_determinism import job\n"
        "random.seed(3)\nwith Sandbox(slots=1) as s: print(json.dumps(s.run([job()])[0].record()))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin", "LANG": "C"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    with Sandbox(slots=1) as sandbox:
        assert said == {json.dumps(sandbox.run([job()])[0].record()) + "\n"}


def test_commands_too(sandbox: Sandbox) -> None:
    """A command's streams, exit code and files are one record; files come out in the order of their paths."""
    code = (
        "import random\nwords = {f'w{i}' for i in range(30)}\nfor w in words: open(w, 'w').write(w)\nprint(list(words), random.random())\n"
    )
    given: list[tuple[Job, Workspace]] = [(Command(["python", "run.py"], seed=4), Workspace({"run.py": code, "w3": "old"}))] * 6
    skip_without(sandbox, "proc")
    results = sandbox.run(given)
    records = {json.dumps(result.record(workspace)) for result, (_, workspace) in zip(results, given, strict=True)}
    assert len(records) == 1
    assert results[0].workspace is not None
    assert len(results[0].workspace.files) == 31


def test_tracebacks_tell_of_the_command_alone(sandbox: Sandbox) -> None:
    """Where this package is installed shows in no stream: another machine's record is the same."""
    tree = Workspace({"run.py": "def f(): 1 / 0\nf()\n", "bad.py": "def", "chain.py": "try: 1 / 0\nexcept Exception: raise LookupError"})
    commands = (["python", "run.py"], ["python", "bad.py"], ["python", "-m", "chain"], ["python", "-c", "1 / 0"])
    skip_without(sandbox, "proc")
    results = sandbox.run((Command(command), tree) for command in commands)
    assert [result.exit_code for result in results] == [1] * 4
    assert not any("axion" in result.stderr or "runpy" in result.stderr for result in results), results
    assert results[0].stderr.splitlines()[0] == "Traceback (most recent call last):"
    assert [result.stderr.splitlines()[-1].partition(":")[0] for result in results] == [
        "ZeroDivisionError",
        "SyntaxError",
        "LookupError",
        "ZeroDivisionError",
    ]
