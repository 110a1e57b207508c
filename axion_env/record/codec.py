"""Episodes as lines of JSON: canonical, ASCII, schema-versioned, and checked piece by piece.

One episode has one encoding, so equal episodes are equal bytes. Each line ends in a `crc` field with one CRC-32 for every other
field and every event, so that a changed byte is found, and located, even where a replay would reproduce it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from axion_env.error import StoreError
from axion_env.record.episode import Action, Called, Draw, Ending, Episode, Event, Gathered, Limit, Message, Reveal, Tell, Tokens, Turn
from axion_env.record.task import Task
from axion_env.record.value import is_plain

SCHEMA = 1
"""Goes up when a field changes its meaning; `decode` reads every version up to its own."""

_FIELDS: dict[str, tuple[type, ...]] = {
    "env": (str,), "options": (dict,), "task": (dict,), "agents": (dict,), "seed": (int, type(None)), "copy": (int,), "ending": (str,),
    "facts": (dict, type(None)), "culprits": (list,), "fault": (str, type(None)), "error": (str, type(None)), "closing": (dict,),
    "events": (list,),
}  # fmt: skip
_KINDS: dict[type, str] = {Draw: "draw", Reveal: "reveal", Tell: "tell", Called: "called", Limit: "limit"}
_TYPES: dict[str, Any] = {kind: cls for cls, kind in _KINDS.items()}
_dump = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode


def encode(episode: Episode) -> str:
    """The episode as one line of JSON, without the newline."""
    pieces = list(_pieces(_record(episode)))
    fields = [f'"{name}":{text}' for name, text in pieces if not name.startswith("events[")]
    events = ",".join(text for name, text in pieces if name.startswith("events["))
    return f'{{{",".join(fields)},"events":[{events}],"crc":"{_checks(pieces)}"}}'


def decode(line: str) -> Episode:
    """The episode that `encode` wrote.

    Raises:
        StoreError: not such a line, or not of a schema known here.
    """
    record = _parse(line)
    for name, kinds in _FIELDS.items():
        if type(record.get(name)) not in kinds:
            raise StoreError(f"not an episode: {name} is {_clip(_dump(record.get(name)))}")
    try:
        return _episode(record)
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise StoreError(f"not an episode: {type(problem).__name__}: {problem}") from None


def damage(line: str) -> str | None:
    """Describes where a stored line was changed after it was written; None if it was not."""
    try:
        record = _parse(line)
        stored = str(record.pop("crc", ""))
        pieces = list(_pieces(record))
    except StoreError as problem:
        return str(problem)
    except (KeyError, TypeError, ValueError) as problem:
        return f"not an episode: {type(problem).__name__}: {problem}"
    for i, (name, text) in enumerate(pieces):
        if stored[8 * i : 8 * i + 8] != _crc(text):
            return f"{name} does not match its checksum: it reads {_clip(text)}"
    try:
        same = stored == _checks(pieces) and encode(decode(line)) == line
    except StoreError as problem:
        return str(problem)
    return None if same else "the line is not in the form it was written in"


def difference(a: Episode, b: Episode) -> str | None:
    """Describes the first difference of two episodes; None if their encodings are equal."""
    return _differ(json.loads(_dump(_record(a))), json.loads(_dump(_record(b))), "episode")


def differing(recorded: Any, new: Any) -> str:
    """Describes the first difference of two responses."""
    return _differ(recorded, new, "response") or "they differ"


def _parse(line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise StoreError(f"not JSON: {problem}") from None
    if not isinstance(record, dict) or not isinstance(record.get("schema"), int):
        raise StoreError("not an episode: no schema")
    if not 1 <= record["schema"] <= SCHEMA:
        raise StoreError(f"schema {record['schema']}; this version of axion_env reads 1 to {SCHEMA}: update it")
    return record


def _pieces(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in record.items():
        if name != "events":
            yield name, _dump(value)
    for i, event in enumerate(record["events"]):
        yield f"events[{i}]", _dump(event)


def _checks(pieces: list[tuple[str, str]]) -> str:
    return "".join(_crc(text) for _, text in pieces)


def _crc(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"


def _clip(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:117]}…"


def _record(e: Episode) -> dict[str, Any]:
    task = {"id": e.task.id, "public": e.task.public, "secret": e.task.secret, "agents": e.task.agents}
    return {
        "schema": SCHEMA, "env": e.env, "options": e.options, "task": task, "agents": e.agents, "seed": e.seed, "copy": e.copy,
        "ending": e.ending, "facts": e.facts, "culprits": e.culprits, "fault": e.fault, "error": e.error, "closing": e.closing,
        "events": [_event(event) for event in e.root],
    }  # fmt: skip


def _event(event: Event) -> dict[str, Any]:
    if type(event) is Turn:
        return {"turn": {**event._asdict(), "attempts": [_attempt(a) for a in event.attempts]}}
    if type(event) is Gathered:
        return {"gathered": [[_event(e) for e in branch] for branch in event.branches]}
    return {_KINDS[type(event)]: event._asdict()}


def _attempt(action: Action) -> dict[str, Any]:
    tokens = action.tokens
    parsed = action.parsed if is_plain(action.parsed) else f"<{type(action.parsed).__name__}>"
    return {"text": action.text, "parsed": parsed, "error": action.error, "tokens": None if tokens is None else _tokens(tokens)}


def _tokens(tokens: Tokens) -> dict[str, Any]:
    """The tokens as a record of this schema has them: `completion_ids` are called `ids`."""
    return {"ids" if name == "completion_ids" else name: value for name, value in tokens._asdict().items()}


def _episode(r: Mapping[str, Any]) -> Episode:
    task = Task(r["task"]["id"], r["task"]["public"], r["task"]["secret"], _tuple(r["task"]["agents"]))
    closing = {agent: tuple(Message(*m) for m in messages) for agent, messages in r["closing"].items()}
    return Episode(
        r["env"], r["options"], task, r["agents"], r["seed"], r["copy"], tuple(_read_event(e) for e in r["events"]), closing,
        Ending(r["ending"]), r["facts"], tuple(r["culprits"]), r["fault"], r["error"],
    )  # fmt: skip


def _read_event(record: Mapping[str, Any]) -> Event:
    ((kind, value),) = record.items()
    if kind == "turn":
        observation = tuple(Message(*m) for m in value["observation"])
        attempts = tuple(_read_attempt(a) for a in value["attempts"])
        return Turn(value["agent"], observation, _tuple(value["choices"]), attempts, value["notes"])
    if kind == "gathered":
        return Gathered(tuple(tuple(_read_event(e) for e in branch) for branch in value))
    tupled = {name: tuple(v) if name in ("visible_to", "agents") else v for name, v in value.items()}
    event: Event = _TYPES[kind](**tupled)
    return event


def _read_attempt(record: Mapping[str, Any]) -> Action:
    tokens = record["tokens"]
    if tokens is not None:
        tokens = Tokens(tuple(tokens["prompt_ids"]), tuple(tokens["ids"]), tuple(tokens["logprobs"]), tokens["policy"], tokens["version"])
    return Action(record["text"], record["parsed"], record["error"], tokens)


def _tuple(value: list[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)


def _differ(a: Any, b: Any, path: str) -> str | None:
    if isinstance(a, dict) and isinstance(b, dict) and list(a) == list(b):
        return next((d for key in a if (d := _differ(a[key], b[key], f"{path}.{key}"))), None)
    if isinstance(a, list) and isinstance(b, list):
        found = next((d for i, (x, y) in enumerate(zip(a, b, strict=False)) if (d := _differ(x, y, f"{path}[{i}]"))), None)
        return found or (f"{path} has {len(a)} items in one and {len(b)} in the other" if len(a) != len(b) else None)
    return None if type(a) is type(b) and a == b else f"{path}: {_clip(_dump(a))} in one, {_clip(_dump(b))} in the other"
