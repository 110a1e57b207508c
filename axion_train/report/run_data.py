"""What a run's folder holds, read so that a run that is unfinished or odd can be shown too."""

from __future__ import annotations

import json
import math
import tomllib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from axion_env import AxionError, Env, Episode, EpisodeStore, TornRecord, UsageError, load
from axion_env.record import jsonl
from axion_env.record.codec import decode
from axion_train.recipe.lenient import read_leniently
from axion_train.recipe.schema import Recipe

Series: TypeAlias = list[tuple[float, float]]
"""(update, value)."""


@dataclass(frozen=True)
class RunData:
    """A run as far as its folder tells it."""

    path: Path
    recipe: Recipe
    """As far as it can be read; defaults for the rest."""
    recipe_text: str
    """Empty where there is none."""
    has_recipe: bool
    """Whether anything of the recipe could be read."""
    metrics: list[dict[str, Any]]
    """One table per update."""
    summary: Mapping[str, Any]
    """Empty until the run has ended."""
    strategy: list[dict[str, Any]]
    """By information set; empty where there is none."""
    env: Env | None
    """None where it cannot be loaded here."""

    def series(self, key: str) -> Series:
        """The numbers written under a key, by update."""
        return [(float(line["update"]), float(line[key])) for line in self.metrics if number(line.get(key))]

    def measured(self, key: str) -> Series:
        """As `series`, from the measurement before the first update on, where the summary tells it."""
        start = self.told(f"{key}_start")
        return ([] if start is None else [(0.0, start)]) + self.series(key)

    def final(self, key: str) -> float | None:
        """The summary's figure, or else the last one written."""
        told, written = self.told(key), self.series(key)
        return told if told is not None or not written else written[-1][1]

    def told(self, key: str) -> float | None:
        """The summary's figure."""
        value = self.summary.get(key.replace("/", "_"))
        return float(value) if number(value) else None  # type: ignore[arg-type]

    @property
    def name(self) -> str:
        """Of the environment, as far as it is known."""
        return self.recipe.env.id or str(self.summary.get("env", self.path.name))

    @property
    def label(self) -> str:
        """What the share solved is called."""
        return self.recipe.evaluation.label

    @property
    def updates(self) -> int:
        """Done so far."""
        return int(max((line["update"] for line in self.metrics), default=0))

    @property
    def planned(self) -> int:
        """How many there shall be."""
        return self.recipe.training.updates if self.has_recipe else self.updates

    def parameters(self) -> int | None:
        """Numbers in the saved model: the header of a safetensors file says their shapes. None where there is none."""
        try:
            with open(self.path / "model" / "model.safetensors", "rb") as file:
                header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
            return sum(int(math.prod(tensor["shape"])) for name, tensor in header.items() if name != "__metadata__")
        except (OSError, ValueError, KeyError, TypeError, OverflowError, MemoryError):
            return None

    def deals(self, most: int = 150) -> list[list[Episode]]:
        """The stored copies of stored deals, the first and the last among them and the others evenly spaced, `most` deals in all."""
        store = EpisodeStore(self.path / "episodes.jsonl")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", TornRecord)
                copies = _copies(store)
                stored = math.ceil(sum(1 for _ in store.lines()) / copies)
                wanted = {round(i * (stored - 1) / (most - 1)) for i in range(most)} if stored > most else range(stored)
                chosen: dict[int, list[Episode]] = {deal: [] for deal in sorted(wanted)}
                for index, line in enumerate(store.lines()):
                    deal = index // copies
                    if deal in chosen:
                        chosen[deal].append(decode(line.text))
        except AxionError:
            return []
        return list(chosen.values())


def read(path: Path) -> RunData:
    """The run in a folder; whatever is missing or broken is empty.

    Raises:
        UsageError: there is no such folder.
    """
    if not path.is_dir():
        raise UsageError(f"{path} is no folder of a run; start one with: axion train RECIPE --out {path}")
    recipe_text = _text(path / "recipe.toml")
    try:
        table = tomllib.loads(recipe_text)
    except tomllib.TOMLDecodeError:
        table = {}
    recipe = read_leniently(table)
    lines = _lines(path / "metrics.jsonl")
    summary, strategy = _json(_text(path / "summary.json")), _json(_text(path / "strategy.json"))
    return RunData(
        path,
        recipe,
        recipe_text,
        bool(table),
        [line for line in lines if isinstance(line, dict) and number(line.get("update")) and line["update"] >= 0],
        summary if isinstance(summary, dict) else {},
        [row for row in strategy if _is_row(row)] if isinstance(strategy, list) else [],
        _env(recipe),
    )


def number(value: object) -> bool:
    """Whether it is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_row(row: Any) -> bool:
    """Whether it is an information set with its probabilities."""
    if not isinstance(row, dict) or not isinstance(row.get("agent"), str):
        return False
    shown, actions, chances = (row.get(key) for key in ("observation", "actions", "probabilities"))
    if not (isinstance(shown, list) and isinstance(actions, list) and isinstance(chances, list) and len(actions) == len(chances)):
        return False
    return all(isinstance(t, str) for t in (*shown, *actions)) and all(number(p) and 0 <= p <= 1 for p in chances)


def _copies(store: EpisodeStore) -> int:
    """Of a deal: they are stored one after the other, counted from 0."""
    count = 0
    for count, line in enumerate(store.lines()):
        if count and decode(line.text).copy == 0:
            return count
    return count + 1


def _env(recipe: Recipe) -> Env | None:
    try:
        return load(recipe.env.id, **recipe.env.options)
    except Exception:  # it is somebody else's code, and a report without it is better than none
        return None


def _lines(path: Path) -> list[Any]:
    try:
        return [_json(line.text) for line in jsonl.lines(path, errors="replace")]
    except UsageError:
        return []


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
