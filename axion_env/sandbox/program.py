"""Programs of the host that a profile's jobs may start: a shell, and common tools.

They are shown read-only under /usr/bin, which is also /bin; their libraries lie in the folders that the interpreter needs anyway. A
started program has the job's namespaces, system calls and limits, and gains no further right.
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
_FOLDERS = "/usr/bin:/bin"  # not PATH: programs that a user installed may need libraries that no job is shown


@lru_cache
def find(names: tuple[str, ...]) -> dict[str, str]:
    """Paths of programs in the jail, and the host's files mounted there; those that the host lacks are left out.

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
    """Links in the jail, and their targets: the interpreter by its usual names, and /bin."""
    named = {f"/usr/bin/{name}": executable for name in ("python", "python3")}
    return {path: target for path, target in {**named, "/bin": "usr/bin"}.items() if programs and path != executable}
