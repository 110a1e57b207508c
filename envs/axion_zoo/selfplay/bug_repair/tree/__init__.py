"""The backends `file` and `repository` in play: agents at work on trees of files, and what becomes of their work.

`backend` plays a task, `prompt` is what the two roles are told, `action` how a reply is read, `workbench` what it does to the files.
"""

from axion_zoo.selfplay.bug_repair.tree.backend import TreeBackend
from axion_zoo.selfplay.bug_repair.tree.workbench import Workbench

__all__ = ["TreeBackend", "Workbench"]
