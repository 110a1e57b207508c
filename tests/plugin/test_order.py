"""Pure tests run side by side, serial ones alone after them, and every test once."""

from __future__ import annotations

import json
import os
from itertools import pairwise

import pytest

from tests.plugin.order import SERIAL, is_serial

pytest_plugins = ("pytester",)

TESTS = """
import json, os, time
import pytest

@pytest.mark.parametrize("i", range({count}))
def test_it(i, request):
    began = time.monotonic()
    time.sleep(0.05)
    with open("log", "a") as file:
        file.write(json.dumps([request.node.nodeid, began, time.monotonic(), os.getpid()]) + "\\n")
"""


def run(pytester: pytest.Pytester, pure: int, serial: int, *options: str) -> tuple[pytest.RunResult, list[tuple[str, float, float, int]]]:
    """The result of a run with so many tests, and when each ran and in which process, in the order of their beginnings."""
    for path, count in (("tests/test_pure.py", pure), ("tests/sandbox/test_serial.py", serial)):
        (pytester.path / path).parent.mkdir(parents=True, exist_ok=True)
        (pytester.path / path).write_text(TESTS.format(count=count) if count else "")
    (pytester.path / "log").touch()
    pytester.makeini("[pytest]\ntestpaths = tests\naddopts = --import-mode=importlib\nmarkers = serial: alone\n")
    result = pytester.runpytest_subprocess("-p", "tests.plugin.order", *options, timeout=60)
    return result, sorted(map(tuple, map(json.loads, (pytester.path / "log").read_text().splitlines())), key=lambda entry: entry[1])


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize(("pure", "serial"), [(40, 5), (1, 3), (2, 1), (0, 3), (3, 0), (1, 0), (0, 1)])
def test_every_test_runs_once_and_serial_ones_alone(pytester: pytest.Pytester, pure: int, serial: int, workers: int) -> None:
    """However many there are of each kind, and however many workers."""
    result, log = run(pytester, pure, serial, "-n", str(workers))
    result.assert_outcomes(passed=pure + serial)
    assert len({name for name, *_ in log}) == len(log) == pure + serial
    kinds = [is_serial(name) for name, *_ in log]
    assert kinds == sorted(kinds)
    assert all(before[2] <= after[1] for before, after in pairwise(log) if is_serial(after[0]))
    assert len({process for name, _, _, process in log if is_serial(name)}) <= 1
    if pure == 40:
        assert len({process for name, _, _, process in log}) == workers


def test_a_worker_that_dies_costs_one_test(pytester: pytest.Pytester) -> None:
    """Its other tests are run by the one that takes its place."""
    (pytester.path / "tests" / "sandbox").mkdir(parents=True)
    for path in ("tests/test_dies.py", "tests/sandbox/test_dies.py"):
        (pytester.path / path).write_text("import os\n\ndef test_it():\n    os._exit(3)\n")
    result, log = run(pytester, 20, 5, "-n", "2")
    result.assert_outcomes(passed=25, failed=2)
    assert len({name for name, *_ in log}) == 25


def test_a_worker_in_place_of_a_dead_one_runs_the_serial_tests(pytester: pytest.Pytester) -> None:
    """Though it is not the first of those there, while another is still in a long test that was its last."""
    (pytester.path / "tests").mkdir()
    dies = "import os, time\nimport pytest\n\n@pytest.mark.parametrize('i', range(40))\ndef test_it(i):\n"
    dies += "    time.sleep(0.01 + 0.3 * (i < 10))\n    if i == 4: os._exit(3)\n    time.sleep(6 * (i == 39))\n"
    (pytester.path / "tests" / "test_dies.py").write_text(dies)
    result, log = run(pytester, 0, 6, "-n", "2")
    result.assert_outcomes(passed=45, failed=1)
    assert len(log) == 6


def test_serial_ones_can_be_chosen_and_left_out(pytester: pytest.Pytester) -> None:
    """By their marker; and without workers they come last."""
    assert run(pytester, 2, 3, "-m", "serial")[0].parseoutcomes() == {"passed": 3, "deselected": 2}
    (pytester.path / "log").unlink()
    result, log = run(pytester, 2, 3, "-n", "0")
    result.assert_outcomes(passed=5)
    assert [is_serial(name) for name, *_ in log] == [False, False, True, True, True]


def test_workers_are_for_whole_runs(pytester: pytest.Pytester) -> None:
    """As many as cores where no path is given; none where one is, so that a debugger and prints work."""
    _, whole = run(pytester, 40, 0, "-n", "auto")
    assert len({process for *_, process in whole}) == min(8, len(os.sched_getaffinity(0)))
    (pytester.path / "log").unlink()
    result, _ = run(pytester, 40, 0, "-n", "auto", "tests/test_pure.py")
    assert "created:" not in result.stdout.str()


def test_every_rule_concerns_something() -> None:
    """A file that was moved would silently run beside the others."""
    from tests.test_wheel import ROOT

    files = [str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py")]
    assert [rule for rule in SERIAL if not any(file.startswith(rule) for file in files)] == []
