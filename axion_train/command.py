"""`axion train` and `axion eval`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from axion_env import UsageError

_TRAIN_EXAMPLES = """\b
Examples:
  axion train kuhn-poker
  axion train kuhn-poker --seed 3 --out runs/third --set training.updates=100
  axion train --resume runs/third
"""
_EVAL_EXAMPLES = """\b
Examples:
  axion eval runs/kuhn-poker-seed0 --strategy strategy.json
  axion eval runs/arithmetic-seed0 --split shifted --samples 64
"""


@click.command(epilog=_TRAIN_EXAMPLES)
@click.argument("recipe", required=False)
@click.option("--seed", type=int, help="Seed of everything: weights, deals, sampling. Default: the recipe's, 0.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the run. Default: runs/RECIPE-seedN.")
@click.option("--resume", type=click.Path(path_type=Path), help="Go on with the run in this folder; stands alone.")
@click.option("--model", help="Folder or hub id of a causal language model to train instead of the tiny one made from scratch.")
@click.option("--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change a knob: --set curriculum.deals=64. Values as in TOML.")
@click.option("--quiet", is_flag=True, help="Print the summary only.")
@click.pass_context
def train(
    ctx: click.Context,
    recipe: str | None,
    seed: int | None,
    out: Path | None,
    resume: Path | None,
    model: str | None,
    changes: tuple[str, ...],
    quiet: bool,
) -> None:
    """Train a language model by self-play, as RECIPE says.

    RECIPE is a shipped recipe (kuhn-poker, arithmetic) or a path of a TOML file. The run's folder ends up with summary.json, metrics.jsonl,
    episodes.jsonl, checkpoints, the model and report.html. A run that was stopped, in whatever way, goes on with --resume and ends
    in the same weights, bit for bit.
    """
    if resume is not None and (recipe or out or model or changes or seed is not None):
        raise UsageError("--resume stands alone: the run's own recipe.toml says the rest")
    if resume is None and recipe is None:
        from axion_train.recipe import shipped

        raise UsageError(f"which recipe? shipped: {', '.join(shipped())}; or a path of a .toml file; or --resume DIR")
    console = Console(quiet=quiet, stderr=False)
    console.print("loading torch and transformers …", style="dim")
    from axion_train import recipe as recipes
    from axion_train.progress import Live
    from axion_train.report import write_report
    from axion_train.run import Run

    if resume is not None:
        run = Run.open(resume)
    else:
        assert recipe is not None
        wanted = [
            *changes,
            *([f"training.seed={seed}"] if seed is not None else []),
            *([f"pretrained={json.dumps(model)}"] if model else []),
        ]
        chosen = recipes.read(recipe, wanted)
        run = Run.create(out or _fresh(Path("runs"), f"{Path(recipe).stem}-seed{chosen.training.seed}"), chosen)
    console.print(f"{run.recipe.env.id} → {run.path}")
    try:
        with Live(run.recipe, console) as live:
            summary = run.train(live)
    except KeyboardInterrupt:
        click.echo(f"stopped; go on with: axion train --resume {run.path}", err=True)
        ctx.exit(130)
    except OSError as problem:
        raise UsageError(
            f"cannot write to {run.path}: {problem.strerror}; free some space, then: axion train --resume {run.path}"
        ) from problem
    report = write_report(run.path)
    click.echo(json.dumps(summary, indent=2))
    console.print(f"report: {report}")


@click.command(name="eval", epilog=_EVAL_EXAMPLES)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--last", is_flag=True, help="Measure the last weights instead of the averaged ones.")
@click.option("--strategy", type=click.Path(path_type=Path), help="Write the probability table of a finite game to this JSON file.")
@click.option("--split", help="Measure sampled reward on this split of the environment's tasks.")
@click.option("--tasks", default=1024, show_default=True, help="Tasks measured, with --split.")
@click.option("--samples", default=1, show_default=True, help="Samples per task, with --split; 64 gives pass@64.")
@click.option("--seed", default=0, show_default=True, help="Of the sampling.")
def evaluate(run: Path, as_json: bool, last: bool, strategy: Path | None, split: str | None, tasks: int, samples: int, seed: int) -> None:
    """Measure the policy in a run folder, from its last checkpoint.

    Finite games: NashConv at all information sets, exactly, raw (illegal answers forfeit) and legal. Others: sampled reward by split.
    """
    from axion_train import evaluate as measure
    from axion_train.run import Run

    opened = Run.open(run)
    policy = opened.policy(averaged=not last, seed=seed)
    settings = opened.recipe.evaluation
    if split is None and settings.kind == "nash_conv":
        figures = measure.nash_conv(policy, opened.tree, cut=1e-8)
    else:
        figures = measure.sampled_reward(
            opened.env, policy, split=split or settings.split, tasks=tasks, seed=seed, copies=samples, part=settings.part
        )
    if strategy is not None:
        _write(strategy, json.dumps(measure.strategy_table(policy, opened.tree), indent=1) + "\n")
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        click.echo(f"{name:<20} {_number(value)}")


def _number(value: Any) -> str:
    return f"{value:.6f}" if isinstance(value, float) else str(value)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text)
    except OSError as problem:
        raise UsageError(f"cannot write {path}: {problem.strerror}") from problem


def _fresh(folder: Path, name: str) -> Path:
    """The first of name, name-2, name-3, … that is not taken."""
    taken = folder / name
    number = 1
    while taken.exists():
        number += 1
        taken = folder / f"{name}-{number}"
    return taken
