"""`python -m benchmarks [SECTION]... [--out FILE]`."""

import sys

from benchmarks.bench import main

sys.exit(main(sys.argv[1:]))
