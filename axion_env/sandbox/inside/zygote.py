"""The warm interpreter of one slot: forks a sealed-off child for every job, and never reads what a job brings.

Started inside the jail as `python zygote.py FD`, with a SEQPACKET socket to the host at FD. One message each way per job:

    host → zygote   {"limits": …} and the job's descriptors: payload, result, [standard output, standard error, tree, changes]
    zygote → host   {"ready": bool, "killed": "cpu" | "wall" | null, "code": exit code, "cpu": s, "wall": s, "rss": KiB}

The job is its own child: in fresh pid, mount, ipc, uts and net namespaces where there are any, and under Landlock where there are none.
Any step of its setting up that fails ends it before it has read a byte: it is never run half sealed.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import sys
import time
from typing import Any, NoReturn

sys.path.insert(0, os.path.dirname(__file__))  # inside the jail there is no package axion_env: the neighbors go by their bare names
import runner  # type: ignore[import-not-found]
import seal  # type: ignore[import-not-found]

del sys.path[0]

_MOST = 8  # descriptors that may come with a message
_GRACE = 0.05  # seconds of CPU a job may go over before the kernel's own, coarser limit would end it


def main(descriptor: int) -> None:
    """Serve jobs until the host closes its end."""
    control = socket.socket(fileno=descriptor)
    control.set_inheritable(False)
    config = json.loads(control.recv(1 << 20))
    sys.path += config["path"]
    for name in config["preload"]:
        importlib.import_module(name)
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # a first process has no default actions, and shall have no handlers
        signal.signal(name, signal.SIG_IGN)
    seals = seal.prepare(config)
    gc.collect()
    gc.disable()  # a collection in the zygote would unshare the pages its children share
    gc.freeze()
    control.send(json.dumps({"version": sys.version, "prefix": sys.base_prefix, "hash": hash("axion")}).encode())
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1 << 16, _MOST)
        if not message:
            return
        report = _serve(control, seals, json.loads(message), descriptors)
        for number in descriptors:
            os.close(number)
        if report is None:
            return
        control.send(json.dumps(report).encode())


def _serve(control: socket.socket, seals: Any, request: dict[str, Any], descriptors: list[int]) -> dict[str, Any] | None:
    """Run one job and say how it ended; None if the host has gone away meanwhile."""
    told, tell = os.pipe()
    began = time.monotonic()
    child = seals.fork()
    if child == 0:
        _job(seals, request["limits"], descriptors, tell)
    os.close(tell)
    handle = os.pidfd_open(child)
    killed = _wait(control, child, handle, request["limits"])
    if killed is not None:
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    _, status, usage = os.wait4(child, 0)
    seals.clean()
    os.close(handle)
    ready = os.read(told, 200)
    os.close(told)
    if killed == "gone":
        return None
    return {
        "ready": ready == b"+",
        "problem": ready.decode(errors="replace") if ready != b"+" else None,
        "killed": killed,
        "code": os.waitstatus_to_exitcode(status),
        "cpu": usage.ru_utime + usage.ru_stime,
        "wall": time.monotonic() - began,
        "rss": usage.ru_maxrss,
    }


def _wait(control: socket.socket, child: int, handle: int, limits: dict[str, Any]) -> str | None:
    """Until the job ends (None), has used up its time, or the host is gone."""
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.register(control, select.POLLHUP)
    clock = (~child << 3) | 2  # the CPU clock of another process: CPUCLOCK_SCHED in the kernel's posix-timers
    deadline = time.monotonic() + limits["wall"]
    used = 0.0
    while True:
        left = min(limits["cpu"] + _GRACE - used, deadline - time.monotonic())
        for number, _ in poll.poll(max(1, left * 1000)):
            return None if number == handle else "gone"
        try:
            used = time.clock_gettime(clock)
        except OSError:  # it has ended since
            return None
        if used >= limits["cpu"]:
            return "cpu"
        if time.monotonic() >= deadline:
            return "wall"


def _job(seals: Any, limits: dict[str, Any], descriptors: list[int], tell: int) -> NoReturn:
    """Everything of the child's life. No exception may ever lead back into the zygote's loop."""
    try:
        payload, result, *files = descriptors
        numbers = runner.settle([seals.null, seals.null, seals.null, result, payload, tell, *files, *seals.kept])
        seals.enclose(limits, numbers[6 + len(files) :])
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.write(5, b"+")
        os.close(5)
    except BaseException as problem:
        try:
            text = f"{type(problem).__name__}: {problem}"[:190].encode()
            try:
                os.write(tell, text)
            except OSError:  # it has been moved already
                os.write(5, text)
        finally:
            os._exit(125)
    try:
        runner.run(payload=4, result=3, files=numbers[6 : 6 + len(files)])
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
