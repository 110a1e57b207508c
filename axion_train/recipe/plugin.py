"""Building parts from tables of a recipe: by name, with every key and type checked."""

from __future__ import annotations

import dataclasses
import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Union, get_args, get_origin, get_type_hints

from axion_env import UsageError
from axion_env._plugin import Group
from axion_env.error import nearest
from axion_train.learner.schedule import Schedule

_PARTS: dict[str, dict[str, str]] = {
    "advantage": {
        "leave_one_out": "axion_train.estimator.leave_one_out:LeaveOneOut",
        "role_baseline": "axion_train.estimator.role_baseline:RoleBaseline",
        "group_mean": "axion_train.estimator.group_mean:GroupMean",
        "hierarchical": "axion_train.estimator.hierarchical:Hierarchical",
        "permuted_rewards": "axion_train.estimator.permuted_rewards:PermutedRewards",
    },
    "loss": {
        "reinforce": "axion_train.loss.reinforce:Reinforce",
        "clipped_surrogate": "axion_train.loss.clipped_surrogate:ClippedSurrogate",
    },
    "opponents": {
        "self_play": "axion_train.opponent.self_play:SelfPlay",
        "snapshot_pool": "axion_train.opponent.snapshot_pool:SnapshotPool",
    },
    "monitors": {
        "threshold": "axion_train.monitor.threshold:Threshold",
        "gap": "axion_train.monitor.gap:Gap",
        "too_easy": "axion_train.monitor.proposal:TooEasy",
        "too_hard": "axion_train.monitor.proposal:TooHard",
        "invalid": "axion_train.monitor.proposal:Invalid",
        "no_signal": "axion_train.monitor.no_signal:NoSignal",
        "diversity_collapse": "axion_train.monitor.proposal:DiversityCollapse",
        "entropy_collapse": "axion_train.monitor.entropy_collapse:EntropyCollapse",
        "role_dominance": "axion_train.monitor.role_dominance:RoleDominance",
    },
    "curriculum": {
        "uniform_deals": "axion_train.curriculum.uniform_deals:UniformDeals",
        "endogenous": "axion_train.curriculum.endogenous:Endogenous",
    },
}
KINDS = {kind: Group(f"axion.{kind}", f"{kind} named", built_in) for kind, built_in in _PARTS.items()}
"""The kinds of part that a recipe chooses by name; other packages add to each by the entry-point group `axion.{kind}`."""


def build(kind: str, table: Mapping[str, Any], where: str = "") -> Any:
    """The part a table describes: `name` says which, the other keys are its arguments.

    Args:
        kind: Of the part.
        table: Describes it.
        where: The table's own place in the recipe. Default: the kind.

    Raises:
        UsageError: an unknown name or key (names the nearest), or a value of the wrong type.
    """
    part = KINDS[kind].load(str(table.get("name")))
    return construct(part, {k: v for k, v in table.items() if k != "name"}, where or kind)


def construct(target: Callable[..., Any], table: Any, where: str) -> Any:
    """Call `target` with the keys of a table, after checking names and types."""
    if not isinstance(table, Mapping):
        raise UsageError(f"recipe key '{where}' must be a table: got {table!r}")
    table = _current(getattr(target, "renamed", {}), table, where)
    parameters = {n: p for n, p in inspect.signature(target).parameters.items() if p.kind is not p.VAR_KEYWORD}
    for key in table:
        if key not in parameters:
            near = nearest(key, parameters)
            hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(parameters) or 'no keys'}"
            raise UsageError(f"unknown recipe key '{_path(where, key)}'; {hint}")
    missing = [n for n, p in parameters.items() if p.default is p.empty and n not in table]
    if missing:
        raise UsageError(f"the recipe lacks '{_path(where, missing[0])}'")
    annotated: Any = target
    hints = get_type_hints(annotated if dataclasses.is_dataclass(target) else annotated.__init__)
    return annotated(**{key: convert(value, hints.get(key, Any), _path(where, key)) for key, value in table.items()})


def _current(renamed: Mapping[str, str], table: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The table with its keys as they are called now; older recipes have other names."""
    for old, new in renamed.items():
        if old in table and new in table:
            raise UsageError(f"recipe key '{_path(where, old)}' is the old name of '{_path(where, new)}', and both are given")
    return {renamed.get(key, key): value for key, value in table.items()}


def convert(value: Any, hint: Any, where: str) -> Any:
    """`value` as `hint` wants it.

    Raises:
        UsageError: it cannot be that.
    """
    origin = get_origin(hint)
    if hint is Any:
        return value
    if origin in (Union, types.UnionType):
        if value is None and type(None) in get_args(hint):
            return None
        return convert(value, next(a for a in get_args(hint) if a is not type(None)), where)
    if hint is Schedule and _is_number(value):
        return Schedule(float(value))
    if dataclasses.is_dataclass(hint):
        return construct(hint, value, where)  # type: ignore[arg-type]
    if hint is float and _is_number(value):
        return float(value)
    if hint in (int, str, bool) and type(value) is hint:
        return value
    if origin in (Sequence, list, tuple) and isinstance(value, list | tuple):
        inner = get_args(hint)[0]
        items = [convert(item, inner, f"{where}[{i}]") for i, item in enumerate(value)]
        return tuple(items) if origin is tuple else items
    if origin in (Mapping, dict) and isinstance(value, Mapping):
        return {key: convert(item, get_args(hint)[1], _path(where, key)) for key, item in value.items()}
    raise UsageError(f"recipe key '{where}' must be {_name(hint)}: got {value!r}")


def _path(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _name(hint: Any) -> str:
    plain = {float: "a number", int: "a whole number", str: "a string", bool: "true or false"}
    return plain.get(hint, "a list" if get_origin(hint) in (Sequence, list, tuple) else "a table")
