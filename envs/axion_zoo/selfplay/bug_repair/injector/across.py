"""Bugs in several files at once, so that inverse mutation testing has something to ask: is each file needed?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from axion_env import Patch, Stream
from axion_env.sandbox import Workspace
from axion_zoo.selfplay.bug_repair.injector import Injector


def across(injector: Injector, files: int = 2) -> Injector:
    """An injector whose every patch joins one patch of `injector` in each of `files` files.

    It ends when fewer files than that have a patch left; none is used twice.
    """

    def inject(workspace: Workspace, paths: Sequence[str], stream: Stream) -> Iterator[Patch]:
        left = {path: injector(workspace, [path], Stream(stream.below(1 << 63))) for path in paths}
        while len(left) >= files:
            order = list(left)
            stream.shuffle(order)
            drawn: list[Patch] = []
            for path in order:
                patch = next(left[path], None) if len(drawn) < files else None
                if patch is not None:
                    drawn.append(patch)
                elif len(drawn) < files:
                    del left[path]
            if len(drawn) == files:
                yield Patch(sorted((change for patch in drawn for change in patch.changes), key=lambda change: change.path))

    return inject
