"""Runs one job, in the job's own sealed process. The candidate may overwrite everything here, so the host trusts none of it."""

from __future__ import annotations

import contextlib
import gc
import json
import marshal
import os
import random
import signal
import sys
import types
from typing import Any, NoReturn

import tree  # type: ignore[import-not-found]
import wire  # type: ignore[import-not-found]

_RESULT, _PAYLOAD, _OUT, _ERR, _TREE, _CHANGES = 3, 4, 5, 6, 7, 8
_LONGEST = 400  # characters of an error's text
WORK = "work"
"""The workspace, in the job's private folder."""


def unpack(packed: int) -> dict[str, Any] | None:
    """Unpacks the workspace. The host packed it, so this may be done before the job is fully sealed; under Landlock it must.

    Args:
        packed: Size in bytes of the packed tree at descriptor 7; 0: there is none.

    Returns:
        The files unpacked; None if they are more than the job may use.
    """
    if not packed:
        return {}
    try:
        before: dict[str, Any] = tree.unpack(os.pread(_TREE, packed, 0), WORK)
        os.chdir(WORK)
    except (OSError, MemoryError):
        return None
    return before


def run(payload: int, packed: int, before: dict[str, Any] | None) -> None:
    """Reads the job and runs it.

    Args:
        payload: Size in bytes of the job at descriptor 4, in marshal's form: the host wrote it, and its Python is ours.
        packed: As above.
        before: The result of `unpack`.
    """
    if before is None:
        return None
    job = marshal.loads(os.pread(_PAYLOAD, payload, 0))
    os.close(_PAYLOAD)
    if job[0] == "command":
        return _command(before, *job[1:])
    if packed:
        sys.path.insert(0, os.getcwd())
        os.closerange(_OUT, _CHANGES + 1)
    return _function(*job[1:])


_REHEARSAL = """
from typing import List
class Pile:
    def __init__(self, items=()):
        self.items = list(items)
def rehearse(n: int) -> List[int]:
    pile = Pile(i for i in range(n))
    for i, item in enumerate(pile.items):
        if item % 2:
            pile.items[i] = -item
    return sorted(pile.items)
"""


def rehearse() -> None:
    """Runs a dummy job in the zygote, so that what Python sets up on first use is inherited by every job."""
    for _ in range(20):
        _function(_REHEARSAL, "rehearse", ((3,), (4,)), None, 0)
        marshal.loads(marshal.dumps(("function", _REHEARSAL, "rehearse", ((3,), (4,)), None, 0)))
    gc.disable()
    del sys.modules["solution"]


def _say(kind: str, value: str) -> None:
    data = f'["{kind}",{value}]\n'.encode()
    while data:
        data = data[os.write(_RESULT, data) :]


def _function(code: str, entry: str, calls: Any, keywords: Any, seed: int) -> None:
    random.seed(seed)
    gc.enable()
    module = types.ModuleType("solution")
    sys.modules["solution"] = module
    try:
        exec(compile(code, "solution.py", "exec"), module.__dict__)
        name, _, method = entry.partition(".")
        target = getattr(module, name)
        if method:
            getattr(target, method)
    except BaseException as problem:
        return _say("failed", _error(problem))
    for i, arguments in enumerate(calls):
        try:
            function = getattr(target(), method) if method else target
            answer = wire.dump(function(*arguments, **keywords[i]) if keywords else function(*arguments))
        except BaseException as problem:
            _say("raised", _error(problem))
        else:
            _say("returned", answer)
    return None


def _error(problem: BaseException) -> str:
    """`ValueError: text (line 3)`, as JSON."""
    line = None
    try:
        trace = problem.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == "solution.py":
                line = trace.tb_lineno
            trace = trace.tb_next
        if isinstance(problem, SyntaxError):
            line = problem.lineno
            text = str(problem.msg)
        else:
            text = str(problem)
        text = f": {text[:_LONGEST]}" if text else ""
    except BaseException:  # reading a candidate's exception may raise
        text = ""
    return json.dumps(f"{type(problem).__name__[:80]}{text}" + (f" (line {line})" if line else ""))


