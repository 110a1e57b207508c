"""A person at this terminal, as a policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from axion_env.core.request import Ask
from axion_env.record.transcript import printable


class Person:
    """Somebody at the terminal: shown what is new and the legal actions, and answers with one line."""

    def act(self, asks: Sequence[Ask[Any]]) -> list[str]:
        """One answer per ask.

        Raises:
            EOFError: the input has ended.
        """
        return [self._one(ask) for ask in asks]

    def _one(self, ask: Ask[Any]) -> str:
        choices = f" ({', '.join(map(printable, ask.choices))})" if ask.choices else ""
        click.echo(f"\n[{ask.agent}]{choices}")
        for message in ask.messages[-1:] if ask.attempts else ask.observation:
            say(message.text)
        return input("> ").strip()


def say(text: str) -> None:
    """Print an environment's text, line by line, with nothing in it that could steer the terminal."""
    for line in text.split("\n"):
        click.echo(printable(line))
