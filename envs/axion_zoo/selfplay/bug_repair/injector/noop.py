"""An artifact with no bug in it: a blank line is added, a test that passes is taken out. Its gate is `bug`."""

from __future__ import annotations

from axion_env import Patch
from axion_env.sandbox import Workspace
from axion_zoo.selfplay.bug_repair.injector.tree import written
from axion_zoo.selfplay.bug_repair.injector.weaken import weaken
from axion_zoo.selfplay.bug_repair.suite import Artifact, standard


def noop(original: Workspace, path: str, tests: list[str], passing: str) -> Artifact:
    """The artifact.

    Args:
        original: The tree.
        path: The code file that gets the line.
        tests: Test files to run.
        passing: Id of the test that goes.
    """
    bug = Patch.between(original, written(original, {path: original.text(path) + "\n"}))
    return standard(tests, bug, weaken(original, [passing]))
