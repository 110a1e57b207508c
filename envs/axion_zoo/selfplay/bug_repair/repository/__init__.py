"""Real packages made into repositories that bugs can be made in.

folder or archive → `sdist` → `layout` → `trial` of each test file → `prepare` → Repository, which `prepared` keeps on disk
"""

from axion_zoo.selfplay.bug_repair.repository.prepared import Repository, find

__all__ = ["Repository", "find"]
