"""Checks of records: an episode can be replayed and forked at any turn, and its jobs end as recorded."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

from axion_env.check.catalog import Skip, promise
from axion_env.check.family.chance import differing
from axion_env.check.finding import Finding
from axion_env.check.subject import Subject
from axion_env.core.play import Play
from axion_env.core.replay import answer_from, fork, rerun, verify
from axion_env.core.request import Address
from axion_env.record.codec import encode
from axion_env.record.episode import Called, Episode, Event, Gathered, Turn
from axion_env.service import Service

_FORKED = 6  # episodes forked at every turn
_TURNS = 12


@promise(
    "semantic.replayability",
    caught="Random plays and demos are written, read, played again from their record and compared.",
    needs=("runtime.startup", "runtime.episode_determinism"),
)
def replayability(subject: Subject) -> Iterator[Finding]:
    """A stored episode plays again to the same bytes."""
    for episode in subject.episodes:
        found = verify(encode(episode), env=subject.env)
        if found is not None:
            message = f"a replay differs: {found}; play may depend on its task, draws and answers only"
            yield Finding(message, task=episode.task.id, seed=episode.seed)
            return


@promise(
    "episode.fork",
    caught="Random plays are forked and pickled at each of their turns, finished from the record, and compared.",
    needs=("runtime.startup", "semantic.replayability", "episode.answer_order", "pickle.roundtrip"),
)
def forks(subject: Subject) -> Iterator[Finding]:
    """An episode left at any turn, or pickled there, and answered as before ends in the same bytes."""
    for episode in subject.legal[:_FORKED]:
        for address in list(_turns(episode.root, ()))[:_TURNS]:
            open_at = fork(episode, address, env=subject.env)
            for how, play in (("pickled", pickle.loads(pickle.dumps(open_at))), ("forked", open_at)):
                found = differing([episode], [_finished(play, episode)])
                if found is not None:
                    yield found._replace(message=f"the play {how} at {address} ends otherwise. {found.message}", address=address)
                    return


def _turns(events: tuple[Event, ...], path: tuple[int, ...]) -> Iterator[Address]:
    for place, event in enumerate(events):
        if isinstance(event, Turn):
            yield path, place
        elif isinstance(event, Gathered):
            for i, branch in enumerate(event.branches):
                yield from _turns(branch, (*path, place, i))


def _finished(play: Play, episode: Episode) -> Episode:
    while play.episode is None:
        if not answer_from(play, play.requests[0], episode.root):
            play.fail("the record has no answer")
    return play.episode


@promise(
    "jobs.determinism",
    caught="The jobs of demos and of some random plays are executed a second time.",
)
def jobs(subject: Subject) -> Iterator[Finding]:
    """A sandboxed job executed again ends as it did."""
    episodes = [e for e in subject.episodes if any(type(event) is Called and event.service == "sandbox" for event in e.events())]
    if not episodes:
        raise Skip("no play runs a job")
    sandbox: dict[str, Service] = {"sandbox": subject.bare["sandbox"]}
    for episode in episodes[:_FORKED]:
        for difference in rerun(episode, sandbox, env=subject.env):
            message = f"a job ends otherwise when it is executed again: {difference}; seed what it draws, and print no clock"
            yield Finding(message, task=episode.task.id, seed=episode.seed)
            return
