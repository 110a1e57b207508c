"""Where problems come from: files and data sets. Every row is tried out in the sandbox before anybody is asked to solve it."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from axion_env import NotFound, Stream, UsageError, derive
from axion_env.record import jsonl
from axion_env.sandbox import Function, JobResult, Limits, Match, Opaque, shared
from axion_zoo.reasoning.code_synthesis.row import FORMATS, Draft, Row, parameters
from axion_zoo.reasoning.code_synthesis.vary import vary
from axion_zoo.shared.programs import check, must_fail
from axion_zoo.shared.programs.check import getter
from axion_zoo.shared.programs.grade import passes
from axion_zoo.shared.programs.problem import Example, Problem, key, prompt, refuse_trivial, with_preamble

_LIMITS = Limits(cpu_s=10.0, output_bytes=1 << 23)  # of a data set's own code
_LISTED = 5
_HELD_OUT_SHARE = 5  # one problem in five
_CHOICE = 4  # inputs made for each one kept: what is rarely answered comes as often as what mostly is
_STEPS = 5_000  # of the reference on one of them: about a millisecond without counting
_NEAR = 1e-6  # for floats whose value the reference gave, as EvalPlus has it


def read(source: str) -> Iterator[Row]:
    """The rows of a JSONL file, packed or not, or of `datasets:NAME`.

    Raises:
        UsageError: there is no such file, a line is no row, or `datasets` is not installed.
    """
    if source.startswith("datasets:"):
        yield from _datasets(source.removeprefix("datasets:"))
        return
    path = Path(source)
    if not path.is_file():
        raise UsageError(
            f"CodeSynthesis: no file {source!r}; source is embedded, procedural, datasets:NAME or the path of a .jsonl or .jsonl.gz"
        )
    for number, row in jsonl.numbered(path):
        if not isinstance(row, dict):
            raise UsageError(f"{source} line {number}: a row is an object, not a {type(row).__name__}")
        yield row


def _datasets(name: str) -> Iterator[Row]:
    try:
        import datasets
    except ModuleNotFoundError:
        raise UsageError(f"source 'datasets:{name}' needs the package datasets: pip install datasets") from None
    try:
        found = datasets.load_dataset(name)
    except Exception as problem:  # whatever it raises, the user asked for something that is not to be had
        raise UsageError(f"datasets cannot load {name!r}: {type(problem).__name__}: {problem}") from None
    for split, rows in found.items():
        for row in rows:
            fields: dict[str, Any] = dict(row)  # type: ignore[arg-type, unused-ignore]
            yield {"split": split, **fields} if split in ("train", "test") else fields


@lru_cache(maxsize=4)
def load(source: str, form: str, extra: int, seed: int) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """The problems for training and for testing.

    Rows that cannot be judged are left out with a warning that says which and why.

    Raises:
        UsageError: no row for training is left, or two have one id.
    """
    return split_rows(read(source), form, extra=extra, seed=seed, name=source)


def split_rows(
    rows: Iterable[Row], form: str, *, extra: int = 0, seed: int = 0, name: str = "rows"
) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """The problems of any rows, for training and for testing.

    A row's own `split` decides, or a hash of what is asked: the same text never stands on both sides.
    """
    if form not in FORMATS:
        raise NotFound("format", form, FORMATS)
    sides: dict[str, list[Problem]] = {"train": [], "test": []}
    seen: set[str] = set()
    refused: list[str] = []
    for number, row in enumerate(rows, 1):
        try:
            draft = FORMATS[form](row)
            problem = build(draft, extra=extra, seed=seed)
        except KeyError as missing:
            raise UsageError(f"{name}, row {number}: the format {form} needs the field {missing}") from None
        except (UsageError, SyntaxError) as why:
            refused.append(str(why))
            continue
        if problem.id in seen:
            raise UsageError(f"{name}, row {number}: a second row with the id {problem.id!r}")
        seen.add(problem.id)
        held_out = derive(0, "held out", draft.text, draft.entry) % _HELD_OUT_SHARE == 0
        sides[draft.split if draft.split in sides else "test" if held_out else "train"].append(problem)
    if refused:
        more = f" … and {len(refused) - _LISTED} more" if len(refused) > _LISTED else ""
        warnings.warn(f"{name}: {len(refused)} rows are left out: {'; '.join(refused[:_LISTED])}{more}", stacklevel=2)
    if not sides["train"]:
        raise UsageError(f"{name}: no row for training; a row's own field `split` decides, else a hash of its text")
    return tuple(sides["train"]), tuple(sides["test"])


def build(draft: Draft, *, extra: int = 0, seed: int = 0) -> Problem:
    """The problem of a draft, by the first way of judging that its own reference passes.

    Args:
        draft: What a row says.
        extra: Further hidden cases: variations of the inputs, with what the reference gives for them.
        seed: Seeds the variations.

    Raises:
        UsageError: there is no such way, or a constant would pass.
    """
    problem = Problem(
        id=draft.id, prompt=draft.text, entry=draft.entry, shown=_fitting(draft), hidden=draft.hidden, match=draft.match,
        preamble=draft.preamble, reference=draft.reference, wrong=draft.wrong, check=draft.check,
    )  # fmt: skip
    if draft.test:
        problem = _compared(draft, problem) or _replayed(draft, problem) or _must_fail(draft, problem)
    elif draft.reference and not draft.check and not all(_passes(problem, draft.hidden)):
        raise UsageError(f"{draft.id}: its reference fails its tests")
    if extra and draft.reference and problem.hidden and not problem.check:
        problem = _extended(problem, Stream(derive(seed, "extra", draft.id)), extra)
    if draft.signature:
        problem = replace(problem, prompt=prompt(draft.text, draft.signature, draft.entry, problem.shown))
    return refuse_trivial(problem)


def _compared(draft: Draft, problem: Problem) -> Problem | None:
    found = check.compared(draft.test)
    notes = _record(draft, found[0]) if found else None
    if found is None or notes is None:
        return None
    names = parameters(draft.reference or draft.starter, draft.entry)
    examples = _distinct([Example(_positional(a, k, names), e) for a, k, e in notes])
    shown = problem.shown or tuple(examples[: draft.show])
    hidden = [e for e in examples if key(list(e.arguments)) not in {key(list(s.arguments)) for s in shown}] or examples
    whole = replace(problem, shown=shown, hidden=tuple(hidden), match=found[1])
    return whole if not draft.reference or all(_passes(whole, whole.hidden)) else None


def _replayed(draft: Draft, problem: Problem) -> Problem | None:
    if not draft.reference:
        return None
    notes = _record(draft, check.recorded(f"{draft.reference}\n{draft.test}", draft.entry))
    if not notes or any(keywords for _, keywords in notes):
        return None
    judge = f"{draft.preamble}\n{draft.reference}\n{check.verdict(draft.test)}"
    inputs = [tuple(arguments) for arguments, _ in notes]
    (answers,) = _run(Function(_source(problem), draft.entry, inputs, limits=_LIMITS))
    if any(isinstance(leaf, Opaque) for leaf in _plain(answers.values)):
        return None
    (judged,) = _run(Function(judge, "verdict", [([list(a) for a in inputs], list(answers.values))], limits=_LIMITS))
    return replace(problem, hidden=tuple(map(Example, inputs)), check=judge) if judged.values == (True,) else None


def _must_fail(draft: Draft, problem: Problem) -> Problem:
    if not draft.reference:
        raise UsageError(f"{draft.id}: its tests are not plain inputs and outputs, and there is no reference to make must-fail tests by")
    tests = must_fail.versions(draft.test)
    (result,) = _run(must_fail.job(_source(problem), draft.entry, [text for text, _ in tests], _LIMITS))
    kept = [(text, true) for (text, true), outcome in zip(tests, result.values, strict=False) if outcome is true]
    if len(kept) < must_fail.LEAST or not all(any(true is kind for _, true in kept) for kind in (True, False)):
        raise UsageError(
            f"{draft.id}: its tests cannot be judged from outside, and give {len(kept)} must-fail tests, not {must_fail.LEAST}"
        )
    return replace(problem, must_fail=kept)


def _extended(problem: Problem, stream: Stream, count: int) -> Problem:
    """The problem with more hidden inputs, as many for rare values as for common ones."""
    inputs = vary([e.arguments for e in (*problem.shown, *problem.hidden)], stream, _CHOICE * count)
    by_value: dict[str, list[Example]] = {}
    for example in answered(problem, inputs):
        by_value.setdefault(key(example.expected), []).append(example)
    in_turn = (e for alike in zip_longest(*by_value.values()) for e in alike if e is not None)
    more = list(islice(in_turn, count))
    floats = any(isinstance(item, float) for e in more for item in _leaves(e.expected))
    match = replace(problem.match, absolute=max(_NEAR, problem.match.absolute)) if floats else problem.match
    return replace(problem, hidden=(*problem.hidden, *more), match=match)


def answered(problem: Problem, inputs: Sequence[tuple[Any, ...]]) -> list[Example]:
    """The inputs that the reference answers in few steps, and alike whatever chance it draws, with its answers.

    Steps are lines executed, for a clock would make the cases depend on the machine.
    """
    counted = _COUNTED.format(source=_source(problem), function=getter(problem.entry), steps=_STEPS)
    calls = [(list(arguments),) for arguments in inputs]
    runs = _run(*(Function(counted, "axion_counted", calls, limits=_LIMITS, seed=seed) for seed in (0, 1)))
    return [
        Example(arguments, one.value)
        for arguments, one, two in zip(inputs, runs[0].cases, runs[1].cases, strict=False)
        if one.returned and two.returned and Match().same(one.value, two.value)
    ]


_COUNTED = """
{source}
def axion_counted(arguments):
    import sys
    left = {steps}
    def count(frame, event, argument):
        nonlocal left
        left -= 1
        if left < 0:
            raise TimeoutError
        return count
    sys.settrace(count)
    try:
        return {function}(*arguments)
    finally:
        sys.settrace(None)
