"""Progress on the terminal, while a run trains or tasks are sampled."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from axion_train.recipe.schema import Recipe

_SHOWN = {
    "nash_conv": "NashConv",
    "last/nash_conv": "last weights",
    "nash_conv_estimate": "NashConv (estimate)",
    "illegal_mass": "illegal",
}


class TrainingProgress:
    """A progress bar with the last metrics, and a line per measurement; lines only where there is no terminal.

    Args:
        recipe: Says how long the run is.
        console: Where to write.
    """

    def __init__(self, recipe: Recipe, console: Console) -> None:
        self._console = console
        columns = (
            "[progress.description]{task.description}",
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        self._bar = Progress(*columns, TextColumn("{task.fields[metrics]}"), console=console, disable=not console.is_terminal)
        self._task = self._bar.add_task("warm-up", total=recipe.warmup.steps, metrics="")
        self._updates = recipe.training.updates
        self._label = recipe.evaluation.label
        self._spent = 0.0
        self._games = 0

    def __call__(self, event: str, metrics: dict[str, Any]) -> None:
        """Shows an event."""
        if event == "control":
            self._begin(metrics)
            return
        if event == "warmup":
            self._bar.update(self._task, completed=metrics["step"], metrics=f"loss {metrics['loss']:.3f}")
            return
        updates = metrics["update"]
        if "episodes" in metrics:
            self._games += metrics["episodes"]
        rate = self._games / max(1e-9, metrics["cpu_seconds"] - self._spent)
        if updates == 0:
            self._spent = metrics["cpu_seconds"]
        self._bar.update(self._task, description="training", total=self._updates, completed=updates, metrics=_brief(metrics, rate))
        for alarm in metrics.get("alarms", ()):
            said = f"update {updates:>5}  alarm {alarm['monitor']}: {alarm['value']:.3f}, level {alarm['level']:g}: {alarm['action']}"
            self._console.print(said, highlight=False, soft_wrap=True)
        if event == "measured":
            line = f"update {updates:>5}  {_measured(metrics, self._label)}  {_brief(metrics, rate)}  {metrics['cpu_seconds']:.1f} CPU-s"
            self._console.print(line, highlight=False, soft_wrap=True)

    def _begin(self, ablation: dict[str, Any]) -> None:
        self._console.print(f"control {ablation['name']}", highlight=False)  # as the recipe calls it
        self._updates, self._spent, self._games = ablation["updates"], 0.0, 0
        self._bar.update(self._task, description="warm-up", total=ablation["warmup"], completed=0, metrics="")

    def __enter__(self) -> TrainingProgress:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bar.stop()


class Counter:
    """A progress bar of things done; on no terminal, a line at every tenth.

    Args:
        noun: What is counted.
        console: Where to write.
    """

    def __init__(self, noun: str, console: Console) -> None:
        self._noun = noun
        self._console = console
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=console, disable=not console.is_terminal)
        self._task = self._bar.add_task(noun, total=None)
        self._tenths = 0

    def __call__(self, done: int, of: int) -> None:
        """Shows how many are done."""
        self._bar.update(self._task, completed=done, total=of)
        if not self._console.is_terminal and 10 * done // of > self._tenths:
            self._tenths = 10 * done // of
            self._console.print(f"{done:,} of {of:,} {self._noun}", highlight=False)

    def __enter__(self) -> Counter:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bar.stop()


def _measured(metrics: dict[str, Any], label: str) -> str:
    shown = {**_SHOWN, f"heldout/{label}": f"held-out {label.replace('_', ' ')}"}
    return "  ".join(f"{name} {metrics[key]:.4f}" for key, name in shown.items() if key in metrics)


def _brief(metrics: dict[str, Any], rate: float) -> str:
    rewards = [f"{key} {value:+.3f}" for key, value in metrics.items() if key.startswith("reward/")]
    rest = [f"{label} {metrics[key]:.3f}" for key, label in (("illegal_rate", "illegal"), ("entropy", "entropy")) if key in metrics]
    speed = [f"{rate:,.0f} games/CPU-s"] if "episodes" in metrics else []
    return "  ".join((*rewards, *rest, *speed))
