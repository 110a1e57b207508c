"""Every built-in part is what its protocol says: its methods, their arguments, and a state that a restored part goes on from."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from axion_env import Play, RandomPolicy, drive, load, trajectories
from axion_train.data.tensors import tensors
from axion_train.protocol import Curriculum, Estimator, Loss, Monitor, Opponents
from axion_train.recipe.build import KINDS, build
from axion_train.types import Row

ENV = load("axion/KuhnPoker-v0")
PROTOCOLS: dict[str, Any] = {"advantage": Estimator, "loss": Loss, "curriculum": Curriculum, "opponents": Opponents, "monitors": Monitor}
ARGUMENTS: dict[str, Any] = {"metric": "seen", "truth": "true", "level": 0.5}
"""For parts that cannot be built without."""
ROWS = tensors([Row((1, 2), (3, 4), (-0.5, -0.7), 2, 1.0, -0.25), Row((1,), (4,), (-0.1,), 1, 0.0, -1.0)], pad_id=0)


def parts() -> list[Any]:
    return [pytest.param(kind, name, id=f"{kind}-{name}") for kind, group in KINDS.items() for name in group.built_in]


def made(kind: str, name: str) -> Any:
    required = [n for n, p in inspect.signature(KINDS[kind].load(name)).parameters.items() if p.default is p.empty]
    return build(kind, {"name": name} | {argument: ARGUMENTS[argument] for argument in required})


def test_every_kind_has_a_protocol() -> None:
    """A new kind of part comes with what it must be."""
    assert PROTOCOLS.keys() == KINDS.keys()


@pytest.mark.parametrize(("kind", "name"), parts())
def test_a_part_has_what_its_protocol_says(kind: str, name: str) -> None:
    """Every attribute, and every method with arguments of the same names in the same order."""
    part, protocol = made(kind, name), PROTOCOLS[kind]
    for attribute in protocol.__annotations__:
        assert hasattr(part, attribute)
    methods = {member: what for member, what in vars(protocol).items() if inspect.isfunction(what)}
    for member, what in methods.items():
        if not member.startswith("_") or member == "__call__":
            mine, theirs = (list(inspect.signature(f).parameters) for f in (getattr(type(part), member), what))
            assert mine == theirs, member


def use_estimator(part: Estimator, round_: int) -> Any:
    plays = (Play(ENV, ENV.tasks("train")[0], seed, copy=c) for seed in range(4) for c in range(2))
    return part([t for episode in drive(plays, RandomPolicy(round_)) for t in trajectories(ENV, episode)])


def use_curriculum(part: Curriculum, round_: int) -> Any:
    deals = part.draw(ENV, seed=5)
    episodes = list(drive((Play(ENV, deal.task, deal.seed) for deal in deals), RandomPolicy(round_)))
    return [(deal.task.id, deal.seed) for deal in deals], dict(part.observe(ENV, episodes))


class Named(RandomPolicy):
    """A policy that is known by its name."""

    def __init__(self, name: str) -> None:
        super().__init__(0)
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Named) and other.name == self.name

    __hash__ = None  # type: ignore[assignment]


def use_opponents(part: Opponents, round_: int) -> Any:
    seating = part.seating(Named("learner"), lambda weights, name: Named(f"{name} {weights}"))
    plays = [Play(ENV, ENV.tasks("train")[0], seed) for seed in range(8)]
    seated = [seating(play) if callable(seating) else seating for play in plays]
    for update in range(round_ * 10 + 1, round_ * 10 + 11):
        part.observe(update, lambda: {"learner": torch.full((2,), float(round_))})
    return seated


def use_monitor(part: Monitor, round_: int) -> Any:
    seen = {"seen": 0.9, "true": 0.1, "entropy": 1.0 / (round_ + 1), "reward/a": 1.0, "reward/b": -1.0, "fact/solve_rate": 0.5}
    return [(part.observe(seen), part.value, part.wrong) for _ in range(12)]


USES: dict[str, Callable[[Any, int], Any]] = {
    "advantage": use_estimator,
    "curriculum": use_curriculum,
    "opponents": use_opponents,
    "monitors": use_monitor,
}


@pytest.mark.parametrize(("kind", "name"), [part for part in parts() if part.values[0] in USES])
def test_a_restored_part_goes_on_as_the_original(kind: str, name: str, tmp_path: Path) -> None:
    """Through a checkpoint, which holds plain values and tensors alone; what comes after restoring does not change what was stored."""
    part, use = made(kind, name), USES[kind]
    for round_ in range(2):
        use(part, round_)
    torch.save(part.state_dict(), tmp_path / "state.pt")
    restored = made(kind, name)
    restored.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True))
    assert str(restored.state_dict()) == str(part.state_dict())
    assert [use(restored, round_) for round_ in (2, 3)] == [use(part, round_) for round_ in (2, 3)]


@pytest.mark.parametrize("name", list(KINDS["loss"].built_in))
def test_a_loss_is_one_number_with_a_gradient(name: str) -> None:
    """Summed over rows; padding neither adds to it nor gets a gradient, and equal inputs give equal losses."""
    logprobs = torch.tensor([[-0.5, -0.6], [-0.1, -9.0]], requires_grad=True)
    loss = made("loss", name)
    value = loss(logprobs, ROWS)
    value.backward()
    assert value.shape == ()
    assert logprobs.grad is not None
    assert logprobs.grad[1, 1] == 0
    assert logprobs.grad.abs().sum() > 0
    assert loss(logprobs, copy.deepcopy(ROWS)) == value
