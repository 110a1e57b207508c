"""The arm without rewards: the warm-up goes on, on the same right answers, for as many processor seconds as self-play had.

    python -m benchmarks.supervised arithmetic --seed 0 --out DIR --seconds 60

`DIR/before` is a run folder of the warmed-up model, the very weights the recipe's run starts from; `DIR/after` one of the model trained on.
`axion eval` measures either.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from axion_env import derive
from axion_train import recipe
from axion_train.learner.schedule import Schedule
from axion_train.learner.warmup import WarmUp, collect, warm_up
from axion_train.model.load import from_scratch, use_threads
from axion_train.model.renderer import Renderer
from axion_train.policy.settings import LEARNER
from axion_train.recipe.schema import Recipe
from axion_train.run.folder import Run
from axion_train.run.initialize import train_reward
from axion_train.trainer.loop import Trainer


def main() -> None:
    options = argparse.ArgumentParser(
        prog="python -m benchmarks.supervised", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    options.add_argument("recipe")
    options.add_argument("--seed", type=int, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--seconds", type=float, required=True, help="of processor time, after the warm-up")
    options.add_argument("--set", dest="changes", action="append", default=[], metavar="KEY=VALUE")
    chosen = options.parse_args()
    knobs = recipe.read(chosen.recipe, [*chosen.changes, f"training.seed={chosen.seed}"])
    use_threads(knobs.training.threads)
    print(json.dumps(train_on(knobs, chosen.out, chosen.seconds)))


def train_on(knobs: Recipe, out: Path, seconds: float) -> dict[str, Any]:
    """Warm up as a run does, store that, go on for `seconds`, store that."""
    before, after = Run.create(out / "before", knobs), Run.create(out / "after", knobs)
    pairs = collect(before.env, knobs.warmup.plays, knobs.training.seed)
    model, renderer = from_scratch(knobs.model, pairs, derive(knobs.training.seed, "weights") >> 1)
    began = time.process_time()
    reward = train_reward(knobs, before.env, {LEARNER: model}, renderer)
    warmed = warm_up(model, renderer, pairs, knobs.warmup, knobs.training.seed, reward=reward)
    start = _store(before, model, renderer)
    each = _seconds_per_step(knobs, pairs)
    began = time.process_time()
    steps = warm_up(
        model, renderer, pairs, continued(knobs.warmup, round(seconds / each)), derive(knobs.training.seed, "continued") >> 1,
        reward=lambda: float(time.process_time() - began >= seconds),
    )  # fmt: skip
    spent = time.process_time() - began
    end = _store(after, model, renderer)
    return {"warm_up_steps": warmed, "steps": steps, "cpu_seconds": spent, "start": start, "end": end}


def continued(settings: WarmUp, steps: int) -> WarmUp:
    """The warm-up's settings for so many steps more: its rate from the top to a hundredth, as the run's, and time as the limit."""
    rate = Schedule(settings.rate.start, settings.rate.start / 100)
    return replace(settings, steps=max(1, steps), rate=rate, until=1.0, check_from=0, check_every=1)


def _seconds_per_step(knobs: Recipe, pairs: Any) -> float:
    """Of the supervised step, tried out on a model that is then thrown away."""
    model, renderer = from_scratch(knobs.model, pairs, 0)
    trial = replace(knobs.warmup, steps=5, until=0.0)
    warm_up(model, renderer, pairs, trial, 0)
    began = time.process_time()
    warm_up(model, renderer, pairs, replace(trial, steps=30), 0)
    return (time.process_time() - began) / 30


def _store(run: Run, model: Any, renderer: Renderer) -> dict[str, Any]:
    """A checkpoint of the model, and what a run would measure at its end."""
    trainer = Trainer(run.recipe, run.env, model, renderer)
    run._save_tokenizer(renderer)
    measured = run.measure(trainer, final=True)
    run._save(trainer, {"episodes": 0, "metrics": 0}, 0.0, measured)
    return measured


if __name__ == "__main__":
    main()
