"""docs/bug-repair.md: the map from the paper to the code leads somewhere."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from pkgutil import resolve_name

import axion_zoo.selfplay.bug_repair
from axion_zoo.selfplay.bug_repair import module
from axion_zoo.selfplay.bug_repair.function import BooleanGates
from axion_zoo.selfplay.bug_repair.gate import GATES, Thresholds
from axion_zoo.selfplay.bug_repair.injector.baseline import TAMPERERS
from axion_zoo.selfplay.bug_repair.suite.artifact import NAMES
from axion_zoo.shared.mutation import OPERATORS

PAGE = (Path(__file__).parents[4] / "docs" / "bug-repair.md").read_text()
MODULES = {path.stem for path in Path(axion_zoo.selfplay.bug_repair.__path__[0]).iterdir()}


def test_every_name_on_the_map_is_there() -> None:
    """`module.name` in a table, of this environment or of the packages; what else has a dot is one of an artifact's files."""
    names = {name for row in re.findall(r"^\|.*", PAGE, re.M) for name in re.findall(r"`([a-z_]+(?:\.\w+)+)`", row)}
    ours = {f"axion_zoo.selfplay.bug_repair.{name}" for name in names if name.split(".")[0] in MODULES}
    others = {name for name in names if name.startswith("axion_")}
    assert len(ours) > 20
    for name in ours | others:
        resolve_name(name)
    left = {name for name in names - others if f"axion_zoo.selfplay.bug_repair.{name}" not in ours}
    assert left <= {*NAMES.values(), "conftest.py", "ctx.gather", "os._exit"}


def test_the_numbers_in_words() -> None:
    """Sixteen modules, seventeen operators, nine that work on the tests."""
    assert [len(module.names()), len(OPERATORS), len(TAMPERERS)] == [16, 17, 9]


def test_every_gate_and_code_is_told() -> None:
    """Each gate stands in the table of gates with all codes that its function gives, and no other code stands there."""
    table = PAGE.partition("### The gates")[2].partition("###")[0]
    rows = [row.split("|") for row in re.findall(r"^\|.*\|$", table, re.M)[2:]]
    told = {name: row[4] for row in rows for name in re.findall(r"`(\w+)`", row[3])}
    assert list(told) == list(GATES)
    source = "".join(inspect.getsource(home) for home in {inspect.getmodule(gate) for gate in GATES.values()} if home)
    for name, cell in told.items():
        body = inspect.getsource(GATES[name])
        for code in re.findall(r'reject\(\s*f?"([A-Z_]+)[{"]', body):
            assert code in cell, (name, code)
        for code in re.findall(r"`([A-Z_]+)`", cell):
            stem = code.rsplit("_", 1)[0] if code.startswith(("COMMENT", "IMPURE")) else code
            assert stem in source or code in ("NO_TESTS", "PATCH"), code


def test_every_gate_of_functions_is_told() -> None:
    """With its codes, in order."""
    table = PAGE.partition("### The function backend")[2].partition("###")[0]
    told = {row[0]: set(re.findall(r"`([A-Z_]+)`", row[1])) for row in re.findall(r"^\| `(\w+)` \|.*\|(.*)\|$", table, re.M)}
    found = re.findall(r'yield "(\w+)", (.*)', inspect.getsource(BooleanGates.check))
    assert list(told.items()) == [(name, set(re.findall(r'"([A-Z_]+)"', codes))) for name, codes in found]


def test_the_thresholds_are_those_of_the_code() -> None:
    gates = Thresholds()
    for name in ("min_passing_tests", "min_changed_files", "min_failing_tests", "regrades", "min_changed_tests", "min_same_tests"):
        assert f"`{name}` {getattr(gates, name)}" in PAGE
