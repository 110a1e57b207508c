"""Code in pages, taken out and run.

A block of Python runs where it stands, after those above it and in their namespace. Where a block is a fragment of `play` (it awaits, or
speaks to `ctx`) it is played.
Comments that no reader sees say more, each on the line before a block or as one:

    <!-- file: guess.py -->        the block is a file, which blocks and commands below can use
    <!-- run -->                   the commands of a block of shell are run; otherwise their options are looked up
    <!-- not run: a reason -->     where a block needs what a test has not
    <!-- python … -->              Python for the blocks below
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
from click.testing import CliRunner

from axion_env import Ending, Env, EnvSpec, Outcome, RandomPolicy, Reward, Role, Rubric, Task, play
from axion_env.command import axion

_ORDER = r"(?:^<!-- (?P<order>file|run|not run)(?:: (?P<what>[^\n]*))? -->\n)?"
_BLOCK = re.compile(_ORDER + r"^```(?P<language>\w+)\n(?P<code>.*?)^```|^<!-- python\n(?P<hidden>.*?)^-->", re.M | re.S)


class Block(NamedTuple):
    """One block of a page."""

    line: int
    """Where its code begins."""
    language: str
    code: str
    order: str
    """`file`, `run`, `not run`, or nothing."""
    what: str
    """The file's name; the reason."""


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of a page, in order, unseen ones too."""
    text = page.read_text(encoding="utf-8")
    for found in _BLOCK.finditer(text):
        name = "code" if found["hidden"] is None else "hidden"
        line = text.count("\n", 0, found.start(name)) + 1
        yield Block(line, found["language"] or "python", found[name], found["order"] or "", found["what"] or "")


def run(page: Path) -> int:
    """Run the code of a page in the current folder; gives the number of blocks that ran."""
    namespace: dict[str, Any] = {"__name__": page.stem.replace("-", "_")}
    done = 0
    for block in blocks(page):
        if block.order == "not run":
            assert block.what, f"{page.name}:{block.line}: not run, and no reason given"
        elif block.order == "file":
            Path(block.what).write_text(block.code, encoding="utf-8")
        elif block.language == "python":
            _python(block, namespace, page)
            done += 1
        elif block.language in ("sh", "bash"):
            for command in commands(block.code):
                if block.order == "run":
                    _invoke(command, f"{page.name}:{block.line}")
                    done += 1
                else:
                    look_up(command)
    return done


def commands(code: str) -> Iterator[list[str]]:
    """Every `axion …` of a block of shell, without the word itself."""
    for line in code.splitlines():
        words = shlex.shlex(line, posix=True, punctuation_chars="&|;<>")
        words.whitespace_split = True
        command: list[str] = []
        for word in [*words, "&&"]:
            if set(word) <= set("&|;<>"):
                if command and command[0].rpartition("/")[2] == "axion":
                    yield command[1:]
                command = []
            else:
                command.append(word)


def look_up(command: list[str]) -> None:
    """Whether there is such a command with such options; nothing is run.

    Raises:
        click.UsageError: there is not.
    """
    found: click.Command = axion
    rest = list(command)
    while isinstance(found, click.Group):
        context = click.Context(found, info_name=found.name)
        _, inner, rest = found.resolve_command(context, rest)
        assert inner is not None
        found = inner
    context = click.Context(found, info_name=found.name)
    _, left, _ = found.make_parser(context).parse_args(list(rest))
    assert not left, f"{' '.join(command)}: {left} is too much"


def _invoke(command: list[str], where: str) -> None:
    done = CliRunner().invoke(axion, command)
    assert done.exit_code == 0, f"{where}: axion {' '.join(command)}\n{done.output}"


def _python(block: Block, namespace: dict[str, Any], page: Path) -> None:
    source = "\n" * (block.line - 1) + block.code  # so that a traceback names the page's line
    try:
        code = compile(source, str(page), "exec")
        if not _speaks_to_ctx(ast.parse(block.code)):
            exec(code, namespace)
            return
    except SyntaxError:
        compile(source, str(page), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    _play(block.code, namespace, f"{page.name}:{block.line}")


def _speaks_to_ctx(tree: ast.Module) -> bool:
    """Whether `ctx` is used outside of a function."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    top = [statement for statement in tree.body if not isinstance(statement, functions)]
    return any(isinstance(node, ast.Name) and node.id == "ctx" for statement in top for node in ast.walk(statement))


def _play(code: str, namespace: dict[str, Any], where: str) -> None:
    """Play a fragment: its agents are those it names, and `Fragment`, if there is one, is what `self` is."""
    agents = {name: Role(name) for name in dict.fromkeys(re.findall(r'"([a-z]+_\d)"', code)) or ("solver_0",)}
    body = "".join(f"    {line}\n" for line in code.splitlines())
    exec(f"async def fragment(self, task, ctx):\n{body}    return done\n", namespace | {"done": Outcome({})}, scope := {})

    class Played(namespace.get("Fragment", Env)):  # type: ignore[misc]
        spec = EnvSpec("page/Fragment-v0", agents=agents)
        rubric = Rubric(**{name: [Reward(lambda episode, agent: 0.0, name="none")] for name in agents})
        play = scope["fragment"]

    ended = play(Played(), RandomPolicy(0), task=Task(public={"question": "2+2=?"}), seed=0)
    assert ended.ending is Ending.FINISHED, f"{where}: {ended.error}"
