"""Runs checks in a child process under a watchdog, since a busy loop in `play` cannot be stopped from inside.

The child reports each check that begins and each result, one JSON object a line. If it is silent for longer than one check may take, it
writes its stack and is ended, that check counts as hung, and another child goes on with the rest.
"""

from __future__ import annotations

import faulthandler
import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from typing import IO, Any

from axion_env.check import Finding, Inspection, Report, Result, Severity, Status, Subject
from axion_env.check.finding import read_result, result_record
from axion_env.command.environment import open_env
from axion_env.error import AxionError, UsageError

_GRACE_S = 5.0  # for the child to write its stack and end itself


def watched_report(name: str, options: dict[str, Any], ids: Sequence[str], *, seeds: int | None, limit_s: float) -> Report:
    """Checks one environment in a process of its own.

    Args:
        name: `ID` or `module:Class`.
        options: Options of the environment.
        ids: Ids of the checks.
        seeds: How many plays a check makes of each kind; None: the default.
        limit_s: Wall seconds one check may take.

    Raises:
        UsageError: the environment cannot be loaded, or what it needs is missing on this machine.
    """
    known: dict[str, Result] = {}
    spec: dict[str, Any] = {}
    while any(id not in known for id in ids):
        settings: dict[str, Any] = {"name": name, "options": options, "ids": list(ids), "seeds": seeds, "limit_s": limit_s}
        settings["known"] = [result_record(result) for result in known.values()]
        begun = None
        with tempfile.TemporaryFile() as stack:
            for message in _messages(settings, stack, limit_s + _GRACE_S):
                if "error" in message:
                    raise UsageError(message["error"])
                spec = message.get("spec", spec)
                begun = message.get("begins", begun)
                if "result" in message:
                    result = read_result(message["result"])
                    known[result.id] = result
            if all(id in known for id in ids):
                break
            lost = begun if begun is not None and begun not in known else next(id for id in ids if id not in known)
            known[lost] = _interrupted(lost, stack, limit_s)
    return Report(spec.get("id", name), spec.get("options", options), tuple(known[id] for id in ids))


def _messages(settings: dict[str, Any], stack: IO[bytes], silence_s: float) -> Iterator[dict[str, Any]]:
    """Starts a child and yields its messages until it ends or falls silent; then makes sure that it is gone."""
    command = [sys.executable, "-c", f"from axion_env.command.watchdog import inspect_here; inspect_here({stack.fileno()})"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=[stack.fileno()], start_new_session=True)
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(json.dumps(settings).encode())
        child.stdin.close()
        text = b""
        until = time.monotonic() + silence_s
        while select.select([child.stdout], [], [], max(0.0, until - time.monotonic()))[0]:
            heard = os.read(child.stdout.fileno(), 1 << 16)
            if not heard:
                return
            *lines, text = (text + heard).split(b"\n")
            until = time.monotonic() + silence_s
            yield from map(json.loads, lines)
    finally:
        if child.poll() is None:
            try:
                child.wait(1.0 if sys.exc_info()[0] is None else 0.0)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
        child.stdout.close()
        child.wait()


def _interrupted(id: str, stack: IO[bytes], limit_s: float) -> Result:
    """The result of a check whose process ended in the middle of it."""
    stack.seek(0)
    text = stack.read().decode(errors="replace")
    if "Timeout" not in text:
        message = "the process ended in the middle of this check; something in the environment called os._exit, or crashed the interpreter"
        return Result(id, Status.FAILED, (Finding(message, Severity.ERROR),))
    line = _author_line(text)
    message = f"it did not end within {limit_s:g} s; a loop without an `await` cannot be stopped, so bound it (--timeout gives more time)"
    return Result(id, Status.HUNG, (Finding(message, Severity.ERROR, line=line),), seconds=limit_s)


def _author_line(text: str) -> str | None:
    """The innermost line outside Axion and Python in a stack that `faulthandler` wrote."""
    own = (os.path.dirname(os.path.dirname(__file__)), os.path.dirname(os.__file__) + os.sep)
    frames = re.findall(r'File "(.+?)", line (\d+) in', text)
    lines = [f"{path}:{number}" for path, number in frames if "site-packages" in path or not path.startswith((*own, "<"))]
    return lines[0] if lines else None


def inspect_here(stack: int) -> None:
    """Entry point of the child: runs the checks that standard input names.

    Args:
        stack: File descriptor to write the stack to when a check takes too long.
    """
    output = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # the environment's own output must not reach the parent
    settings = json.load(sys.stdin)

    def say(**message: Any) -> None:
        output.write(json.dumps(message) + "\n")
        output.flush()

    def begins(id: str) -> None:
        say(begins=id)
        faulthandler.dump_traceback_later(settings["limit_s"], exit=True, file=stack)

    try:
        faulthandler.dump_traceback_later(settings["limit_s"], exit=True, file=stack)
        env = open_env(settings["name"], settings["options"])
        say(spec={"id": env.spec.id, "options": dict(env.options)})
        inspection = Inspection(Subject(env, deals=settings["seeds"]), map(read_result, settings["known"]), begins)
        for id in settings["ids"]:
            say(result=result_record(inspection.result(id)))
    except AxionError as problem:
        say(error=str(problem))
    faulthandler.cancel_dump_traceback_later()
