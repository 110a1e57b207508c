"""The model of a run: made from scratch for one environment, or loaded from a folder or hub."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch

from axion_env import Message, UsageError
from axion_train.model.renderer import ChatRenderer, Renderer, layout
from axion_train.model.tiny import TinyLlama, WordTokenizer


class PretrainedTokenizer:
    """Adapts a transformers tokenizer to what a renderer needs."""

    def __init__(self, wrapped: Any) -> None:
        self.wrapped = wrapped
        self.eos_id: int = wrapped.eos_token_id
        self.pad_id: int = wrapped.pad_token_id if wrapped.pad_token_id is not None else wrapped.eos_token_id

    def encode(self, text: str) -> list[int]:
        """Ids of a text, no special tokens added."""
        return list(self.wrapped.encode(text, add_special_tokens=False))

    def decode(self, ids: Sequence[int]) -> str:
        """Text of ids, special tokens left out."""
        return str(self.wrapped.decode(ids, skip_special_tokens=True))

    def save(self, folder: Path) -> None:
        """Writes it to a folder, beside the model."""
        self.wrapped.save_pretrained(folder)


def from_scratch(settings: TinyLlama, pairs: Iterable[tuple[tuple[Message, ...], str]], seed: int) -> tuple[Any, Renderer]:
    """A tiny model whose vocabulary is the words of the pairs (from `warmup.collect`)."""
    tokenizer = WordTokenizer.of(text for messages, answer in pairs for text in (layout(messages), f" {answer}"))
    return settings.build(len(tokenizer), seed), Renderer(tokenizer)


def pretrained(name: str) -> tuple[Any, Renderer]:
    """A causal language model from a folder or hub id, with the renderer its tokenizer asks for.

    Raises:
        UsageError: it cannot be loaded; says why.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = Path(name).expanduser()
    if (name.startswith((".", "/", "~")) or name.count("/") != 1) and not folder.is_dir():
        raise UsageError(f"no model folder {name!r}; give a folder with config.json and weights, or a hub id 'owner/name'")
    try:
        source = folder if folder.is_dir() else name
        model = AutoModelForCausalLM.from_pretrained(source, dtype=torch.float32)
        wrapped = AutoTokenizer.from_pretrained(source)
    except (OSError, ValueError, ImportError) as problem:
        raise UsageError(f"model {name!r} cannot be loaded: {str(problem).splitlines()[0]}") from problem
    if wrapped.eos_token_id is None:
        raise UsageError(f"model {name!r} has a tokenizer without an end-of-sequence token, so its answers never end")
    tokenizer = PretrainedTokenizer(wrapped)
    return model, ChatRenderer(tokenizer, wrapped.apply_chat_template) if wrapped.chat_template else Renderer(tokenizer)


def use_threads(threads: int) -> None:
    """Sets the number of threads and deterministic kernels, on which the last bits of the weights depend."""
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    # no kernel here reads what it has not written, and filling it first would take a twentieth of the time
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]


def save(model: Any, folder: Path) -> None:
    """Writes a model's weights and configuration to a folder, without a progress bar."""
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    model.save_pretrained(folder)
    logging.enable_progress_bar()  # type: ignore[no-untyped-call]
