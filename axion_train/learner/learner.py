"""The learner: a model that is trained.

`forward_backward` (or `forward_backward_halves`) and `optim_step` move the weights, `averaged` and `frozen` copy them, `logprobs` scores
answers, `state_dict` and `load_state_dict` save and restore everything. Sampling is an engine's job (`axion_train.engine`).
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from axion_train.data.tensors import answer_logits, answer_logprobs, tensors
from axion_train.learner.optimizer import Optimizer
from axion_train.learner.reference_kl import ReferenceKL
from axion_train.loss.divergence import Divergence
from axion_train.loss.entropy import entropy
from axion_train.loss.reinforce import Reinforce
from axion_train.protocol import Loss
from axion_train.types import Batch, Gradient, Row, Tensors

_MEMORY = 0.95  # of the averages behind `Optimizer.agreement`
_REFERENCES = 1 << 14  # rows whose reference log-probabilities are kept


class Learner:
    """A causal language model, its optimizer, its reference and its averaged weights.

    Args:
        model: A transformers causal language model.
        pad_id: Fills rows.
        optimizer: The optimizer and its settings. Default: `Optimizer()`.
        loss: The policy-gradient loss. Default: REINFORCE.
        reference_kl: The KL penalty, to the weights as they are now. Default: none.
        entropy: Coefficient of an entropy bonus.
        ema: Decay of the averaged weights, per step; 0 turns averaging off.
        rows: Rows per forward pass, a bound on memory.
        temperature: The sampling temperature: divides the logits before answers are scored.
    """

    def __init__(
        self,
        model: Any,
        pad_id: int,
        *,
        optimizer: Optimizer | None = None,
        loss: Loss | None = None,
        reference_kl: ReferenceKL | None = None,
        entropy: float = 0.0,
        ema: float = 0.98,
        rows: int = 128,
        temperature: float = 1.0,
    ) -> None:
        self.model = model.eval()  # no dropout: what is scored must be what was sampled
        self.pad_id = pad_id
        self.settings = optimizer or Optimizer()
        self.loss = loss or Reinforce()
        self.reference_kl = reference_kl or ReferenceKL()
        self.entropy = entropy
        self.ema = ema
        self.rows = rows
        self.temperature = temperature
        self.steps = 0
        """Optimizer steps taken."""
        self._divergence = Divergence(self.reference_kl.kind)
        self._parameters: list[torch.nn.Parameter] = [p for p in model.parameters() if p.requires_grad]
        self._optimizer = self.settings.build(self._parameters)
        self._average = [p.detach().clone() for p in self._parameters]
        self._previous: list[torch.Tensor] = []  # the gradient before, where the optimizer is optimistic
        self._agreement = (0.0, 0.0)  # moving averages of ⟨g₁, g₂⟩ and |(g₁+g₂)/2|²
        self.waiting = self.settings.agreement > 0
        """Whether the halves of batches do not agree enough yet; meanwhile steps have a rate of 0."""
        self._reference_model = (
            copy.deepcopy(model).eval().requires_grad_(False)
            if max(self.reference_kl.coefficient.start, self.reference_kl.coefficient.last)
            else None
        )
        self._reference: dict[tuple[tuple[int, ...], tuple[int, ...]], tuple[float, ...]] = {}

    def forward_backward(self, batch: Batch, progress: float = 0.0, rows: Sequence[Row] | None = None) -> Gradient:
        """Adds the gradient of the batch's loss per trajectory.

        Args:
            batch: Says how many trajectories the loss is divided by.
            progress: Share of the run that is done, 0 … 1; sets the coefficient of the KL penalty.
            rows: A minibatch of the batch's rows; its loss is divided by its share of the trajectories. Default: all rows.
        """
        chosen = batch.rows if rows is None else rows
        divisor = max(1.0, batch.trajectories * len(chosen) / len(batch.rows)) if chosen else 1.0
        coefficient = self.reference_kl.coefficient.at(progress)
        totals = np.zeros(4)
        tokens = 0.0
        if len(chosen) > self.rows:
            chosen = sorted(chosen, key=lambda row: len(row.completion_ids))  # so that little of each pass is padding
        for start in range(0, len(chosen), self.rows):
            chunk = chosen[start : start + self.rows]
            table = tensors(chunk, self.pad_id, self.model.device)
            logits = self._logits(self.model, table)
            logprobs = answer_logprobs(logits, table)
            loss = self.loss(logprobs, table)
            kl = 0.0
            if self._reference_model is not None:
                reference = self._reference_logprobs(chunk, table)
                kl = float((table.count[:, None] * table.mask * (logprobs.detach() - reference)).sum())
                if coefficient:
                    loss = loss + coefficient * self._divergence(logprobs, reference, table)
            nats = entropy(logits if self.entropy else logits.detach(), table)
            if self.entropy:
                loss = loss - self.entropy * nats
            (loss / divisor).backward()  # type: ignore[no-untyped-call]
            ratio = float(((logprobs.detach() - table.logprobs) * table.mask).abs().max())
            totals += (float(loss.detach()), kl, float(nats.detach()), 0.0)
            totals[3] = max(totals[3], ratio)
            tokens += float((table.mask * table.count[:, None]).sum())
        answers = max(1, sum(r.count for r in chosen))
        loss_sum, kl_sum, entropy_sum, largest_ratio = totals.tolist()
        return Gradient(loss_sum / divisor, kl_sum / answers, entropy_sum / max(1.0, tokens), largest_ratio)

    def forward_backward_halves(self, one_half: Batch, other_half: Batch, progress: float = 0.0) -> Gradient:
        """Adds the gradient of a batch given in two halves, and updates `agreement` by how far their gradients agree."""
        first = self.forward_backward(one_half, progress)
        one = self._gradient()
        second = self.forward_backward(other_half, progress)
        shared = size = 0.0
        for parameter, g in zip(self._parameters, one, strict=True):
            if parameter.grad is not None:
                shared += float((g * (parameter.grad - g)).sum())
                parameter.grad /= 2
                size += float(parameter.grad.square().sum())
        old_shared, old_size = self._agreement if self.steps else (0.0, size)
        self._agreement = (_MEMORY * old_shared + (1 - _MEMORY) * shared, _MEMORY * old_size + (1 - _MEMORY) * size)
        self.waiting = self.waiting and self.agreement < self.settings.agreement
        return Gradient(
            (first.loss + second.loss) / 2, (first.kl + second.kl) / 2, (first.entropy + second.entropy) / 2, max(first.ratio, second.ratio)
        )

    def optim_step(self, progress: float = 0.0) -> float:
        """Takes an optimizer step, updates the averaged weights, and clears the gradient.

        Args:
            progress: Share of the run that is done, 0 … 1; sets the learning rate.

        Returns:
            The gradient's norm before clipping.
        """
        norm = torch.nn.utils.clip_grad_norm_(self._parameters, self.settings.clip, foreach=True)
        if self.settings.optimism:
            self._extrapolate()
        for group in self._optimizer.param_groups:
            group["lr"] = 0.0 if self.waiting else self.settings.rate.at(progress)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self.steps += 1
        if self.ema:
            decay = min(self.ema, self.steps / (9 + self.steps))  # a young average follows faster, or it would remember the start
            for average, parameter in zip(self._average, self._parameters, strict=True):
                average.lerp_(parameter.detach(), 1 - decay)
        return float(norm)

    def _extrapolate(self) -> None:
        """Adds optimism · (gradient - previous gradient)."""
        now = self._gradient()
        for parameter, new, old in zip(self._parameters, now, self._previous or now, strict=True):
            if parameter.grad is not None:
                parameter.grad.add_(new - old, alpha=self.settings.optimism)
        self._previous = now

    def _gradient(self) -> list[torch.Tensor]:
        return [p.grad.clone() if p.grad is not None else torch.zeros_like(p) for p in self._parameters]

    @property
    def agreement(self) -> float:
        """How far the gradients of the halves of recent batches agreed: 0 for pure noise, 1 for pure signal (see `Optimizer.agreement`)."""
        shared, size = self._agreement
        return shared / max(1e-30, size)

    def averaged(self) -> Any:
        """A copy of the model with the averaged weights; it takes no gradient."""
        model = copy.deepcopy(self.model).eval().requires_grad_(False)
        if self.ema:
            for target, source in zip(model.parameters(), self._average, strict=True):
                target.copy_(source)
        return model

    def frozen(self) -> Any:
        """A copy of the model with its current weights; it takes no gradient."""
        return copy.deepcopy(self.model).eval().requires_grad_(False)

    @torch.no_grad()
    def logprobs(self, rows: Sequence[Row]) -> torch.Tensor:
        """[R, L] Log-probabilities of the rows' answers under the current weights."""
        table = tensors(rows, self.pad_id, self.model.device)
        return answer_logprobs(self._logits(self.model, table), table)

    def state_dict(self) -> dict[str, Any]:
        """Weights, averaged weights, reference, optimizer, counters."""
        return {
            "model": self.model.state_dict(),
            "average": self._average,
            "reference": None if self._reference_model is None else self._reference_model.state_dict(),
            "known": [[list(prompt), list(ids), list(values)] for (prompt, ids), values in self._reference.items()],
            "optimizer": self._optimizer.state_dict(),
            "previous": self._previous,
            "agreement": list(self._agreement),
            "waiting": self.waiting,
            "steps": self.steps,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the state."""
        self.model.load_state_dict(state["model"])
        for mine, stored in zip(self._average, state["average"], strict=True):
            mine.copy_(stored)
        if self._reference_model is not None and state["reference"] is not None:
            self._reference_model.load_state_dict(state["reference"])
            # cached values too: computed anew in another batch, their last bits would differ
            self._reference = {(tuple(prompt), tuple(ids)): tuple(values) for prompt, ids, values in state["known"]}
        self._optimizer.load_state_dict(state["optimizer"])
        self._previous = list(state["previous"])
        self._agreement = tuple(state["agreement"])
        self.waiting = state["waiting"]
        self.steps = state["steps"]

    def _logits(self, model: Any, table: Tensors) -> torch.Tensor:
        """[R, L, V] Logits of each answer token, at the sampling temperature."""
        return answer_logits(model, table) / self.temperature

    @torch.no_grad()
    def _reference_logprobs(self, rows: Sequence[Row], table: Tensors) -> torch.Tensor:
        """[R, L] Log-probabilities under the reference; kept by row, since the reference never changes."""
        known = self._reference
        missing = [i for i, row in enumerate(rows) if (row.prompt_ids, row.completion_ids) not in known]
        if missing:
            if len(known) + len(missing) > _REFERENCES:
                known.clear()
                missing = list(range(len(rows)))
            unknown = [rows[i] for i in missing]
            table_missing = tensors(unknown, self.pad_id, self.model.device)
            values = answer_logprobs(self._logits(self._reference_model, table_missing), table_missing).tolist()
            for row, value in zip(unknown, values, strict=True):
                known[row.prompt_ids, row.completion_ids] = tuple(value[: len(row.completion_ids)])
        out = np.zeros(tuple(table.mask.shape), dtype=np.float32)
        for i, row in enumerate(rows):
            out[i, : len(row.completion_ids)] = known[row.prompt_ids, row.completion_ids]
        return torch.from_numpy(out).to(table.mask.device)
