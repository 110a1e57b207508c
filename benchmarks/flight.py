"""Kuhn turns per second with 10, 1,000 and 100,000 plays in flight, and what a waiting play takes."""

from __future__ import annotations

import gc
import tracemalloc
from collections import deque
from collections.abc import Iterator
from functools import partial
from typing import Any

import axion_env
from axion_env import Episode, Play
from benchmarks.measure import rates, spread
from benchmarks.uniform import ENV, Uniform

IN_FLIGHT = (10, 1_000, 100_000)
ROUNDS = 5
WAITING = 2_000


def episodes(in_flight: int, plays: int) -> Iterator[Episode]:
    """Drive so many plays, so many of them at once."""
    env = axion_env.load(ENV)
    return axion_env.drive((Play(env, None, seed) for seed in range(plays)), Uniform(0), in_flight=in_flight)


def drive(in_flight: int, plays: int) -> None:
    """The same, keeping no episode."""
    deque(episodes(in_flight, plays), maxlen=0)


def waiting_bytes() -> dict[str, float]:
    """What a play takes while it waits for its first, second and third answer, everything it alone holds counted."""
    env = axion_env.load(ENV)
    held: dict[str, float] = {}
    for answers in range(3):
        gc.collect()
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        plays = [_wait(Play(env, None, seed), answers) for seed in range(WAITING)]
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert all(play.requests for play in plays)
        held[f"turn {answers + 1}"] = (after - before) / WAITING
    return held


def _wait(play: Play, answers: int) -> Play:
    for move in ("check", "bet")[:answers]:
        play.answer(play.requests[0], move)
    return play


def run() -> dict[str, Any]:
    """Turns per second by plays in flight, and bytes per waiting play."""
    waiting_bytes()  # fills the caches that all plays share
    turns_per_play = sum(len(episode.turns) for episode in episodes(64, WAITING)) / WAITING
    taken = rates({f"{n:,} in flight": (partial(drive, n), max(n, 10_000)) for n in IN_FLIGHT}, ROUNDS)
    return {
        "turns_per_s": {name: spread([rate * turns_per_play for rate in values]) for name, values in taken.items()},
        "bytes_per_waiting_play": waiting_bytes(),
    }
