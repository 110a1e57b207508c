"""Trees to make bugs in, and the bugs that are known of them.

`source` has the trees of the backends `file` and `repository`, each with its bank; `bug` reads and writes banks; `breed` fills one by rule.
"""

from axion_zoo.selfplay.bug_repair.bank.bug import Bug, read, write
from axion_zoo.selfplay.bug_repair.bank.source import Modules, Repositories, Tree, Trees, repository_tree

__all__ = ["Bug", "Modules", "Repositories", "Tree", "Trees", "read", "repository_tree", "write"]
