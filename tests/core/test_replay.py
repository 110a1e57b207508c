"""Rules 4 and 5: an episode replays byte for byte, and can be left at any turn to go another way."""

from __future__ import annotations

import random
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axion_env import (
    Context,
    Ending,
    Env,
    EnvSpec,
    Outcome,
    Play,
    RandomPolicy,
    Reward,
    Role,
    Rubric,
    Task,
    UsageError,
    drive,
    fork,
    load,
    play,
    replay,
    verify,
)  # fmt: skip
from axion_env.record.codec import decode, encode
from axion_env.record.episode import Called, Gathered, Turn
from tests.core.game import GRADES, PROPOSE_AND_SOLVE, by_key, finish, game, in_order
from tests.record.episodes import ADVENTURE, EPISODES


@pytest.mark.parametrize("ending", Ending)
def test_every_episode_replays(ending: Ending) -> None:
    """Branching, forfeited, truncated by a driver's limit, served by a service that is not asked again, failed: byte for byte."""
    chosen = [e for e in EPISODES if e.ending is ending]
    assert chosen
    for episode in chosen:
        assert verify(encode(episode), env=ADVENTURE) is None


@given(st.integers(0, 2**32), st.integers(1, 3))
def test_kuhn_replays(seed: int, hands: int) -> None:
    """So do random Kuhn episodes, loaded by their own id and options."""
    env = load("axion/KuhnPoker-v0", hands=hands)
    assert verify(encode(play(env, RandomPolicy(seed), seed=seed))) is None


def test_chosen_draws_replay() -> None:
    """An episode without a seed is replayed with the draws it records."""
    running = Play(ADVENTURE, None, None, chance=lambda address, label, items: len(items) - 1)
    episode = in_order(running, random.Random(0), lambda ask: "go", {"oracle": lambda requests: [{"stop": True}] * len(requests)})
    assert episode.seed is None
    assert verify(encode(episode), env=ADVENTURE) is None


def test_a_parsers_failure_replays() -> None:
    """What a parser choked on is in the record, so a replay chokes on it too."""

    async def parses(task: Task, ctx: Context) -> Outcome:
        return Outcome({"n": await ctx.ask("a", "?", parse=int)})

    env = game(parses, retries=1)
    assert verify(encode(finish(env, {"a": ["seven"]})), env=env) is None


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Python, too, complains of the swallowing
def test_a_machine_fault_on_a_play_that_swallows_replays() -> None:
    """Two things went wrong at once; both are said, once, in the record and in its replay."""

    async def swallows(task: Task, ctx: Context) -> Outcome:
        try:
            await ctx.ask("a", "?", choices=("x",))
        except GeneratorExit:
            await ctx.ask("a", "?", choices=("x",))
        return Outcome({})

    env = game(swallows)
    running = Play(env)
    running.fail("the power went out")
    assert running.episode is not None
    assert (running.episode.error or "").startswith("the power went out; GeneratorExit was swallowed at ")
    assert verify(encode(running.episode), env=env) is None


def test_attempts_before_a_limit_replay() -> None:
    """A turn cut off between two attempts is cut off there again."""

    async def asks(task: Task, ctx: Context) -> Outcome:
        await ctx.ask("a", "?", choices=("x",))
        return Outcome({})

    env = game(asks, retries=3)
    running = Play(env)
    running.answer(running.requests[0], "no")
    running.answer(running.requests[0], "no!")
    running.truncate(running.requests[0], "time")
    assert running.episode is not None
    assert verify(encode(running.episode), env=env) is None


@pytest.mark.parametrize("seed", range(20))
def test_a_changed_environment_is_found_out(seed: int) -> None:
    """Replayed under other rules, an episode differs, and verify says where."""
    env = load("axion/KuhnPoker-v0")
    line = encode(play(env, RandomPolicy(seed), seed=seed))
    said = verify(line, env=load("axion/KuhnPoker-v0", ante=2))
    assert said is not None
    assert said.startswith("episode.")
    assert (verify(line, env=load("axion/KuhnPoker-v0", moves=["pass", "raise", "fold", "call"])) or "").startswith("episode.")


def test_a_forged_episode_is_found_out() -> None:
    """With facts rewritten and the checksums made to fit, the replay still disagrees."""
    honest = play(load("axion/KuhnPoker-v0"), RandomPolicy(1), seed=1)
    forged = honest._replace(facts={**(honest.facts or {}), "winner": "somebody"})
    assert "episode.facts.winner" in (verify(encode(forged)) or "")


def test_a_damaged_line_is_not_replayed() -> None:
    """Damage is said before anything is played."""
    line = encode(play(load("axion/KuhnPoker-v0"), RandomPolicy(1), seed=1))
    assert "does not match its checksum" in (verify(line.replace("check", "chuck", 1)) or "")


def _solved(seed: int = 3) -> Any:
    return in_order(Play(PROPOSE_AND_SOLVE, None, seed), random.Random(0), by_key, GRADES)


def _addresses(events: tuple[Any, ...], path: tuple[int, ...] = ()) -> Any:
    for place, event in enumerate(events):
        if isinstance(event, Turn | Called):
            yield path, place
        if isinstance(event, Gathered):
            for i, branch in enumerate(event.branches):
                yield from _addresses(branch, (*path, place, i))


