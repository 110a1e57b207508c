"""Losses: three tokens worked on paper, merged rows, masks, gradients."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from axion_env import UsageError
from axion_train.data.tensors import tensors
from axion_train.loss.clipped_surrogate import ClippedSurrogate
from axion_train.loss.divergence import Divergence
from axion_train.loss.entropy import entropy
from axion_train.loss.reinforce import Reinforce
from axion_train.types import Row


def table(*rows: Row):
    return tensors(rows, pad_id=0)


def row(old=(-1.0, -1.0, -1.0), count=1, positive=0.0, negative=0.0) -> Row:
    return Row((5, 6), tuple(range(7, 7 + len(old))), tuple(old), count, positive, negative)


LOGP = torch.tensor([[-0.5, -1.0, -2.0]])


def test_reinforce_by_hand():
    """A = 2 over log-probabilities -.5, -1, -2: the loss is 7, its gradient -2 at each token."""
    logp = LOGP.clone().requires_grad_()
    loss = Reinforce()(logp, table(row(positive=2.0)))
    loss.backward()
    assert loss.item() == pytest.approx(7.0)
    assert logp.grad.tolist() == [[-2.0, -2.0, -2.0]]


def test_clipped_surrogate_by_hand():
    """π/π_old = e^.5, 1, e^-1 with A = 1: the first is clipped at 1.2; with A = -1 the last is clipped at .8."""
    gain = ClippedSurrogate(0.2, 0.2)(LOGP, table(row(positive=1.0)))
    assert gain.item() == pytest.approx(-(1.2 + 1.0 + math.exp(-1)))
    pain = ClippedSurrogate(0.2, 0.2)(LOGP, table(row(negative=-1.0)))
    assert pain.item() == pytest.approx(math.exp(0.5) + 1.0 + 0.8)


def test_clipped_tokens_have_no_gradient():
    """Beyond the clip in the direction of the advantage, a token no longer pushes."""
    logp = LOGP.clone().requires_grad_()
    ClippedSurrogate(0.2, 0.2)(logp, table(row(positive=1.0))).backward()
    assert logp.grad[0, 0].item() == 0.0
    assert logp.grad[0, 2].item() == pytest.approx(-math.exp(-1))


@given(st.lists(st.floats(-3, 3, allow_nan=False), min_size=1, max_size=8))
def test_merging_equal_rows_keeps_the_gradient(advantages):
    """One row with summed positive and negative advantages has exactly the gradient of its copies, clipped or not."""
    merged = row(count=len(advantages), positive=sum(a for a in advantages if a > 0), negative=sum(a for a in advantages if a <= 0))
    copies = [row(positive=max(a, 0.0), negative=min(a, 0.0)) for a in advantages]
    for loss in (Reinforce(), ClippedSurrogate(0.1, 0.3)):
        one = LOGP.double().requires_grad_()
        loss(one, table(merged)).backward()
        many = LOGP.double().repeat(len(copies), 1).requires_grad_()
        loss(many, table(*copies)).backward()
        assert one.grad[0].tolist() == pytest.approx(many.grad.sum(0).tolist(), abs=1e-5)


def test_divergences_by_hand():
    """d = .5, 0, -1: k2 is d²/2, k3 is e^-d + d - 1, k1's gradient is the rest of the answer's d."""
    reference = torch.tensor([[-1.0, -1.0, -1.0]])
    rows = table(row(count=2))
    assert Divergence("k2")(LOGP, reference, rows).item() == pytest.approx(2 * (0.125 + 0.5))
    assert Divergence("k3")(LOGP, reference, rows).item() == pytest.approx(2 * (math.exp(-0.5) - 0.5 + math.e - 2))
    logp = LOGP.clone().requires_grad_()
    Divergence("k1")(logp, reference, rows).backward()
    assert logp.grad.tolist() == [[2 * -0.5, 2 * -1.0, 2 * -1.0]]


@pytest.mark.parametrize(("kind", "exact"), [("k1", True), ("k2", True), ("k3", False)])
def test_gradients_of_the_divergences_in_expectation(kind, exact):
    """For one next token, k1 and k2 give the exact gradient of KL(π ‖ ref) in expectation; k3 as a loss does not."""
    logits = torch.tensor([0.3, -0.2, 1.1], dtype=torch.float64, requires_grad=True)
    reference = torch.log_softmax(torch.tensor([-0.5, 0.4, 0.2], dtype=torch.float64), -1)
    logp = torch.log_softmax(logits, -1)
    (true,) = torch.autograd.grad((logp.exp() * (logp - reference)).sum(), logits, retain_graph=True)
    expected = torch.zeros(3, dtype=torch.float64)
    for token in range(3):
        one = table(row(old=(-1.0,)))
        loss = Divergence(kind)(torch.log_softmax(logits, -1)[token].reshape(1, 1), reference[token].reshape(1, 1), one)
        (gradient,) = torch.autograd.grad(loss, logits)
        expected += logp[token].exp().detach() * gradient
    assert torch.allclose(expected, true, atol=1e-6) is exact


def test_padding_carries_nothing():
    """Tokens past a short answer's end count in no loss."""
    short, long = row(old=(-1.0,), positive=1.0), row(positive=1.0)
    logp = torch.tensor([[-0.5, 9.0, 9.0], [-0.5, -0.5, -0.5]], requires_grad=True)
    rows = table(short, long)
    reference = torch.full((2, 3), -1.0)
    total = (
        Reinforce()(logp, rows)
        + ClippedSurrogate()(logp, rows)
        + Divergence("k2")(logp, reference, rows)
        + Divergence("k1")(logp, reference, rows)
    )
    total.backward()
    assert logp.grad[0, 1:].tolist() == [0.0, 0.0]
    assert logp.grad[1, :2].all()


def test_entropy_of_uniform_logits():
    """The entropy of V equal logits is log V, counted for every copy's every token."""
    rows = table(row(count=3), row(old=(-1.0,), count=1))
    assert entropy(torch.zeros(2, 3, 8), rows).item() == pytest.approx((9 + 1) * math.log(8), rel=1e-6)


def test_bad_settings_are_refused():
    """What cannot be meant is an error at construction."""
    with pytest.raises(UsageError, match="k1, k2 or k3"):
        Divergence("kl")
    with pytest.raises(UsageError, match="must not be negative"):
        ClippedSurrogate(-0.1)
