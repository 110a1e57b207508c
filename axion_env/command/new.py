"""`axion new`: writes an installable package with a working environment, to be rewritten into one's own."""

from __future__ import annotations

import builtins
import keyword
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template
from typing import NamedTuple

import click

import axion_env
from axion_env.core.registry import ids
from axion_env.error import UsageError

_NAME = re.compile(r"(?:(?P<namespace>[A-Za-z][A-Za-z0-9_.-]*)/)?(?P<name>[A-Za-z][A-Za-z0-9_-]*?)(?:-v(?P<version>\d+))?")
_VARIANTS = {"1": "one", "2": "two"}
_SUFFIX = ".template"

_EXAMPLES = """\b
Examples:
  axion new digit-sum
  axion new acme/Haggle-v0 --players 2 --out work/haggle
"""


class Names(NamedTuple):
    """The four names of an environment: its id, class, module and package.

    >>> Names.of("acme/DigitSum-v0")
    Names(id='acme/DigitSum-v0', name='DigitSum', module='digit_sum', package='digit-sum')
    >>> Names.of("digit_sum").id
    'me/DigitSum-v0'
    """

    id: str
    """The registered id, `namespace/Name-vN`."""
    name: str
    """Name of the class."""
    module: str
    package: str
    """Name of the package, as for pip."""

    @classmethod
    def of(cls, given: str) -> Names:
        """Derives all four names from an id or a word.

        Raises:
            UsageError: it is no name, or one of the four is taken.
        """
        match = _NAME.fullmatch(given)
        words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]|\d+", match["name"]) if match else []
        if match is None or not words or match["name"][-1] in "_-":
            raise UsageError(f"{given!r} is no name for an environment; write namespace/Name-v0, or a word such as digit-sum")
        name = "".join(word[0].upper() + word[1:] for word in words)
        module = "_".join(word.lower() for word in words)
        names = cls(f"{match['namespace'] or 'me'}/{name}-v{match['version'] or 0}", name, module, module.replace("_", "-"))
        names._check()
        return names

    def _check(self) -> None:
        present, registered = bool(packages_distributions().get(self.module)), self.id in ids()
        if keyword.iskeyword(self.module) or self.module in sys.stdlib_module_names:
            raise UsageError(f"the package would be called {self.module!r}, which is Python's own; choose another name")
        if self.name in (*axion_env.__all__, *dir(builtins), "Sequence"):
            raise UsageError(f"the class would be called {self.name!r}, which means something else already; choose another name")
        if present != registered:  # both: the package itself is installed
            what = f"a module {self.module!r}" if present else f"an environment {self.id}"
            raise UsageError(f"{what} is installed already; choose another name")


@click.command(epilog=_EXAMPLES)
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder of the package. Default: its name, here.")
@click.option("--players", type=click.Choice(list(_VARIANTS)), default="1", show_default=True, help="1: a question. 2: a zero-sum game.")
def new(name: str, out: Path | None, players: str) -> None:
    """Write a package with a new environment.

    NAME is an id such as acme/DigitSum-v0, or a word. With one player the environment asks a question whose answer it keeps; with two it
    is a game in which one sees what the other does not. Both work as they are: rewrite them into your own. Nothing is overwritten.
    """
    names = Names.of(name)
    folder = out or Path(names.package)
    write(names, players, folder)
    click.echo(f"{names.id} → {folder}")
    click.echo(f"next: pip install -e '{folder}[dev]' && pytest {folder} && axion check {names.id}")


def write(names: Names, players: str, folder: Path) -> None:
    """Writes the package into an empty or absent folder.

    Raises:
        UsageError: the folder holds something, or cannot be written to.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} holds something already, and nothing is overwritten; choose another --out")
    try:
        for path, text in rendered(names, players):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise UsageError(f"cannot write to {folder}: {problem.strerror}; choose another --out") from problem


def rendered(names: Names, players: str) -> Iterator[tuple[str, str]]:
    """The files of the package: text by path."""
    root = files("axion_env.command") / "template"
    for part in ("common", _VARIANTS[players]):
        for path, source in _walk(root / part, ""):
            place = path.removesuffix(_SUFFIX).replace("module", names.module)
            yield place, Template(source.read_text(encoding="utf-8")).substitute(names._asdict())


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(_SUFFIX):
            yield prefix + entry.name, entry
