"""An episode as plain text: what chance dealt, what each agent was shown, what it said, and what that was worth.

    axion/KuhnPoker-v0, task 0, seed 7
    player_0 is first, player_1 is second

    chance: card of player_0 is K (1 of 3), seen by player_0
    chance: card of player_1 is Q (1 of 2), seen by player_1

    player_0 is asked (check, bet)
      | You hold K. Betting so far: none. Choose: check or bet.
      > bet

One episode has one transcript. Text from agents and environments cannot steer a terminal: what does not print is shown escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from axion_env.record.episode import Called, Draw, Ending, Episode, Limit, Message, Reveal
from axion_env.record.outline import Asked, Attempt, Branches, Shown, as_text, outline
from axion_env.record.verdict import Verdict

_LONGEST = 300
"""Characters shown of a value that is not text to be read: a task's content, a service's response."""


def transcript(episode: Episode, verdicts: Mapping[str, Verdict] | None = None, *, agent: str | None = None) -> str:
    """The episode, readably; ends in a newline.

    Args:
        episode: Any episode, FAILED ones included.
        verdicts: From `judge`: adds what each agent earned.
        agent: Show only what this agent was shown, said and earned.
    """
    lines = [*_head(episode, agent), "", *_events(outline(episode.root, agent), ""), ""]
    for name, messages in episode.closing.items():
        if agent in (None, name):
            lines += [f"{name} is told at the end", *_shown(messages, "  "), ""]
    lines.append(_ending(episode, agent))
    for name, verdict in (verdicts or {}).items():
        if agent in (None, name):
            lines.append(_earned(verdict))
    return "\n".join(map(printable, _tidy(lines))) + "\n"


def printable(text: str) -> str:
    """The text with everything that does not print escaped, so that it can neither steer a terminal nor fail to be written."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def amount(value: float) -> str:
    """A reward with its sign: `+2`, `-0.5`, `0`."""
    return f"{value:+.6g}" if value else "0"


def _head(e: Episode, agent: str | None) -> Iterator[str]:
    options = f" {_value(dict(e.options))}" if e.options else ""
    chance = "draws chosen" if e.seed is None else f"seed {e.seed}"
    copy = f", copy {e.copy}" if e.copy else ""
    yield f"{e.env}{options}, task {e.task.id}, {chance}{copy}"
    yield ", ".join(f"{seated} is {role}" for seated, role in e.agents.items())
    if e.task.public and agent is None:
        yield f"task: {_value(e.task.public)}"
    if e.task.secret and agent is None:
        yield f"secret: {_value(e.task.secret)}"


def _events(events: tuple[Shown, ...], indent: str) -> Iterator[str]:
    for event in events:
        if isinstance(event, Branches):
            for i, branch in enumerate(event.branches):
                if branch:
                    yield from ("", f"{indent}branch {i + 1} of {len(event.branches)}", *_events(branch, indent + "  "), "")
        elif isinstance(event, Asked):
            yield from ("", *(indent + line for line in _asked(event)), "")
        else:
            yield from (indent + line for line in _other(event))


def _asked(turn: Asked) -> Iterator[str]:
    choices = f" ({', '.join(turn.choices)})" if turn.choices else ""
    yield f"{turn.agent} is asked{choices}"
    yield from _shown(turn.seen, "  ")
    for attempt in turn.attempts:
        yield from _attempt(attempt)
    if turn.notes:
        yield f"  noted: {_cut(turn.notes)}"


def _attempt(attempt: Attempt) -> Iterator[str]:
    yield from _block(attempt.text, "  > ")
    if attempt.refused is not None:
        yield f"  refused: {attempt.refused}"
    if attempt.read is not None:
        yield f"  = {_cut(attempt.read)}"
    if attempt.tokens is not None:
        tokens = attempt.tokens
        yield f"  {len(tokens.completion_ids)} tokens by {tokens.policy}, version {tokens.version}"


def _other(event: Draw | Reveal | Called | Limit) -> Iterator[str]:
    if isinstance(event, Draw):
        seen = f", seen by {', '.join(event.visible_to)}" if event.visible_to else ""
        yield f"chance: {event.label} is {_value(event.value)} (1 of {event.of}){seen}"
    elif isinstance(event, Reveal):
        yield f"known to {', '.join(event.agents)} from here on: {event.label}"
    elif isinstance(event, Called):
        yield f"call of {event.service}: {_value(event.request)}"
        yield f"  answered: {_value(event.response)}"
    else:
        yield f"limit: {event.reason}"


def _shown(messages: tuple[Message, ...], indent: str) -> Iterator[str]:
    for author, text in messages:
        yield from _block(text if author == "user" else f"({author}) {text}", f"{indent}| ")


def _block(text: str, prefix: str) -> Iterator[str]:
    return (f"{prefix}{line}".rstrip(" ") for line in text.split("\n"))


def _ending(e: Episode, agent: str | None) -> str:
    culprits = f" by {', '.join(e.culprits)}" if e.culprits else ""
    fault = f" by the {e.fault}'s fault" if e.ending is Ending.FAILED else ""
    error = f": {e.error}" if e.error else ""
    facts = f" {_value(e.facts)}" if e.facts is not None and agent is None else ""
    return f"{e.ending}{culprits}{fault}{error}{facts}"


def _earned(verdict: Verdict) -> str:
    parts = ", ".join(f"{p.name} {amount(p.value)}{'' if p.turn is None else f' at its turn {p.turn + 1}'}" for p in verdict.parts)
    return f"{verdict.agent} earns {amount(verdict.reward)}{f': {parts}' if parts else ''}"


def _value(value: Any) -> str:
    return _cut(as_text(value))


def _cut(text: str) -> str:
    """On one line, without a word on how much is missing."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _tidy(lines: list[str]) -> Iterator[str]:
    """The lines without two empty ones in a row."""
    previous = ""
    for line in lines:
        if line or previous:
            yield line
        previous = line
