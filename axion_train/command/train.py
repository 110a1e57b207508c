"""`axion train`: self-play as a recipe says."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console

from axion_env import UsageError

_TRAIN_EXAMPLES = """\b
Examples:
  axion train kuhn-poker
  axion train kuhn-poker --seed 3 --out runs/third --set training.updates=100
  axion train --resume runs/third
"""


@click.command(epilog=_TRAIN_EXAMPLES)
@click.argument("recipe", required=False)
@click.option("--seed", type=int, help="Seed of everything: weights, deals, sampling. Default: the recipe's, 0.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the run. Default: runs/RECIPE-seedN.")
@click.option("--resume", type=click.Path(path_type=Path), help="Go on with the run in this folder; stands alone.")
@click.option("--model", help="Folder or hub id of a causal language model to train instead of the tiny one made from scratch.")
@click.option("--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change a knob: --set curriculum.deals=64. Values as in TOML.")
@click.option("--controls/--no-controls", default=True, help="Train the recipe's controls too, after it.  [default: controls]")
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
    controls: bool,
    quiet: bool,
) -> None:
    """Train a language model by self-play, as RECIPE says.

    RECIPE is a shipped recipe (without one, this command names them) or a path of a TOML file. The run's folder ends up with
    summary.json, metrics.jsonl, episodes.jsonl, checkpoints, the model and report.html. A run that was stopped, in whatever way, goes on
    with --resume and ends in the same weights, bit for bit.
    """
    if resume is not None and (recipe or out or model or changes or seed is not None):
        raise UsageError("--resume stands alone: the run's own recipe.toml says the rest")
    if resume is None and recipe is None:
        from axion_train.recipe import shipped

        raise UsageError(f"which recipe? shipped: {', '.join(shipped())}; or a path of a .toml file; or --resume DIR")
    console = Console(quiet=quiet, stderr=False)
    console.print("loading torch and transformers …", style="dim")
    from axion_train import recipe as recipes
    from axion_train.command.progress import TrainingProgress
    from axion_train.report import write_report
    from axion_train.run.folder import Run

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
        with TrainingProgress(run.recipe, console) as progress:
            summary = run.train(progress, ablations=controls)
    except KeyboardInterrupt:
        click.echo(f"stopped; go on with: axion train --resume {run.path}", err=True)
        ctx.exit(130)
    except OSError as problem:
        raise UsageError(
            f"cannot write to {run.path}: {problem.strerror}; free some space, then: axion train --resume {run.path}"
        ) from problem
    for folder in sorted((run.path / "controls").glob("*")) if controls else ():
        write_report(folder)
    report = write_report(run.path)
    click.echo(json.dumps(summary, indent=2))
    for place in summary.get("unseen", ()):
        click.echo(f"warning: recipe key '{place}' did nothing: what it names never came in this run", err=True)
    console.print(f"report: {report}")


def _fresh(folder: Path, name: str) -> Path:
    """The first of name, name-2, name-3, … that is not taken."""
    taken = folder / name
    number = 1
    while taken.exists():
        number += 1
        taken = folder / f"{name}-{number}"
    return taken
