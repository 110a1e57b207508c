"""The ground of all other rooms: a bug as five files, the tests that tell it, how they are run, and what they say.

| module | holds |
|---|---|
| `artifact` | the five files, and those that are usual |
| `script` | how pytest is asked, and which job a script is |
| `run` | script, then parser: a report |
| `kind` | which files of a project are code, tests or configuration, and what is put back before grading |
| `must_fail` | tests made false, which no honest code passes |
| `outside` | the same outside of a play |
"""

from axion_zoo.selfplay.bug_repair.suite.artifact import STANDARD_PARSER, Artifact, standard, unfenced
from axion_zoo.selfplay.bug_repair.suite.kind import is_code, is_configuration, is_test, is_test_module, parsed, restored
from axion_zoo.selfplay.bug_repair.suite.must_fail import must_fail, roomy
from axion_zoo.selfplay.bug_repair.suite.outside import now, together
from axion_zoo.selfplay.bug_repair.suite.run import Report, Run, SuiteLimits, parse, run_suite
from axion_zoo.selfplay.bug_repair.suite.script import BARE, BRIEF, UNCACHED, asking, plain

__all__ = [
    "BARE",
    "BRIEF",
    "STANDARD_PARSER",
    "UNCACHED",
    "Artifact",
    "Report",
    "Run",
    "SuiteLimits",
    "asking",
    "is_code",
    "is_configuration",
    "is_test",
    "is_test_module",
    "must_fail",
    "now",
    "parse",
    "parsed",
    "plain",
    "restored",
    "roomy",
    "run_suite",
    "standard",
    "together",
    "unfenced",
]
