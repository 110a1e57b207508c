"""Programs of the host that a profile's jobs may start: a shell, and what is used in one.

They are shown read-only under /usr/bin, which is also /bin; their libraries lie in the folders that the interpreter needs anyway. Walls do
not care which program stands behind them: a program has the job's namespaces, system calls and limits, and gains no right by being started.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from functools import lru_cache

SHELL = "bash"
_TOOLS = """
bash sh env true false test [ echo printf pwd ls cat head tail tee wc sort uniq cut tr nl comm seq grep egrep fgrep sed awk find xargs
diff cmp patch mkdir rmdir rm cp mv ln touch chmod mktemp basename dirname realpath readlink stat expr sleep timeout sha256sum
"""
TOOLS = tuple(_TOOLS.split())
"""What a repository's scripts and an agent at work in one use. No git: a workspace has no history that could answer for the solver."""
_FOLDERS = "/usr/bin:/bin"  # not PATH: what a user has put there may need a library that no job is shown


@lru_cache
def find(names: tuple[str, ...]) -> dict[str, str]:
    """Where programs stand in the jail, and the host's files behind them; those that the host lacks are left out.

    Raises:
        FileNotFoundError: the shell is asked for and is not there; `filename` names it.
    """
    found = {}
    for name in names:
        path = shutil.which(name, path=_FOLDERS)
        if path is not None:
            found[f"/usr/bin/{name}"] = os.path.realpath(path)
        elif name == SHELL:
            raise FileNotFoundError(2, "no such program", name)
    return found


def links(programs: Sequence[str], executable: str) -> dict[str, str]:
    """Links that stand beside them, and what they point to: the interpreter by its usual names, and /bin."""
    named = {f"/usr/bin/{name}": executable for name in ("python", "python3")}
    return {path: target for path, target in {**named, "/bin": "usr/bin"}.items() if programs and path != executable}
