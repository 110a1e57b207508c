"""Patches: unified diffs over workspaces, matched exactly or refused."""

from axion_env.patch.hunk import PatchError
from axion_env.patch.patch import LEFTOVERS, Patch

__all__ = ["LEFTOVERS", "Patch", "PatchError"]
