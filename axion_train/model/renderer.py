"""Renderers turn messages into the token ids that a model reads, and its ids into text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from axion_env import Message

_REMEMBERED = 1 << 16  # prompts kept as ids; a game asks the same questions again and again


class Tokenizer(Protocol):
    """What a renderer needs of a tokenizer."""

    eos_id: int
    pad_id: int

    def encode(self, text: str) -> list[int]:
        """Ids of a text, no special tokens added."""
        ...

    def decode(self, ids: Sequence[int]) -> str:
        """Text of ids, special tokens left out."""
        ...


class Renderer:
    """Lays messages out as one prompt for a model without a chat template.

    Questions stand as they are, the agent's own answers after "Answer:", and the prompt ends in "Answer:", which a completion
    continues with a space. Ids are remembered by messages, so a question asked a thousand times is tokenized once.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self._ids: dict[tuple[Message, ...], tuple[int, ...]] = {}

    def prompt_ids(self, messages: tuple[Message, ...]) -> tuple[int, ...]:
        """[P] Ids of the prompt that shows these messages."""
        ids = self._ids.get(messages)
        if ids is None:
            if len(self._ids) >= _REMEMBERED:
                self._ids.clear()
            ids = self._ids[messages] = tuple(self._encode(messages))
        return ids

    def completion_ids(self, text: str) -> tuple[int, ...]:
        """[L] An answer as the model should write it, its end-of-sequence token included."""
        return (*self.tokenizer.encode(f" {text}"), self.tokenizer.eos_id)

    def text(self, ids: Sequence[int]) -> str:
        """Text of sampled ids."""
        return self.tokenizer.decode(ids)

    def _encode(self, messages: tuple[Message, ...]) -> list[int]:
        return self.tokenizer.encode(layout(messages))


class ChatRenderer(Renderer):
    """Lays messages out by the tokenizer's own chat template."""

    def __init__(self, tokenizer: Tokenizer, template: Any) -> None:
        super().__init__(tokenizer)
        self._template = template

    def completion_ids(self, text: str) -> tuple[int, ...]:
        """[L] An answer as the model should write it, its end-of-sequence token included."""
        return (*self.tokenizer.encode(text), self.tokenizer.eos_id)

    def _encode(self, messages: tuple[Message, ...]) -> list[int]:
        chat = [{"role": m.author, "content": m.text} for m in messages]
        return self.tokenizer.encode(self._template(chat, tokenize=False, add_generation_prompt=True))


def layout(messages: tuple[Message, ...]) -> str:
    """The prompt for a model without a chat template, as text."""
    lines = [f"Answer: {m.text}" if m.author == "assistant" else m.text for m in messages]
    return "\n".join((*lines, "Answer:"))
