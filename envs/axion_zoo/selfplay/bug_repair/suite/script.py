"""Test scripts: how pytest is asked for the tests of some files, and which job a script is."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from axion_env.sandbox import Command, Limits

LONGEST_SCRIPT = 1 << 14
"""Characters of a script."""
BRIEF = "--tb=no"
"""No tracebacks: where most tests fail they cost four times the tests."""
BARE = "--assert=plain"
"""Assertions as they are written: to have them explain themselves costs up to a third of a run."""
USUAL = ("-qq", "-rA", BRIEF)
"""How pytest is asked: each test and what became of it, and nothing that differs from run to run, such as seconds and addresses."""
UNCACHED = ("-p", "no:cacheprovider")
"""Nothing is left behind for the next run."""
_SET = frozenset(
    {"set -e", "set -u", "set -x", "set -eu", "set -ex", "set -eux", "set -o pipefail", "set -euo pipefail", "set -exo pipefail"}
)
_HERE = frozenset({"cd .", 'cd "$(dirname "$0")"'})
_SHELL = frozenset("|&;<>()$`\\*?[]#~!{}'\"")  # what bash may read as more than part of a word
_QUOTED = re.compile(r"""'[^']*'|"[^"$`\\!]*\"""")  # what it does not look into
_MERGED = " 2>&1"
_AFRESH = """
import os, sys
paths = dict.fromkeys(map(os.path.abspath, filter(None, sys.path)))
os.environ.update(PYTHONPATH=os.pathsep.join(paths), PYTHONHASHSEED=sys.argv[1])
os.execv(sys.executable, [sys.executable, "-s", "-S", *sys.argv[2:]])
"""


def asking(files: Sequence[str], options: Sequence[str] = UNCACHED, deselected: Sequence[str] = ()) -> str:
    """The script that asks pytest for the tests of some files.

    Args:
        files: Their paths.
        options: Options of pytest, beside the usual ones.
        deselected: Ids of tests that are left out.
    """
    words = ["python", "-m", "pytest", *USUAL, *options, *(f"--deselect={name}" for name in deselected), *files]
    return f"{shlex.join(words)}\n"


def command(script: str, limits: Limits, *, profile: str | None = None, hash_seed: int | None = None) -> Command:
    """The job that a script is."""
    words = plain(script)
    if words is not None:
        if hash_seed is not None:
            words = ["python", "-c", _AFRESH, str(hash_seed), *words[1:]]
        return Command(words, limits=limits, profile=profile or "proc")
    shell = ["bash", "-c", script, "test_script.sh"]  # not as a file: the candidate's tree stays what it is
    return Command(shell if hash_seed is None else ["env", f"PYTHONHASHSEED={hash_seed}", *shell], limits=limits, profile=profile or "repo")


def plain(script: str) -> list[str] | None:
    r"""The words of a script that is one plain `python …` and nothing else that has an effect; None for any other.

    >>> plain("#!/bin/bash\nset -e\npython -m pytest -rA tests/test_a.py 2>&1\n")
    ['python', '-m', 'pytest', '-rA', 'tests/test_a.py']
    >>> plain("cd src && python -m pytest") is None
    True
    """
    lines = [line.strip(" \t") for line in script.split("\n")]
    lines = [line for line in lines if line and not line.startswith("#") and line not in _SET | _HERE]
    if len(lines) != 1 or not lines[0].isprintable():
        return None
    line = lines[0].removesuffix(_MERGED).removeprefix("exec ")
    try:
        words = shlex.split(line)
    except ValueError:
        return None
    if _SHELL & set(_QUOTED.sub("", line)) or not words or words[0] not in ("python", "python3"):
        return None
    if len(words) < 2 or (words[1].startswith("-") and (words[1] not in ("-m", "-c") or len(words) < 3)):
        return None  # other options are for an interpreter that starts
    return ["python", *words[1:]]
