"""A tree of files and an agent at work on it: one action, what it shows, the next, until something is handed in.

The tree is a value: every action gives the next one, and so a fork or a replay of an episode goes on working in its files. Looking and
editing need no machine; commands run in the sandbox, and what they leave in the folder is part of the next tree.
"""

from __future__ import annotations

from dataclasses import dataclass

from axion_env import Context, UsageError
from axion_env.patch.patch import LEFTOVERS
from axion_env.sandbox import Command, File, JobStatus, Limits
from axion_env.sandbox.workspace import Workspace, path_problem
from axion_zoo.selfplay.bug_repair.suite import plain
from axion_zoo.selfplay.bug_repair.tree.action import MANUAL, Action, Edit, Malformed, Run, Submit, View, read

_LISTED = 200  # names of a folder's content


@dataclass(frozen=True)
class Workbench:
    """How an agent may work."""

    turns: int = 20
    """Actions at most, the one that hands in included. 1: the answer alone."""
    shown: int = 6000
    """Characters of an observation; of longer ones the beginning and the end."""
    cpu_s: float = 10.0
    """CPU seconds of one command."""
    profile: str = "repo"
    """The sandbox profile that commands run under."""


@dataclass(frozen=True)
class Work:
    """What an agent's work came to."""

    workspace: Workspace
    """The tree as the agent left it."""
    submitted: bool
    """False: the turns ran out first."""
    text: str | None
    """What was handed in; None: the files as they stand."""
    turns: int


async def work(ctx: Context, agent: str, workspace: Workspace, question: str, bench: Workbench) -> Work:
    """Has an agent work in a copy of a tree until it hands in or its turns are over.

    Args:
        ctx: The context of the play, or of a branch of it.
        agent: Who works.
        workspace: What it finds.
        question: The job, the first message.
        bench: What it may do.
    """
    for turn in range(1, bench.turns + 1):
        action: Action = await ctx.ask(agent, question, parse=read)
        if isinstance(action, Submit):
            return Work(workspace, True, action.text, turn)
        workspace, seen = await _do(ctx, workspace, action, bench)
        left = bench.turns - turn
        question = f"{seen}\n\n({left} action{'s' if left != 1 else ''} left)"
    return Work(workspace, False, None, bench.turns)


async def _do(ctx: Context, workspace: Workspace, action: Action, bench: Workbench) -> tuple[Workspace, str]:
    """The tree after an action, and what the agent is shown of it."""
    if isinstance(action, Run):
        return await _run(ctx, workspace, action.command, bench)
    if isinstance(action, View):
        return workspace, _shortened(view(workspace, action), bench.shown)
    if isinstance(action, Edit):
        return edit(workspace, action)
    assert isinstance(action, Malformed)
    return workspace, f"{action.reason}\n{MANUAL}"


async def _run(ctx: Context, workspace: Workspace, command: str, bench: Workbench) -> tuple[Workspace, str]:
    words = plain(command) or ["bash", "-c", command]  # `python …` alone needs no shell, and finds a warm interpreter
    job = Command(words, limits=Limits(cpu_s=bench.cpu_s, output_bytes=1 << 18, disk_mib=64), profile=bench.profile)
    result = await ctx.run(job, workspace=workspace)
    after = workspace if result.workspace is None else without_caches(result.workspace)
    said = "\n".join(part.rstrip("\n") for part in (result.stdout, result.stderr) if part)
    end = f"exit code {result.exit_code}" if result.status is JobStatus.OK else f"ended by {result.status}; its changes are lost"
    return after, f"{_shortened(said, bench.shown)}\n({end})".lstrip("\n")


def view(workspace: Workspace, action: View) -> str:
    """Numbered lines of a file; a folder's files, where the path names one."""
    path = action.path.removeprefix("./").rstrip("/")
    if path in workspace.files:
        lines = workspace.text(path).split("\n")
        if lines[-1] == "":
            lines.pop()
        chosen = list(enumerate(lines, 1))[action.first - 1 : action.last]
        return "\n".join(f"{number}\t{line}" for number, line in chosen) or f"({path} has {len(lines)} lines)"
    below = [name for name in workspace.files if path in ("", ".") or name.startswith(f"{path}/")]
    if not below:
        return f"no file or folder {path!r}"
    more = f"\n… and {len(below) - _LISTED} more" if len(below) > _LISTED else ""
    return "\n".join(below[:_LISTED]) + more


def edit(workspace: Workspace, action: Edit) -> tuple[Workspace, str]:
    """The tree after an edit, and a word on it; the tree as it was where the edit cannot be made."""
    path = action.path.removeprefix("./")
    problem = path_problem(path)
    if problem is not None:
        return workspace, f"the path {path!r:.100} {problem}"
    if path not in workspace.files:
        if action.old:
            return workspace, f"no file {path!r}"
        return _written(workspace, path, File(action.new.encode(errors="replace")), "made")
    text = workspace.text(path)
    if text.encode() != workspace.files[path].data:
        return workspace, f"{path} is not text"
    times = text.count(action.old) if action.old else 0
    if times != 1:
        found = "is empty, and the file exists" if not action.old else f"stands {times} times in {path}, not once"
        return workspace, f"the text to replace {found}"
    new = text.replace(action.old, action.new).encode(errors="replace")
    return _written(workspace, path, File(new, workspace.files[path].executable), "changed")


def _written(workspace: Workspace, path: str, file: File, done: str) -> tuple[Workspace, str]:
    """The tree with a file in it; as it was where there is no room: for its bytes, or because a folder or a file is in its way."""
    try:
        return workspace.write({path: file}), f"{done} {path}"
    except UsageError as problem:
        return workspace, f"{path} cannot be written: {problem}"


def without_caches(workspace: Workspace) -> Workspace:
    """The tree without what interpreters and test runners leave behind: nobody's work, and different from machine to machine."""
    kept = {path: file for path, file in workspace.files.items() if set(LEFTOVERS).isdisjoint(path.split("/"))}
    return workspace if len(kept) == len(workspace.files) else Workspace(kept)


def _shortened(text: str, longest: int) -> str:
    """The text, or its beginning and its end where it is too long."""
    if len(text) <= longest:
        return text
    half = longest // 2
    return f"{text[:half]}\n… {len(text) - 2 * half} characters left out …\n{text[-half:]}"
