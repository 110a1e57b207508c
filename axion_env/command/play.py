"""`axion play`: lets a person play an environment, against random or trained policies."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from axion_env._plugin import Group
from axion_env.command.environment import open_env, options_option
from axion_env.command.warning import warnings_as_lines
from axion_env.core.driver import play as play_task
from axion_env.core.env import Env
from axion_env.core.policy import Human, Policy, RandomPolicy
from axion_env.core.rng import Stream, derive
from axion_env.core.rubric import judge
from axion_env.error import NotFound, UsageError
from axion_env.record.episode import Ending, Episode
from axion_env.record.store import EpisodeStore
from axion_env.record.task import Task
from axion_env.record.transcript import amount, printable, transcript
from axion_env.record.verdict import Verdict

NOBODY = "none"
POLICIES = Group("axion.policies", "policy")
"""What opens a trained policy, of a package that trains: from a run folder to who plays every seat."""
TRAINED = "run"

_EXAMPLES = """\b
Examples:
  axion play axion/KuhnPoker-v0
  axion play axion/KuhnPoker-v0 --seat player_1 --against runs/first
  axion play axion/KuhnPoker-v0 --seat none --seed 7 --episodes 10 --save watched.jsonl
"""


@click.command(epilog=_EXAMPLES)
@click.argument("name", metavar="ID")
@options_option
@click.option("--seat", "seats", multiple=True, metavar="AGENT", help="Your agent; repeatable; default: the first. `none`: look on.")
@click.option(
    "--against",
    type=click.Path(exists=True, path_type=Path),
    metavar="RUN",
    help="Folder of a trained run that plays the other agents; default: random legal moves.",
)
@click.option("--seed", type=click.IntRange(0), help="Seeds chance, the task and the other agents; default: a new one each time, shown.")
@click.option("--hands", type=click.IntRange(1), metavar="N", help="Short for -o hands=N.")
@click.option("--split", default="train", show_default=True, help="Which tasks to play.")
@click.option("--task", "index", type=click.IntRange(0), metavar="K", help="Play task K of the split; default: one chosen by the seed.")
@click.option(
    "--episodes", type=click.IntRange(1), default=1, show_default=True, metavar="N", help="How many; episode k has the seed SEED+k."
)
@click.option(
    "--save", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Append the episodes to a file, for `axion replay`."
)
def play(
    name: str,
    options: dict[str, Any],
    seats: tuple[str, ...],
    against: Path | None,
    seed: int | None,
    hands: int | None,
    split: str,
    index: int | None,
    episodes: int,
    save: Path | None,
) -> None:
    """Play an environment at this terminal.

    You answer one line at a time. End with Ctrl-D or Ctrl-C; episodes that were finished are kept.
    ID is a name from `axion list`, or module:Class.
    """
    env = open_env(name, options if hands is None else {**options, "hands": hands})
    own = _own_seats(env, seats)
    first = int.from_bytes(os.urandom(4)) if seed is None else seed
    others = _trained(against) if against else RandomPolicy(first)
    store = _open_store(save)
    earned: list[Mapping[str, Verdict]] = []
    click.echo(f"{env.spec.id}, seed {first}. {_roles(env, own)}")
    for k in range(episodes):
        try:
            episode = _one(env, own, others, _task(env, split, index, first + k), first + k)
        except EOFError:
            click.echo("\nend of input; the episode was left unfinished")
            break
        earned.append(judge(env, episode))
        _show(episode, earned[-1], own)
        if store is not None:
            with warnings_as_lines():
                store.append(episode)
    _sum_up(earned, store, save)


def _own_seats(env: Env, seats: tuple[str, ...]) -> tuple[str, ...]:
    if NOBODY in seats:
        if len(seats) > 1:
            raise UsageError(f"--seat {NOBODY} means that nobody plays; leave out the other --seat")
        return ()
    for seat in seats:
        if seat not in env.seats:
            raise NotFound("agent", seat, (*env.seats, NOBODY))
    return seats or env.seats[:1]


def _task(env: Env, split: str, index: int | None, seed: int) -> Task:
    """The task of an episode, chosen by its seed as `Steppable.reset` does."""
    tasks = env.tasks(split)
    if index is not None and index >= len(tasks):
        raise UsageError(f"--task {index}: the split {split!r} has {len(tasks)} tasks, 0 to {len(tasks) - 1}")
    return tasks[Stream(derive(seed, "task")).below(len(tasks)) if index is None else index]


def _trained(run: Path) -> Policy:
    """The policy of a training run, opened by the installed trainer."""
    if TRAINED not in POLICIES:
        raise UsageError("--against needs the trainer: install axion-rl[train]")
    policy: Policy = POLICIES.load(TRAINED)(run)
    return policy


def _open_store(save: Path | None) -> EpisodeStore | None:
    if save is None:
        return None
    store = EpisodeStore(save)
    store.extend(())  # opens the file, so that one that cannot be written raises before the game, not after it
    return store


def _one(env: Env, own: tuple[str, ...], others: Policy, task: Task, seed: int) -> Episode:
    person = Human()
    seated = task.agents or env.seats
    policies: dict[str, Policy] = {agent: person if agent in own else others for agent in seated}
    return play_task(env, policies, task=task, seed=seed)


def _roles(env: Env, own: tuple[str, ...]) -> str:
    roles = [f"{agent} ({env.spec.agents[agent].name})" for agent in own]
    return f"You are {', '.join(roles)}." if own else "You look on."


def _show(episode: Episode, verdicts: Mapping[str, Verdict], own: tuple[str, ...]) -> None:
    """Shows how an episode ended, as far as the person's seat may know; all of it where the person has no seat."""
    click.echo()
    if not own:
        click.echo(transcript(episode, verdicts), nl=False)
        return
    for agent in own:
        for message in episode.closing.get(agent, ()):
            _say(message.text)
    if episode.ending is Ending.FORFEIT:
        click.echo(f"{', '.join(episode.culprits)} broke the rules: {printable(_refusal(episode))}")
    elif episode.ending is Ending.TRUNCATED:
        click.echo(f"cut off: {printable(episode.error or 'a limit was reached')}")
    click.echo("; ".join(f"{agent}{' (you)' * (agent in own)} earns {amount(verdict.reward)}" for agent, verdict in verdicts.items()))


def _say(text: str) -> None:
    """Prints an environment's text, line by line, without characters that could control the terminal."""
    for line in text.split("\n"):
        click.echo(printable(line))


def _refusal(episode: Episode) -> str:
    """Why a forfeit's last answer was refused."""
    turn = episode.turns_of(episode.culprits[0])[-1]
    return turn.action.error or "an answer was refused"


def _sum_up(earned: Sequence[Mapping[str, Verdict]], store: EpisodeStore | None, save: Path | None) -> None:
    if len(earned) > 1:
        agents = dict.fromkeys(agent for verdicts in earned for agent in verdicts)
        means = {a: [v[a].reward for v in earned if a in v] for a in agents}
        click.echo(f"\nmean of {len(earned)} episodes: " + ", ".join(f"{a} {amount(sum(r) / len(r))}" for a, r in means.items()))
    if store is not None:
        store.close()
        click.echo(f"{len(earned)} episode{'s' * (len(earned) != 1)} appended to {save}")
