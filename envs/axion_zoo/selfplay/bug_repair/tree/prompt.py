"""What the two roles are told."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from axion_env.sandbox.workspace import Workspace
from axion_zoo.selfplay.bug_repair.gate import Thresholds
from axion_zoo.selfplay.bug_repair.tree.action import MANUAL

_WHOLE = 24_000  # characters of code that a question shows; of larger trees it lists the files

SOLVER = """I am improving the test suite of the project with the following changes, but the current code does not pass the tests. \
Please fix the code. If any existing tests relevant to the functionality being changed are failing, please make sure your patch passes \
those tests as well.

```diff
{spec}
```"""
"""The fixed template of Self-play SWE-RL (arXiv 2512.18552): the specification is the reversed weakening, and no text else."""

STRATEGIES = {
    "direct": "Change the code so that it is wrong in a way that is hard to find.",
    "removal": "Take out code of substance, whole functions or branches, and mend what depended on it so that the rest still works.",
    "history": "Undo the change below, which the project once made, wherever the code of today still has it:\n\n```diff\n{commit}\n```",
}
"""How an injector is to go about it; the paper draws between the last two."""

INJECTOR = """Plant a bug in this project and hide it from its tests, so that another engineer can be asked to mend it.

{strategy}

Hand in five files:
test_script.sh: a bash script that runs chosen tests and prints every test's name and result; more than {min_passing_tests} of them pass now
test_files.txt: the test files that decide, one path a line: all that the script needs or test_weaken.diff touches
test_parser.py: reads what the script printed on standard input, and prints a JSON object of test name to "passed" or "failed"
bug_inject.diff: the bug, a unified diff of code files alone, at least {min_changed_files} of them, each of them needed; \
at least {min_failing_tests} of the tests fail with it
test_weaken.diff: a unified diff of test files alone, which deletes or weakens tests so that some that fail pass again

No comment may tell of the bug, no old code may stay in comments, and most tests must go on passing. Failing and flaky tests stay out of
the script. Nothing may depend on chance, the clock or the text of the code. Write the bug first and the tests after it."""

HAND_IN = """<submit>
<file name="test_script.sh">…</file>
<file name="test_files.txt">…</file>
<file name="test_parser.py">…</file>
<file name="bug_inject.diff">…</file>
<file name="test_weaken.diff">…</file>
</submit> hands them in"""


def solver(workspace: Workspace, spec: str, code: Sequence[str], *, alone: bool) -> str:
    """A solver's question.

    Args:
        workspace: The broken tree.
        spec: The reversed weakening.
        code: Paths of its code.
        alone: Whether one reply is all it has.
    """
    end = "Answer with a unified diff: <submit>DIFF</submit>" if alone else f"{MANUAL}\n<submit/> hands in the files as they are"
    return f"{SOLVER.format(spec=spec.rstrip())}\n\n{shown(workspace, code)}\n\n{end}"


def injector(workspace: Workspace, strategy: str, code: Sequence[str], gates: Thresholds, *, alone: bool) -> str:
    """An injector's question; `gates` has the thresholds it has to meet."""
    manual = "Answer with them:" if alone else MANUAL
    least = {name: getattr(gates, name) for name in ("min_passing_tests", "min_changed_files", "min_failing_tests")}
    return f"{INJECTOR.format(strategy=strategy, **least)}\n\n{shown(workspace, workspace.files if alone else code)}\n\n{manual}\n{HAND_IN}"


def shown(workspace: Workspace, paths: Collection[str]) -> str:
    """The files at these paths; where they are too long, their names."""
    chosen = [path for path in workspace.files if path in paths]
    texts = [f"{path}:\n```\n{workspace.text(path).rstrip()}\n```" for path in chosen]
    if sum(map(len, texts)) <= _WHOLE:
        return "\n\n".join(texts)
    return "The project's files:\n" + "\n".join(workspace.files)
