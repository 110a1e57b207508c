"""What a page shows of an episode: plain lists and texts, so that the script in the page only lays out.

Values become text here and not in the browser, whose numbers have 53 bits: an answer of twenty digits is shown as it was given.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from axion_env.record.episode import Action, Called, Draw, Episode, Event, Limit, Message, Reveal, Tell, Turn
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
    versions = [a.tokens.version for t in episode.turns for a in t.attempts if a.tokens is not None]
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
        "version": max(versions, default=None),
        "ending": str(episode.ending),
        "culprits": list(episode.culprits),
        "why": " ".join(filter(None, (episode.fault and f"by the {episode.fault}'s fault:", episode.error))),
        "facts": _fields(facts),
        "events": _events(episode.root),
        "closing": {agent: _messages(messages) for agent, messages in episode.closing.items() if messages},
        "verdicts": {agent: _verdict(verdict) for agent, verdict in verdicts.items()},
    }


def text(value: Any) -> str:
    """A fact as it is read: words as they are, anything else as JSON."""
    return _short(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))


def _short(said: str) -> str:
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]} … ({len(said) - _LONGEST:,} more characters are in the file)"


def _fields(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, text(value)) for name, value in facts.items()]


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {"role": verdict.role, "reward": verdict.reward, "parts": [(p.name, p.value, p.turn) for p in verdict.parts]}


def _messages(messages: tuple[Message, ...]) -> list[tuple[str, str]]:
    return [(author, _short(said)) for author, said in messages]


def _events(events: tuple[Event, ...]) -> list[dict[str, Any]]:
    return [shown for event in events if (shown := _event(event)) is not None]


def _event(event: Event) -> dict[str, Any] | None:
    """One event by its kind; None for what was told, which is shown where it is read."""
    if isinstance(event, Turn):
        tries = [_attempt(attempt) for attempt in event.attempts]
        notes = text(dict(event.notes)) if event.notes else ""
        return {
            "kind": "turn",
            "agent": event.agent,
            "seen": _messages(event.observation),
            "choices": event.choices,
            "tries": tries,
            "notes": notes,
        }
    if isinstance(event, Draw):
        return {"kind": "draw", "label": event.label, "value": text(event.value), "of": event.of, "to": event.visible_to}
    if isinstance(event, Reveal):
        return {"kind": "reveal", "label": event.label, "to": event.agents}
    if isinstance(event, Called):
        return _job(event) if event.service == "sandbox" else _call(event)
    if isinstance(event, Limit):
        return {"kind": "limit", "reason": event.reason}
    return None if isinstance(event, Tell) else {"kind": "gather", "branches": [_events(branch) for branch in event.branches]}


def _attempt(action: Action) -> dict[str, Any]:
    shown: dict[str, Any] = {"text": _short(action.text)}
    if action.error is not None:
        shown["error"] = action.error
    elif action.parsed != action.text:
        shown["parsed"] = text(action.parsed)
    if action.tokens is not None:
        shown["tokens"] = (len(action.tokens.completion_ids), action.tokens.policy, action.tokens.version)
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
            shown |= {"title": " ".join(job["command"]["argv"]), "code": "", "stdin": _short(job["command"].get("stdin", ""))}
        else:
            shown |= {"title": function["entry"], "code": _short(function["code"]), "stdin": "", "cases": _cases(function, result)}
        workspace = result.get("workspace") or {}
        changed = [*workspace.get("changed", ()), *(f"{path} (removed)" for path in workspace.get("removed", ()))]
        said = {name: _short(str(result[name])) for name in ("error", "exit_code", "stdout", "stderr") if name in result}
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
        found.append((f"({', '.join(given)})", _short(_literal(case["value"]) if returned else case["error"]), returned))
    return found


def _pairs(packed: Any) -> list[tuple[Any, Any]]:
    unpacked = packed.get("dict", ()) if isinstance(packed, dict) else ()
    return [(name, value) for name, value in unpacked]


def _literal(packed: Any) -> str:
    """A packed value as it would be written in Python."""
    try:
        return _short(repr(wire.unpack(packed)))
    except (ValueError, TypeError, KeyError, RecursionError):
        return text(packed)
