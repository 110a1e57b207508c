"""Replays of recorded episodes: to verify them, to execute their jobs again, or to fork them at a turn."""

from __future__ import annotations

import copyreg
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from axion_env.core.branch import Chance, log
from axion_env.core.env import Env, current_options
from axion_env.core.play import Play
from axion_env.core.registry import load
from axion_env.core.request import Address, Ask, Call
from axion_env.core.rng import Stream, derive
from axion_env.error import StoreError, UsageError
from axion_env.record.codec import damage, decode, difference, differing
from axion_env.record.episode import Action, Called, Draw, Ending, Episode, Event, Gathered, Limit, Turn
from axion_env.record.task import Task
from axion_env.service import Service


def replay(episode: Episode, *, env: Env | None = None) -> Episode:
    """Plays the episode again with its recorded answers.

    An unchanged environment gives back an equal episode, byte for byte; a changed one diverges, and the result ends where
    the record had no fitting answer (FAILED, by the machine's fault).

    Args:
        episode: The record.
        env: The environment; default: loaded by the record's id and options.
    """
    env = env or load(episode.env, **episode.options)
    result = _replay(episode, env, None)
    if episode.ending is Ending.FAILED and difference(episode, result) is not None:
        # A failure ends the concurrent branches at once, so it is reproduced only if the answer that caused it is given last.
        others = (_replay(episode, env, last) for last in _last(episode.root, ()))
        return next((other for other in others if difference(episode, other) is None), result)
    return result


def _replay(episode: Episode, env: Env, last: Address | None) -> Episode:
    play = unanswered(episode, env)
    _answer_all(play, episode.root, last)
    _answer_all(play, episode.root, None)
    if play.episode is None:
        play.fail(episode.error if episode.fault == "machine" and episode.error else f"the record has no answer for {_names(play)}")
    assert play.episode is not None
    # An older record may name its options otherwise: its names are kept, so that the bytes are equal.
    same = current_options(type(env), episode.options) == env.options
    return play.episode._replace(options=episode.options) if same else play.episode


def _last(events: tuple[Event, ...], path: tuple[int, ...]) -> Iterator[Address]:
    """The address of the last answer of each branch."""
    answered = [i for i, event in enumerate(events) if isinstance(event, Turn | Called)]
    if answered:
        yield path, answered[-1]
    for place, event in enumerate(events):
        if isinstance(event, Gathered):
            for i, branch in enumerate(event.branches):
                yield from _last(branch, (*path, place, i))


def verify(line: str, *, env: Env | None = None) -> str | None:
    """Verifies that a stored line is undamaged and that its replay reproduces it byte for byte.

    Returns:
        The first difference, in words; None if there is none.
    """
    found = damage(line)
    if found is not None:
        return found
    try:
        episode = decode(line)
    except StoreError as problem:
        return str(problem)
    return difference(episode, replay(episode, env=env))


def rerun(episode: Episode, services: Mapping[str, Service], *, env: Env | None = None) -> list[str]:
    """Plays the episode again and compares what services answer now with what they answered then.

    The replay itself goes on with the recorded responses, so that every call is made as it was.

    Args:
        episode: The record.
        services: Services to call, by name; calls of others are left alone. `{"sandbox": Sandbox()}` executes its jobs again.
        env: As in `replay`.

    Returns:
        A line for each call whose answer differs.
    """
    play = unanswered(episode, env or load(episode.env, **episode.options))
    differences: list[str] = []
    answered = True
    while answered:
        answered = False
        for request in list(play.requests):
            if play.episode is None and type(request) is Call and request.service in services:
                event = _find(episode.root, request.address)
                if isinstance(event, Called):
                    (response,) = services[request.service]([request.given])
                    if response != event.response:
                        differences.append(f"{request.service} at {request.address}: {differing(event.response, response)}")
            answered |= play.episode is None and request in play.requests and answer_from(play, request, episode.root)
    return differences


def fork(episode: Episode, address: Address, *, reseed: int | None = None, env: Env | None = None) -> Play:
    """Replays the episode up to one turn (or call) and leaves that open, to be answered another way.

    Everything that could depend on it is dropped: the rest of its branch, and everything after the joins above it. Concurrent
    siblings keep their answers.

    Args:
        episode: The record.
        address: `(path, position)` of the turn; `((), 2)` is the third event of the root.
        reseed: Draw later chance outcomes from this seed; the new episode then records its draws as chosen (seed None).
        env: As in `replay`.

    Raises:
        UsageError: no turn or call stands at the address, or the environment has changed and no longer gets there.
    """
    address = (tuple(address[0]), address[1])
    event = _find(episode.root, address)
    if not isinstance(event, Turn | Called):
        raise UsageError(f"no turn or call at {address}; there is {'nothing' if event is None else type(event).__name__}")
    env = env or load(episode.env, **episode.options)
    if reseed is None and episode.seed is not None:
        play = unanswered(episode, env)
        _answer_all(play, episode.root, address)
    else:
        chance = _Reseeded(episode.root, reseed or 0)
        play = Play(env, episode.task, None, copy=episode.copy, chance=chance)
        _answer_all(play, episode.root, address)
        chance.recorded = ()
    if not any(request.address == address for request in play.requests):
        raise UsageError(f"a replay does not get to {address}; has {episode.env} changed since it was recorded?")
    return play


