"""`axion replay`: shows and verifies stored episodes."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import click

from axion_env.command.environment import Environments
from axion_env.command.warning import warnings_as_lines
from axion_env.core.env import Env
from axion_env.core.replay import rerun, verify
from axion_env.core.rubric import judge
from axion_env.error import AxionError, NotFound, StoreError, UsageError
from axion_env.record.codec import damage, decode
from axion_env.record.episode import Called, Ending, Episode
from axion_env.record.jsonl import Line
from axion_env.record.store import EpisodeStore
from axion_env.record.transcript import printable, transcript
from axion_env.record.verdict import Verdict
from axion_env.sandbox import Sandbox

_EXAMPLES = """\b
Examples:
  axion replay runs/first/episodes.jsonl --index -1
  axion replay played.jsonl --agent player_1
  axion replay played.jsonl --verify
  axion replay played.jsonl --rerun-jobs
  axion replay played.jsonl --verify --env my_package.game:Game
"""


@click.command(epilog=_EXAMPLES)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--verify", "verifying", is_flag=True, help="Play every episode again and compare it byte for byte, instead of showing it.")
@click.option("--index", type=int, metavar="N", help="Only episode N, the first being 0 and the last -1.")
@click.option("--agent", metavar="AGENT", help="Show only what this agent was shown, said and earned.")
@click.option("--env", "override", metavar="MODULE:CLASS", help="Use this environment in place of the one the record names.")
@click.option(
    "--rerun-jobs", "rerunning", is_flag=True, help="Execute every sandboxed job again, and tell which end otherwise than they did."
)
def replay(file: Path, verifying: bool, index: int | None, agent: str | None, override: str | None, rerunning: bool) -> None:
    """Show stored episodes: who saw what, said what, and earned what.

    With --verify, exit code 1 means that an episode differs from its replay or that the file was changed; the first
    difference is named. With --rerun-jobs, it means that a job ended otherwise; each is named. A torn last line, left by a writer that
    was stopped, is reported and skipped.
    """
    envs = Environments(override)
    with warnings_as_lines():
        if verifying:
            _verify(file, _chosen(file, index), envs)
        if rerunning:
            _rerun(file, _chosen(file, index), envs)
        if not verifying and not rerunning:
            _show_all(file, _chosen(file, index), agent, envs)


def _chosen(file: Path, index: int | None) -> Iterable[Line]:
    """The selected lines, read as they are needed, since a run's file may be larger than memory."""
    lines = EpisodeStore(file).lines()
    if index is None:
        return lines
    if index >= 0:
        found = list(islice(lines, index, index + 1))
    else:
        last = deque(lines, maxlen=-index)
        found = [last[0]] if len(last) == -index else []
    if not found:
        count = sum(1 for _ in EpisodeStore(file).lines())
        raise UsageError(f"--index {index}: {file} holds {count} episodes{f', 0 to {count - 1}' if count else ''}")
    return found


def _verify(file: Path, lines: Iterable[Line], envs: Environments) -> None:
    count = 0
    for line in lines:
        difference = verify(line.text, env=_env_of(line, envs))
        if difference is not None:
            click.echo(f"{file} line {line.number}: {printable(difference)}")
            click.get_current_context().exit(1)
        count += 1
    click.echo(f"{count} episode{'s' * (count != 1)} verified: every replay is equal to its record, byte for byte")


def _rerun(file: Path, lines: Iterable[Line], envs: Environments) -> None:
    count = jobs = 0
    differing = []
    with Sandbox() as sandbox:
        for line in lines:
            episode = decode(line.text)
            differences = rerun(episode, {"sandbox": sandbox}, env=envs.of(episode.env, dict(episode.options)))
            differing += [f"{file} line {line.number}: {printable(difference)}" for difference in differences]
            jobs += sum(isinstance(event, Called) and event.service == "sandbox" for event in episode.events())
            count += 1
    click.echo("".join(f"{difference}\n" for difference in differing), nl=False)
    click.echo(f"{jobs} job{'s' * (jobs != 1)} of {count} episode{'s' * (count != 1)} executed again: {len(differing)} ended otherwise")
    if differing:
        click.get_current_context().exit(1)


def _env_of(line: Line, envs: Environments) -> Env | None:
    """The environment that a line names; None if the line is too damaged, which `verify` then reports."""
    try:
        record = json.loads(line.text)
        name, options = record["env"], record["options"]
    except (ValueError, TypeError, KeyError):
        return None
    try:
        return envs.of(name, options)
    except (AxionError, TypeError) as problem:
        if damage(line.text) is None:
            raise UsageError(f"line {line.number} cannot be verified: {problem}; --env module:Class names another class") from problem
        return None


def _show_all(file: Path, lines: Iterable[Line], agent: str | None, envs: Environments) -> None:
    shown = 0
    for line in lines:
        click.echo(f"{chr(10) * (shown > 0)}-- {file}, line {line.number} --")
        _show(file, line, agent, envs)
        shown += 1
    if not shown:
        click.echo(f"{file} holds no whole episode", err=True)


def _show(file: Path, line: Line, agent: str | None, envs: Environments) -> None:
    try:
        episode = decode(line.text)
    except StoreError as problem:
        raise StoreError(f"{file} line {line.number}: {problem}") from None
    if agent is not None and agent not in episode.agents:
        raise NotFound("agent", agent, episode.agents)
    click.echo(transcript(episode, _verdicts(episode, envs), agent=agent), nl=False)


def _verdicts(episode: Episode, envs: Environments) -> dict[str, Verdict]:
    """The verdicts of an episode; None where its environment is not installed, and it is shown without."""
    if episode.ending is Ending.FAILED:
        return {}
    try:
        return judge(envs.of(episode.env, dict(episode.options)), episode)
    except Exception as problem:  # the rubric of a changed environment may fail in any way on an old record
        reason = str(problem) if isinstance(problem, AxionError) else f"{type(problem).__name__}: {problem}"
        click.echo(f"warning: rewards are not shown: {reason}", err=True)
        return {}
