"""Shapers: the reward of a proposer as a function of the solve rate of its proposal, best for proposals of middling difficulty.

A shaper is a pure function of how many of the attempts at a proposal solved it. The solve rate s = solved / attempts is what was seen, not
the chance p that one attempt solves it: the p of the highest mean reward need not be the s of the highest reward (docs/shapers.md).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from fractions import Fraction
from math import exp, isfinite
from typing import NamedTuple

from axion_env.error import NotFound, UsageError, nearest


class Circumstances(NamedTuple):
    """What some shapers read besides the solve rate."""

    grounded: bool = True
    """The proposal needs the document or code that it was made from."""
    novelty: float = 1.0
    """0 to 1: the share of recent proposals that it is unlike."""
    returns: tuple[float, float] | None = None
    """(better, worse), for `regret`. None: the best and the worst of the attempts, which earn 1 where they solve and 0 where not."""


@dataclass(frozen=True, kw_only=True)
class Shaper(ABC):
    """The reward of a proposal. Arithmetic is exact, with settings as the decimals they are written as, and rounded once at the end.

    A shaper of one's own is a frozen dataclass that says what `reward` is.

    >>> shaper("ssr")(2, 8), shaper("ssr").invalid
    (0.55, -1.0)
    """

    invalid: float = -1.0
    """Reward of a proposal that a gate refuses, so that nobody attempts it."""

    def __post_init__(self) -> None:
        for field in fields(self):
            given, switch = getattr(self, field.name), isinstance(field.default, bool)
            if not (isinstance(given, bool) if switch else _is_number(given)):
                wanted = "true or false" if switch else "a finite number"
                raise UsageError(f"{type(self).__name__}: {field.name} must be {wanted}, got {given!r}")

    @abstractmethod
    def reward(self, s: Fraction, seen: Circumstances) -> Fraction:
        """Reward of a valid proposal with solve rate s."""

    def __call__(
        self,
        solved: int,
        attempts: int,
        *,
        grounded: bool = True,
        novelty: float = 1.0,
        returns: tuple[float, float] | None = None,
    ) -> float:
        """Reward of a valid proposal.

        Args:
            solved: Attempts that solved it.
            attempts: All of them, G in the papers.
            grounded: Whether it needs what it was made from; read by `gaussian`.
            novelty: 0 to 1, read by `floor_linear`.
            returns: (better, worse), read by `regret`: of the best and the worst attempt, or with a hint and without.

        Raises:
            UsageError: there are no attempts, more solved than there are, or the novelty is no share.
        """
        if not 0 <= solved <= attempts or attempts < 1:
            raise UsageError(f"solved must be 0 to attempts, and attempts at least 1: got {solved} of {attempts}")
        if not 0 <= novelty <= 1:
            raise UsageError(f"novelty must be 0 to 1, got {novelty}")
        return float(self.reward(Fraction(solved, attempts), Circumstances(grounded, novelty, returns)))

    def rewards(self, attempts: int, *, novelty: float = 1.0) -> tuple[Fraction, ...]:
        """[attempts + 1] The reward at 0, 1, … all solved, exactly."""
        return tuple(self.reward(Fraction(k, attempts), Circumstances(novelty=novelty)) for k in range(attempts + 1))


@dataclass(frozen=True, kw_only=True)
class Ssr(Shaper):
    """−alpha where none or all solve it, else 1 − (1 + alpha)·s. Self-play SWE-RL (arXiv 2512.18552), its injector's reward."""

    alpha: float = 0.8

    def reward(self, s: Fraction, seen: Circumstances) -> Fraction:
        """Reward of a valid proposal with solve rate s."""
        return 1 - (1 + _exact(self.alpha)) * s if 0 < s < 1 else -_exact(self.alpha)


@dataclass(frozen=True, kw_only=True)
class Azr(Shaper):
    """`ends` where none or all solve it, else 1 − s. Absolute Zero (arXiv 2505.03335).

    −.5 at the ends is the released code's, which treats a proposal that earns nothing like a wrong answer in good form. The paper's formula
    has 0 there.
    """

    ends: float = -0.5

    def reward(self, s: Fraction, seen: Circumstances) -> Fraction:
        """Reward of a valid proposal with solve rate s."""
        return 1 - s if 0 < s < 1 else _exact(self.ends)


@dataclass(frozen=True, kw_only=True)
class Tent(Shaper):
    """height·(1 − |2s − 1|). With a height of .5, min(s, 1 − s): R-Zero (arXiv 2508.05004), without its penalty for repetition."""

    height: float = 1.0

    def reward(self, s: Fraction, seen: Circumstances) -> Fraction:
        """Reward of a valid proposal with solve rate s."""
        return _exact(self.height) * (1 - abs(2 * s - 1))


