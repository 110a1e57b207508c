"""Decontamination: finds training data that shares n-grams of words with an evaluation set.

Thirteen words, as in Brown et al., "Language models are few-shot learners", arXiv 2005.14165, appendix C. A text of fewer words overlaps
only with an equal text, signs included (2+2 is not 2-2). An n-gram of more than half of the evaluation texts is common wording and is
ignored.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from axion_env.dataset.filter import Candidate, Exchange
from axion_env.error import UsageError
from axion_env.record import jsonl
from axion_env.record.episode import Message
from axion_env.record.task import Task

_WORD = re.compile(r"\w+")
_SIGN = re.compile(r"\w+|[^\w\s.,;:!?'\"]")  # words and signs, without punctuation
_FIELDS = ("question", "problem", "prompt", "instruction", "input", "text")
_COMMON = 0.5  # share of the evaluation texts beyond which an n-gram is common wording


class Overlap:
    """Tests whether a candidate repeats an evaluation text: in its task, in what the agent was shown or in what it answered.

    Args:
        texts: The evaluation set.
        ngram: Number of shared consecutive words that make an overlap.
    """

    def __init__(self, texts: Iterable[str], ngram: int = 13) -> None:
        self.ngram = ngram
        found = {text.casefold() for text in texts}
        counts = Counter(gram for text in found for gram in set(self._grams(text)))
        most = max(1.0, _COMMON * len(found))
        self._known = {gram for gram, count in counts.items() if count <= most}

    def __call__(self, candidate: Candidate, exchanges: list[Exchange]) -> bool:
        """Whether the candidate repeats an evaluation text."""
        asked = [task_text(candidate.task), *(message.text for exchange in exchanges for message in exchange.messages)]
        if any(self._holds(text) for text in asked):
            return True
        # short answers are ignored: two problems may well have the same number as their result
        return any(self._holds(exchange.action.text) for exchange in exchanges if len(_words(exchange.action.text)) >= self.ngram)

    def _holds(self, text: str) -> bool:
        return any(gram in self._known for gram in self._grams(text))

    def _grams(self, text: str) -> Iterator[tuple[str, ...]]:
        words = _words(text)
        if 0 < len(words) < self.ngram:
            yield tuple(_SIGN.findall(text.casefold()))
        for i in range(len(words) - self.ngram + 1):
            yield tuple(words[i : i + self.ngram])


def task_text(task: Task) -> str:
    """All that agents may be told of a task, as one text."""
    return " ".join(map(str, _leaves(task.public)))


def read_texts(path: Path) -> Iterator[str]:
    """The evaluation texts in a file of JSON lines: chat rows, stored episodes, or records with a field such as `question`.

    Raises:
        UsageError: the file cannot be read, or a line holds no text in any of these ways.
    """
    for number, record in jsonl.numbered(path):
        try:
            texts = list(_texts(record))
        except ValueError as problem:
            raise UsageError(f"{path} line {number} is no evaluation text: {problem}") from None
        except (TypeError, KeyError, AttributeError):
            texts = []
        if not texts:
            wanted = ", ".join(_FIELDS)
            raise UsageError(f"{path} line {number} is no evaluation text: it has neither messages, nor a task, nor a field of {wanted}")
        yield from texts


def _texts(record: dict[str, Any]) -> Iterator[str]:
    if "messages" in record:
        yield from (Message.of(m).text for m in record["messages"] if m["role"] == "user")
    elif "task" in record and "schema" in record:
        yield task_text(Task(record["task"]["id"], record["task"]["public"]))
    else:
        yield from (record[name] for name in _FIELDS if isinstance(record.get(name), str))


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item)
    elif value is not None:
        yield value


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
