"""The command `axion`: environments at a terminal, and commands of other packages."""

from __future__ import annotations

import sys

import click

from axion_env.command.bench import bench
from axion_env.command.check import check
from axion_env.command.doctor import doctor
from axion_env.command.episodes import episodes
from axion_env.command.group import Commands
from axion_env.command.info import info
from axion_env.command.listing import listing
from axion_env.command.new import new
from axion_env.command.play import play
from axion_env.command.replay import replay
from axion_env.command.view import view

_EXAMPLES = """\b
Examples:
  axion list
  axion info axion/KuhnPoker-v0
  axion play axion/KuhnPoker-v0 --hands 3
  axion replay runs/first/episodes.jsonl --verify
  axion check axion/KuhnPoker-v0
"""


@click.group(cls=Commands, own=[listing, info, play, replay, view, episodes, new, check, doctor, bench], epilog=_EXAMPLES)
@click.version_option(package_name="axion-rl", prog_name="axion")
def axion() -> None:
    """Verifiable text environments with several agents, and self-play training on them.

    An error is one line and exit code 2; --debug, or AXION_DEBUG=1, shows where it came from.
    """


def main() -> None:
    """Runs the command with the arguments of this process."""
    sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    axion(prog_name="axion")
