"""Checks of chance and order: a play depends on its seed, and on no other chance, instance, play or order of answers."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from inspect import signature
from typing import Any

from axion_env.check.catalog import Skip, promise
from axion_env.check.finding import Finding, Severity
from axion_env.check.subject import Subject
from axion_env.check.watch import Access, Resource, watching
from axion_env.core.driver import serve
from axion_env.core.env import Env
from axion_env.core.play import Play
from axion_env.core.policy import RandomPolicy
from axion_env.core.replay import answer_from, unanswered
from axion_env.core.request import Call
from axion_env.core.rng import Stream, derive
from axion_env.record.codec import difference
from axion_env.record.episode import Episode, Gathered

_WATCHED = 4  # plays; a watched play takes ten times as long
_ORDERS = 4


def watched(subject: Subject) -> list[Access]:
    """Accesses to forbidden resources in a few plays, each line of code once."""
    with watching() as seen:
        for k in range(min(subject.deals, _WATCHED)):
            subject.play(subject.task(k), k)
    return list({access.line: access for access in seen}.values())


@promise(
    "rng.no_global_state",
    caught="Its state is compared before and after, and plays are repeated under other global seeds.",
    needs=("runtime.startup", "runtime.reward_well_formed", "task.ids"),
)
def no_global_state(subject: Subject) -> Iterator[Finding]:
    """The global `random` (and NumPy's) is neither read nor moved by building, tasks, play or rewards."""

    def run() -> list[Episode]:
        env = subject.rebuilt()
        tasks = [subject.task(k, env=env) for k in range(subject.deals)]
        episodes = [subject.play(task, k, env=env) for k, task in enumerate(tasks)]
        for episode in episodes:
            if episode.fault is None:
                subject.judge(episode)
        return episodes

    with _global_seed(1):
        states = _global_states()
        one = run()
        moved = [name for name, before, after in zip(("random", "numpy.random"), states, _global_states(), strict=False) if before != after]
    with _global_seed(1):
        repeated = run()
    with _global_seed(2):
        other = run()
    found = differing(one, other) if differing(one, repeated) is None else None  # else the global seed is not the cause
    if not moved and found is None:
        return
    lines = [access.line for access in watched(subject) if access.resource is Resource.GLOBAL_RNG]
    at = lines[0] if lines else None
    if moved:
        yield Finding(f"the global state of {' and '.join(moved)} moves; draw with ctx.draw, or from axion_env.Stream(task seed)", line=at)
    if found is not None:
        yield Finding(f"the same plays differ under another global seed; draw with ctx.draw. {found.message}", line=at, seed=found.seed)


@contextmanager
def _global_seed(seed: int) -> Iterator[None]:
    before, numpy = random.getstate(), sys.modules.get("numpy")
    before_numpy = numpy.random.get_state() if numpy is not None else None
    random.seed(seed)
    if numpy is not None:
        numpy.random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)
        if numpy is not None:
            numpy.random.set_state(before_numpy)


def _global_states() -> list[str]:
    numpy = sys.modules.get("numpy")
    return [repr(random.getstate())] + ([numpy.random.get_state(legacy=False)["state"].__repr__()] if numpy is not None else [])


@promise(
    "runtime.seed_control",
    caught="Plays are watched for random generators of their own; tasks and plays are compared under two values of an option `seed`.",
    needs=("runtime.startup", "rng.no_global_state"),
)
def seed_control(subject: Subject) -> Iterator[Finding]:
    """The seed governs all chance: `ctx.draw` is the only chance in a play, and an option `seed` changes the tasks or the plays."""
    for access in watched(subject):
        if access.resource is Resource.OWN_RNG:
            yield Finding(f"{access.line} draws from a generator of its own, which no seed reaches; use ctx.draw", line=access.line)
    parameters = signature(type(subject.env).__init__).parameters
    if "seed" not in parameters or not isinstance(subject.env.options.get("seed", parameters["seed"].default), int):
        return
    seed = subject.env.options.get("seed", parameters["seed"].default)
    other = subject.rebuilt(seed=seed + 1)
    mine, others = ([_content(subject, env, k) for k in range(subject.deals)] for env in (subject.env, other))
    if mine == others:
        yield Finding(f"tasks and plays are the same with seed={seed} and seed={seed + 1}; use the option, or drop it")


