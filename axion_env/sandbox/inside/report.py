"""The messages between host and zygote, in fixed formats, so that neither has to trust what the other sends."""

from __future__ import annotations

import struct

REQUEST = struct.Struct("<ddQQQQQQQ")
"""CPU seconds, wall seconds; bytes of memory, of a file, of the disk; inodes; processes; bytes of the payload, of the tree."""
REPORT = struct.Struct("<BBiddQ")
"""Whether it was sealed; what ended it (see `KILLED`); exit code; CPU seconds, wall seconds; KiB of memory."""
KILLED = (None, "cpu", "wall")