def test_a_fork_answered_alike_is_the_same_episode() -> None:
    """At every turn and call: forked there and answered as before, the play ends in the same bytes."""
    episode = _solved()
    addresses = list(_addresses(episode.root))
    assert len(addresses) == 14
    for address in addresses:
        forked = fork(episode, address, env=PROPOSE_AND_SOLVE)
        assert [r.address for r in forked.requests] == [address]
        again = in_order(forked, random.Random(1), by_key, GRADES)
        assert encode(again) == encode(episode)


def test_a_fork_drops_what_depends_and_keeps_concurrent_siblings() -> None:
    """Left at solver_1's first turn, its second turn and everything after the join are gone; its siblings' answers stay."""
    episode = _solved()
    place = next(i for i, e in enumerate(episode.root) if isinstance(e, Gathered))
    position = next(i for i, e in enumerate(episode.root[place].branches[1]) if isinstance(e, Turn))
    forked = fork(episode, ((place, 1), position), env=PROPOSE_AND_SOLVE)
    (ask,) = forked.requests
    assert ask.agent == "solver_1"  # type: ignore[union-attr]
    old = by_key(ask)  # type: ignore[arg-type]
    other = next(c for c in "123" if c != old)

    def differently(ask):  # type: ignore[no-untyped-def]
        return other if ask.address == ((place, 1), position) else by_key(ask)

    changed = in_order(forked, random.Random(1), differently, GRADES)
    before, after = episode.root[place].branches, changed.root[place].branches
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, False, True, True]
    assert verify(encode(changed), env=PROPOSE_AND_SOLVE) is None


def test_a_reseeded_fork_keeps_the_past_and_draws_another_future() -> None:
    """Draws before the turn stay; later ones follow the new seed; the result replays, with its draws recorded as chosen."""
    episode = _solved()
    futures = set()
    for reseed in range(8):
        forked = fork(episode, ((), 0), reseed=reseed, env=PROPOSE_AND_SOLVE)
        changed = in_order(
            forked, random.Random(1), lambda ask: "easy" if ask.agent == "proposer" and "Propose" in ask.text else ask.choices[0], GRADES
        )  # type: ignore[index]
        assert changed.seed is None
        assert verify(encode(changed), env=PROPOSE_AND_SOLVE) is None
        futures.add(encode(changed))
    assert len(futures) == 8
    last = fork(episode, ((), len(episode.root) - 3), reseed=1, env=PROPOSE_AND_SOLVE)
    ended = in_order(last, random.Random(1), by_key, GRADES)
    assert ended.root[: len(episode.root) - 3] == episode.root[:-3]


def test_a_fork_of_a_stored_episode() -> None:
    """Read back from its line, an episode forks like the fresh one."""
    stored = decode(encode(_solved()))
    assert fork(stored, ((), 0), env=PROPOSE_AND_SOLVE).requests[0].address == ((), 0)


@pytest.mark.parametrize("address", [((), 1), ((), 99), ((), -1), ((9, 0), 0), ((2, 0, 1), 0), ((2, -1), 0)])
def test_a_fork_needs_a_turn(address: Any) -> None:
    """At a draw, past the end, or at an address that is none, there is no turn to leave."""
    with pytest.raises(UsageError, match="no turn or call at"):
        fork(_solved(), address, env=PROPOSE_AND_SOLVE)


def test_a_fork_under_changed_rules() -> None:
    """Where a replay no longer gets to the turn, the fork says so instead of handing back another place."""
    env = load("axion/KuhnPoker-v0")
    (episode,) = drive([Play(env, None, 1)], {"first": RandomPolicy(), "second": RandomPolicy()})
    last = max(i for i, e in enumerate(episode.root) if isinstance(e, Turn))
    with pytest.raises(UsageError, match="has axion/KuhnPoker-v0 changed"):
        fork(episode, ((), last), env=load("axion/KuhnPoker-v0", moves=["pass", "raise", "quit", "see"]))


def test_a_replay_asks_no_service() -> None:
    """Recorded responses stand in for the services."""
    called = next(e for e in EPISODES if any(isinstance(event, Called) for event in e.events()))
    assert replay(called, env=ADVENTURE) == called


class Renamed(Env):
    """An environment one of whose options had another name."""

    spec = EnvSpec("test/Renamed-v0", agents={"a": Role("one")}, reward_range=(0, 1))
    rubric = Rubric(one=[Reward(lambda episode, agent: 1.0, name="there")])
    renamed: ClassVar = {"size": "count"}

    def __init__(self, count: int = 1) -> None:
        self.count = count

    async def play(self, task: Task, ctx: Context) -> Outcome:
        for _ in range(self.count):
            await ctx.ask("a", "?", choices=("x", "y"))
        return Outcome({"count": self.count})


def test_an_option_under_its_older_name() -> None:
    env = Renamed(count=2)
    old = play(env, RandomPolicy(), seed=3)._replace(options={"size": 2})
    assert Renamed(size=2).options == {"count": 2}
    assert encode(replay(old, env=Renamed(**old.options))) == encode(old)
    assert verify(encode(old), env=env) is None
    with pytest.raises(UsageError, match="'size' is the old name of 'count'"):
        Renamed(size=1, count=2)
