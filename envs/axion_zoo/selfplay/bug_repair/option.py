"""The options of `axion/BugRepair-v0`, a record for each backend: what it has, its defaults, and what values are refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

from axion_env import Memory, NotFound, UsageError
from axion_env.error import nearest
from axion_zoo.selfplay.bug_repair import gate
from axion_zoo.selfplay.bug_repair.backend import RepairBackend
from axion_zoo.selfplay.bug_repair.bank import Modules, Repositories, Trees
from axion_zoo.selfplay.bug_repair.function import BooleanBackend, BooleanGates, PythonGates, PythonRepairBackend
from axion_zoo.selfplay.bug_repair.tree import TreeBackend, Workbench
from axion_zoo.shared.mutation import OPERATORS


class Options(Protocol):
    """The options of one backend."""

    memory: ClassVar[Memory]
    """What agents remember of their own past."""

    def max_turns(self, *, agent: bool, solvers: int) -> int:
        """Most turns of a play, by whether an agent injects and how many solvers are seated."""
        ...

    def backend(self, source: str, *, agent: bool, solvers: int, seed: int) -> RepairBackend:
        """The backend that they describe.

        Raises:
            UsageError: there is no such source, or the backend cannot be built so.
        """
        ...


class _OfFunctions:
    """What the two records of functions share: one question, and one answer."""

    memory: ClassVar[Memory] = Memory.NONE

    def max_turns(self, *, agent: bool, solvers: int) -> int:
        """A proposal, and the solvers' answers to it at once."""
        return 1 + agent


