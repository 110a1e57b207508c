"""Worst cases: inputs that are made to keep a reader busy."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.fuzz.mutation import HASH, nested


def floods(size: int) -> dict[str, bytes]:
    """Inputs of about this many bytes, each made to take a reader as long as can be."""
    many = size // 24
    numbers = [i * HASH for i in range(1, many)]
    groups = [i % (many // 30) + (i // (many // 30)) * HASH for i in range(many)]  # 30 of every hash: just let through
    forms: dict[str, Any] = {
        "a list of numbers": list(range(size // 8)),
        "a set of numbers of one hash": {"set": numbers},
        "a dict of numbers of one hash": {"dict": [[n, 0] for n in numbers]},
        "a set of tuples of one hash": {"set": [{"tuple": [n]} for n in numbers[: many // 2]]},
        "a set, 30 members of every hash": {"set": groups},
        "four frozensets of one hash, 30 members of every hash in each": {
            "set": [{"frozenset": [*groups[: many // 5], (many + i) * HASH]} for i in range(4)]
        },
        "frozensets of frozensets of one hash": {"set": [_family(11, v) for v in (1, 2)]},
        "a set of floats": {"set": [float(i) * 1e-9 for i in range(size // 12)]},
        "lists of 4,000-digit ints": [10**3999] * (size // 4002),
        "a dict of strings": {"dict": [[f"k{i}", i] for i in range(size // 20)]},
        "bytes": {"bytes": "ab" * (size // 2)},
        "64 deep, side by side": [nested(62, "tuple") for _ in range(size // 800)],
    }
    raw = {name: json.dumps(form, separators=(",", ":")).encode() for name, form in forms.items()}
    raw["[ without end"] = b"[" * size
    raw["digits without end"] = b"9" * size
    raw["a string without end"] = b'"' + b"x" * size
    raw["tags without end"] = b'{"set":[' * (size // 8)
    raw["repeated keys"] = b"{" + b'"set":1,' * (size // 8) + b'"x":1}'
    return raw


def _family(deep: int, variant: int) -> Any:
    if deep == 0:
        return variant * HASH
    return {"frozenset": [_family(deep - 1, 2 + variant), _family(deep - 1, 1)]}
