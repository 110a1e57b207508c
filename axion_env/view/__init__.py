"""Stored episodes as one self-contained page: each agent's side of every play, to be filtered and read.

The page loads nothing and asks nobody: the episodes are inside it, compressed, and its own script, the only one that its content security
policy lets run, lays them out as text.
"""

from axion_env.view.episode import view_of
from axion_env.view.page import page

__all__ = ["page", "view_of"]
