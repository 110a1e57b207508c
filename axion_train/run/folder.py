"""A run folder.

recipe.toml      every setting       metrics.jsonl   a line per update
episodes.jsonl   traces, replayable  checkpoints/    whole or absent
model/           weights, tokenizer  summary.json    the metrics that matter
strategy.json    of a finite game    report.html     all of it for the eye
controls/NAME/   an ablation, by the recipe's `controls`, trained after it
"""

from __future__ import annotations

import contextlib
import gc
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from axion_env import Env, EpisodeStore, NotFound, UsageError, derive
from axion_env._file import locked, write_whole
from axion_env.record import jsonl
from axion_train import recipe
from axion_train.evaluate.nash_conv import strategy_table
from axion_train.metrics.writer import MetricsFile
from axion_train.model.load import save, use_threads
from axion_train.model.renderer import Renderer
from axion_train.policy.multi import Seated
from axion_train.policy.settings import LEARNER, policies
from axion_train.recipe import validate
from axion_train.recipe.policy import role_settings
from axion_train.recipe.schema import Recipe
from axion_train.run import ablation, checkpoint
from axion_train.run.ablation import Watcher
from axion_train.run.initialize import blank_models, initialize_models
from axion_train.run.measurement import Measurement
from axion_train.run.summary import summarize, warnings, write_summary
from axion_train.trainer.loop import Trainer
from axion_train.trainer.sft import SFTTrainer


