"""Supervised fine-tuning on right answers: rounds of expert iteration, or one file of data.

    play → judge → select → rows → steps of the learner → play → …

An answer's advantage is 1, and wrong answers are left out: the loss is REINFORCE on what was selected, which is the answers' negative
log-probability.
"""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

from axion_env import Env, Episode, UsageError
from axion_env.dataset.filter import Candidate, Filter, success_rates
from axion_train.data.pack import demonstration
from axion_train.data.sft import read_rows
from axion_train.metrics.update import batch_metrics
from axion_train.model.renderer import Renderer
from axion_train.recipe.schema import Recipe
from axion_train.trainer.loop import Trainer
from axion_train.types import Batch, Row


class SFTTrainer(Trainer):
    """A trainer whose update is one supervised step, the first of every round after playing.

    Args:
        recipe: Names the parts and their settings; `[sft]` says what is learned from.
        env: The rules.
        model: A transformers causal language model, as it is before the first round.
        renderer: Lays out its prompts.

    Raises:
        UsageError: the file of data cannot be read.
    """

    def __init__(self, recipe: Recipe, env: Env, model: Any, renderer: Renderer) -> None:
        super().__init__(recipe, env, model, renderer)
        self.learner.temperature = 1.0  # a sampling temperature is how answers were found, not what is learned of them
        self._settings = recipe.sft
        data = recipe.sft.data
        self._rounds: list[list[Row]] = [read_rows(Path(data), renderer, self.learner.model.config.vocab_size)] if data else []
        self._rows = self._merged()
        self._order: list[int] = []  # of rows, still to be learned from in this pass
        self._start = copy.deepcopy(self.learner.state_dict()) if recipe.sft.start == "warm_up" and not data else {}

    def update(self) -> tuple[list[Episode], dict[str, Any]]:
        """Take one step, after playing where a round begins.

        Returns:
            The episodes that were played, and the update's metrics.

        Raises:
            PlayFailed: the environment's own code broke.
        """
        place = self.updates if self._settings.data else self.updates % self._settings.steps
        episodes, metrics = self._play_round() if place == 0 and not self._settings.data else ([], {})
        rows = self._next_rows()
        progress = place / self._settings.steps if self._start else self.progress
        if rows:
            gradient = self.learner.forward_backward(Batch(rows, len(rows), 0), progress)
            norm = self.learner.optim_step(progress)
            metrics |= {"loss": gradient.loss, "entropy": gradient.entropy, "kl": gradient.kl, "gradient_norm": norm}
            metrics |= {"epoch": (place + 1) * len(rows) / len(self._rows), "tokens": sum(len(row.completion_ids) for row in rows)}
        return episodes, self.advance(episodes, {**metrics, "rows": len(self._rows)})

    def _play_round(self) -> tuple[list[Episode], dict[str, Any]]:
        """Plays a batch and makes rows of its right answers; then restores the weights of the start, if rounds start there."""
        episodes = self.play(self.curriculum.draw(self.env, self.seed))
        played = [(episode, self.credit(episode)) for episode in episodes]
        candidates = [Candidate(self.env, episode.task, t) for episode, found in played for t in found]
        trajectory_filter = Filter(self._settings.select, success_rates(candidates, self._settings.select))
        kept = [exchange.action.tokens for candidate in candidates for exchange in trajectory_filter(candidate)]
        self._rounds.append([demonstration(tokens.prompt_ids, tokens.completion_ids) for tokens in kept if tokens is not None])
        self._rounds = self._rounds[-self._settings.keep_rounds :]
        self._rows, self._order = self._merged(), []
        if self._start:
            self.learner.load_state_dict(copy.deepcopy(self._start))
        metrics = batch_metrics(episodes, [t for _, found in played for t in found])
        metrics |= self.curriculum.observe(self.env, episodes)
        return episodes, {
            **metrics,
            "kept": trajectory_filter.kept,
            **{f"dropped/{reason}": n for reason, n in trajectory_filter.dropped.items()},
        }

    def _merged(self) -> list[Row]:
        """The rows of all rounds that are learned from, equal ones once."""
        return list(dict.fromkeys(row for rows in self._rounds for row in rows))

    def _next_rows(self) -> list[Row]:
        """A minibatch; every row comes once before any comes again."""
        size = min(self.recipe.training.minibatch or len(self._rows), len(self._rows))
        while len(self._order) < size:
            self._order += self.rng.permutation(len(self._rows)).tolist()
        chosen, self._order = self._order[:size], self._order[size:]
        return [self._rows[i] for i in chosen]

    def state_dict(self) -> dict[str, Any]:
        """Everything that a resumed run needs to continue as if it had not been interrupted; a file of data by its digest alone."""
        rounds = [[[list(row.prompt_ids), list(row.completion_ids)] for row in rows] for rows in self._rounds]
        kept = {"digest": _digest(rounds)} if self._settings.data else {"rounds": rounds}
        return {**super().state_dict(), **kept, "order": self._order, "start": self._start}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the state.

        Raises:
            UsageError: the file of data has changed since.
        """
        super().load_state_dict(state)
        if self._settings.data:
            rounds = [[[list(row.prompt_ids), list(row.completion_ids)] for row in rows] for rows in self._rounds]
            if _digest(rounds) != state["digest"]:
                raise UsageError(f"{self._settings.data} is not the data this run began with; put that back, or start another run")
        else:
            self._rounds = [[demonstration(tuple(prompt), tuple(ids)) for prompt, ids in rows] for rows in state["rounds"]]
        self._rows = self._merged()
        self._order = list(state["order"])
        self._start = state["start"]


def _digest(rounds: list[list[list[list[int]]]]) -> str:
    return hashlib.sha256(json.dumps(rounds).encode()).hexdigest()
