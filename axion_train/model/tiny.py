"""A tiny Llama-style model and its word tokenizer, made from scratch for one environment.

The vocabulary is the words of the environment's own questions and answers. A word carries the space before it, so that the text of ids
is their plain concatenation and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Regex, decoders, models, pre_tokenizers
from tokenizers import Tokenizer as Backend

from axion_env import UsageError

_WORD = Regex(r" ?</?\w+>| ?[^\W\d_]+|\d|\s|[^\w\s]|_")  # tags and words with their space; digits, spaces and signs one by one
_SPECIAL = ("<pad>", "<eos>", "<unk>")


class WordTokenizer:
    """A word-level tokenizer of the `tokenizers` library, without the weight of transformers' wrapper."""

    pad_id, eos_id = 0, 1

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    @classmethod
    def of(cls, texts: Iterable[str]) -> WordTokenizer:
        """The tokenizer whose vocabulary is the words of `texts` and all digits."""
        split = pre_tokenizers.Split(_WORD, "isolated")
        words = {word for text in texts for word, _ in split.pre_tokenize_str(text)}
        if any(word.isdigit() for word in words):
            words |= set("0123456789")
        vocabulary = {word: i for i, word in enumerate((*_SPECIAL, *sorted(words)))}
        backend = Backend(models.WordLevel(vocabulary, unk_token="<unk>"))
        backend.pre_tokenizer = split
        backend.decoder = decoders.Fuse()
        return cls(backend)

    @classmethod
    def load(cls, folder: Path) -> WordTokenizer:
        """The tokenizer that `save` wrote."""
        return cls(Backend.from_file(str(folder / "tokenizer.json")))

    def save(self, folder: Path) -> None:
        """Write it so that `AutoTokenizer.from_pretrained(folder)` reads it."""
        from transformers import PreTrainedTokenizerFast

        wrapped = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
            tokenizer_object=self.backend, pad_token="<pad>", eos_token="<eos>", unk_token="<unk>", clean_up_tokenization_spaces=False
        )
        wrapped.save_pretrained(folder)

    def __len__(self) -> int:
        return int(self.backend.get_vocab_size())

    def encode(self, text: str) -> list[int]:
        """Ids of a text."""
        return list(self.backend.encode(text, add_special_tokens=False).ids)

    def decode(self, ids: Sequence[int]) -> str:
        """Text of ids, special tokens left out."""
        return "".join(self.backend.id_to_token(i) or "" for i in ids if i >= len(_SPECIAL))


@dataclass(frozen=True)
class TinyLlama:
    """A Llama of a few layers, its weights drawn at random.

    Args of `from_scratch` aside, these are the sizes; `init` is the standard deviation of the first weights. Large for Kuhn
    poker, where at the usual .02 all cards look alike to the model and self-play learns one move for all of them.
    """

    layers: int = 2
    hidden: int = 64
    heads: int = 4
    mlp: int = 192
    init: float = 0.3
    positions: int = 512

    def build(self, vocabulary: int, seed: int) -> Any:
        """A fresh model; equal seeds, equal weights."""
        from transformers import LlamaConfig, LlamaForCausalLM

        if self.hidden % self.heads:
            raise UsageError(f"model.hidden must be a multiple of model.heads: got {self.hidden} and {self.heads}")
        config = LlamaConfig(
            vocab_size=vocabulary,
            hidden_size=self.hidden,
            intermediate_size=self.mlp,
            num_hidden_layers=self.layers,
            num_attention_heads=self.heads,
            max_position_embeddings=self.positions,
            initializer_range=self.init,
            tie_word_embeddings=True,
            pad_token_id=WordTokenizer.pad_id,
            bos_token_id=None,
            eos_token_id=WordTokenizer.eos_id,
        )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return LlamaForCausalLM(config)