def restore(
    env: Env, task: Task, seed: int | None, copy: int, events: tuple[Event, ...], attempts: Sequence[tuple[Address, tuple[Action, ...]]]
) -> Play:
    """Rebuilds an unpickled play from the log of its answers."""
    play = Play(env, task, seed, copy=copy)
    _answer_all(play, events, None)
    for address, refused in attempts:
        for request in play.requests:
            if request.address == address:
                for attempt in refused:
                    play.answer(request, Action(attempt.text, tokens=attempt.tokens))
    return play


def _reduced(play: Play) -> tuple[Any, ...]:
    """Pickles a play as the log of its answers, since coroutines cannot be pickled and answering again is quick."""
    if play.chance is not None:
        raise TypeError("a play whose draws are chosen from outside cannot be pickled; seed it instead")
    open_attempts = [(r.address, r.attempts) for r in play.requests if type(r) is Ask and r.attempts]
    events = play.episode.root if play.episode is not None else log(play.root)
    return restore, (play.env, play.task, play.seed, play.copy, events, open_attempts)


copyreg.pickle(Play, _reduced)


class _Reseeded:
    """Answers draws from a record as long as it has one, then from streams of another seed."""

    def __init__(self, recorded: tuple[Event, ...], seed: int) -> None:
        self.recorded = recorded
        self._seed = seed
        self._streams: dict[tuple[int, ...], Stream] = {}

    def __call__(self, address: Address, label: str, items: Sequence[Any]) -> int:
        if self.recorded:
            return _recorded_draw(self.recorded, address, len(items))
        path = address[0]
        if path not in self._streams:
            self._streams[path] = Stream(derive(self._seed, *path))
        return self._streams[path].below(len(items))


def _recorded_draw(root: tuple[Event, ...], address: Address, of: int) -> int:
    event = _find(root, address)
    return event.index if isinstance(event, Draw) and event.index < of else 0


def unanswered(episode: Episode, env: Env) -> Play:
    """A new play of the episode's deal, which will make the same draws; nothing is answered yet."""

    def recorded(address: Address, label: str, items: Sequence[Any]) -> int:
        return _recorded_draw(episode.root, address, len(items))

    chance: Chance | None = recorded if episode.seed is None else None
    return Play(env, episode.task, episode.seed, copy=episode.copy, chance=chance)


def _answer_all(play: Play, root: tuple[Event, ...], stop: Address | None) -> None:
    """Answers all requests that the record has an answer for, except the one at `stop`."""
    answered = True
    while answered:
        answered = False
        for request in list(play.requests):
            if play.episode is None and request.address != stop:
                answered |= answer_from(play, request, root)


def answer_from(play: Play, request: Ask[Any] | Call[Any], root: tuple[Event, ...]) -> bool:
    """Answers an open request as it was answered in the record; False if the record has no answer for it."""
    path, position = request.address
    event = _find(root, (path, position))
    if isinstance(event, Turn) and type(request) is Ask and event.agent == request.agent:
        for attempt in event.attempts:
            if play.episode is None and request in play.requests:
                play.answer(request, Action(attempt.text, tokens=attempt.tokens))
        event = _find(root, (path, position + 1))
        if isinstance(event, Limit) and request in play.requests:
            play.truncate(request, event.reason)
        return True
    if isinstance(event, Called) and type(request) is Call:
        play.answer(request, event.response)
        return True
    if isinstance(event, Limit):
        play.truncate(request, event.reason)
        return True
    return False


def _find(root: tuple[Event, ...], address: Address) -> Event | None:
    path, position = address
    if len(path) % 2:
        return None
    events = root
    for place, index in zip(path[::2], path[1::2], strict=True):
        gathered = events[place] if 0 <= place < len(events) else None
        if not isinstance(gathered, Gathered) or not 0 <= index < len(gathered.branches):
            return None
        events = gathered.branches[index]
    return events[position] if 0 <= position < len(events) else None


def _names(play: Play) -> str:
    return ", ".join(request.describe() for request in play.requests)
