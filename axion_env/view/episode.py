"""What a page shows of an episode: plain lists and texts, so that the script in the page only lays out.

Values become text here and not in the browser, whose numbers have 53 bits: an answer of twenty digits is shown as it was given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from axion_env.record.episode import Called, Draw, Episode, Limit, Message, Reveal
from axion_env.record.outline import Asked, Attempt, Shown, as_text, cut, newest_version, outline
from axion_env.record.verdict import Verdict
from axion_env.sandbox.inside import wire

_LONGEST = 200_000
"""Characters kept of one text: a page with all of what a model in a loop wrote would open slowly."""


def view_of(episode: Episode, verdicts: Mapping[str, Verdict], line: int) -> dict[str, Any]:
    """The episode as the page's script reads it.

    Args:
        episode: Any episode, FAILED ones included.
        verdicts: From `judge`; empty where it cannot be judged.
        line: Its line in the file.
    """
    facts = {} if episode.facts is None else episode.facts
    return {
        "line": line,
        "env": episode.env,
        "options": text(dict(episode.options)) if episode.options else "",
        "task": episode.task.id,
        "public": _fields(episode.task.public),
        "secret": _fields(episode.task.secret),
        "agents": list(episode.agents.items()),
        "seed": None if episode.seed is None else str(episode.seed),
        "copy": episode.copy,
        "version": newest_version(episode),
        "ending": str(episode.ending),
        "culprits": list(episode.culprits),
        "why": " ".join(filter(None, (episode.fault and f"by the {episode.fault}'s fault:", episode.error))),
        "facts": _fields(facts),
        "events": _events(outline(episode.root)),
        "closing": {agent: _messages(messages) for agent, messages in episode.closing.items() if messages},
        "verdicts": {agent: _verdict(verdict) for agent, verdict in verdicts.items()},
    }


def text(value: Any) -> str:
    """A value as it is read, cut where it is very long."""
    return _cut(as_text(value))


def _cut(said: str) -> str:
    return cut(said, _LONGEST, " are in the file")


def _fields(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, text(value)) for name, value in facts.items()]


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {"role": verdict.role, "reward": verdict.reward, "parts": [(p.name, p.value, p.turn) for p in verdict.parts]}


def _messages(messages: tuple[Message, ...]) -> list[tuple[str, str]]:
    return [(author, _cut(said)) for author, said in messages]


def _events(events: tuple[Shown, ...]) -> list[dict[str, Any]]:
    return [_event(event) for event in events]


def _event(event: Shown) -> dict[str, Any]:
    """One event by its kind."""
    if isinstance(event, Asked):
        return {
            "kind": "turn",
            "agent": event.agent,
            "seen": _messages(event.seen),
            "choices": event.choices,
            "tries": [_attempt(attempt) for attempt in event.attempts],
            "notes": _cut(event.notes),
        }
    if isinstance(event, Draw):
        return {"kind": "draw", "label": event.label, "value": text(event.value), "of": event.of, "to": event.visible_to}
    if isinstance(event, Reveal):
        return {"kind": "reveal", "label": event.label, "to": event.agents}
    if isinstance(event, Called):
        return _job(event) if event.service == "sandbox" else _call(event)
    if isinstance(event, Limit):
        return {"kind": "limit", "reason": event.reason}
    return {"kind": "gather", "branches": [_events(branch) for branch in event.branches]}


def _attempt(attempt: Attempt) -> dict[str, Any]:
    shown: dict[str, Any] = {"text": _cut(attempt.text)}
    if attempt.refused is not None:
        shown["error"] = attempt.refused
    if attempt.read is not None:
        shown["parsed"] = _cut(attempt.read)
    if attempt.tokens is not None:
        shown["tokens"] = (len(attempt.tokens.completion_ids), attempt.tokens.policy, attempt.tokens.version)
    return shown


def _call(event: Called) -> dict[str, Any]:
    return {"kind": "call", "service": event.service, "request": text(event.request), "response": text(event.response)}


def _job(event: Called) -> dict[str, Any]:
    """A sandboxed job: what ran, and how each of its cases ended."""
    try:
        job, result = event.request["job"], event.response
        function = job.get("function")
        shown: dict[str, Any] = {"kind": "job", "status": str(result["status"]), "limits": text(job.get("limits"))}
        if function is None:
            shown |= {"title": " ".join(job["command"]["argv"]), "code": "", "stdin": _cut(job["command"].get("stdin", ""))}
        else:
            shown |= {"title": function["entry"], "code": _cut(function["code"]), "stdin": "", "cases": _cases(function, result)}
        workspace = result.get("workspace") or {}
        changed = [*workspace.get("changed", ()), *(f"{path} (removed)" for path in workspace.get("removed", ()))]
        said = {name: _cut(str(result[name])) for name in ("error", "exit_code", "stdout", "stderr") if name in result}
        return shown | {"said": list(said.items()), "changed": changed}
    except (KeyError, TypeError, AttributeError):
        return _call(event)  # somebody else's service of that name


def _cases(function: Mapping[str, Any], result: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    """What was called, what came of it, and whether it returned; calls that were not reached are left out."""
    keywords = function.get("keywords") or [{}] * len(function["calls"])
    found = []
    for call, named, case in zip(function["calls"], keywords, result.get("cases", ()), strict=False):
        given = [*map(_literal, call), *(f"{name}={_literal(value)}" for name, value in _pairs(named))]
        returned = "error" not in case
        found.append((f"({', '.join(given)})", _cut(_literal(case["value"]) if returned else case["error"]), returned))
    return found


def _pairs(packed: Any) -> list[tuple[Any, Any]]:
    unpacked = packed.get("dict", ()) if isinstance(packed, dict) else ()
    return [(name, value) for name, value in unpacked]


def _literal(packed: Any) -> str:
    """A packed value as it would be written in Python."""
    try:
        return _cut(repr(wire.unpack(packed)))
    except (ValueError, TypeError, KeyError, RecursionError):
        return text(packed)
