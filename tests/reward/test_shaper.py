"""What proposers earn, by hand."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import exp

import pytest

from axion_env import NotFound, Shaper, UsageError, shaper
from axion_env.reward.shaper import SHAPERS, Circumstances


def test_ssr_by_hand() -> None:
    """The nine rewards of eight attempts (arXiv 2512.18552 with alpha .8), to the last digit."""
    paid = [shaper("ssr")(k, 8) for k in range(9)]
    assert paid == [-0.8, 0.775, 0.55, 0.325, 0.1, -0.125, -0.35, -0.575, -0.8]
    assert shaper("ssr").invalid == -1
    assert shaper("ssr", alpha=0.5)(0, 8) == -0.5
    assert shaper("ssr", alpha=0.5)(4, 8) == 0.25


@pytest.mark.parametrize(
    ("made", "attempts", "paid"),
    [
        (shaper("azr"), 4, [-0.5, 0.75, 0.5, 0.25, -0.5]),
        (shaper("azr", ends=0), 4, [0, 0.75, 0.5, 0.25, 0]),
        (shaper("tent"), 4, [0, 0.5, 1, 0.5, 0]),
        (shaper("tent", height=0.5), 5, [0, 0.2, 0.4, 0.4, 0.2, 0]),
        (shaper("gaussian"), 4, [0, exp(-1.125), 1, exp(-1.125), 0]),
        (shaper("parabola"), 5, [0, 0.64, 0.96, 0.96, 0.64, 0]),
        (shaper("parabola", a=1, b=2), 3, [0, 1, 0.5, 0]),
        (shaper("band"), 8, [0, 1, 1, 1, 1, 1, 0, 0, 0]),
        (shaper("band", low=0, high=0.25, inside=True), 8, [0, 1, 0, 0, 0, 0, 0, 0, 0]),
        (shaper("band", low=1 / 3, high=2 / 3), 3, [0, 1, 1, 0]),
        (shaper("floor_linear"), 5, [0, 0, 0.9, 0.7, 0.5, 0.3]),
        (shaper("one_minus"), 4, [1, 0.75, 0.5, 0.25, 0]),
        (shaper("regret"), 3, [0, 1, 1, 0]),
    ],
    ids=str,
)
def test_others_by_hand(made: Shaper, attempts: int, paid: list[float]) -> None:
    """Of no attempt solved, one, two, …: settings count as the decimals they are written as."""
    assert [made(k, attempts) for k in range(attempts + 1)] == paid
    assert [float(r) for r in made.rewards(attempts)] == paid


def test_what_else_some_look_at() -> None:
    """Grounding, novelty and given returns reach the shapers whose sources read them, and change nothing in the others."""
    assert shaper("gaussian")(4, 8, grounded=False) == -0.5
    assert shaper("gaussian", ungrounded=-0.25)(0, 8, grounded=False) == -0.25
    assert shaper("floor_linear")(3, 6, novelty=0.3) == 0
    assert shaper("floor_linear")(3, 6, novelty=0.5) == 0.7
    assert shaper("regret")(3, 6, returns=(0.9, 0.2)) == 0.7
    assert shaper("regret")(0, 6, returns=(0.0, 0.0)) == 0
    unmoved = SHAPERS.keys() - {"gaussian", "floor_linear", "regret"}
    assert all(shaper(name)(3, 8, grounded=False, novelty=0.1, returns=(3, 1)) == shaper(name)(3, 8) for name in unmoved)


@pytest.mark.parametrize("name", ["ssr", "azr", "tent", "gaussian", "parabola", "one_minus"])
def test_the_invalid_are_worse_off(name: str) -> None:
    """A proposal that a gate refuses earns less than the worst that passes."""
    assert shaper(name).invalid == -1 < min(shaper(name).rewards(8))
    assert shaper(name, invalid=-2).invalid == -2


@pytest.mark.parametrize("name", ["band", "floor_linear", "regret"])
def test_the_invalid_of_selections_earn_nothing(name: str) -> None:
    """Where a source only selects, what is refused is not selected."""
    assert shaper(name).invalid == 0 == min(shaper(name).rewards(8))


@pytest.mark.parametrize(
    ("name", "settings", "says"),
    [
        ("ssr", {"alhpa": 0.8}, "did you mean 'alpha'"),
        ("ssr", {"reward": 1}, "it has invalid, alpha"),
        ("ssr", {"alpha": "high"}, "alpha must be a finite number, got 'high'"),
        ("ssr", {"alpha": float("nan")}, "alpha must be a finite number"),
        ("ssr", {"invalid": True}, "invalid must be a finite number"),
        ("band", {"inside": 1}, "inside must be true or false"),
        ("band", {"low": 0.7}, "the lower first, got 0.7 and 0.625"),
        ("gaussian", {"width": 0}, "width must be above 0"),
        ("parabola", {"a": 0.5}, "whole numbers above 0"),
    ],
)
def test_wrong_settings_are_refused(name: str, settings: dict[str, float], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        shaper(name, **settings)


def test_wrong_names_and_counts_are_refused() -> None:
    with pytest.raises(NotFound, match="no shaper 'parabol'; did you mean 'parabola'"):
        shaper("parabol")
    for solved, attempts in ((3, 2), (-1, 2), (0, 0)):
        with pytest.raises(UsageError, match="solved must be 0 to attempts"):
            shaper("ssr")(solved, attempts)
    with pytest.raises(UsageError, match="novelty must be 0 to 1"):
        shaper("floor_linear")(1, 2, novelty=20)


def test_one_of_your_own() -> None:
    """A frozen dataclass that says what it pays has all the rest."""

    @dataclass(frozen=True, kw_only=True)
    class Half(Shaper):
        invalid: float = -3.0

        def reward(self, s: Fraction, seen: Circumstances) -> Fraction:
            return Fraction(s == Fraction(1, 2))

    assert Half().rewards(2) == (0, 1, 0)
    assert (Half()(1, 2), Half().invalid) == (1, -3)
