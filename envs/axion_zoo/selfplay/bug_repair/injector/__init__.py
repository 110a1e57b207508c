"""Injectors that are not models: bugs made by rule, from a tree and a stream of chance.

    Workspace, code paths, Stream → injector → Patch, Patch, … → artifact_of → Artifact

| module | a bug is |
|---|---|
| `mutator` | one small change of one statement, by an operator of `axion_zoo.shared.mutation` |
| `removal` | a body, a method or a helper taken out: the paper's removal-oriented strategy |
| `history` | a change that the project once made, undone: the paper's history-aware strategy |
| `across` | several of these at once, each in a file of its own |
| `noop`, `cheat` | none: a gate has to refuse it |

They are lazy, never give one patch twice, and whether a patch is a bug, the gates say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from axion_env import Patch, Stream
from axion_env.sandbox import Workspace

Injector: TypeAlias = Callable[[Workspace, Sequence[str], Stream], Iterator[Patch]]
"""From a tree, the paths of its code and a stream: patches that may be bugs. The same three, the same patches."""
