"""The whole trainer on Kuhn poker, games per second of processor time: 2,048 plays in flight, sampled, recorded, judged, learned from.

One round is one `Trainer.update` of the shipped recipe (256 deals of 8 copies), after its warm-up. Not in it: measurements, checkpoints
and the writing of traces, which a run does now and then.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from axion_train import recipe
from axion_train.learner.warmup import collect, warm_up
from axion_train.model.load import from_scratch, use_threads
from axion_train.trainer.loop import Trainer
from benchmarks.measure import spread

ROUNDS = 60
UNMEASURED = 20
"""Updates before, in which caches fill and the recipe's wait for a signal ends (each costs two half passes)."""


def kuhn() -> Trainer:
    """The trainer of the shipped recipe, its model warmed up."""
    chosen = recipe.read("kuhn-poker")
    use_threads(chosen.training.threads)
    env = chosen.env.load()
    pairs = collect(env, chosen.warmup.plays, chosen.training.seed)
    model, renderer = from_scratch(chosen.model, pairs, seed=0)
    warm_up(model, renderer, pairs, chosen.warmup, chosen.training.seed)
    return Trainer(chosen, env, model, renderer)


class Watch:
    """Adds up the processor time spent inside functions."""

    def __init__(self) -> None:
        self.spent = 0.0

    def over(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its time counted."""

        def counted(*args: Any, **options: Any) -> Any:
            start = time.process_time()
            result = function(*args, **options)
            self.spent += time.process_time() - start
            return result

        return counted


def run() -> dict[str, Any]:
    """Games per CPU second, and where an update's time goes: in the policy, in the learner, and in all the rest."""
    trainer = kuhn()
    policy, learner = Watch(), Watch()
    trainer.policy.act = policy.over(trainer.policy.act)  # type: ignore[method-assign]
    trainer.learner.forward_backward = learner.over(trainer.learner.forward_backward)  # type: ignore[method-assign]
    trainer.learner.optim_step = learner.over(trainer.learner.optim_step)  # type: ignore[method-assign]
    gc.collect()
    gc.freeze()  # as `Run.train` does
    thresholds = gc.get_threshold()
    gc.set_threshold(200_000, 20, 100)
    games, parts = [], []
    for i in range(UNMEASURED + ROUNDS):
        policy.spent = learner.spent = 0.0
        start = time.process_time()
        played = len(trainer.update()[0])
        spent = time.process_time() - start
        if i >= UNMEASURED:
            games.append(played / spent)
            parts.append((policy.spent, learner.spent, spent - policy.spent - learner.spent))
    gc.set_threshold(*thresholds)
    gc.unfreeze()
    named = zip(("policy", "learner", "rest"), zip(*parts, strict=True), strict=True)
    return {"games_per_cpu_s": spread(games), "ms_per_update": {name: 1000 * median(values) for name, values in named}}
