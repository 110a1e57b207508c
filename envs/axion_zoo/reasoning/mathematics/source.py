r"""Where problems come from: made on demand, a JSONL file, the `datasets` package, or reasoning-gym."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from axion_env import NotFound, Procedural, Stream, Task, UsageError, derive
from axion_env.record import jsonl
from axion_zoo.reasoning.mathematics.family import FAMILIES, LEVELS
from axion_zoo.reasoning.mathematics.form import read
from axion_zoo.reasoning.mathematics.lexer import Unreadable
from axion_zoo.reasoning.mathematics.reply import boxes

FORMATS = ("gsm8k", "math")
_HELD_OUT_SHARE = 5  # one problem in five
_LENGTHS = {"train": 1 << 20, "test": 1 << 14}
_TRIES = 1 << 12  # problems looked at for one that belongs to the split


class Problem(NamedTuple):
    """A question and its gold answer."""

    question: str
    answer: str


def held_out(question: str) -> bool:
    """Whether a problem belongs to the test split: by its text alone, whatever the seed."""
    return derive(0, "held out", question.encode(errors="backslashreplace").hex()) % _HELD_OUT_SHARE == 0


# Made on demand --------------------------------------------------------------------------------------------------


def procedural(family: str | None, level: int, seed: int) -> Callable[[str], Sequence[Task]]:
    """Tasks of one family, or of all in turn.

    Raises:
        UsageError: no such family or level.
    """
    if family is not None and family not in FAMILIES:
        raise NotFound("family of problems", family, FAMILIES)
    if level not in LEVELS:
        raise UsageError(f"Mathematics has the levels {LEVELS[0]} to {LEVELS[-1]}: got {level!r}")
    names = list(FAMILIES) if family is None else [family]

    def make(split: str, k: int) -> Task:
        name = names[k % len(names)]
        stream = Stream(derive(seed, name, level, split, k))
        for _ in range(_TRIES):
            problem = Problem(*FAMILIES[name](stream, level))
            if held_out(problem.question) == (split == "test"):
                return _task(f"{split}/{name}-{level}/{seed}/{k}", problem)
        raise UsageError(f"the family {name} has no {split} problem at level {level}")

    return lambda split: Procedural(_LENGTHS[split], lambda k: make(split, k))


def _task(name: str, problem: Problem) -> Task:
    return Task(name, public={"question": problem.question}, secret={"answer": problem.answer})


# Of files and packages -------------------------------------------------------------------------------------------


def from_file(path: str, layout: str) -> Callable[[str], Sequence[Task]]:
    """Tasks of a JSONL file, gzipped if its name ends so: all of it, or by held-out hash.

    Raises:
        UsageError: it cannot be read, or a row is no problem.
    """
    tasks = _tasks(Path(path).name, jsonl.read(path), layout)
    test = [task for task in tasks if held_out(task.public["question"])]
    train = [task for task in tasks if not held_out(task.public["question"])]
    splits = {"train": train, "test": test, "all": tasks} if train else {"train": tasks, "test": [], "all": tasks}
    return splits.__getitem__


def from_datasets(name: str, layout: str) -> Callable[[str], Sequence[Task]]:
    """Tasks of the splits `train` and `test` of `datasets:NAME` or `datasets:NAME:CONFIGURATION`.

    Raises:
        UsageError: the package is not installed, it has no such data, or a row is no problem.
    """
    datasets = _package("datasets", "datasets")
    path, _, configuration = name.partition(":")
    try:
        loaded = datasets.load_dataset(path, *([configuration] if configuration else []))
        splits = {split: _tasks(f"{path}/{split}", loaded[split], layout) for split in ("train", "test")}
    except UsageError:
        raise
    except Exception as problem:  # the package raises whatever its loaders and transports raise
        raise UsageError(f"datasets:{name} cannot be loaded: {type(problem).__name__}: {problem}") from None
    return splits.__getitem__


def from_reasoning_gym(name: str, seed: int) -> Callable[[str], Sequence[Task]]:
    """Tasks of one of reasoning-gym's generators. Answers are compared, so choose one whose problems have a single answer.

    Raises:
        UsageError: the package is not installed, or has no such generator.
    """
    gym = _package("reasoning_gym", "reasoning-gym")
    try:
        items = gym.create_dataset(name, size=_LENGTHS["train"] + _LENGTHS["test"], seed=seed)
    except Exception as problem:
        raise UsageError(f"reasoning_gym:{name} cannot be made: {type(problem).__name__}: {problem}") from None

    def make(split: str, k: int) -> Task:
        for j in range(_TRIES):
            item = items[k] if not j else items[derive(seed, split, k, j) % len(items)]
            if held_out(item["question"]) == (split == "test"):
                return _task(f"{split}/{name}/{seed}/{k}", Problem(item["question"], str(item["answer"])))
        raise UsageError(f"reasoning_gym:{name} has no {split} problem")

    return lambda split: Procedural(_LENGTHS[split], lambda k: make(split, k))


def _package(module: str, package: str) -> Any:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        raise UsageError(f"this source needs the package {package}: pip install {package}") from None


def _tasks(name: str, rows: Iterable[Mapping[str, Any]], layout: str) -> list[Task]:
    if layout not in FORMATS:
        raise NotFound("format of problems", layout, FORMATS)
    tasks = []
    for k, row in enumerate(rows):
        try:
            problem = _gsm8k(row) if layout == "gsm8k" else _math(row)
            read(problem.answer)
        except (LookupError, TypeError, AttributeError, ValueError, Unreadable) as problem_found:
            raise UsageError(f"row {k} of {name} is no problem in the format {layout!r}: {problem_found!r}") from None
        tasks.append(_task(f"{name}/{k}", problem))
    if not tasks:
        raise UsageError(f"{name} has no problems")
    return tasks


def _gsm8k(row: Mapping[str, Any]) -> Problem:
    """`question`, and `answer` with the gold answer behind `####`."""
    _, found, answer = row["answer"].rpartition("####")
    if not found:
        raise ValueError("no #### in its answer")
    return Problem(row["question"], answer.strip())


def _math(row: Mapping[str, Any]) -> Problem:
    r"""`problem`, with `answer`, or a `solution` whose last `\boxed{}` is the answer."""
    return Problem(row["problem"], row["answer"] if "answer" in row else [*boxes(row["solution"])][-1])
