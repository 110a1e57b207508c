"""Trees of code as programs, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from axion_env.sandbox import File, Workspace
from axion_zoo.shared.mutation import Source


def programs(workspace: Workspace, paths: Sequence[str]) -> dict[str, Source]:
    """The Python programs among the files at some paths. What is no UTF-8 or no Python is left out."""
    found: dict[str, Source] = {}
    for path in paths:
        file = workspace.files.get(path)
        if file is not None and path.endswith(".py"):
            try:
                found[path] = Source(file.data.decode())
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
    return found


def written(workspace: Workspace, texts: Mapping[str, str]) -> Workspace:
    """The tree with other texts in some of its files, which stay executable if they were; or in new ones."""
    before = {path: workspace.files.get(path, File(b"")) for path in texts}
    return workspace.write({path: File(text.encode(), before[path].executable) for path, text in texts.items()})
