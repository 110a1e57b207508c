"""Cross-play: a policy against others, from every seat on the same deals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from axion_env import Ending, Env, Play, PlayFailed, Policy, UsageError, Utility, derive, drive, judge
from axion_train.evaluate.stats import Interval, mean_interval, wilson

ALL = "all seats"
RATES = ("won", "drawn", "lost")
HEADER = ("opponent", "seat", "plays", "reward", *RATES)


class Standing(NamedTuple):
    """Results of a policy against an opponent from one seat, or from all of them."""

    plays: int
    reward: Interval
    rates: Mapping[str, Interval]
    """Shares `won`, `drawn` and `lost`: more, as much, or less than the best of the others earned. Empty where all earn the same.

    Wilson's interval counts plays as independent. Over all seats they come in deals; where good cards for one seat are bad ones for the
    other, the interval is wider than need be.
    """

    def to_dict(self) -> dict[str, Any]:
        """Numbers by name, for JSON."""
        rates = {rate: interval._asdict() for rate, interval in self.rates.items()}
        return {"plays": self.plays, "reward": self.reward._asdict(), **rates}


def cross_play(env: Env, policy: Policy, opponent: Policy, *, split: str, deals: int, seed: int) -> dict[str, Standing]:
    """Play every deal once from each seat, the opponent in all the others.

    Args:
        env: The rules, for two agents or more.
        policy: The one that is measured.
        opponent: Plays all other seats.
        split: Of the environment's tasks; deal k plays the k-th.
        deals: How many; a play's copy number is the seat the policy has in it.
        seed: Seeds the chance streams.

    Returns:
        By seat and over `ALL` of them. Since all seats play the same deals, the interval of the mean over them is that of deals, each worth
        the mean over its seats.

    Raises:
        UsageError: the environment seats one agent only, or fewer than two deals are asked for.
        PlayFailed: the environment's own code, or a machine, broke.
    """
    if deals < 2:
        raise UsageError(f"an interval takes two deals or more: got {deals}")
    pool = env.tasks(split)
    plays = [
        Play(env, task, derive(seed, "cross-play", k) >> 1, copy=i)
        for k, task in ((k, pool[k % len(pool)]) for k in range(deals))
        for i in range(len(task.agents or env.seats))
    ]
    if any(len(play.agents) < 2 for play in plays):
        raise UsageError(f"{env.spec.id} seats one agent, who has no opponents; leave out --opponents")
    earned: dict[str, list[tuple[float, float]]] = {agent: [] for agent in env.seats}
    by_deal: dict[int, list[float]] = {}
    for episode in drive(plays, lambda play: {a: policy if i == play.copy else opponent for i, a in enumerate(play.agents)}):
        if episode.ending is Ending.FAILED:
            raise PlayFailed(episode)
        agent = tuple(episode.agents)[episode.copy]
        rewards = {a: verdict.reward for a, verdict in judge(env, episode).items()}
        own = rewards.pop(agent)
        earned[agent].append((own, max(rewards.values())))
        assert episode.seed is not None
        by_deal.setdefault(episode.seed, []).append(own)
    competes = env.spec.utility is not Utility.IDENTICAL
    seats = {agent: _standing(pairs, [own for own, _ in pairs], competes) for agent, pairs in earned.items() if pairs}
    together = [pair for pairs in earned.values() for pair in pairs]
    return {**seats, ALL: _standing(together, [sum(values) / len(values) for values in by_deal.values()], competes)}


def _standing(pairs: list[tuple[float, float]], independent: list[float], competes: bool) -> Standing:
    won, lost = sum(own > best for own, best in pairs), sum(own < best for own, best in pairs)
    counts = zip(RATES, (won, len(pairs) - won - lost, lost), strict=True)
    return Standing(len(pairs), mean_interval(independent), {rate: wilson(n, len(pairs)) for rate, n in counts} if competes else {})


def rows(standings: Mapping[str, Mapping[str, Standing]]) -> Iterator[tuple[str, ...]]:
    """Rows of a table under `HEADER`."""
    for opponent, seats in standings.items():
        for seat, s in seats.items():
            yield (opponent, seat, str(s.plays), _shown(s.reward), *(_shown(s.rates[rate]) if s.rates else "" for rate in RATES))


def _shown(interval: Interval) -> str:
    return f"{interval.mean:.3f} [{interval.low:.3f}, {interval.high:.3f}]"
