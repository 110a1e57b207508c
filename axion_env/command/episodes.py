"""`axion episodes`: stored episodes as data to learn from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from axion_env._file import whole
from axion_env.command.environment import Environments
from axion_env.command.table import show_table
from axion_env.command.warning import warnings_as_lines
from axion_env.core.env import Env
from axion_env.core.rubric import trajectories
from axion_env.dataset.decontaminate import Overlap, read_texts, task_text
from axion_env.dataset.filter import Candidate, Exchange, Filter, Selection, success_rates
from axion_env.error import StoreError, UsageError
from axion_env.record.episode import Ending, Message
from axion_env.record.store import EpisodeStore

_EXAMPLES = """\b
Examples:
  axion episodes filter sampled.jsonl --out data.jsonl
  axion episodes filter a.jsonl b.jsonl --success 0.1:0.9 --per-task 4 --out data.jsonl
  axion episodes filter sampled.jsonl --against-split test --against benchmark.jsonl --out data.jsonl
"""


@click.group()
def episodes() -> None:
    """Make data of stored episodes."""


def _band(ctx: click.Context, param: click.Parameter, given: str) -> tuple[float, float]:
    try:
        low, high = map(float, given.split(":"))
        return low, high
    except ValueError:
        raise UsageError(f"--success {given!r} is not of the form LOW:HIGH, as in 0.1:0.9") from None


@episodes.command("filter", epilog=_EXAMPLES)
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE...")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="The data, as JSON lines.")
@click.option(
    "--form",
    type=click.Choice(["chat", "tokens"]),
    default="chat",
    show_default=True,
    help="`messages` for any model, or `prompt_ids` and `completion_ids` as they were sampled.",
)
@click.option("--part", default="correct", show_default=True, help="Part of the reward that is paid in full for a right answer.")
@click.option("--min-reward", "reward", type=float, metavar="X", help="Right is what earned at least X, in place of --part.")
@click.option(
    "--success",
    default="0:1",
    show_default=True,
    metavar="LOW:HIGH",
    callback=_band,
    help="Keep tasks whose share of right answers lies there.",
)
@click.option("--max-chars", type=click.IntRange(0), default=0, metavar="N", help="Longest answer, in characters.")
@click.option("--max-tokens", type=click.IntRange(0), default=0, metavar="N", help="Longest answer, in sampled tokens.")
@click.option("--per-task", type=click.IntRange(0), default=0, metavar="K", help="At most K trajectories of a task, the first ones.")
@click.option(
    "--against",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Drop what shares words with this evaluation set, JSON lines; repeatable.",
)
@click.option("--against-split", "splits", multiple=True, metavar="SPLIT", help="The same, with a split of the environment; repeatable.")
@click.option("--ngram", type=click.IntRange(1), default=13, show_default=True, metavar="N", help="Words in a row that count as shared.")
def filter_command(
    files: tuple[Path, ...],
    out: Path,
    form: str,
    against: tuple[Path, ...],
    splits: tuple[str, ...],
    ngram: int,
    **bounds: Any,
) -> None:
    """Keep what is worth learning from, as data for fine-tuning.

    A line is one accepted answer with all that the agent was shown before it; the last message is the one to learn. Equal lines are
    kept once. Prints how many trajectories were read, kept and dropped, and why.
    """
    if out.exists() and any(out.samefile(file) for file in files):
        raise UsageError(f"--out {out} is one of the files read; choose another")
    selection = Selection(**bounds)
    envs = Environments()
    with warnings_as_lines():
        rates = success_rates((c for c in _candidates(files, envs) if c), selection) if selection.success != (0.0, 1.0) else None
        trajectory_filter = Filter(selection, rates, _overlap(against, splits, ngram))
        void, rows = _write(out, _FORMS[form], _candidates(files, envs), trajectory_filter)
    read = trajectory_filter.read + void
    reasons = [*trajectory_filter.dropped.most_common(), *([("failed or truncated", void)] if void else [])]
    table = [("read", read), ("kept", trajectory_filter.kept), *((f"dropped: {reason}", count) for reason, count in reasons)]
    show_table([(name, f"{count:,}", f"{count / max(1, read):.1%}") for name, count in table], ("trajectories", "", ""))
    click.echo(f"{rows} row{'s' * (rows != 1)} written to {out}")


def _candidates(files: Sequence[Path], envs: Environments) -> Iterator[Candidate | None]:
    """Every trajectory of every file, read as it is needed; None for an agent of an episode that ended FAILED or TRUNCATED."""
    for file in files:
        for number, episode in EpisodeStore(file).numbered():
            if episode.ending in (Ending.FAILED, Ending.TRUNCATED):
                yield from [None] * len({turn.agent for turn in episode.turns})
                continue
            try:
                env = envs.of(episode.env, dict(episode.options))
            except UsageError as problem:
                raise StoreError(f"{file} line {number} cannot be judged: {problem}") from None
            yield from (Candidate(env, episode.task, t) for t in trajectories(env, episode))


def _overlap(against: Sequence[Path], splits: Sequence[str], ngram: int) -> Callable[[Candidate, list[Exchange]], bool]:
    """Makes the overlap test against the files, and against the splits of each candidate's own environment."""
    texts = [text for path in against for text in read_texts(path)]
    known: dict[Env, Overlap] = {}

    def overlaps(candidate: Candidate, exchanges: list[Exchange]) -> bool:
        env = candidate.env
        if env not in known:
            known[env] = Overlap([*texts, *(task_text(task) for split in splits for task in env.tasks(split))], ngram)
        return known[env](candidate, exchanges)

    return overlaps


def _write(
    out: Path, form: Callable[[Candidate, Exchange], dict[str, Any]], candidates: Iterator[Candidate | None], trajectory_filter: Filter
) -> tuple[int, int]:
    """Writes what the filter keeps; returns how many trajectories were void, and how many rows were written."""
    void = rows = 0
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with whole(out) as file:
            for candidate in candidates:
                if candidate is None:
                    void += 1
                    continue
                for exchange in trajectory_filter(candidate):
                    file.write(json.dumps(form(candidate, exchange)).encode() + b"\n")
                    rows += 1
    except OSError as problem:
        raise UsageError(f"cannot write {out}: {problem.strerror}") from problem
    return void, rows


def _chat(candidate: Candidate, exchange: Exchange) -> dict[str, Any]:
    said = Message("assistant", exchange.action.text.strip())
    return {"messages": [{"role": m.author, "content": m.text} for m in (*exchange.messages, said)], **_about(candidate)}


def _tokens(candidate: Candidate, exchange: Exchange) -> dict[str, Any]:
    tokens = exchange.action.tokens
    if tokens is None:
        raise UsageError(f"the answer {exchange.action.text[:40]!r} was recorded without tokens: use --form chat")
    return {"prompt_ids": tokens.prompt_ids, "completion_ids": tokens.completion_ids, **_about(candidate)}


def _about(candidate: Candidate) -> dict[str, Any]:
    trajectory = candidate.trajectory
    about = {"env": trajectory.env, "task": trajectory.task, "agent": trajectory.agent, "role": trajectory.role}
    return {**about, "reward": trajectory.reward}


_FORMS = {"chat": _chat, "tokens": _tokens}
