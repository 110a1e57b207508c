"""The warm-up: supervised steps that teach a new model the form of an answer, and no strategy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import torch

from axion_env import Ask, Env, Message, Play, RandomPolicy, Stream, derive, drive
from axion_train.data.pack import demonstration
from axion_train.data.tensors import answer_logits, answer_logprobs, tensors
from axion_train.learner.schedule import Schedule
from axion_train.model.renderer import Renderer
from axion_train.types import Row


@dataclass(frozen=True)
class WarmUp:
    """Supervised steps on the environment's own examples of well-formed answers.

    Where an ask has several legal actions it has one example for each, and each weighs the same: the model ends uniform over legal moves.
    """

    steps: int = 100
    """At most. 0: no warm-up, for a model that can follow instructions."""
    plays: int = 512
    """Random plays of train tasks whose questions are learned from."""
    batch: int = 64
    """Rows per step; all rows in every step where there are no more than this."""
    rate: Schedule = field(default_factory=lambda: Schedule(3e-3, 0.0, "cosine"))
    betas: tuple[float, float] = (0.9, 0.95)
    """Of AdamW."""
    clip: float = 0.0
    """Greatest norm of the gradient; 0: any."""
    until: float = 0.0
    """Stop once sampled reward on train tasks is this high; 0: never. A model that is always right learns nothing from rewards."""
    check_from: int = 0
    """Steps before that reward is measured first."""
    check_every: int = 5
    """Steps between measurements of it."""


Pair: TypeAlias = tuple[tuple[Message, ...], str]
"""A question, and a well-formed answer to it."""


def collect(env: Env, plays: int, seed: int) -> dict[Pair, set[str]]:
    """The distinct pairs in random plays of train tasks, in order of first occurrence, each with the roles that were asked its question."""
    pairs: dict[Pair, set[str]] = {}
    tasks = env.tasks("train")

    class Collector(RandomPolicy):
        def act(self, asks: Sequence[Ask[Any]]) -> list[str]:
            for ask in asks:
                for example in env.examples(ask):
                    pairs.setdefault((ask.messages, example), set()).add(env.spec.agents[ask.agent].name)
            return super().act(asks)

    def fresh(i: int) -> Play:
        own = derive(seed, "warm-up", i)
        return Play(env, tasks[Stream(own).below(len(tasks))], own >> 1)

    for _ in drive((fresh(i) for i in range(plays)), Collector(seed)):
        pass
    return pairs


def warm_up(
    model: Any,
    renderer: Renderer,
    pairs: Iterable[Pair],
    settings: WarmUp,
    seed: int,
    *,
    reward: Callable[[], float] | None = None,
    report: Callable[[int, float], None] | None = None,
) -> int:
    """Trains a model on the pairs: AdamW on the mean negative log-probability of answer tokens.

    Args:
        model: Trained in place.
        renderer: Lays out prompts and answers.
        pairs: From `collect`.
        settings: Steps and rates.
        seed: Orders the rows.
        reward: Measures sampled reward on train tasks, for `settings.until`.
        report: Called with the step and its loss.

    Returns:
        Steps taken.
    """
    rows = [demonstration(renderer.prompt_ids(messages), renderer.completion_ids(text)) for messages, text in pairs]
    rng = np.random.default_rng(derive(seed, "warm-up order"))
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.rate.start, betas=settings.betas, weight_decay=0.0)
    model.eval()
    for step in range(settings.steps):
        chosen = rows if len(rows) <= settings.batch else [rows[i] for i in rng.choice(len(rows), settings.batch, replace=False)]
        loss = _loss(model, chosen, renderer.tokenizer.pad_id)
        loss.backward()  # type: ignore[no-untyped-call]
        if settings.clip:
            torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
        for group in optimizer.param_groups:
            group["lr"] = settings.rate.at(step / settings.steps)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if report is not None:
            report(step + 1, float(loss.detach()))
        measured = settings.until and step + 1 >= settings.check_from and (step + 1) % settings.check_every == 0
        if measured and reward is not None and reward() >= settings.until:
            return step + 1
    return settings.steps


def _loss(model: Any, rows: Sequence[Row], pad_id: int) -> torch.Tensor:
    table = tensors(rows, pad_id, model.device)
    logprobs = answer_logprobs(answer_logits(model, table), table)
    return -(logprobs * table.mask).sum() / table.mask.sum()
