"""What a recipe holds.

A knob lives on the part that reads it; a recipe names parts and sets their knobs, and an unknown key is refused.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import tomli_w

from axion_env import UsageError
from axion_train.data.sft import SFT
from axion_train.learner.optimizer import Optimizer
from axion_train.learner.reference_kl import ReferenceKL
from axion_train.learner.warmup import WarmUp
from axion_train.metrics.fact_ratio import FactRatios
from axion_train.model.tiny import TinyLlama
from axion_train.policy.settings import RoleSettings
from axion_train.recipe import build
from axion_train.recipe.build import Part
from axion_train.recipe.change import change, listed
from axion_train.recipe.rename import current, current_steps
from axion_train.recipe.section import Environment, Evaluation, Sampling, Training
from axion_train.recipe.table import defaults, plain, read_arguments

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
SINGLE = ("envs", "evaluations")
"""Lists of one entry, until several are trained on and measured."""
_UNREAD = {
    "policy_gradient": ("sft",),
    "sft": ("advantage", "loss", "training.epochs", "optimizer.agreement", "roles", "policies"),
}
"""Learners, and what each leaves unread."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a run."""

    envs: tuple[Environment, ...]
    """What is trained on; one entry for now."""
    model: TinyLlama = field(default_factory=TinyLlama)
    """Of a model that is made from scratch."""
    pretrained: str = ""
    """Folder or hub id of a causal language model to train instead of `model`."""
    learner: Literal["policy_gradient", "sft"] = "policy_gradient"
    """`policy_gradient` learns from all answers by their advantage, `sft` from right ones, as `sft` says."""
    warmup: WarmUp = field(default_factory=WarmUp)
    """Teaches a model the form of an answer before anything is learned from rewards."""
    sft: SFT = field(default_factory=SFT)
    """What is learned from where `learner` is `sft`."""
    curriculum: Annotated[Mapping[str, Any], Part("curriculum")] = field(default_factory=lambda: {"name": "uniform_deals"})
    """Which deals are played in an update."""
    opponents: Annotated[Mapping[str, Any], Part("opponents")] = field(default_factory=lambda: {"name": "self_play"})
    """Who plays the seats that the learner does not."""
    advantage: Annotated[Mapping[str, Any], Part("advantage")] = field(default_factory=lambda: {"name": "leave_one_out"})
    """What the rewards of a batch are compared with."""
    loss: Annotated[Mapping[str, Any], Part("loss")] = field(default_factory=lambda: {"name": "reinforce"})
    """Of the policy gradient."""
    reference_kl: ReferenceKL = field(default_factory=ReferenceKL)
    """Holds the policy near its start."""
    optimizer: Optimizer = field(default_factory=Optimizer)
    """How weights move."""
    sampling: Sampling = field(default_factory=Sampling)
    """How actions are sampled."""
    training: Training = field(default_factory=Training)
    """How long it lasts, and how each batch is used."""
    evaluations: tuple[Evaluation, ...] = (Evaluation(),)
    """What is measured while it trains, and at the end; one entry for now."""
    facts: FactRatios = field(default_factory=FactRatios)
    """Numbers among the facts of plays that are added up, in every update and measurement."""
    monitors: Mapping[str, Annotated[Mapping[str, Any], Part("monitors")]] = field(default_factory=lambda: USUAL_MONITORS)
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
        """Refuses more than is read, and what the chosen learner does not read: a knob that does nothing is a mistake.

        Raises:
            UsageError: none or several of what there is one of, or a knob of another learner; or a ratio of facts under a name that tells
                something else.
        """
        for name in SINGLE:
            if len(getattr(self, name)) != 1:
                raise UsageError(f"recipe key '{name}' must be a list of one entry, for now: got {len(getattr(self, name))}")
        default = defaults(Recipe)
        for name in _UNREAD[self.learner]:
            section, _, key = name.partition(".")
            mine, usual = getattr(self, section), default[section]
            if (getattr(mine, key) != getattr(usual, key)) if key else mine != usual:
                raise UsageError(f"learner = {self.learner!r} does not read '{name}'; leave it out of the recipe")
        taken = (*_TAKEN, self.evaluation.label)
        for name in self.facts.ratios:
            if not NAME.fullmatch(name) or name in taken:
                raise UsageError(f"a share's name is of letters, digits and _, and none of {', '.join(taken)}: got {name!r}")

    @property
    def env(self) -> Environment:
        """The one that is trained on."""
        return self.envs[0]

    @property
    def evaluation(self) -> Evaluation:
        """The one that is measured."""
        return self.evaluations[0]

    def build(self, kind: str) -> Any:
        """A fresh part of the run: advantage, loss, opponents, curriculum."""
        return build.build(kind, getattr(self, kind))

    def arguments(self, kind: str) -> dict[str, Any]:
        """The arguments of that part, defaults filled in; it is not built."""
        return build.arguments(kind, getattr(self, kind))

    def build_monitors(self) -> dict[str, Any]:
        """Fresh monitors of the run, by name."""
        return {key: build.build("monitors", {"name": key, **table}, f"monitors.{key}") for key, table in self.monitors.items()}

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that its runs are about, as a summary names them."""
        measured = self.evaluation
        if measured.kind == "nash_conv":
            return "nash_conv", "nash_conv_estimate"
        sampled = (f"heldout_{split}{measured.label}" for split in ("", *(f"{split}_" for split in measured.also)))
        return (*sampled, *self.facts.ratios)

    def of_policy(self, name: str) -> Recipe:
        """The recipe as a policy reads it.

        Raises:
            UsageError: the changes are not ones that can be made for one policy.
        """
        changes = self.policies.get(name, ())
        for text in changes:
            first, dot, rest = text.partition("=")[0].strip().partition(".")
            key = self.renamed.get(first, first) + dot + rest
            if not {key, key.partition(".")[0]} & set(_OF_POLICY) or key == "warmup.plays":
                raise UsageError(f"policy {name!r}: {key!r} is the whole run's; a policy may have its own {', '.join(_OF_POLICY)}")
        return self._changed(f"policy {name!r}", changes, policies={}, roles={}, controls={}) if changes else self

    def _changed(self, whose: str, changes: Iterable[str], **without: Any) -> Recipe:
        try:
            return constructed(plain(dataclasses.replace(self, **without)), changes)
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
        table = plain(self)
        scalars = {key: value for key, value in table.items() if not isinstance(value, Mapping | list)}
        sections = [_section(key, value) for key, value in table.items() if key not in scalars]
        path.write_bytes("\n".join([tomli_w.dumps(scalars), *sections]).encode())


def _section(key: str, value: Any) -> str:
    """A section as TOML; each entry of a list as `[[key]]`, where tomli_w writes one array if it is short."""
    if not isinstance(value, list):
        return tomli_w.dumps({key: value})
    return "\n".join(tomli_w.dumps({key: entry}).replace(f"[{key}]", f"[[{key}]]", 1) for entry in value)


def constructed(table: Mapping[str, Any], changes: Iterable[str] = ()) -> Recipe:
    """The recipe of a TOML table after these changes; all its parts can be built.

    Raises:
        UsageError: an unknown key (names the nearest) or a wrong type.
    """
    table = current(Recipe, listed(table))
    for text in changes:
        change(table, text, partial(current_steps, Recipe))
    recipe = Recipe(**read_arguments(Recipe, table))
    for kind in ("advantage", "loss", "opponents", "curriculum"):
        recipe.build(kind)
    recipe.build_monitors()
    return recipe
