"""Builds parts from tables of a recipe, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from axion_env import UsageError
from axion_env._plugin import Group
from axion_train.recipe.rename import Target
from axion_train.recipe.table import defaults, read_arguments

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


@dataclass(frozen=True)
class Part:
    """Annotates the table of a part: its `name`, or else the key under which it stands, says which part reads it."""

    kind: str

    def reader(self, key: str, table: Mapping[str, Any]) -> Target | None:
        """The part, where it is installed here and can be imported."""
        try:
            found: Target = KINDS[self.kind].load(str(table.get("name", key)))
        except UsageError:  # is told when the part is built
            return None
        return found


def build(kind: str, table: Mapping[str, Any], where: str = "") -> Any:
    """The part that a table describes: `name` says which, the other keys are its arguments.

    Args:
        kind: Of the part.
        table: Describes it.
        where: The table's own place in the recipe. Default: the kind.

    Raises:
        UsageError: an unknown name or key (names the nearest), or a value of the wrong type.
    """
    part, given = _read(kind, table, where)
    return part(**given)


def arguments(kind: str, table: Mapping[str, Any], where: str = "") -> dict[str, Any]:
    """What `build` would give the part, defaults filled in; nothing is built.

    Raises:
        UsageError: as of `build`.
    """
    part, given = _read(kind, table, where)
    return defaults(part) | given


def _read(kind: str, table: Mapping[str, Any], where: str) -> tuple[Target, dict[str, Any]]:
    where = where or kind
    if "name" not in table:
        raise UsageError(f"the recipe lacks '{where}.name'; there are {', '.join(KINDS[kind].names())}")
    part: Target = KINDS[kind].load(str(table["name"]))
    return part, read_arguments(part, {key: value for key, value in table.items() if key != "name"}, where)
