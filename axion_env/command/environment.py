"""Environments as a user names them: `ID` or `module:Class`, and `-o key=value`."""

from __future__ import annotations

import json
import tomllib
import traceback
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from axion_env.core.env import Env
from axion_env.core.registry import find, look_here
from axion_env.error import AxionError, UsageError
from axion_env.record.value import is_plain

F = TypeVar("F", bound=Callable[..., Any])


def options_option(function: F) -> F:
    """Decorator that adds `-o key=value`, passed to the function as `options`."""
    return click.option(
        "-o",
        "--option",
        "options",
        multiple=True,
        metavar="KEY=VALUE",
        callback=lambda ctx, param, given: parse_options(given),
        help='An option of the environment; a number, a list or a "quoted" text as in TOML or JSON, or a bare word. Repeatable.',
    )(function)


def parse_options(pairs: Iterable[str]) -> dict[str, Any]:
    """Parses options as they are typed: `["ranks=['9','T','J']", "ante=2"]`.

    Raises:
        UsageError: not of the form key=value, or a list that is not well-formed.
    """
    options = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key.strip().isidentifier():
            raise UsageError(f"option {pair!r} is not of the form key=value, as in -o ante=2")
        options[key.strip()] = _literal(key.strip(), text.strip())
    return options


def _literal(key: str, text: str) -> Any:
    """Parses a word as JSON, else as TOML; else it stands for itself."""
    try:
        value = json.loads(text)
        if is_plain(value):
            return value
    except ValueError:
        pass
    try:
        document = tomllib.loads(f"value = {text}")
        if list(document) == ["value"] and is_plain(document["value"]):
            return document["value"]
    except tomllib.TOMLDecodeError:
        pass
    if text[:1] in tuple("[{\"'"):
        raise UsageError(
            f'option {key}: {text} starts like a list, a table or a quoted text and does not end like one; write -o \'{key}=["a", "b"]\''
        )
    return text


def open_class(name: str) -> type[Env]:
    """Finds the class of an environment; `module:Class` is also looked for in the current folder.

    Raises:
        UsageError: no such environment, or its module cannot be imported.
    """
    if ":" in name:
        look_here()
    try:
        return find(name)
    except AxionError:
        raise
    except Exception as problem:
        raise UsageError(f"environment {name!r} cannot be imported: {_in_one_line(problem)}") from problem


def open_env(name: str, options: dict[str, Any]) -> Env:
    """Builds an environment with its options.

    Raises:
        UsageError: no such environment or option, or a value it does not accept.
    """
    cls = open_class(name)
    try:
        return cls(**options)
    except AxionError:
        raise
    except Exception as problem:
        given = ", ".join(f"{key}={value!r}" for key, value in options.items()) or "no options"
        raise UsageError(f"{name} cannot be built with {given}: {_in_one_line(problem)}") from problem


class Environments:
    """The environments that records name, each built once.

    Args:
        override: `module:Class` that stands in for whatever a record names.
    """

    def __init__(self, override: str | None = None) -> None:
        self._override = override
        self._built: dict[str, Env] = {}
        if override is not None:
            open_class(override)

    def of(self, name: str, options: dict[str, Any]) -> Env:
        """The environment of a record.

        Raises:
            UsageError: it is not installed, or no longer takes these options.
        """
        key = json.dumps([name, options])
        if key not in self._built:
            env = open_env(self._override or name, options)
            self._built[key] = self._built.setdefault(json.dumps([name, env.options]), env)  # by older names of options it is the same
        return self._built[key]


def _in_one_line(problem: BaseException) -> str:
    at = traceback.extract_tb(problem.__traceback__)[-1]
    return f"{type(problem).__name__}: {' '.join(str(problem).split()) or 'no message'} ({at.filename}:{at.lineno})"
