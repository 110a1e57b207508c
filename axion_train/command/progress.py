"""What a person sees while a run trains."""

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


class Live:
    """A progress bar with the last figures, and a line per measurement; lines only where there is no terminal.

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
        self._bar = Progress(*columns, TextColumn("{task.fields[figures]}"), console=console, disable=not console.is_terminal)
        self._task = self._bar.add_task("warm-up", total=recipe.warmup.steps, figures="")
        self._updates = recipe.training.updates
        self._label = recipe.evaluation.label
        self._spent = 0.0
        self._games = 0

    def __call__(self, event: str, figures: dict[str, Any]) -> None:
        """Show what happened."""
        if event == "control":
            self._begin(figures)
            return
        if event == "warmup":
            self._bar.update(self._task, completed=figures["step"], figures=f"loss {figures['loss']:.3f}")
            return
        updates = figures["update"]
        if "episodes" in figures:
            self._games += figures["episodes"]
        rate = self._games / max(1e-9, figures["cpu_seconds"] - self._spent)
        if updates == 0:
            self._spent = figures["cpu_seconds"]
        self._bar.update(self._task, description="training", total=self._updates, completed=updates, figures=_brief(figures, rate))
        for alarm in figures.get("alarms", ()):
            said = f"update {updates:>5}  alarm {alarm['monitor']}: {alarm['value']:.3f}, level {alarm['level']:g}: {alarm['action']}"
            self._console.print(said, highlight=False, soft_wrap=True)
        if event == "measured":
            line = f"update {updates:>5}  {_measured(figures, self._label)}  {_brief(figures, rate)}  {figures['cpu_seconds']:.1f} CPU-s"
            self._console.print(line, highlight=False, soft_wrap=True)

    def _begin(self, control: dict[str, Any]) -> None:
        self._console.print(f"control {control['name']}", highlight=False)
        self._updates, self._spent, self._games = control["updates"], 0.0, 0
        self._bar.update(self._task, description="warm-up", total=control["warmup"], completed=0, figures="")

    def __enter__(self) -> Live:
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
        """Show how many are done."""
        self._bar.update(self._task, completed=done, total=of)
        if not self._console.is_terminal and 10 * done // of > self._tenths:
            self._tenths = 10 * done // of
            self._console.print(f"{done:,} of {of:,} {self._noun}", highlight=False)

    def __enter__(self) -> Counter:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bar.stop()


def _measured(figures: dict[str, Any], label: str) -> str:
    shown = {**_SHOWN, f"heldout/{label}": f"held-out {label.replace('_', ' ')}"}
    return "  ".join(f"{name} {figures[key]:.4f}" for key, name in shown.items() if key in figures)


def _brief(figures: dict[str, Any], rate: float) -> str:
    rewards = [f"{key} {value:+.3f}" for key, value in figures.items() if key.startswith("reward/")]
    rest = [f"{label} {figures[key]:.3f}" for key, label in (("illegal_rate", "illegal"), ("entropy", "entropy")) if key in figures]
    speed = [f"{rate:,.0f} games/CPU-s"] if "episodes" in figures else []
    return "  ".join((*rewards, *rest, *speed))


def number(value: Any) -> str:
    """A metric as it is printed."""
    return f"{value:.6f}" if isinstance(value, float) else str(value)