"""


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, dict):
        yield from _leaves([*value, *value.values()])
    else:
        yield value


def _fitting(draft: Draft) -> tuple[Example, ...]:
    """The examples that the reference agrees with: a docstring may say `[1, 2]` and mean a set."""
    if not draft.shown or not draft.reference:
        return draft.shown
    problem = Problem(
        id=draft.id, prompt="", entry=draft.entry, preamble=draft.preamble, reference=draft.reference, match=Match(numbers=True)
    )
    return tuple(e for e, right in zip(draft.shown, _passes(problem, draft.shown), strict=True) if right)


def _passes(problem: Problem, examples: Sequence[Example]) -> list[bool]:
    (result,) = _run(Function(_source(problem), problem.entry, [e.arguments for e in examples], limits=_LIMITS))
    return passes(result, 0, examples, problem.match)


def _record(draft: Draft, source: str) -> list[Any] | None:
    """What `record()` notes, if it is plain."""
    (result,) = _run(Function(f"{draft.preamble}\n{draft.reference}\n{source}", "record", limits=_LIMITS))
    notes = result.values[0] if result.ok else None
    return notes if isinstance(notes, list) and not any(isinstance(leaf, Opaque) for leaf in _plain(notes)) else None


def _plain(notes: Any) -> Iterator[Any]:
    """The `Opaque` leaves of a nested value."""
    for note in notes if isinstance(notes, list | tuple) and not isinstance(notes, Opaque) else ():
        yield from _plain(note)
    if isinstance(notes, dict):
        yield from _plain([*notes, *notes.values()])
    if isinstance(notes, set | frozenset):
        yield from _plain(list(notes))
    if isinstance(notes, Opaque):
        yield notes


def _positional(arguments: list[Any] | tuple[Any, ...], keywords: dict[str, Any], names: Sequence[str]) -> tuple[Any, ...]:
    rest = [keywords[name] for name in names[len(arguments) :] if name in keywords]
    if len(rest) < len(keywords):
        raise UsageError(f"a test passes {', '.join(keywords)} by name, and the parameters are {', '.join(names) or 'not known'}")
    return (*arguments, *rest)


def _distinct(examples: Iterable[Example]) -> list[Example]:
    return list({key(list(e.arguments)): e for e in examples}.values())


def _source(problem: Problem) -> str:
    return with_preamble(problem.preamble, problem.reference)


def _run(*jobs: Function) -> list[JobResult]:
    return shared().run(jobs)
