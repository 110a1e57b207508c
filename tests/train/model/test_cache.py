"""Both names of a cache of keys and values: whichever a model knows, it is used, and nobody is warned."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import torch

from axion_train.data.tensors import answer_logits, answer_logprobs, tensors
from axion_train.engine.exact import sample
from axion_train.model import cache
from axion_train.model.tiny import TinyLlama
from axion_train.types import Row


class Renamed(torch.nn.Module):
    """A model that knows one of the names only, whatever the transformers that is installed calls it."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model
        self.config, self.device = model.config, model.device

    def _answer(self, ids: torch.Tensor, name: str, given: Any, rest: dict[str, Any]) -> Any:
        own = cache.keyword(self.model)
        out = self.model(ids, **{own: given}, **rest)
        return type("Output", (), {"logits": out.logits, name: getattr(out, own)})()


class Old(Renamed):
    """As up to transformers 5.23."""

    def forward(self, ids: torch.Tensor, past_key_values: Any = None, **rest: Any) -> Any:
        return self._answer(ids, "past_key_values", past_key_values, rest)


class New(Renamed):
    """As from 5.24 on."""

    def forward(self, ids: torch.Tensor, cache: Any = None, **rest: Any) -> Any:
        return self._answer(ids, "cache", cache, rest)


@pytest.mark.parametrize("kind", [Old, New])
def test_a_model_is_given_the_name_it_knows(kind: type[Renamed]) -> None:
    """Sampling and scoring through a cache are the same, bit for bit, whatever it is called."""
    model = TinyLlama().build(40, seed=0).eval()
    prompts = [(5, 6, 7), (8, 9), (5, 6, 7)]
    wanted, found = (sample(each, prompts, np.random.default_rng(0), max_tokens=6, eos_id=1, pad_id=0) for each in (model, kind(model)))
    assert (wanted.completion_ids, wanted.logprobs) == (found.completion_ids, found.logprobs)
    rows = [Row(prompts[0], ids, logprobs, 1, 1.0, 0.0) for ids, logprobs in zip(wanted.completion_ids, wanted.logprobs, strict=True)]
    table = tensors([*rows, *rows], 0)
    scores = [answer_logprobs(answer_logits(each, table), table) for each in (model, kind(model))]
    assert torch.equal(*scores)


def test_nobody_is_warned() -> None:
    """The library that is installed does not find the name out of date: what it says of it would be printed to users."""
    model = TinyLlama().build(40, seed=0).eval()
    with warnings.catch_warnings():
        warnings.filterwarnings("error", ".*(past_key_values|cache)")
        sampled = sample(model, [(5, 6), (7,)], np.random.default_rng(0), max_tokens=4, eos_id=1, pad_id=0)
        rows = [Row((5, 6), ids, logprobs, 1, 1.0, 0.0) for ids, logprobs in zip(sampled.completion_ids, sampled.logprobs, strict=True)]
        answer_logits(model, tensors([*rows, *rows], 0)).sum().backward()
