"""Answer checks of axion/Math-v0 per CPU second, and how often they are right, beside math-verify called in this process.

    python -m benchmarks.mathematics

The clock is processor time of this process and of the sandbox's slots (benchmarks/account.py), after a first round that is not measured.
math-verify in this process is given each text in dollar signs; it is timed without any sandbox, as only trusted text may be.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import math_verify
from axion_zoo.reasoning.mathematics.checker import check
from axion_zoo.reasoning.mathematics.form import read

from benchmarks.account import account
from tests.zoo.reasoning.mathematics.math_check import check_all

_PAIRS = Path("tests/zoo/math_pairs.tsv")
Pair = tuple[str, str]


def main() -> dict[str, Any]:
    """The figures of docs/mathematics.md."""
    logging.getLogger("math_verify").setLevel(logging.ERROR)
    rows = [line.split("\t") for line in _PAIRS.read_text().splitlines() if not line.startswith("#")]
    truth = [verdict == "+" for verdict, *_ in rows]
    pairs = [(gold, answer) for _, _, gold, answer in rows]
    exact = [pair for pair in pairs if not _needs_a_job(pair)]
    computed = [pair for pair in pairs if _needs_a_job(pair)]
    alone = [_alone(pair) for pair in pairs]
    with account() as clock:
        ours = [checked.same for checked in check_all(pairs)]  # the first to want a slot, which belongs to the account from here on
        return {
            "pairs": {"all": len(pairs), "exact": len(exact), "computed": len(computed)},
            "axion": _quality(truth, ours),
            "math-verify alone": _quality(truth, alone),
            "exact checks": _rate(clock, lambda: check_all(exact), len(exact), 20),
            "computed checks": _rate(clock, lambda: check_all(computed), len(computed), 3),
            "math-verify alone, the computed ones": _rate(clock, lambda: [_alone(pair) for pair in computed], len(computed), 3),
            "math-verify alone, the exact ones": _rate(clock, lambda: [_alone(pair) for pair in exact], len(exact), 3),
        }


def _needs_a_job(pair: Pair) -> bool:
    try:
        next(check(*map(read, pair)))
    except StopIteration:
        return False
    return True


def _alone(pair: Pair) -> bool:
    gold, answer = (math_verify.parse(f"${text}$") for text in pair)
    return bool(math_verify.verify(gold, answer))


def _quality(truth: Sequence[bool], said: Sequence[bool]) -> dict[str, float]:
    right = sum(t and s for t, s in zip(truth, said, strict=True))
    return {"precision": round(right / sum(said), 4), "recall": round(right / sum(truth), 4)}


def _rate(clock: Callable[[], float], run: Callable[[], object], count: int, rounds: int) -> dict[str, float]:
    run()
    cpu, wall = clock(), time.perf_counter()
    for _ in range(rounds):
        run()
    cpu, wall = clock() - cpu, time.perf_counter() - wall
    return {"per CPU second": round(count * rounds / cpu, 1), "per second": round(count * rounds / wall, 1)}


if __name__ == "__main__":
    print(json.dumps(main(), indent=2))