@dataclass(frozen=True, kw_only=True)
class BooleanOptions(_OfFunctions):
    """Functions of the tiny language.

    Args:
        mutator: Makes the bugs that no agent does: `substitution` (the default), `operator`, `variable`, `negation`, `two`, `swap` or
            `order`.
        blank: A control, in which the solver is not shown the buggy program.
        trace: Show the values after each operator, and not the last only.
        rows: Failing rows that the solver is shown, and no others; 0: all rows.
        max_edits: Tokens by which a bug may differ from what it was made of, and a fix from the bug.
    """

    mutator: str = ""
    blank: bool = False
    trace: bool = True
    rows: int = 0
    max_edits: int = 2

    def __post_init__(self) -> None:
        _at_least(0, rows=self.rows)
        _at_least(1, max_edits=self.max_edits)

    def backend(self, source: str, *, agent: bool, solvers: int, seed: int) -> RepairBackend:
        """Programs of the tiny language."""
        if source not in ("", "boolean"):
            raise NotFound("source", source, ("boolean", "python"))
        return BooleanBackend(
            agent=agent, solvers=solvers, mutator=self.mutator or "substitution", blank=self.blank, trace=self.trace, rows=self.rows,
            gates=BooleanGates(self.max_edits), seed=seed,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PythonOptions(_OfFunctions):
    """Small Python functions.

    Args:
        mutator: Makes the bugs that no agent does: one operator of `axion_zoo.shared.mutation`; empty: all of them.
        blank: A control, in which the solver is not shown the buggy program.
        rows: Calls with a wrong value that the solver is shown; 0: three.
        max_edits: Lines by which a bug may differ from what it was made of.
    """

    mutator: str = ""
    blank: bool = False
    rows: int = 0
    max_edits: int = 2

    def __post_init__(self) -> None:
        _at_least(0, rows=self.rows)
        _at_least(1, max_edits=self.max_edits)

    def backend(self, source: str, *, agent: bool, solvers: int, seed: int) -> RepairBackend:
        """Python functions of this project."""
        operators = (self.mutator,) if self.mutator else tuple(OPERATORS)
        return PythonRepairBackend(
            agent=agent, solvers=solvers, operators=operators, blank=self.blank, rows=self.rows, gates=PythonGates(self.max_edits),
            seed=seed,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class FileOptions:
    """Modules with their tests.

    Args:
        turns: Actions of a solver, of tools or the last, which hands in; 1: one patch, and no tools.
        injector_turns: Actions of an injector, likewise.
        strategy: How an injector is told to go about it: `direct`, `removal`, `history`, or `mixed`, the last two at random.
        gates: Thresholds of the gates, by name; see `gate.Thresholds`.
    """

    memory: ClassVar[Memory] = Memory.DIALOGUE_WITHOUT_THINKING

    turns: int = 20
    injector_turns: int = 40
    strategy: str = "mixed"
    gates: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        _at_least(1, turns=self.turns, injector_turns=self.injector_turns)
        _ = self.thresholds  # refuses what is no gate's

    @property
    def thresholds(self) -> gate.Thresholds:
        """What `gates` comes to."""
        return _gates(self.gates or {})

    def max_turns(self, *, agent: bool, solvers: int) -> int:
        """The actions of the injector and of every solver."""
        return agent * self.injector_turns + solvers * self.turns

    def trees(self, source: str) -> Trees:
        """The modules that come with the package."""
        if source not in ("", "modules"):
            raise UsageError(f"BugRepair: the backend 'file' takes source=modules: got {source!r}")
        return Modules()

    def backend(self, source: str, *, agent: bool, solvers: int, seed: int) -> RepairBackend:
        """Bugs in these trees."""
        return TreeBackend(
            self.trees(source), agent=agent, solvers=solvers, injecting=Workbench(turns=self.injector_turns),
            solving=Workbench(turns=self.turns), strategy=self.strategy, gates=self.thresholds, seed=seed,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class RepositoryOptions(FileOptions):
    """Prepared packages: the options of files, and which packages are held out.

    Args:
        held_out: Repositories that are the split `test`.
    """

    held_out: Sequence[str] = ()

    def trees(self, source: str) -> Trees:
        """The packages that `axion repo prepare` wrote."""
        if not source:
            raise UsageError("BugRepair: the backend 'repository' takes the folder that `axion repo prepare` wrote: -o source=FOLDER")
        return Repositories(Path(source), self.held_out)


_PYTHON = "function (source=python)"
RECORDS: Mapping[str, type[Any]] = {
    "function": BooleanOptions, _PYTHON: PythonOptions, "file": FileOptions, "repository": RepositoryOptions
}  # fmt: skip
"""The record of each backend; that of functions is another where they are Python's."""


def options_of(backend: str, source: str, given: Mapping[str, Any]) -> Options:
    """The record that a backend has for these options.

    An option of another backend may be given at its default, as in records from when all backends had all of them.

    Raises:
        NotFound: there is no such backend.
        UsageError: the backend has no such option, or refuses its value.
    """
    name = _PYTHON if (backend, source) == ("function", "python") else backend
    if name not in RECORDS:
        raise NotFound("backend", backend, [known for known in RECORDS if known != _PYTHON])
    known = _defaults(RECORDS[name])
    for option, value in given.items():
        if option not in known and not _is_default(option, value):
            raise UsageError(f"BugRepair: the backend {name!r} has no option {option!r}: got {value!r}; {_hint(option, known)}")
    options: Options = RECORDS[name](**{option: value for option, value in given.items() if option in known})
    return options


def in_order(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options in the order of the records, others first: equal options give equal bytes, in whatever order they were given."""
    order = [name for record in RECORDS.values() for name in _defaults(record)]
    return dict(sorted(options.items(), key=lambda item: order.index(item[0]) if item[0] in order else -1))


def _defaults(record: type[Any]) -> dict[str, Any]:
    """The options of a record, and their defaults."""
    return {field.name: field.default for field in dataclasses.fields(record)}


def _is_default(option: str, value: Any) -> bool:
    value = tuple(value) if isinstance(value, list) else value
    return any(option in known and known[option] == value for known in map(_defaults, RECORDS.values()))


def _hint(option: str, known: Mapping[str, Any]) -> str:
    others = [name for name, record in RECORDS.items() if option in _defaults(record)]
    near = [] if others else nearest(option, known)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"it has {', '.join(known)}" + (f", and {option!r} is one of {' and '.join(others)}" if others else "")


def _at_least(least: int, **options: int) -> None:
    for name, value in options.items():
        if value < least:
            raise UsageError(f"BugRepair: {name} is {least} or more: got {value}")


def _gates(changes: Mapping[str, Any]) -> gate.Thresholds:
    known = [field.name for field in dataclasses.fields(gate.Thresholds)]
    for name in changes:
        if name not in known:
            raise NotFound("gate setting", name, known)
    for name in changes.get("off", ()):
        if name not in gate.GATES:
            raise NotFound("gate", name, gate.GATES)
    return gate.Thresholds(**changes)
