"""`axion sample`: many plays of many tasks by one policy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from axion_env import EpisodeStore, UsageError
from axion_env.command.environment import open_env, options_option
from axion_env.command.table import number
from axion_env.command.warning import warnings_as_lines

_SAMPLE_EXAMPLES = """\b
Examples:
  axion sample --policy runs/arithmetic-seed0 -n 16 --tasks 512
  axion sample axion/Arithmetic-v0 -o digits=3 --policy runs/arithmetic-seed0 -n 64 --split test --out three.jsonl
  axion sample axion/Arithmetic-v0 --policy owner/model -n 4 --temperature 0.7 --max-tokens 512
"""


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
    from axion_train.command.progress import Counter
    from axion_train.evaluate.sample import sample_tasks
    from axion_train.recipe import read
    from axion_train.run.policy import open_policy

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
        metrics = sample_tasks(env, player, store, split=split, copies=copies, watch=counter, **knobs)
    if as_json:
        click.echo(json.dumps(metrics))
        return
    for key, value in metrics.items():
        click.echo(f"{key:<20} {number(value)}")
    click.echo(f"{'file':<20} {path}")
