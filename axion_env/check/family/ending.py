"""Checks of endings: forfeits and limits end a play cleanly, and silence does not pay."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from axion_env.check.catalog import Skip, promise
from axion_env.check.finding import Finding
from axion_env.check.subject import Subject
from axion_env.core.driver import serve
from axion_env.core.play import Play
from axion_env.core.policy import RandomPolicy
from axion_env.core.request import Ask, Call
from axion_env.record.episode import Ending, Episode

_NOTHING = "\x00"
_DEALS = 4
_REQUESTS = 24  # per play


@promise(
    "term.forfeit",
    caught="Plays are driven to each of their turns and answered there with nothing legal, until the agent is out.",
    needs=("runtime.startup", "runtime.reward_well_formed"),
)
def forfeit(subject: Subject) -> Iterator[Finding]:
    """An agent that never answers legally forfeits, everybody is judged, and it earns no more than random legal answers do."""
    refused = False
    for k in range(min(subject.deals, _DEALS)):
        for at in range(_REQUESTS):
            episode, ask = _stopped(subject, k, at, limit=False)
            if ask is None:
                break
            if episode.ending is Ending.FAILED and "while parsing" in str(episode.error):
                continue  # reported by action.robustness
            if episode.ending is Ending.FAILED:
                yield Finding(f"{ask.agent} answered with nothing legal and the play FAILED: {episode.error}", task=episode.task.id, seed=k)
                return
            if not any(turn.action.error for turn in episode.turns_of(ask.agent)):
                continue  # any text is an answer here
            refused = True
            problem = _judged(subject, episode, ask)
            if problem is not None:
                yield Finding(problem, line=ask.line, task=episode.task.id, seed=k)
                return
    if not refused:
        raise Skip("no answer is ever refused")


def _judged(subject: Subject, episode: Episode, ask: Ask[Any]) -> str | None:
    if episode.ending is Ending.FORFEIT and ask.agent not in episode.culprits:
        return f"{ask.agent} answered with nothing legal and {episode.culprits} forfeited"
    verdicts = subject.judge(episode)
    if set(verdicts) != set(episode.agents):
        return f"a forfeit is judged for {sorted(verdicts)} only; seated: {sorted(episode.agents)}"
    role = episode.agents[ask.agent]
    usual = [v.reward for e in subject.legal for v in subject.judge(e).values() if v.role == role]
    mean = sum(usual) / len(usual)
    earned = verdicts[ask.agent].reward
    if earned > mean + 1e-9:
        return f"{ask.agent} answered with nothing legal and earns {earned:g}, legal answers {mean:g} on average; silence must not pay"
    return None


@promise(
    "term.truncation",
    caught="Plays are driven to each of their turns and cut off there, as a driver does that runs out of tokens.",
)
def truncation(subject: Subject) -> Iterator[Finding]:
    """A limit from outside ends the play at any turn, and nobody is asked after it."""
    for k in range(min(subject.deals, _DEALS)):
        for at in range(_REQUESTS):
            episode, ask = _stopped(subject, k, at, limit=True)
            if ask is None:
                break
            if episode.ending is Ending.FAILED:
                message = f"cut off at turn {at}, the play FAILED: {episode.error}; after axion_env.Truncated ask nobody"
                yield Finding(message, task=episode.task.id, seed=k)
                return


def _stopped(subject: Subject, k: int, at: int, *, limit: bool) -> tuple[Episode, Ask[Any] | None]:
    """Plays deal k with ask number `at` cut off or never answered legally. Returns the episode and that ask, None if not reached."""
    play, policy = Play(subject.env, subject.task(k), k), RandomPolicy()
    stop: Ask[Any] | None = None
    asked = count()
    while play.requests:
        request = play.requests[0]
        if isinstance(request, Call):
            serve([request], subject.services)
        elif stop is None and next(asked) == at:
            stop = request
            if limit:
                play.truncate(request, "token limit")
            else:
                _refuse(play, request)
        else:
            play.answer(request, policy.act([request])[0])
    assert play.episode is not None
    return play.episode, stop


def _refuse(play: Play, ask: Ask[Any]) -> None:
    while ask in play.requests:
        play.answer(ask, _NOTHING)
