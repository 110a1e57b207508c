"""Strategies: every value that can cross the wall, trees of files, and results."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import strategies as st

from axion_env.sandbox import Case, File, JobResult, JobStatus, Workspace

texts = st.text(st.characters(codec=None, exclude_categories=()), max_size=12)  # lone surrogates too
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | texts | st.binary(max_size=12) | st.complex_numbers(allow_subnormal=True)
)
keys = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts | st.binary(max_size=6),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.frozensets(inner, max_size=3),
    max_leaves=5,
)
values = st.recursive(
    scalars | keys,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
        | st.sets(keys, max_size=4)
    ),
    max_leaves=12,
)

parts = st.text("ab.-_ \n\u00e9\U0001f600", min_size=1, max_size=4).filter(lambda part: part not in (".", ".."))
files = st.builds(File, st.binary(max_size=20) | texts.map(lambda text: text.encode(errors="replace")), st.booleans())


@st.composite
def workspaces(draw: st.DrawFn) -> Workspace:
    """Small trees; names are few, so that two of them share paths."""
    found: dict[str, File] = {}
    for path, file in draw(st.lists(st.tuples(st.lists(parts, min_size=1, max_size=3).map("/".join), files), max_size=6)):
        if not any(other.startswith(f"{path}/") or path.startswith(f"{other}/") for other in found):
            found[path] = file
    return Workspace(found)


@st.composite
def results(draw: st.DrawFn, base: Workspace | None) -> JobResult:
    """Any result that is not marked by its usage."""
    cases = st.one_of(st.builds(Case, values), st.builds(Case, error=texts))
    return JobResult(
        draw(st.sampled_from(JobStatus)),
        tuple(draw(st.lists(cases, max_size=3))),
        error=draw(st.none() | texts),
        exit_code=draw(st.none() | st.integers(-64, 255)),
        stdout=draw(texts),
        stderr=draw(texts),
        workspace=draw(st.none() | workspaces() | (st.just(base) if base is not None else st.none())),
        refused=tuple(draw(st.lists(texts, max_size=2))),
        unsafe=draw(st.booleans()),
    )


def alike(a: Any, b: Any) -> bool:
    """Exactly the same: types, the sign of zero, and NaN."""
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return (math.isnan(a) and math.isnan(b)) or (a == b and math.copysign(1, a) == math.copysign(1, b))
    if isinstance(a, complex):
        return alike(a.real, b.real) and alike(a.imag, b.imag)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, dict):
        return len(a) == len(b) and all(alike(x, y) for x, y in zip(a.items(), b.items(), strict=True))
    if isinstance(a, set | frozenset):
        return a == b and sorted(map(repr, a)) == sorted(map(repr, b)) if not any(isinstance(x, tuple | frozenset) for x in a) else a == b
    return bool(a == b)
