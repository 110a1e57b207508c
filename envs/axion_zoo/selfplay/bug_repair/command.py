"""`axion repo`: real packages as trees that bugs are made and mended in."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import click

from axion_env import UsageError
from axion_env.command.table import show_table
from axion_env.sandbox import Sandbox
from axion_zoo.selfplay.bug_repair import bank
from axion_zoo.selfplay.bug_repair.bank import Repositories, breed, repository_tree
from axion_zoo.selfplay.bug_repair.injector import history
from axion_zoo.selfplay.bug_repair.repository import Repository, find, prepare, sdist

_EXAMPLES = """\b
Examples:
  axion repo prepare toolz-1.0.0.tar.gz
  axion repo prepare path/to/checkout --with hypothesis --out repositories/mine
  axion repo breed repositories/toolz-1.0.0 --bugs 100
  axion repo list
"""
_HOME = Path("repositories")


@click.group(epilog=_EXAMPLES)
def repo() -> None:
    """Make tasks of real packages: their source, their tests, and bugs in them."""


@repo.command("prepare", epilog=_EXAMPLES)
@click.argument("source", type=click.Path(path_type=Path), metavar="PATH_OR_SDIST")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder to write.  [default: repositories/NAME-VERSION]")
@click.option("--runs", type=click.IntRange(2), default=5, show_default=True, help="Runs of the whole suite; a test has to pass in all.")
@click.option("--file-seconds", "file_s", type=click.FloatRange(0.1), default=10.0, show_default=True, help="Of one test file, at most.")
@click.option("--seconds", "total_s", type=click.FloatRange(0.1), default=45.0, show_default=True, help="Of all test files that are kept.")
@click.option("--with", "packages", multiple=True, metavar="NAME", help="An installed distribution that tests import. Repeatable.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
def prepare_(source: Path, out: Path | None, runs: int, file_s: float, total_s: float, packages: tuple[str, ...], as_json: bool) -> None:
    """Prepare a pure-Python package with a pytest suite.

    PATH_OR_SDIST is a folder, a .tar.gz or a .zip. Every test file is tried alone, then all that work and are quick enough together,
    several times over, in the sandbox. Tests that pass in every run are what bugs will be told by.
    """
    settings = prepare.Settings(runs=runs, file_s=file_s, total_s=total_s, packages=packages)
    package = sdist.read(source)
    folder = out or _HOME / f"{package.name}-{package.version}"
    prepare.refuse_if_there(folder)
    with Sandbox() as sandbox:
        found = prepare.prepare(package, sandbox, settings, say=lambda line: click.echo(line, err=True))
    found = replace(found, history=_history(source, found))
    prepare.write(found, folder)
    _show(found, folder, as_json)


@repo.command("breed", epilog=_EXAMPLES)
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--bugs", type=click.IntRange(1), default=50, show_default=True, help="Valid ones to make, or all there are.")
@click.option("--rule", type=click.Choice([*breed.RULES]), default="code", show_default=True, help="How bugs are made.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the draws.")
def breed_(folder: Path, bugs: int, rule: str, seed: int) -> None:
    """Fill a prepared repository's bank with bugs made by rule, each let through by every gate.

    Rules: `code`, three small changes to one removal; `files`, small changes in two files at once; `history`, commits undone, where a git
    checkout was prepared.
    """
    found = Repository.load(folder)
    if rule == "history" and not found.history:
        raise UsageError(f"{found.title} was prepared without a history; prepare a git checkout of it")
    tree = repository_tree(folder.name, found)
    with Sandbox() as sandbox:
        made = list(islice(breed.breed(tree, breed.RULES[rule](tree, seed), sandbox), bugs))
    if not made:
        raise UsageError(f"the rule {rule!r} makes no valid bug of {found.title}")
    path = folder / Repositories.BANK
    bank.write(path, made)
    click.echo(f"{len(made)} bugs of {found.title}: {path}")


@repo.command("list")
@click.argument("folder", type=click.Path(path_type=Path), default=_HOME, metavar="[DIR]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of a table.")
def list_(folder: Path, as_json: bool) -> None:
    """List the prepared repositories in a folder, `repositories` if none is named."""
    paths = find(folder)
    if not paths:
        raise UsageError(f"no prepared repository in {str(folder)!r}; `axion repo prepare` makes one")
    known = [(path, Repository.load(path)) for path in paths]
    if as_json:
        for path, one in known:
            click.echo(json.dumps(_facts(one, path)))
        return
    rows = [(str(path), str(len(one.code)), str(len(one.tests)), str(len(one.passing)), f"{one.cpu_s:.2f}") for path, one in known]
    show_table(rows, ("repository", "code files", "test files", "tests", "CPU s"))


@repo.command("info")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
def info(folder: Path, as_json: bool) -> None:
    """Show what is known of a prepared repository."""
    _show(Repository.load(folder), folder, as_json)


def _history(source: Path, found: Repository) -> tuple[str, ...]:
    """What the latest commits of a checkout changed of the code, where it is one."""
    if not (source / ".git").exists():
        return ()
    return tuple(history.diff(change) for change in history.commits(source) if set(change.after) & set(found.code))


def _show(found: Repository, folder: Path, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_facts(found, folder)))
        return
    rows = [
        (path, str(len(file.passing)), str(len(file.failing)), str(len(file.flaky)), f"{file.seconds:.2f}", str(len(file.covers)))
        for path, file in found.tests.items()
    ]
    show_table(rows, ("test file", "pass", "fail", "flaky", "seconds", "code files"))
    for path, why in found.left_out.items():
        click.echo(f"left out: {path}: {why}")
    flaky = [name for file in found.tests.values() for name in file.flaky]
    for name in flaky:
        click.echo(f"flaky: {name}")
    click.echo(f"{found.title}: {len(found.passing)} tests of {len(found.code)} code files, {found.cpu_s:.2f} CPU seconds a run: {folder}")


def _facts(found: Repository, folder: Path) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "name": found.name,
        "version": found.version,
        "digest": found.digest,
        "tree": found.workspace.id,
        "code": list(found.code),
        "tests": {
            path: {
                "passing": len(file.passing),
                "failing": list(file.failing),
                "flaky": list(file.flaky),
                "seconds": round(file.seconds, 4),
            }
            for path, file in found.tests.items()
        },
        "left_out": dict(found.left_out),
        "runs": [dict(run) for run in found.runs],
        "cpu_s": found.cpu_s,
    }
