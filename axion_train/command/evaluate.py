"""`axion eval`: measures a run's policy."""

from __future__ import annotations

import json
from pathlib import Path

import click

from axion_env import UsageError
from axion_env.command.table import number, show_table

_EVAL_EXAMPLES = """\b
Examples:
  axion eval runs/kuhn-poker-seed0 --strategy strategy.json
  axion eval runs/arithmetic-seed0 --split shifted --samples 64
  axion eval runs/kuhn-poker-seed0 --opponents random,runs/kuhn-poker-seed1,my_bots:Caller
"""


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
    from axion_train.evaluate import crossplay
    from axion_train.evaluate.nash_conv import nash_conv, strategy_table
    from axion_train.evaluate.reward import sampled_reward
    from axion_train.run.folder import Run
    from axion_train.run.policy import open_opponent

    opened = Run.open(run)
    policy = opened.policy(averaged=not last, seed=seed)
    settings = opened.recipe.evaluation
    if opponents is not None:
        if strategy is not None or samples > 1:
            raise UsageError("--opponents goes with --split, --tasks, --seed, --last and --json; leave out --strategy and --samples")
        names = list(dict.fromkeys(name.strip() for name in opponents.split(",")))
        others = {name: open_opponent(name, seed=seed) for name in names}
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
        metrics = nash_conv(policy, opened.measure.tree, cut=1e-8)
    else:
        metrics = sampled_reward(
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
        _write(strategy, json.dumps(strategy_table(policy, opened.measure.tree), indent=1) + "\n")
    if as_json:
        click.echo(json.dumps(metrics))
        return
    for name, value in metrics.items():
        click.echo(f"{name:<20} {number(value)}")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text)
    except OSError as problem:
        raise UsageError(f"cannot write {path}: {problem.strerror}") from problem
