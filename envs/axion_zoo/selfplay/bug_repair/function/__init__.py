"""The backend `function`: bugs in a line of a tiny language, or in a small Python function. Its tests are inputs and outputs.

Each of its two sources has a module for the programs (`boolean`, `python`), one for what an agent's bug has to pass (`…_gate`) and one for
the play (`…_backend`). `boolean_bug` breaks programs of the tiny language; `unnoticed` lists mutants of Python functions that are no bugs.
"""

from axion_zoo.selfplay.bug_repair.function.boolean_backend import BooleanBackend
from axion_zoo.selfplay.bug_repair.function.boolean_gate import BooleanGates
from axion_zoo.selfplay.bug_repair.function.python_backend import PythonRepairBackend
from axion_zoo.selfplay.bug_repair.function.python_gate import PythonGates

__all__ = ["BooleanBackend", "BooleanGates", "PythonGates", "PythonRepairBackend"]