class Run:
    """A run folder.

    Make one with `Run.create`, or open one with `Run.open`; `train` then trains it to its end, from its last checkpoint if it has one.
    """

    def __init__(self, path: Path, chosen: Recipe) -> None:
        self.path = path
        self.recipe = chosen
        self.env: Env = chosen.env.load()
        role_settings(chosen, self.env)  # refuses unknown roles and policies
        validate.check_parts(chosen, self.env)
        for split in (chosen.evaluation.split, *chosen.evaluation.also) if chosen.evaluation.kind == "reward" else ():
            if split not in self.env.splits:
                raise NotFound(f"split of {chosen.env.id} named", split, self.env.splits)
        self.measure = Measurement(chosen, self.env)
        """Measures its policies."""
        self._written = {"episodes": 0, "metrics": 0}  # bytes of each file as of the last checkpoint

    @classmethod
    def create(cls, path: Path, chosen: Recipe) -> Run:
        """Makes a run in an empty or absent folder.

        Raises:
            UsageError: the folder holds something, or the environment cannot be loaded.
        """
        taken = f"{path} holds another run or other files; go on with it by --resume {path}, or choose another --out"
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise UsageError(taken)
        run = cls(path, chosen)
        for name in chosen.controls:  # what would be refused once the run has ended is refused before it begins
            own = chosen.control(name)
            try:
                cls(ablation.folder(path, name), own)
            except UsageError as problem:
                raise UsageError(f"control {name!r}: {problem}") from None
        try:
            path.mkdir(parents=True, exist_ok=True)
            with locked(path):  # another process may have begun a run there by now
                if any(path.iterdir()):
                    raise UsageError(taken)
                chosen.dump(path / "recipe.toml")
        except OSError as problem:
            raise UsageError(f"cannot write to {path}: {problem.strerror}; choose another --out") from problem
        return run

    @classmethod
    def open(cls, path: Path) -> Run:
        """Opens the run in a folder.

        Raises:
            UsageError: there is none.
        """
        if not (path / "recipe.toml").is_file():
            raise UsageError(f"{path} holds no run (no recipe.toml); start one with: axion train RECIPE --out {path}")
        return cls(path, recipe.read(str(path / "recipe.toml")))

    def train(self, watch: Watcher = lambda event, metrics: None, *, ablations: bool = True) -> dict[str, Any]:
        """Trains to the end of the recipe, and then its ablations. Meanwhile other processes cannot train the run.

        Args:
            watch: Called with every update and measurement.
            ablations: Whether to train them.

        Returns:
            The summary, as in `summary.json`.

        Raises:
            StoreError: another process trains the run.
        """
        use_threads(self.recipe.training.threads)
        with locked(self.path):
            summary = self._train(watch)
            if ablations and self.recipe.controls:
                write_summary(self.path / "summary.json", summary := summary | ablation.train_all(self.path, self.recipe, _train, watch))
        return summary

    def _train(self, watch: Watcher) -> dict[str, Any]:
        training = self.recipe.training
        began = time.process_time()
        trainer, spent, start = self._begin(watch)
        store = EpisodeStore(self.path / "episodes.jsonl", offset=self._written["episodes"])
        with _rare_collections(), store, MetricsFile(self.path / "metrics.jsonl", self._written["metrics"]) as file:
            while not trainer.done:
                episodes, metrics = trainer.update()
                store.extend(self._kept(episodes, trainer.updates, trainer.curriculum.copies))
                del episodes  # two batches' worth of objects at once is 8 % slower: they no longer fit the caches
                measured = trainer.updates % self.recipe.evaluation.every == 0 or trainer.done
                if measured:
                    metrics |= self.measure(trainer, final=trainer.done)
                cpu = spent + time.process_time() - began
                metrics = {"update": trainer.updates, "cpu_seconds": round(cpu, 3), **metrics}
                file.write(metrics)
                watch("measured" if measured else "update", metrics)
                if trainer.updates % training.checkpoint_every == 0 or trainer.done:
                    offsets = {"episodes": store.offset, "metrics": file.offset}
                    self._save(trainer, offsets, cpu, start)
        return self._finish(trainer, start, spent + time.process_time() - began)

    def policy(self, *, averaged: bool = True, seed: int = 0) -> Seated:
        """The policy of every seat as of the last checkpoint, frozen.

        Args:
            averaged: Use the averaged weights instead of the last ones.
            seed: Of its sampling stream.

        Raises:
            UsageError: there is no checkpoint yet.
        """
        trainer, _, _ = self._resume()
        models = trainer.roles.averaged() if averaged else trainer.roles.frozen()
        rng = np.random.default_rng(derive(seed, "policy"))
        policy = trainer.roles.like(models, rng, name=self.path.name, temperature=self.recipe.evaluation.temperature)
        for member in policy.members:
            member.version = trainer.updates
        return policy

    def _begin(self, watch: Watcher) -> tuple[Trainer, float, dict[str, Any]]:
        """The trainer as of the last checkpoint or the start, CPU seconds of earlier processes, and what was measured at the start."""
        checkpoint.clear_drafts(self.path / "checkpoints")
        if checkpoint.found(self.path / "checkpoints"):
            return self._resume()
        began = time.process_time()
        models, renderer = initialize_models(self.recipe, self.env, lambda step, loss: watch("warmup", {"step": step, "loss": loss}))
        self._save_tokenizer(renderer)
        trainer = make_trainer(self.recipe, self.env, models, renderer)
        start = self.measure(trainer, final=True)
        first = {"update": 0, "cpu_seconds": round(time.process_time() - began, 3), **start}
        watch("measured", first)
        with MetricsFile(self.path / "metrics.jsonl", 0) as file:
            file.write(first)
            self._written = {"episodes": 0, "metrics": file.offset}
        self._save(trainer, self._written, first["cpu_seconds"], start)
        return trainer, 0.0, start

    def _resume(self) -> tuple[Trainer, float, dict[str, Any]]:
        checkpoints = checkpoint.found(self.path / "checkpoints")
        if not checkpoints:
            raise UsageError(f"{self.path} has no checkpoint yet; go on with it by: axion train --resume {self.path}")
        state = checkpoint.read(checkpoints[-1])
        trainer = make_trainer(self.recipe, self.env, *blank_models(self.recipe, self.env, self.path / "model"))
        trainer.load_state_dict(state["trainer"])
        self._written = state["offsets"]
        return trainer, state["cpu_seconds"], state["start"]

    def _save(self, trainer: Trainer, offsets: dict[str, int], cpu: float, start: dict[str, Any]) -> None:
        state = {"trainer": trainer.state_dict(), "offsets": offsets, "cpu_seconds": cpu, "start": start}
        checkpoint.save(self.path / "checkpoints", trainer.updates, state)

    def _model_folder(self, policy: str) -> Path:
        """`model` for the learner, a folder in it for each other policy."""
        return self.path / "model" / ("" if policy == LEARNER else policy)

    def _save_tokenizer(self, renderer: Renderer) -> None:
        for name in (LEARNER, *policies(role_settings(self.recipe, self.env))):
            folder = self._model_folder(name)
            folder.mkdir(parents=True, exist_ok=True)
            renderer.tokenizer.save(folder)  # type: ignore[attr-defined]

    def _kept(self, episodes: list[Any], update: int, copies: int) -> list[Any]:
        every = self.recipe.training.store_every
        first = (update - 1) * (len(episodes) // copies)
        return [e for i, e in enumerate(episodes) if (first + i // copies) % every == 0]

    def _finish(self, trainer: Trainer, start: dict[str, Any], cpu: float) -> dict[str, Any]:
        lines = list(jsonl.read(self.path / "metrics.jsonl"))
        averaged = trainer.roles.averaged()
        for name, model in averaged.items():
            save(model, self._model_folder(name))
        if self.recipe.evaluation.kind == "nash_conv":
            policy = self.measure.as_policy(trainer, averaged)
            with contextlib.suppress(UsageError):  # a policy that thinks freely has an estimate and no table
                table = strategy_table(policy, self.measure.tree)
                write_whole(self.path / "strategy.json", json.dumps(table, indent=1) + "\n")
        summary = summarize(self.recipe, start, lines[-1], cpu) | warnings(self.recipe, lines, trainer.rollback.stopped)
        write_summary(self.path / "summary.json", summary)
        return summary


def _train(path: Path, chosen: Recipe, watch: Watcher) -> dict[str, Any]:
    """Train one of the ablations of a run."""
    return Run(path, chosen).train(watch)


def make_trainer(chosen: Recipe, env: Env, models: dict[str, Any], renderer: Renderer) -> Trainer:
    """The trainer that a recipe's learner asks for."""
    return (SFTTrainer if chosen.learner == "sft" else Trainer)(chosen, env, models, renderer)


@contextlib.contextmanager
def _rare_collections() -> Iterator[None]:
    """Few passes of the garbage collector: an update makes no cycles, and walking the libraries' million objects took half the time."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
