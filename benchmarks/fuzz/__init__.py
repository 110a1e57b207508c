"""`python -m benchmarks.fuzz --count 1000000`: what jobs may write, mutated, through everything in the host that reads it.

An input is one of the outputs that real jobs write, changed by edits of its structure (JSON nodes swapped, wrapped, repeated, replaced by
hostile ones) or of its bytes, and read as a result of a function, a result of a command, a packed tree or a value. The law: reading ends
within its bound, with a result of a known status or with the one exception it is documented to raise; and a result that was read has a
record that reads back as itself.
"""

from benchmarks.fuzz.flood import floods
from benchmarks.fuzz.reading import fuzz, worst

__all__ = ["floods", "fuzz", "worst"]
