"""Supervised fine-tuning: its settings, and the data it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axion_env import Message, UsageError
from axion_env.dataset.filter import Selection
from axion_env.record import jsonl
from axion_train.data.pack import demonstration
from axion_train.model.renderer import Renderer
from axion_train.types import Row


@dataclass(frozen=True)
class SFT:
    """What `learner = "sft"` learns from: right answers of its own, round by round, or a file.

    A round is one of expert iteration (Anthony et al., arXiv 1705.08439; for language models STaR, arXiv 2203.14465, and ReST-EM,
    arXiv 2312.06585): play the curriculum's deals, keep what `select` keeps, take `steps` steps on it.
    """

    data: str = ""
    """A file of JSON lines, as `axion episodes filter` writes it, to learn from in place of rounds."""
    steps: int = 100
    """Of the optimizer, in each round; `training.updates` counts steps of all rounds, `training.minibatch` rows of a step."""
    start: str = "current"
    """Weights a round's steps start from: `current` or `warm_up`. From the warm-up, the optimizer starts anew too, and a round has the
    whole of the rate's schedule to itself."""
    keep_rounds: int = 1
    """Of so many of the last rounds the answers are learned from; 0: of all."""
    select: Selection = field(default_factory=Selection)
    """Which of a round's trajectories."""

    def __post_init__(self) -> None:
        if self.start not in ("current", "warm_up"):
            raise UsageError(f"sft.start is current or warm_up: got {self.start!r}")
        if self.steps < 1 or self.keep_rounds < 0:
            raise UsageError(f"sft.steps must be 1 or more and sft.keep_rounds not negative: got {self.steps} and {self.keep_rounds}")


def read_rows(path: Path, renderer: Renderer, vocabulary: int) -> list[Row]:
    """The rows in a file of JSON lines: chats, whose last message is learned, or ids as they were sampled.

    Args:
        path: The file.
        renderer: Lays out chats.
        vocabulary: Ids the model knows.

    Raises:
        UsageError: the file cannot be read or holds nothing, or a line is of neither form or of another model's ids.
    """
    try:
        rows = list(_rows(path, renderer, vocabulary))
    except UsageError as problem:
        raise UsageError(f"sft.data: {problem}") from None
    if not rows:
        raise UsageError(f"sft.data {str(path)!r} is empty")
    return rows


def _rows(path: Path, renderer: Renderer, vocabulary: int) -> Iterator[Row]:
    for number, record in jsonl.numbered(path):
        try:
            row = _row(record, renderer)
        except (ValueError, TypeError, KeyError) as problem:
            wanted = '{"messages": [… , {"role": "assistant", "content": …}]} nor {"prompt_ids": […], "completion_ids": […]}'
            raise UsageError(f"{path} line {number} is neither {wanted} ({type(problem).__name__}: {problem})") from None
        if not all(0 <= i < vocabulary for i in (*row.prompt_ids, *row.completion_ids)):
            raise UsageError(f"{path} line {number} has ids that are not below {vocabulary}: another model's; write it with --form chat")
        yield row


def _row(record: Mapping[str, Any], renderer: Renderer) -> Row:
    if "messages" in record:
        *asked, answer = map(Message.of, record["messages"])
        if answer.author != "assistant" or not asked:
            raise ValueError("the last message must be the assistant's, after a question")
        return demonstration(renderer.prompt_ids(tuple(asked)), renderer.completion_ids(answer.text))
    prompt, completion = (tuple(record[name]) for name in ("prompt_ids", "completion_ids"))
    if not all(type(i) is int for i in (*prompt, *completion)):
        raise ValueError("ids are whole numbers")
    if not prompt or not completion:
        raise ValueError("a prompt and a completion have one id or more")
    return demonstration(prompt, completion)