def _command(before: dict[str, Any], argv: list[str], stdin: str, seed: int) -> None:
    """Starts the command, waits for it, ends the processes it left behind, and collects the files it changed."""
    os.close(_TREE)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            for number, name in ((reading, 0), (_OUT, 1), (_ERR, 2)):
                os.dup2(number, name)
            os.closerange(3, 64)
            _become(argv, seed)
        except BaseException as problem:
            os.write(2, f"{argv[0]}: {type(problem).__name__}: {problem}\n".encode(errors="replace"))
        finally:
            os._exit(127)
    os.close(reading)
    _feed(writing, stdin)
    _, status = os.waitpid(child, 0)
    if os.getpid() != 1:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
    _end_others()
    _say("exited", json.dumps(os.waitstatus_to_exitcode(status)))
    os.chdir("..")
    tree.collect(WORK, before, _CHANGES)


def _feed(pipe: int, text: str) -> None:
    """Writes standard input from a helper process, since the command may never read it."""
    if text and os.fork() == 0:
        try:
            data = text.encode(errors="surrogatepass")
            while data:
                data = data[os.write(pipe, data) :]
        finally:
            os._exit(0)
    os.close(pipe)


def _end_others() -> None:
    """Kills all other processes of this namespace, which are all the command's descendants.

    Without a namespace (only in `unsafe`), processes that left the command's session survive.
    """
    while os.getpid() == 1:
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
        try:
            os.wait()
        except ChildProcessError:
            return


def _become(argv: list[str], seed: int) -> NoReturn:
    """Becomes the command: `python …` in this warm interpreter, anything else by exec."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(name, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if argv[0] != "python":
        os.execvp(argv[0], argv)
    gc.enable()
    random.seed(seed)
    for number, (stream_name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        stream = os.fdopen(number, mode, encoding="utf-8", errors="backslashreplace", closefd=False)
        setattr(sys, stream_name, stream)
        setattr(sys, f"__{stream_name}__", stream)
    import runpy

    code = 0
    try:
        if len(argv) > 2 and argv[1] == "-m":
            sys.path.insert(0, os.getcwd())
            sys.argv = argv[2:]
            runpy.run_module(argv[2], run_name="__main__", alter_sys=True)
        elif len(argv) > 2 and argv[1] == "-c":
            sys.path.insert(0, "")
            sys.argv = ["-c", *argv[3:]]
            main = types.ModuleType("__main__")
            sys.modules["__main__"] = main
            exec(compile(argv[2], "<string>", "exec"), main.__dict__)
        elif len(argv) > 1 and not argv[1].startswith("-"):
            sys.path.insert(0, os.path.dirname(os.path.abspath(argv[1])))
            sys.argv = argv[1:]
            runpy.run_path(argv[1], run_name="__main__")
        else:
            print(f"python: takes -m MODULE, -c CODE or a file: got {argv[1:]}", file=sys.stderr)
            code = 2
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 1
        if isinstance(stop.code, str):
            print(stop.code, file=sys.stderr)
    except BaseException as problem:
        import traceback

        trace = problem.__traceback__
        ours = (_become.__code__.co_filename, "<frozen runpy>")  # the host's path of this package must not show in a job
        while trace is not None and trace.tb_frame.f_code.co_filename in ours:
            trace = trace.tb_next
        traceback.print_exception(problem.with_traceback(trace))
        code = 1
    _shut_down()
    os._exit(code & 255)


def _shut_down() -> None:
    """Shuts down as an interpreter does before it exits: waits for threads, calls `atexit` functions, flushes."""
    import atexit
    import threading

    for step in (threading._shutdown, atexit._run_exitfuncs, sys.stdout.flush, sys.stderr.flush):  # type: ignore[attr-defined]
        try:
            step()
        except BaseException as problem:
            os.write(2, f"{type(problem).__name__}\n".encode())