def _content(subject: Subject, env: Env, k: int) -> Any:
    task = subject.task(k, env=env)
    return task.public, task.secret, subject.play(task, k, env=env).root


@promise(
    "runtime.episode_determinism",
    caught="Every random play is repeated on the same instance, in reverse order, and on a fresh one; clocks are watched for.",
    needs=("runtime.startup", "rng.no_global_state"),
)
def episode_determinism(subject: Subject) -> Iterator[Finding]:
    """Same options, task, seed and actions give the same bytes: a second time, and from another instance."""

    def repeat(env: Env) -> list[Episode]:
        return [subject.play(subject.task(k, env=env), k, env=env) for k in reversed(range(subject.deals))][::-1]

    found = differing(subject.random, repeat(subject.env))
    if found is not None:
        yield found._replace(message=f"a second play differs from the first; play may depend on its task and draws only. {found.message}")
        return
    found = differing(subject.random, repeat(subject.rebuilt()))
    if found is not None:
        yield found._replace(message=f"another instance plays otherwise; an instance is its options and nothing else. {found.message}")
    for access in watched(subject):
        if access.resource is Resource.ENTROPY:
            message = f"{access.line} calls {access.what}; a replay would get another value"
            yield Finding(message, Severity.WARNING, line=access.line)


@promise(
    "runtime.episode_isolation",
    caught="All random plays are advanced at once on two instances, one answer at a time in a shuffled order, and compared.",
    needs=("runtime.startup", "runtime.episode_determinism"),
)
def episode_isolation(subject: Subject) -> Iterator[Finding]:
    """Plays share nothing: in flight together with others, of this instance or a second one, each goes as it does alone."""
    envs = (subject.env, subject.rebuilt())
    plays = [Play(env, subject.task(k, env=env), k) for k in range(subject.deals) for env in envs]
    policy, order = RandomPolicy(), Stream(derive(0, "isolation"))
    waiting = [play for play in plays if not play.done]
    while waiting:
        at = order.below(len(waiting))
        play = waiting[at]
        request = play.requests[0]  # in the order of the driver: other orders are tested by episode.answer_order
        if isinstance(request, Call):
            serve([request], subject.services)
        else:
            play.answer(request, policy.act([request])[0])
        if play.done:
            waiting[at] = waiting[-1]
            waiting.pop()
    for half in (plays[::2], plays[1::2]):
        found = differing(subject.random, [play.episode for play in half if play.episode is not None])
        if found is not None:
            yield found._replace(
                message=f"a play goes otherwise when others are in flight; keep its state in play's locals. {found.message}"
            )
            return


@promise(
    "episode.answer_order",
    caught="Plays and demos with concurrent turns are answered again in shuffled orders, and compared byte for byte.",
    needs=("runtime.startup", "runtime.episode_determinism"),
)
def answer_order(subject: Subject) -> Iterator[Finding]:
    """The order in which answers arrive never shows."""
    concurrent = [episode for episode in subject.episodes if any(type(event) is Gathered for event in episode.root)]
    if not concurrent:
        raise Skip("nothing is asked at the same time")
    for episode in concurrent:
        for number in range(_ORDERS):
            found = differing([episode], [shuffled_replay(subject, episode, Stream(derive(number, "order")))])
            if found is not None:
                message = (
                    "another order of answering gives another episode; branches speak by return value and share no object that changes"
                )
                yield found._replace(message=f"{message}. {found.message}")
                return


def shuffled_replay(subject: Subject, episode: Episode, order: Stream) -> Episode:
    """Replays an episode, its answers given one at a time in a shuffled order."""
    play = unanswered(episode, subject.env)
    while play.episode is None:
        request = play.requests[order.below(len(play.requests))]
        if not answer_from(play, request, episode.root):
            play.fail(f"the record has no answer for {request.describe()}")
    return play.episode


def differing(expected: Sequence[Episode], got: Iterable[Episode]) -> Finding | None:
    """A finding for the first pair of episodes that are not the same bytes; None if all are."""
    for one, other in zip(expected, got, strict=True):
        words = difference(one, other)
        if words is not None:
            return Finding(f"First difference: {words}", task=one.task.id, seed=one.seed)
    return None
