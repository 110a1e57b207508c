"""The summary of a run, `summary.json`: the few metrics that matter."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from axion_env._file import write_whole
from axion_train.recipe import validate
from axion_train.recipe.schema import Recipe


def summarize(chosen: Recipe, start: dict[str, Any], end: dict[str, Any], cpu: float) -> dict[str, Any]:
    """The metrics that matter, at the start and at the end; `_last` ones are of the last weights, the others of the averaged ones."""
    nash = chosen.evaluation.kind == "nash_conv"
    known = ("nash_conv", "nash_conv_legal", "illegal_mass", "nash_conv_estimate")
    keys = known if nash else tuple(key for key in end if key.startswith("heldout/"))
    summary: dict[str, Any] = {"env": chosen.env.id, "seed": chosen.training.seed, "updates": chosen.training.updates}
    for key in keys:
        share = key.removeprefix("heldout/")
        name = share if share in chosen.facts.ratios else key.replace("/", "_")
        for suffix, source, where in (("_start", start, key), ("", end, key), ("_last", end, f"last/{key}")):
            if where in source:
                summary[name + suffix] = source[where]
    summary["cpu_seconds"] = round(cpu, 2)
    return summary


def warnings(chosen: Recipe, lines: Sequence[dict[str, Any]], stopped: str) -> dict[str, Any]:
    """Which monitors triggered, which one ended the run, and which names in the recipe never occurred; each key only if there is any.

    Args:
        chosen: The run's recipe.
        lines: Its metrics.
        stopped: The monitor that ended it; empty: none did.
    """
    alarms = sorted({alarm["monitor"] for line in lines for alarm in line.get("alarms", ())})
    unseen = validate.absent(chosen, lines)
    found: dict[str, Any] = {"alarms": alarms} if alarms else {}
    found |= {"stopped_by": stopped, "updates": lines[-1]["update"]} if stopped else {}
    return found | ({"unseen": unseen} if unseen else {})


def write_summary(path: Path, summary: dict[str, Any]) -> None:
    """Writes `summary.json`; whole or not at all, since whether an ablation has ended is read from it."""
    write_whole(path, json.dumps(summary, indent=2) + "\n")
