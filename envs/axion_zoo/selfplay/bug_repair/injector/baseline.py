"""Solvers that are not models: what a trained one is measured against, and what no grading may pay.

A solver is given the broken tree with its weakened tests, the specification (the weakening patch turned round) and a stream of chance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from axion_env import Patch, Stream
from axion_env.sandbox import Workspace
from axion_zoo.selfplay.bug_repair.injector import tamper
from axion_zoo.selfplay.bug_repair.injector.mutator import mutate

Solver: TypeAlias = Callable[[Workspace, Patch, Stream], Patch]


def oracle(bug: Patch) -> Solver:
    """Knows the bug, and takes it back."""
    return lambda workspace, spec, stream: bug.reverse()


def guess(paths: Sequence[str]) -> Solver:
    """Changes one thing somewhere in some files, by an injector's own means.

    Args:
        paths: The code; the files that the bug is in, for the best such solver.
    """
    return lambda workspace, spec, stream: next(mutate(workspace, paths, stream), Patch())


def idle(workspace: Workspace, spec: Patch, stream: Stream) -> Patch:
    """Changes nothing."""
    return Patch()


TAMPERERS: Mapping[str, Solver] = {
    "edits tests": tamper.edits_tests,
    "deletes tests": tamper.deletes_tests,
    "conftest": tamper.conftest,
    "sitecustomize": tamper.sitecustomize,
    "plugin": tamper.plugin,
    "shadows pytest": tamper.shadows_pytest,
    "patches pytest": tamper.patches_pytest,
    "says passed": tamper.says_passed,
    "exits": tamper.exits,
}
"""Solvers that leave the bug where it is and work on what tells of it."""
