"""The command: reads so many inputs, and reports."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.fuzz import __doc__ as about
from benchmarks.fuzz.reading import Tally, fuzz, worst
from benchmarks.table import Report


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=about, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, nargs="*", help="these inputs alone, by number")
    parser.add_argument("--out", type=Path, help="write the figures here, as JSON, and the page beside it")
    options = parser.parse_args(argv)
    tally = fuzz(options.count, options.seed, numbers=options.only, every=100_000)
    tell(tally, worst(), options.out)
    return 1 if tally.faults else 0


def tell(tally: Tally, crafted: dict[str, tuple[int, float, str]], out: Path | None) -> None:
    """Print the figures, and write them."""
    total = sum(tally.statuses.values()) + len(tally.faults)
    slowest, size, number = tally.slowest
    report = Report("What jobs may write, mutated, through everything that reads it", "fuzz")
    report.say(" ".join((about or "").split("\n\n", 1)[1].split()))
    report.say(f"{total:,} inputs, {tally.bytes / total:,.0f} bytes in the mean, {tally.largest:,} at most.")
    report.table(("taken as", "inputs"), [(name, f"{n:,}") for name, n in tally.statuses.most_common()])
    report.say(
        f"Inputs that broke the law: {len(tally.faults)}. Reading one and checking all that was read took"
        f" {tally.cpu_s / total * 1e6:.0f} µs of processor time in the mean and {slowest * 1000:.1f} ms at most"
        f" (input {number}, {size:,} bytes)."
    )
    for fault in tally.faults[:20]:
        report.say(f"- {fault}")
    report.say("Inputs made to take long, of about a mebibyte, the most that a job may write by default, through the decoder:")
    rows = [(name, f"{size:,}", f"{cpu * 1000:.0f}", taken) for name, (size, cpu, taken) in crafted.items()]
    report.table(("input", "bytes", "CPU ms", "taken as"), rows)
    figures = {"inputs": total, "faults": tally.faults, "taken": tally.statuses, "mean_us": tally.cpu_s / total * 1e6}
    if out is not None:
        report.write(out, {**figures, "slowest": {"ms": slowest * 1000, "bytes": size, "input": number}, "worst": crafted})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
