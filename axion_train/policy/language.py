"""A language model as a policy: it answers asks with actions that carry their tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from axion_env import Action, Ask, Tokens
from axion_train.engine.exact import sample
from axion_train.model.renderer import Renderer


class LanguagePolicy:
    """Answers asks by sampling from a causal language model.

    Args:
        model: A transformers causal language model.
        renderer: Lays out prompts for it.
        rng: Its sampling stream.
        name: Stamped on every action, with `version`; a trainer learns from actions of its own name only.
        max_tokens: Longest answer.
        temperature: Divides the logits; training scores at the same temperature.
        batch: Asks sampled at once, a bound on memory.
    """

    def __init__(
        self,
        model: Any,
        renderer: Renderer,
        rng: np.random.Generator,
        *,
        name: str = "learner",
        max_tokens: int = 64,
        temperature: float = 1.0,
        batch: int = 8192,
    ) -> None:
        self.model = model
        self.renderer = renderer
        self.rng = rng
        self.name = name
        self.max_tokens = max_tokens
        self.temperature = temperature
        self.batch = batch
        self.version = 0
        """The number of updates that its weights have had."""

    @property
    def members(self) -> tuple[LanguagePolicy, ...]:
        """Itself; a `MultiPolicy` has several."""
        return (self,)

    def of(self, agent: str) -> LanguagePolicy:
        """Itself, whoever the agent is."""
        return self

    def like(self, model: Any, rng: np.random.Generator, *, name: str | None = None, temperature: float | None = None) -> LanguagePolicy:
        """A policy of another model with the same settings."""
        return LanguagePolicy(
            model,
            self.renderer,
            rng,
            name=name or self.name,
            max_tokens=self.max_tokens,
            temperature=self.temperature if temperature is None else temperature,
            batch=self.batch,
        )

    def act(self, asks: Sequence[Ask[Any]]) -> list[Action]:
        """One action per ask; equal answers to equal prompts share one `Action`."""
        actions: list[Action] = []
        for start in range(0, len(asks), self.batch):
            actions += self._act([self.renderer.prompt_ids(ask.messages) for ask in asks[start : start + self.batch]])
        return actions

    def _act(self, prompts: list[tuple[int, ...]]) -> list[Action]:
        tokenizer = self.renderer.tokenizer
        sampled = sample(
            self.model, prompts, self.rng,
            max_tokens=self.max_tokens, eos_id=tokenizer.eos_id, pad_id=tokenizer.pad_id, temperature=self.temperature,
        )  # fmt: skip
        made = [
            Action(self.renderer.text(ids), tokens=Tokens(prompts[ask], ids, logprobs, self.name, self.version))
            for ids, logprobs, ask in zip(sampled.completion_ids, sampled.logprobs, sampled.asks, strict=True)
        ]
        return [made[number] for number in sampled.answer.tolist()]