@dataclass(frozen=True, kw_only=True)
class Gaussian(Shaper):
    """exp(−(s − center)² / 2·width²), nothing where none or all solve it. SPELL (arXiv 2509.23863), its questioner's reward."""

    center: float = 0.5
    width: float = 1 / 6
    ungrounded: float = -0.5
    """Reward of a proposal that can be solved without what it was made from."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width <= 0:
            raise UsageError(f"Gaussian: width must be above 0, got {self.width}")

    def reward(self, s: Fraction, seen: Circumstances) -> Fraction:
        """Reward of a valid proposal with solve rate s."""
        if not seen.grounded:
            return _exact(self.ungrounded)
        return Fraction(exp(-((float(s) - self.center) ** 2) / (2 * self.width**2))) if 0 < s < 1 else Fraction()


@dataclass(frozen=True, kw_only=True)
class Parabola(Shaper):
    """s^a·(1 − s)^b, scaled so that its peak at s = a / (a + b) is 1.

    With a = b = 1 it is 4s(1 − s): an option of SSP (arXiv 2510.18821), and four times the variance of an attempt. Others are the family
    of SSR's appendix A.
    """

    a: int = 1
    b: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if min(self.a, self.b) < 1 or self.a != int(self.a) or self.b != int(self.b):
            raise UsageError(f"Parabola: a and b must be whole numbers above 0, got {self.a} and {self.b}")

    def reward(self, s: Fraction, seen: Circumstances) -> Fraction:
        """Reward of a valid proposal with solve rate s."""
        a, b = int(self.a), int(self.b)
        return Fraction(s**a * (1 - s) ** b * Fraction(a + b) ** (a + b) / (a**a * b**b))


@dataclass(frozen=True, kw_only=True)
class Band(Shaper):
    """1 where low ≤ s ≤ high, else 0. SvS (arXiv 2508.14029); `inside` leaves out the bounds, as STP (arXiv 2502.00212) selects."""

    low: float = 0.125
    high: float = 0.625
    inside: bool = False
    invalid: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.low <= self.high <= 1:
            raise UsageError(f"Band: low and high must be shares, the lower first, got {self.low} and {self.high}")

    def reward(self, s: Fraction, seen: Circumstances) -> Fraction:
        """Reward of a valid proposal with solve rate s. Compared as floats, so that a bound of 1/3 is met by one of three."""
        rate = float(s)
        return Fraction(self.low < rate < self.high if self.inside else self.low <= rate <= self.high)


@dataclass(frozen=True, kw_only=True)
class FloorLinear(Shaper):
    """Nothing where s ≤ floor or novelty ≤ familiar; else top − s + bonus·novelty. PasoDoble (arXiv 2511.11881), its released code.

    What all solve still earns .3 if it is new.
    """

    floor: float = 0.2
    familiar: float = 0.3
    top: float = 1.1
    bonus: float = 0.2
    invalid: float = 0.0

    def reward(self, s: Fraction, seen: Circumstances) -> Fraction:
        """Reward of a valid proposal with solve rate s."""
        if float(s) <= self.floor or seen.novelty <= self.familiar:
            return Fraction()
        return _exact(self.top) - s + _exact(self.bonus) * _exact(seen.novelty)


@dataclass(frozen=True, kw_only=True)
class OneMinus(Shaper):
    """1 − s: the default of SSP (arXiv 2510.18821). What nobody can solve pays best, so that all depends on the gates before it."""

    def reward(self, s: Fraction, seen: Circumstances) -> Fraction:
        """Reward of a valid proposal with solve rate s."""
        return 1 - s


@dataclass(frozen=True, kw_only=True)
class Regret(Shaper):
    """The better return less the worse one.

    Those of the best and the worst attempt, as eva (arXiv 2411.00062) weights its prompts, are told by s unless given. The mean with a hint
    and the mean without, SPADE's (arXiv 2608.19197), have to be given: what no hint helps earns nothing, however hard it is.
    """

    invalid: float = 0.0

    def reward(self, s: Fraction, seen: Circumstances) -> Fraction:
        """Reward of a valid proposal with solve rate s."""
        better, worse = seen.returns or (float(s > 0), float(s == 1))
        return _exact(better) - _exact(worse)


SHAPERS: dict[str, type[Shaper]] = {
    "ssr": Ssr,
    "azr": Azr,
    "tent": Tent,
    "gaussian": Gaussian,
    "parabola": Parabola,
    "band": Band,
    "floor_linear": FloorLinear,
    "one_minus": OneMinus,
    "regret": Regret,
}
"""By the name that a rubric or an option calls it."""


def shaper(name: str, /, **settings: float) -> Shaper:
    """A shaper by name, with its settings.

    >>> shaper("band", low=0.25, high=0.5)(1, 2)
    1.0

    Args:
        name: One of ssr, azr, tent, gaussian, parabola, band, floor_linear, one_minus, regret.
        settings: Its fields; `invalid` is one of each.

    Raises:
        NotFound: there is no such shaper; names the nearest.
        UsageError: it has no such setting, or not with that value.
    """
    if name not in SHAPERS:
        raise NotFound("shaper", name, SHAPERS)
    known = [field.name for field in fields(SHAPERS[name])]
    for setting in settings:
        if setting not in known:
            near = nearest(setting, known)
            hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(known)}"
            raise UsageError(f"shaper {name!r} has no setting {setting!r}; {hint}")
    return SHAPERS[name](**settings)


def _exact(number: float | Fraction) -> Fraction:
    """The number as it is written: .8 is four fifths, which no float is."""
    return Fraction(str(number))


def _is_number(given: object) -> bool:
    return isinstance(given, (int, float, Fraction)) and not isinstance(given, bool) and isfinite(given)
