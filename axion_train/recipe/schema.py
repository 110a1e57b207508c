"""What a recipe holds.

A knob lives on the part that reads it; a recipe names parts and sets their knobs, and an unknown key is refused.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import tomli_w

from axion_env import NotFound, UsageError
from axion_train.data.sft import SFT
from axion_train.learner.optimizer import Optimizer
from axion_train.learner.reference_kl import ReferenceKL
from axion_train.learner.warmup import WarmUp
from axion_train.metrics.fact_ratio import FactRatios
from axion_train.model.tiny import TinyLlama
from axion_train.policy.roles import RoleSettings
from axion_train.recipe import plugin
from axion_train.recipe.section import Environment, Evaluation, Sampling, Training

NAME = re.compile(r"\w+", re.ASCII)  # it names a folder, and keys of metrics
_OF_POLICY = (
    "model",
    "warmup",
    "optimizer",
    "loss",
    "reference_kl",
    "sampling",
    "training.epochs",
    "training.minibatch",
    "training.entropy",
    "training.ema",
)
"""What a policy may have its own of; the questions that warm-ups learn from (`warmup.plays`) are collected once for all."""
USUAL_MONITORS: Mapping[str, Mapping[str, Any]] = {
    name: {} for name in ("too_easy", "too_hard", "invalid", "no_signal", "diversity_collapse")
}
"""Of a recipe that names none; quiet where an environment has no such metrics."""
_SUFFIXES = ("start", "last", "error")  # of names in a summary, where a control's name is one too
_TAKEN = ("env", "seed", "updates", "cpu_seconds", "alarms", "stopped_by", "unseen", "illegal_rate")  # in a summary or a measurement
_UNREAD = {
    "policy_gradient": ("sft",),
    "sft": ("advantage", "loss", "training.epochs", "optimizer.agreement", "roles", "policies"),
}
"""Learners, and what each leaves unread."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a run."""

    env: Environment
    model: TinyLlama = field(default_factory=TinyLlama)
    pretrained: str = ""
    """Folder or hub id of a causal language model to train instead of `model`."""
    learner: str = "policy_gradient"
    """`policy_gradient` learns from all answers by their advantage, `sft` from right ones, as `sft` says."""
    warmup: WarmUp = field(default_factory=WarmUp)
    sft: SFT = field(default_factory=SFT)
    curriculum: Mapping[str, Any] = field(default_factory=lambda: {"name": "uniform_deals"})
    opponents: Mapping[str, Any] = field(default_factory=lambda: {"name": "self_play"})
    advantage: Mapping[str, Any] = field(default_factory=lambda: {"name": "leave_one_out"})
    loss: Mapping[str, Any] = field(default_factory=lambda: {"name": "reinforce"})
    reference_kl: ReferenceKL = field(default_factory=ReferenceKL)
    optimizer: Optimizer = field(default_factory=Optimizer)
    sampling: Sampling = field(default_factory=Sampling)
    training: Training = field(default_factory=Training)
    evaluation: Evaluation = field(default_factory=Evaluation)
    facts: FactRatios = field(default_factory=FactRatios)
    """Numbers among the facts of plays that are added up, in every update and measurement."""
    monitors: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: USUAL_MONITORS)
    """What is watched for, by a name of one's own; `name` says which monitor, where it is not that."""
    roles: Mapping[str, RoleSettings] = field(default_factory=dict)
    """Who acts in a role, by its name, where that is not the learner as everywhere else."""
    policies: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By policy of a role, the changes (as of `--set`) that go over this recipe's knobs for it."""
    controls: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By name, the changes (`section.key=value`, as of `--set`) that make another recipe of this one. Each is trained after the run, with
    its seed, in `controls/NAME`, and the run's summary tells what it came to."""

    renamed: ClassVar = {"magnet": "reference_kl"}

    def __post_init__(self) -> None:
        """Refuses what the chosen learner does not read: a knob that does nothing is a mistake.

        Raises:
            UsageError: no such learner, or a knob of another; or a share of facts under a name that tells something else.
        """
        if self.learner not in _UNREAD:
            raise NotFound("learner", self.learner, _UNREAD)
        default = {f.name: f.default_factory() if callable(f.default_factory) else f.default for f in dataclasses.fields(self)}
        for name in _UNREAD[self.learner]:
            section, _, key = name.partition(".")
            mine, usual = getattr(self, section), default[section]
            if (getattr(mine, key) != getattr(usual, key)) if key else mine != usual:
                raise UsageError(f"learner = {self.learner!r} does not read '{name}'; leave it out of the recipe")
        taken = (*_TAKEN, self.evaluation.label)
        for name in self.facts.ratios:
            if not NAME.fullmatch(name) or name in taken:
                raise UsageError(f"a share's name is of letters, digits and _, and none of {', '.join(taken)}: got {name!r}")

    def part(self, kind: str) -> Any:
        """A fresh part of the run: advantage, loss, opponents, curriculum."""
        return plugin.build(kind, getattr(self, kind))

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that its runs are about, as a summary names them."""
        measured = self.evaluation
        if measured.kind == "nash_conv":
            return "nash_conv", "nash_conv_estimate"
        sampled = (f"heldout_{split}{measured.label}" for split in ("", *(f"{split}_" for split in measured.also)))
        return (*sampled, *self.facts.ratios)

    def watched(self) -> dict[str, Any]:
        """Fresh monitors of the run, by name."""
        return {key: plugin.build("monitors", {"name": key, **table}, f"monitors.{key}") for key, table in self.monitors.items()}

    def of_policy(self, name: str) -> Recipe:
        """The recipe as a policy reads it.

        Raises:
            UsageError: the changes are not ones that can be made for one policy.
        """
        changes = self.policies.get(name, ())
        for change in changes:
            key = change.partition("=")[0].strip()
            if not {key, key.partition(".")[0]} & set(_OF_POLICY) or key == "warmup.plays":
                raise UsageError(f"policy {name!r}: {key!r} is the whole run's; a policy may have its own {', '.join(_OF_POLICY)}")
        return self._changed(f"policy {name!r}", changes, policies={}, roles={}, controls={}) if changes else self

    def _changed(self, whose: str, changes: Iterable[str], **without: Any) -> Recipe:
        try:
            return constructed(_plain(dataclasses.asdict(dataclasses.replace(self, **without))), changes)
        except UsageError as problem:
            raise UsageError(f"{whose}: {problem}") from None

    def control(self, name: str) -> Recipe:
        """The recipe of one of its controls.

        Raises:
            UsageError: the changes are not ones that can be made, or the name is not one.
        """
        if not NAME.fullmatch(name) or name in _SUFFIXES:
            raise UsageError(f"a control's name is of letters, digits and _, and not {', '.join(_SUFFIXES)}: got {name!r}")
        return self._changed(f"control {name!r}", self.controls[name], controls={})

    def dump(self, path: Path) -> None:
        """Write it with every default filled in, as `read` reads it."""
        path.write_bytes(tomli_w.dumps(_plain(dataclasses.asdict(self))).encode())


def constructed(table: dict[str, Any], changes: Iterable[str]) -> Recipe:
    """The recipe of a TOML table after these changes; all its parts can be built.

    Raises:
        UsageError: an unknown key (names the nearest) or a wrong type.
    """
    for change in changes:
        _change(table, change)
    recipe: Recipe = plugin.construct(Recipe, table, "")
    for kind in ("advantage", "loss", "opponents", "curriculum"):
        recipe.part(kind)
    recipe.watched()
    return recipe


def _change(table: dict[str, Any], change: str) -> None:
    path, equals, text = change.partition("=")
    if not equals:
        raise UsageError(f"--set takes key=value: got {change!r}")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    *sections, key = path.strip().split(".")
    for section in sections:
        inner = table.setdefault(section, {})
        if not isinstance(inner, dict):
            inner = table[section] = {"start": inner}  # a schedule given as a number
        table = inner
    if key == "name" and table.get("name") != value:
        table.clear()  # another part: the old one's knobs are not its own
    table[key] = value


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items() if v is not None}
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else value
