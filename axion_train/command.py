"""`axion train`, `axion eval` and `axion sample`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from axion_env import EpisodeStore, UsageError
from axion_env.command.environment import open_env, options_option
from axion_env.command.table import show_table
from axion_env.command.warning import warnings_as_lines

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
  axion eval runs/kuhn-poker-seed0 --opponents random,runs/kuhn-poker-seed1,my_bots:Caller
"""
_SAMPLE_EXAMPLES = """\b
Examples:
  axion sample --policy runs/arithmetic-seed0 -n 16 --tasks 512
  axion sample axion/Arithmetic-v0 -o digits=3 --policy runs/arithmetic-seed0 -n 64 --split test --out three.jsonl
  axion sample axion/Arithmetic-v0 --policy owner/model -n 4 --temperature 0.7 --max-tokens 512
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
            summary = run.train(live, controls=controls)
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


@click.command(name="eval", epilog=_EVAL_EXAMPLES)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--last", is_flag=True, help="Measure the last weights instead of the averaged ones.")
@click.option("--strategy", type=click.Path(path_type=Path), help="Write the probability table of a finite game to this JSON file.")
@click.option("--split", help="Measure sampled reward on this split of the environment's tasks.")
@click.option(
    "--opponents", metavar="A,B,…", help="Play against each from every seat: `random`, run folders, models, module:name of a policy."
)
@click.option("--tasks", default=1024, show_default=True, help="Tasks measured, with --split; deals, with --opponents.")
@click.option("--samples", default=1, show_default=True, help="Samples per task, with --split; 64 gives pass@64 and maj@64.")
@click.option("--seed", default=0, show_default=True, help="Of the sampling.")
def evaluate(
    run: Path,
    as_json: bool,
    last: bool,
    strategy: Path | None,
    split: str | None,
    opponents: str | None,
    tasks: int,
    samples: int,
    seed: int,
) -> None:
    """Measure the policy in a run folder, from its last checkpoint.

    Finite games: NashConv at all information sets, exactly, raw (illegal answers forfeit) and legal. Others: sampled reward by split.
    With --opponents: mean reward and shares won, drawn and lost, with 95 % intervals, from every seat on the same deals.
    """
    from axion_train import crossplay
    from axion_train import evaluate as measure
    from axion_train.run import Run

    opened = Run.open(run)
    policy = opened.policy(averaged=not last, seed=seed)
    settings = opened.recipe.evaluation
    if opponents is not None:
        if strategy is not None or samples > 1:
            raise UsageError("--opponents goes with --split, --tasks, --seed, --last and --json; leave out --strategy and --samples")
        names = list(dict.fromkeys(name.strip() for name in opponents.split(",")))
        others = {name: crossplay.open_opponent(name, seed=seed) for name in names}
        standings = {
            name: crossplay.cross_play(opened.env, policy, other, split=split or settings.split, deals=tasks, seed=seed)
            for name, other in others.items()
        }
        if as_json:
            click.echo(json.dumps({name: {seat: s.to_dict() for seat, s in seats.items()} for name, seats in standings.items()}))
        else:
            show_table(crossplay.rows(standings), crossplay.HEADER)
        return
    if split is None and settings.kind == "nash_conv":
        figures = measure.nash_conv(policy, opened.measure.tree, cut=1e-8)
    else:
        figures = measure.sampled_reward(
            opened.env,
            policy,
            split=split or settings.split,
            tasks=tasks,
            seed=seed,
            copies=samples,
            part=settings.part,
            label=settings.label,
            facts=opened.recipe.facts,
        )
    if strategy is not None:
        _write(strategy, json.dumps(measure.strategy_table(policy, opened.measure.tree), indent=1) + "\n")
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        click.echo(f"{name:<20} {_number(value)}")


@click.command(epilog=_SAMPLE_EXAMPLES)
@click.argument("name", metavar="[ENV]", required=False)
@options_option
@click.option("--policy", required=True, metavar="POLICY", help="Run folder, folder or hub id of a language model, or `random`.")
@click.option("-n", "copies", type=click.IntRange(1), default=16, show_default=True, help="Plays of each task.")
@click.option("--split", default="train", show_default=True, help="Which tasks.")
@click.option("--tasks", type=click.IntRange(1), help="How many, in the split's order. Default: all, at most 1024.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of chance and sampling.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Default: episodes.jsonl. One that is there is gone on with.")
@click.option("--temperature", type=click.FloatRange(0, min_open=True), help="Default: the run's, of its evaluation; 1 for a model.")
@click.option("--max-tokens", type=click.IntRange(1), help="Longest answer. Default: the run's; 64 for a model.")
@click.option("--batch", type=click.IntRange(1), default=1024, show_default=True, help="Plays at once, a bound on memory.")
@click.option("--part", default="correct", show_default=True, help="Part of the reward that is paid in full for a right answer.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def sample(
    name: str | None,
    options: dict[str, Any],
    policy: str,
    copies: int,
    split: str,
    out: Path | None,
    temperature: float | None,
    max_tokens: int | None,
    as_json: bool,
    **knobs: Any,
) -> None:
    """Play many copies of many tasks with one policy, and keep every episode.

    ENV is a name from `axion list`, or module:Class; left out, it is the one the run in POLICY was trained on. Prints mean reward, the
    share solved, pass@k, majority vote (maj@k) and best of n. Stopped in any way, the same command goes on with the file.
    """
    from axion_train.progress import Counter
    from axion_train.recipe import read
    from axion_train.sample import open_policy, sample_tasks

    if name is None:
        trained = Path(policy) / "recipe.toml"
        if not trained.is_file():
            raise UsageError(f"which environment? {policy!r} is no run folder, so ENV must be given; axion list shows them")
        environment = read(str(trained)).env
        name, options = environment.id, {**environment.options, **options}
    env = open_env(name, options)
    player = open_policy(policy, seed=knobs["seed"], temperature=temperature, max_tokens=max_tokens)
    path = out or Path("episodes.jsonl")
    with warnings_as_lines(), EpisodeStore(path) as store, Counter("plays", Console(stderr=True)) as counter:
        figures = sample_tasks(env, player, store, split=split, copies=copies, watch=counter, **knobs)
    if as_json:
        click.echo(json.dumps(figures))
        return
    for key, value in figures.items():
        click.echo(f"{key:<20} {_number(value)}")
    click.echo(f"{'file':<20} {path}")


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
