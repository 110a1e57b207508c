"""Records from when the option `backend` was called `rung` read as before, and replay to their own bytes."""

from __future__ import annotations

from typing import Any

import pytest

from axion_env import RandomPolicy, load, play, replay, verify
from axion_env.record.codec import decode, encode


@pytest.mark.parametrize(
    ("env", "rung", "more"),
    [
        ("axion/BugRepair-v0", "function", {"rows": 4}),
        ("axion/TestDuel-v0", "exact", {"domain": 8}),
        ("axion/AbsoluteZero-v0", "exact", {"solvers": 2}),
    ],
)
def test_an_old_record_replays_to_its_own_bytes(env: str, rung: str, more: dict[str, Any]) -> None:
    """The record names its options as they were called then, and so does what a replay makes of it."""
    episode = play(load(env, backend=rung, **more), RandomPolicy(), seed=3)
    assert episode.options == {"backend": rung, **more}
    line = encode(episode._replace(options={"rung": rung, **more}))
    assert '"rung": "' in line or '"rung":"' in line
    assert encode(replay(decode(line))) == line
    assert verify(line) is None
    assert load(env, rung=rung, **more).options == episode.options
