"""What holds of everything that was read, whoever wrote it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from axion_env.sandbox import JobResult, JobStatus, Match, Opaque, Workspace
from axion_env.sandbox.inside import wire

_KINDS = frozenset({type(None), bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, Opaque})


def checked(result: JobResult, base: Workspace | None) -> str:
    """A result that was read keeps what results promise."""
    assert type(result.status) is JobStatus
    assert result.status is not JobStatus.SANDBOX_ERROR, "a candidate may not blame the machine"
    for case in result.cases:
        if case.returned:
            believe(case.value)
    written = json.dumps(result.record(base))
    again = JobResult.of(json.loads(written), base)
    assert replace(again, cases=()) == replace(result, cases=()), "a record that reads back as another"
    assert json.dumps(again.record(base)) == written, "a record that is written as another"
    return str(result.status)


def believe(value: Any) -> None:
    """Made of exact builtins, so that no code of the candidate's can run in the host; and it can be compared and packed again."""
    pending = [value]
    opaque = False
    while pending:
        item = pending.pop()
        kind = type(item)
        assert kind in _KINDS, kind
        opaque = opaque or kind is Opaque
        if kind in (list, tuple, set, frozenset):
            pending += item
        elif kind is dict:
            pending += [*item, *item.values()]
    text = wire.dump(value)
    assert wire.dump(wire.load(text)) == text, "a value that crosses as another"
    assert opaque or Match().same(value, wire.load(text)), "a value that is not the same as itself"
