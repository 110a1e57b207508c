"""The learner and the trainer: what waits, what moves, what is averaged."""

from __future__ import annotations

import copy

import pytest
import torch

from axion_env import UsageError
from axion_train.learner.learner import Learner
from axion_train.learner.optimizer import Optimizer
from axion_train.learner.reference_kl import ReferenceKL
from axion_train.learner.schedule import Schedule
from axion_train.model.tiny import TinyLlama
from axion_train.types import Batch, Row

PAD = 0


def model(seed: int = 0):
    return TinyLlama(layers=1, hidden=16, heads=2, mlp=32, init=0.3).build(9, seed)


def batch(*advantages: float) -> Batch:
    rows = [Row((4, 5), (6 + i, 1), (-1.0, -1.0), 1, max(a, 0.0), min(a, 0.0)) for i, a in enumerate(advantages)]
    return Batch(rows, len(rows), 2 * len(rows))


def parameters(learner: Learner) -> list[torch.Tensor]:
    return [p.detach().clone() for p in learner.model.parameters()]


def test_a_positive_advantage_makes_an_answer_likelier():
    """One step raises the log-probability of what was better than its baseline and lowers the other's."""
    learner = Learner(model(), PAD, optimizer=Optimizer("sgd", Schedule(0.05)))
    rows = batch(1.0, -1.0).rows
    before = learner.logprobs(rows).sum(1)
    learner.forward_backward(batch(1.0, -1.0))
    learner.optim_step()
    after = learner.logprobs(rows).sum(1)
    assert after[0] > before[0]
    assert after[1] < before[1]


def test_minibatches_add_up_to_the_batch():
    """The gradients of two halves of the rows, each divided by its share, average to the gradient of all."""
    whole, parts = Learner(model(), PAD), Learner(model(), PAD)
    both = batch(1.0, -0.5)
    whole.forward_backward(both)
    for row in both.rows:
        parts.forward_backward(both, rows=[row])
    for a, b in zip(whole.model.parameters(), parts.model.parameters(), strict=True):
        assert torch.allclose(a.grad, b.grad / 2, atol=1e-6)


def test_small_forward_passes_change_nothing():
    """Rows split over several passes to save memory have the gradient of one pass."""
    one, many = Learner(model(), PAD, rows=64), Learner(model(), PAD, rows=1)
    for learner in (one, many):
        learner.forward_backward(batch(1.0, -0.5, 0.25))
    for a, b in zip(one.model.parameters(), many.model.parameters(), strict=True):
        assert torch.allclose(a.grad, b.grad, atol=1e-6)


def test_no_step_before_the_halves_agree():
    """Halves that contradict each other move nothing, however often; halves that agree open the way, and it stays open."""
    learner = Learner(model(), PAD, optimizer=Optimizer("adamw", Schedule(1e-3), agreement=0.4))
    start = parameters(learner)
    for _ in range(40):
        learner.forward_backward_halves(batch(1.0, -1.0), batch(-1.0, 1.0))
        learner.optim_step()
    assert learner.waiting
    assert learner.agreement < 0
    assert all(torch.equal(a, b) for a, b in zip(start, parameters(learner), strict=True))
    for _ in range(60):
        learner.forward_backward_halves(batch(1.0, -1.0), batch(1.0, -1.0))
        learner.optim_step()
    assert not learner.waiting
    assert not all(torch.equal(a, b) for a, b in zip(start, parameters(learner), strict=True))


def test_halves_have_the_gradient_of_the_whole():
    """Looking at two halves apart leaves the gradient that the batch as a whole has."""
    halves, whole = Learner(model(), PAD), Learner(model(), PAD)
    halves.forward_backward_halves(batch(1.0, -0.5), batch(-0.25, 0.5))
    both = Batch([*batch(1.0, -0.5).rows, *batch(-0.25, 0.5).rows], 4, 8)
    whole.forward_backward(both)
    for a, b in zip(halves.model.parameters(), whole.model.parameters(), strict=True):
        assert torch.allclose(a.grad, b.grad, atol=1e-6)


