"""Warnings as plain lines, without Python's file names."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def warnings_as_lines() -> Iterator[list[warnings.WarningMessage]]:
    """Prints the warnings raised inside the block on stderr, one line each; gives the list of them."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        try:
            yield caught
        finally:
            for warning in caught:
                click.echo(f"warning: {warning.message}", err=True)
