"""Many checks at once, for the tests of axion/Math-v0: the jobs of all of them in two batches."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from pathlib import Path

from axion_zoo.reasoning.mathematics.checker import Checked, check
from axion_zoo.reasoning.mathematics.form import read
from axion_zoo.reasoning.mathematics.lexer import Unreadable

from axion_env.sandbox import Function, JobResult, shared

DATA = Path(__file__).parents[4].parent / "shared" / "data"
"""Real problems and model outputs, beside the project where there are any."""


def check_all(pairs: Iterable[tuple[str, str]]) -> list[Checked]:
    """Check answers against gold ones."""
    checked: dict[int, Checked] = {}
    open_: dict[int, tuple[Generator[Function, JobResult, Checked], Function]] = {}
    for k, (gold, answer) in enumerate(pairs):
        try:
            steps = check(read(gold), read(answer))
        except Unreadable as problem:
            checked[k] = Checked(False, f"unreadable: {problem}")
            continue
        _step(k, steps, None, checked, open_)
    while open_:
        waiting = dict(open_)
        open_.clear()
        for (k, (steps, _)), result in zip(waiting.items(), shared().run(job for _, job in waiting.values()), strict=True):
            _step(k, steps, result, checked, open_)
    return [checked[k] for k in sorted(checked)]


def _step(k, steps, result, checked, open_) -> None:  # type: ignore[no-untyped-def]
    try:
        open_[k] = steps, steps.send(result)
    except StopIteration as end:
        checked[k] = end.value
