"""`axion view`: makes a page of stored episodes to filter and read."""

from __future__ import annotations

import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from axion_env._file import write_whole
from axion_env.command.environment import Environments
from axion_env.command.warning import warnings_as_lines
from axion_env.core.rubric import judge
from axion_env.error import AxionError, StoreError, UsageError
from axion_env.record.codec import decode
from axion_env.record.episode import Ending, Episode
from axion_env.record.store import EpisodeStore
from axion_env.record.verdict import Verdict

_EXAMPLES = """\b
Examples:
  axion view runs/first
  axion view played.jsonl --out played.html --open
  axion view played.jsonl --env my_package.game:Game
"""


@click.command(epilog=_EXAMPLES)
@click.argument("source", type=click.Path(exists=True, path_type=Path), metavar="RUN|FILE")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="The page. Default: beside the episodes, .html."
)
@click.option("--most", type=click.IntRange(1), default=5000, show_default=True, metavar="N", help="Of more episodes, N spread evenly.")
@click.option("--env", "override", metavar="MODULE:CLASS", help="Judge by this environment in place of the one the record names.")
@click.option("--open", "opening", is_flag=True, help="Open it in the browser.")
def view(source: Path, out: Path | None, most: int, override: str | None, opening: bool) -> None:
    """Make a page of stored episodes: each agent's side of every play, to filter and read.

    RUN is the folder of a run, FILE a file of episodes. The page is one file that loads nothing: it can be kept, sent and read offline. It
    holds what no agent was shown: secrets of tasks, hidden draws, raw answers.
    """
    file = source / "episodes.jsonl" if source.is_dir() else source
    if not file.is_file():
        raise UsageError(f"{source} holds no episodes.jsonl; give the folder of a run, or a file of episodes")
    target = out or file.with_suffix(".html")
    if target.exists() and target.samefile(file):
        raise UsageError(f"--out {target} would overwrite the episodes themselves; choose another")
    from axion_env.view import page  # imported here, since no other command needs the parts of the page

    with warnings_as_lines():
        stored = sum(1 for _ in EpisodeStore(file).lines())
        chosen = {round(i * (stored - 1) / max(1, most - 1)) for i in range(most)} if stored > most else range(stored)
        shown = list(_views(file, chosen, Environments(override)))
    name = source.name if source.is_dir() else file.name
    size = f"{len(shown):,} of {stored:,} episodes, spread evenly" if len(shown) < stored else f"{stored:,} episode{'s' * (stored != 1)}"
    _write(target, page(name, f"{file}: {size}", shown))
    click.echo(f"{size} → {target}")
    if opening:
        webbrowser.open(target.resolve().as_uri())


def _views(file: Path, chosen: range | set[int], envs: Environments) -> Iterator[dict[str, Any]]:
    from axion_env.view import view_of

    problems: dict[str, None] = {}
    for index, line in enumerate(EpisodeStore(file).lines()):
        if index in chosen:
            try:
                episode = decode(line.text)
                yield view_of(episode, _verdicts(episode, envs, problems), line.number)
            except StoreError as problem:
                raise StoreError(f"{file} line {line.number}: {problem}") from None
            except (AttributeError, TypeError, ValueError, KeyError) as problem:
                raise StoreError(f"{file} line {line.number}: not an episode, its types are odd: {problem}") from None
    for reason in problems:
        click.echo(f"warning: some rewards are not shown: {reason}", err=True)


def _verdicts(episode: Episode, envs: Environments, problems: dict[str, None]) -> dict[str, Verdict]:
    """The verdicts of an episode; None where its environment is not installed or has changed, and it is shown without."""
    if episode.ending is Ending.FAILED:
        return {}
    try:
        return judge(envs.of(episode.env, dict(episode.options)), episode)
    except Exception as problem:  # a rubric may fail in any way on an old record
        problems[str(problem) if isinstance(problem, AxionError) else f"{type(problem).__name__}: {problem}"] = None
        return {}


def _write(file: Path, text: str) -> None:
    try:
        write_whole(file, text)
    except OSError as problem:
        raise UsageError(f"cannot write {file}: {problem.strerror}; choose another --out") from problem