def test_optimism_extrapolates():
    """The second step follows g + 2(g - g before), by plain SGD."""
    learner = Learner(model(), PAD, optimizer=Optimizer("sgd", Schedule(1.0), clip=1e9, optimism=2.0), ema=0.0)
    gradients = []
    for advantages in ((1.0, -1.0), (0.2, 0.7)):
        learner.forward_backward(batch(*advantages))
        gradients.append([p.grad.clone() for p in learner.model.parameters()])
        before = parameters(learner)
        learner.optim_step()
    for new, old, was, now in zip(gradients[1], gradients[0], before, parameters(learner), strict=True):
        assert torch.allclose(now, was - (new + 2 * (new - old)), atol=1e-5)


def test_the_magnet_pulls_back():
    """With no advantage, a KL penalty moves a policy that has left its reference towards it."""
    reference_kl = ReferenceKL("k1", Schedule(1.0))
    learner = Learner(model(), PAD, optimizer=Optimizer("sgd", Schedule(0.02)), reference_kl=reference_kl)
    rows = batch(0.0).rows
    home = learner.logprobs(rows).sum().item()
    for _ in range(5):
        learner.forward_backward(batch(3.0))
        learner.optim_step()
    away = learner.logprobs(rows).sum().item()
    for _ in range(10):
        learner.forward_backward(batch(0.0))
        learner.optim_step()
    assert abs(learner.logprobs(rows).sum().item() - home) < abs(away - home)


def test_averaged_weights_follow():
    """The average lies between where the weights were and where they are; the model itself is not touched by reading it."""
    learner = Learner(model(), PAD, optimizer=Optimizer("sgd", Schedule(0.1)), ema=0.5)
    start = parameters(learner)
    learner.forward_backward(batch(1.0, -1.0))
    learner.optim_step()
    now = parameters(learner)
    for a, s, n in zip(learner.averaged().parameters(), start, now, strict=True):
        assert torch.allclose(a, s + 0.9 * (n - s), atol=1e-6)  # after one step: decay 1/10
    assert all(torch.equal(a, b) for a, b in zip(now, parameters(learner), strict=True))


def test_state_goes_on_bit_for_bit():
    """Stored and loaded into a fresh learner, the next step is the same in every bit."""
    settings = Optimizer("adamw", Schedule(1e-2), optimism=1.0, agreement=0.1)
    learner = Learner(model(), PAD, optimizer=settings, reference_kl=ReferenceKL("k1", Schedule(0.1)))
    learner.forward_backward_halves(batch(1.0, -1.0), batch(1.0, -0.5))
    learner.optim_step()
    twin = Learner(model(7), PAD, optimizer=settings, reference_kl=ReferenceKL("k1", Schedule(0.1)))
    twin.load_state_dict(copy.deepcopy(learner.state_dict()))
    for one in (learner, twin):
        one.forward_backward_halves(batch(0.5, -1.0), batch(0.5, -1.0))
        one.optim_step()
    assert all(torch.equal(a, b) for a, b in zip(parameters(learner), parameters(twin), strict=True))


@pytest.mark.parametrize(
    ("shape", "middle"), [("linear", 0.55), ("cosine", 0.55), ("exponential", 0.1**0.5), ("root", 1 - 0.9 * (1 - 0.5**0.5))]
)
def test_schedules(shape, middle):
    """From start to end, by the named shape."""
    schedule = Schedule(1.0, 0.1, shape)
    assert (schedule.at(0), schedule.at(1)) == (pytest.approx(1.0), pytest.approx(0.1))
    assert schedule.at(0.5) == pytest.approx(middle)
    assert Schedule(2.0, rise=0.5).at(0.25) == 1.0


def test_bad_settings_are_refused():
    """What cannot be meant is an error before anything is trained."""
    with pytest.raises(UsageError, match="sgd or adamw"):
        Learner(model(), PAD, optimizer=Optimizer("adam"))
    with pytest.raises(UsageError, match="positive"):
        Schedule(1.0, 0.0, "exponential")
    with pytest.raises(UsageError, match="multiple"):
        TinyLlama(hidden=10, heads=4).build(9, 0)
