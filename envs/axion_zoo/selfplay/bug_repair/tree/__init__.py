"""The rungs `file` and `repository` in play: agents at work on trees of files, and what becomes of their work.

`rung` plays a task, `prompt` is what the two roles are told, `action` how a reply is read, `workbench` what it does to the files.
"""

from axion_zoo.selfplay.bug_repair.tree.rung import TreeRung
from axion_zoo.selfplay.bug_repair.tree.workbench import Workbench

__all__ = ["TreeRung", "Workbench"]
