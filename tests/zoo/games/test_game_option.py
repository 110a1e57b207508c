"""The games' options: what they are told of is played, and what makes no game is refused."""

from __future__ import annotations

from typing import Any

import pytest

from axion_env import Ending, Play, RandomPolicy, UsageError, drive, judge, load, play_demo

OPTIONS: list[tuple[str, dict[str, Any]]] = [
    *(("TicTacToe", {"size": size}) for size in (2, 4, 5, 9)),
    *(("KuhnPokerSpiral", {"rounds": rounds}) for rounds in (1, 2, 3)),
    *(("SimpleNegotiation", {"turns": turns, "amount": amount}) for turns, amount in ((1, 1), (2, 1), (3, 2), (4, 1000))),
    *(("WhoIsTheSpy", {"players": players, "rounds": rounds}) for players, rounds in ((3, 1), (4, 2), (10, 3))),
]


@pytest.mark.parametrize(("name", "options"), OPTIONS)
def test_demos_hold_under_options(name: str, options: dict[str, Any]) -> None:
    """Each still ends as it says, one with the most there is, and one is a cheat."""
    env = load(f"axion/{name}-v0", **options)
    demos = env.demos()
    for demo in demos:
        verdicts = judge(env, play_demo(env, demo))
        assert {agent: verdict.reward for agent, verdict in verdicts.items()} == demo.rewards
    assert any(demo.name.startswith("cheat") for demo in demos)


@pytest.mark.parametrize(("name", "options"), [one for one in OPTIONS if one[1].get("amount") != 1000])
def test_random_plays_keep_within_the_limits(name: str, options: dict[str, Any]) -> None:
    """No turn more than max_turns, and some play that takes them all where the game has a fixed length."""
    env = load(f"axion/{name}-v0", **options)
    tasks = env.tasks()
    episodes = list(drive((Play(env, tasks[seed % len(tasks)], seed) for seed in range(30)), RandomPolicy(1)))
    assert {episode.ending for episode in episodes} == {Ending.FINISHED}
    longest = max(len(episode.turns) for episode in episodes)
    assert longest == env.spec.max_turns if name in ("SimpleNegotiation", "WhoIsTheSpy") else longest <= env.spec.max_turns


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("TicTacToe", {"size": 1}),
        ("TicTacToe", {"size": 10}),
        ("KuhnPokerSpiral", {"rounds": 0}),
        ("SimpleNegotiation", {"turns": 0}),
        ("SimpleNegotiation", {"amount": 0}),
        ("WhoIsTheSpy", {"players": 2}),
        ("WhoIsTheSpy", {"rounds": 0}),
    ],
)
def test_what_makes_no_game_is_refused(name: str, options: dict[str, Any]) -> None:
    """With what was got."""
    with pytest.raises(UsageError, match=f"{name} needs .*: got .*{next(iter(options.values()))}"):
        load(f"axion/{name}-v0", **options)
