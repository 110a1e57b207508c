"""A suite run as the paper does, script and then parser: what is read, what is refused, and under which code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axion_zoo.selfplay.bug_repair.suite import Report, Run, SuiteLimits, now, parse, plain, run_suite, together
from axion_zoo.selfplay.bug_repair.suite.outside import MachineFailed
from axion_zoo.selfplay.bug_repair.suite.script import command

from axion_env.sandbox import Command, Limits, Sandbox, Workspace

TREE = Workspace(
    {
        "add.py": "def add(a, b):\n    return a + b\n",
        "test_add.py": "import pytest\nfrom add import add\n\n"
        "def test_sum(): assert add(1, 2) == 3\n"
        "@pytest.mark.parametrize('n', [1, 2])\ndef test_zero(n): assert add(n, 0) == n\n"
        "def test_wrong(): assert add(1, 2) == 4\n",
    }
)
SCRIPT = "#!/bin/bash\nset -e\npython -m pytest -rA -p no:cacheprovider test_add.py\n"
PARSER = """import json, sys
found = {}
for line in sys.stdin:
    word, _, rest = line.strip().partition(" ")
    if word in ("PASSED", "FAILED"):
        found[rest.split(" - ")[0]] = word.lower()
print(json.dumps(found))
"""
EXPECTED = {
    "test_add.py::test_sum": True,
    "test_add.py::test_wrong": False,
    "test_add.py::test_zero[1]": True,
    "test_add.py::test_zero[2]": True,
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(slots=2) as sandbox:
        yield sandbox


def suite(sandbox: Sandbox, script: str = SCRIPT, parser: str = PARSER, hash_seed: int | None = None) -> Report:
    limits = SuiteLimits(script=Limits(cpu_s=2.0, output_bytes=1 << 16), parser=Limits(cpu_s=0.5, output_bytes=1 << 16))
    return now(lambda run: run_suite(run, TREE, script, parser, limits, hash_seed=hash_seed), sandbox)


def test_a_suite_is_run_and_read(sandbox: Sandbox) -> None:
    """Every test by its id, passed or not, and the log as it was."""
    report = suite(sandbox)
    assert (report.tests, report.failure) == (EXPECTED, None)
    assert report.failed == {"test_add.py::test_wrong"}
    assert report.passed == EXPECTED.keys() - report.failed
    assert "4 passed" not in report.log
    assert "1 failed, 3 passed" in report.log


def test_a_fresh_process_has_the_hash_seed_asked_for(sandbox: Sandbox) -> None:
    """Warm jobs share hash seed 0; fresh ones have the one named, and the same modules to import."""
    say = 'python -c \'import os, sys, pytest; print(os.environ["PYTHONHASHSEED"], hash("axion"))\''
    said = [suite(sandbox, say, "print(1)", hash_seed=seed).log.split() for seed in (None, 0, 1, 1, 2)]
    assert [seed for seed, _ in said] == ["0", "0", "1", "1", "2"]
    assert said[0] == said[1]
    assert said[2] == said[3]
    assert len({value for _, value in said}) == 3
    assert suite(sandbox, hash_seed=7).tests == EXPECTED


@pytest.mark.parametrize("hash_seed", [None, 5])
def test_a_script_of_many_lines_runs_in_a_shell(sandbox: Sandbox, hash_seed: int | None) -> None:
    """What is no plain command has a shell and its tools; what it runs is the same suite."""
    script = (
        f'#!/bin/bash\nset -e\ncd "$(dirname "$0")"\necho "seed $PYTHONHASHSEED" | cat\n{SCRIPT.strip()} || true\ngrep -c def test_add.py\n'
    )
    report = suite(sandbox, script, hash_seed=hash_seed)
    assert report.tests == EXPECTED
    assert report.log.startswith(f"seed {hash_seed or 0}\n")
    assert report.log.endswith("\n3\n")


@pytest.mark.parametrize(
    ("script", "parser", "code"),
    [
        ("", PARSER, "SCRIPT_FORM"),
        ("python a\0b", PARSER, "SCRIPT_FORM"),
        ("python \udcff", PARSER, "SCRIPT_FORM"),
        ("python -c 'x' " + "#" * (1 << 14), PARSER, "SCRIPT_FORM"),
        ("python -c 'while True: pass'", PARSER, "SCRIPT_LIMIT"),
        ("python -c 'x = bytearray(1 << 34)'", PARSER, "NO_TESTS"),  # an exception of its own, and no test in what it said
        ("python -c 'while True: print(\"PASSED a\" * 99)'", PARSER, "SCRIPT_OUTPUT"),
        ("python -m no_such_module", PARSER, "NO_TESTS"),
        (SCRIPT, " \n", "PARSER_FORM"),
        (SCRIPT, "while True: pass", "PARSER_LIMIT"),
        (SCRIPT, "while True: print('x' * 999)", "PARSER_OUTPUT"),
        (SCRIPT, "import os\nos._exit(0)", "PARSER_ANSWER"),
        (SCRIPT, f"{PARSER}\nraise SystemExit(3)", "PARSER_ERROR"),
        (SCRIPT, "def", "PARSER_ERROR"),
        (SCRIPT, "print('{}')", "NO_TESTS"),
        (SCRIPT, "print('[]')", "PARSER_ANSWER"),
        (SCRIPT, """print('{"a": "passed", "a": "failed"}')""", "PARSER_ANSWER"),
        (SCRIPT, """print('{"a": "passed"} {"b": "passed"}')""", "PARSER_ANSWER"),
        (SCRIPT, """print('{"a": "PASSED"}')""", "PARSER_ANSWER"),
        (SCRIPT, """print('{"a": true}')""", "PARSER_ANSWER"),
        (SCRIPT, """print('{"a": ["passed"]}')""", "PARSER_ANSWER"),
        (SCRIPT, """print('{"": "passed"}')""", "PARSER_ANSWER"),
        (SCRIPT, """print('{"' + 'a' * 1001 + '": "passed"}')""", "PARSER_ANSWER"),
        (SCRIPT, """print('{"a\\\\ud800": "passed"}')""", "PARSER_ANSWER"),
        (SCRIPT, "import json\nprint(json.dumps({str(i): 'passed' for i in range(2000)})[:-1])", "PARSER_ANSWER"),
        (SCRIPT, "print('[' * 50000)", "PARSER_ANSWER"),
    ],
)
def test_what_cannot_be_told_has_a_code(sandbox: Sandbox, script: str, parser: str, code: str) -> None:
    """No half truths: whatever is wrong with either gives no tests, one code and one line."""
    report = suite(sandbox, script, parser)
    assert (report.tests, report.failure) == (None, code)
    assert report.detail
    assert "\n" not in report.detail
    assert report.passed == report.failed == frozenset()


def test_too_many_tests_are_refused(sandbox: Sandbox) -> None:
    """A bound on what a parser may claim."""
    many = "import json\nprint(json.dumps({str(i): 'passed' for i in range(20001)}))"
    assert now(lambda run: parse(run, many, ""), sandbox).failure == "PARSER_ANSWER"


def test_the_parser_sees_the_log_and_nothing_of_the_tree(sandbox: Sandbox) -> None:
    """A candidate that plants modules beside the parser would speak in its place."""
    planted = TREE.write({"json.py": 'def dumps(x): return \'{"forged": "passed"}\'', "sitecustomize.py": "raise SystemExit"})
    look = "import json, os, sys\nprint(json.dumps({f'{sorted(os.listdir())} {len(sys.stdin.read()) > 0}': 'passed'}))"
    report = now(lambda run: run_suite(run, planted, "python add.py", look, hash_seed=None), sandbox)
    assert report.tests == {"['test_parser.py'] False": True}


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("python -m pytest", ["python", "-m", "pytest"]),
        ("python3 -m pytest -rA 'tests/test a.py' 2>&1", ["python", "-m", "pytest", "-rA", "tests/test a.py"]),
        ("#!/bin/sh\n# why\n\nset -euo pipefail\ncd .\nexec python run.py\n", ["python", "run.py"]),
        ("python -m pytest -o pythonpath=src 'a.py::t[1-2]'", ["python", "-m", "pytest", "-o", "pythonpath=src", "a.py::t[1-2]"]),
        ('cd "$(dirname "$0")"\npython -m pytest -k "a and b"', ["python", "-m", "pytest", "-k", "a and b"]),
        ("python -c 'print($HOME)'", ["python", "-c", "print($HOME)"]),
    ],
)
def test_plain_scripts_run_warm(script: str, words: list[str]) -> None:
    """One `python …`, with what has no effect around it, is run without a shell."""
    assert plain(script) == words
    assert command(script, Limits()).argv == tuple(words)
    assert command(script, Limits()).profile == "proc"


@pytest.mark.parametrize(
    "script",
    [
        "",
        "cd src && python -m pytest",
        "cd src\npython -m pytest",
        "python -m pytest | tee log",
        "python -m pytest; true",
        "python -m pytest > log",
        "python -m pytest tests/*.py",
        "python -m pytest a.py::t[1]",
        "python -m pytest {a,b}.py",
        "python -m pytest $FILES",
        'python -m pytest "$FILES"',
        "python -m pytest `ls`",
        "python -m pytest ~/a.py",
        "python -m pytest \\\n  -q",
        "python -m pytest # all",
        "python -m pytest 'a",
        "python -m pytest &",
        "PYTHONPATH=src python -m pytest",
        "python -X dev -m pytest",
        "python",
        "python -m",
        "pytest -rA",
        "python -m pytest\npython -m pytest",
        "python -m pytest\r\n",
        "# comment\u2028python -m pytest",
    ],
)
def test_all_else_is_the_shells(script: str) -> None:
    """What bash would read otherwise than word by word goes to bash."""
    assert plain(script) is None
    assert command(script, Limits()).argv == ("bash", "-c", script, "test_script.sh")
    assert command(script, Limits()).profile == "repo"
    assert command(script, Limits(), hash_seed=3).argv[:3] == ("env", "PYTHONHASHSEED=3", "bash")


def test_several_are_driven_together(sandbox: Sandbox) -> None:
    """Results come in the order of what was asked, however many jobs each takes."""

    async def count(run: Run, jobs: int) -> str:
        said = [(await run(Command(["python", "-c", f"print({jobs * 10 + i})"]))).stdout.strip() for i in range(jobs)]
        return " ".join(said)

    assert together([lambda run, n=n: count(run, n) for n in (2, 0, 3, 1)], sandbox) == ["20 21", "", "30 31 32", "10"]
    with pytest.raises(ZeroDivisionError):
        now(lambda run: _fails(run), sandbox)


async def _fails(run: Run) -> None:
    await run(Command(["python", "-c", "pass"]))
    raise ZeroDivisionError


def test_the_machines_fault_is_no_report() -> None:
    """A sandbox that fails is not a suite that fails."""
    from axion_env.sandbox import JobResult, JobStatus

    class Broken(Sandbox):
        def run(self, jobs: object) -> list[JobResult]:
            return [JobResult(JobStatus.SANDBOX_ERROR, error="lost")]

    with Broken(slots=1) as broken, pytest.raises(MachineFailed, match="lost"):
        now(lambda run: run_suite(run, TREE, SCRIPT, PARSER), broken)
