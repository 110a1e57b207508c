"""The warm interpreter of one slot: clones a sealed-off child for every job, and never reads what a job brings.

Started inside the jail as `python zygote.py FD`, with a SEQPACKET socket to the host at FD. One message each way per job, as `report.py`
lays them out; the job's descriptors come with the request and are the job's 3, 4, …

The job is its own child: in fresh pid, mount, ipc, uts and net namespaces where there are any, and under Landlock where there are none.
If any step of its setup fails, it ends before it has read a byte: no job runs half sealed.

Of what one job costs, most is the copying of memory pages that parent and child share until one of them writes, and reading a Python object
writes its reference count. So the child does as little as it can, and what it needs has been made ready by its parent.
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

sys.path.insert(0, os.path.dirname(__file__))  # the jail has no package axion_env, only its modules by their bare names
import report  # type: ignore[import-not-found]
import runner  # type: ignore[import-not-found]
import seal  # type: ignore[import-not-found]

del sys.path[0]

_MESSAGE_IN, _MESSAGE_OUT, _RULESET, _CONTROL = 59, 60, 61, 62
_DESCRIPTORS = 64
_MOST = 8  # descriptors that may come with a message
_GRACE = 0.05  # seconds of CPU a job may go over before the kernel's own, coarser limit would end it


def main(descriptor: int) -> None:
    """Serves jobs until the host closes its end."""
    sys.argv[:] = sys.orig_argv[:] = [""]  # the same in every slot and every tier
    os.environ.pop("PWD", None)
    os.dup2(descriptor, _CONTROL, inheritable=False)
    control = socket.socket(fileno=_CONTROL)
    config = json.loads(control.recv(1 << 20))
    os.environ.update(config["environment"])
    sys.path += [*config["path"], os.path.dirname(__file__)]
    for name in config["preload"]:
        importlib.import_module(name)
    sys.path.pop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # a first process has no default actions, must have no handlers
        signal.signal(number, signal.SIG_IGN)
    seals = seal.Seal(config, ruleset=_RULESET)
    _descriptors()
    null = os.dup(0)  # reserves the descriptor number of a job's result
    runner.rehearse()
    os.close(null)
    gc.collect()
    gc.disable()  # a garbage collection would unshare the memory pages shared with children
    gc.freeze()
    control.send(sys.version.encode())
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, report.REQUEST.size, _MOST)
        if not message:
            return
        answer = _serve(control, seals, report.REQUEST.unpack(message), len(descriptors))
        if answer is None:
            return
        control.send(answer)


def _descriptors() -> None:
    """Redirects 0, 1 and 2 to /dev/null and moves our own descriptors up, so that those of a job are 3, 4 and on."""
    null = os.open("/dev/null", os.O_RDWR)
    reader, writer = os.pipe()
    os.dup2(reader, _MESSAGE_IN, inheritable=False)
    os.dup2(writer, _MESSAGE_OUT, inheritable=False)
    os.set_blocking(_MESSAGE_IN, False)
    for number in range(3):
        os.dup2(null, number)
    os.closerange(3, _MESSAGE_IN)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_DESCRIPTORS, _DESCRIPTORS))


def _serve(control: socket.socket, seals: Any, request: tuple[Any, ...], given: int) -> bytes | None:
    """Runs one job and reports how it ended; None if the host has gone meanwhile."""
    cpu, wall, *rest = request
    *limits, payload, packed = rest
    sealing = seals.steps(cpu, *limits)
    began = time.monotonic()
    child = seals.clone()
    if child == 0:
        _job(sealing, 3 + given, payload, packed)
    os.closerange(3, 3 + given)
    handle = os.pidfd_open(child)
    killed = _wait(control, child, handle, cpu, began + wall)
    if killed is not None:
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    _, status, usage = os.wait4(child, 0)
    os.close(handle)
    seals.clean()
    try:
        message = os.read(_MESSAGE_IN, 4096)
    except BlockingIOError:
        message = b""
    if killed == "gone":
        return None
    sealed = message == b"+"
    head: bytes = report.REPORT.pack(
        sealed,
        report.KILLED.index(killed),
        os.waitstatus_to_exitcode(status),
        usage.ru_utime + usage.ru_stime,
        time.monotonic() - began,
        usage.ru_maxrss,
    )
    return head if sealed else head + message


def _wait(control: socket.socket, child: int, handle: int, cpu: float, deadline: float) -> str | None:
    """Waits until the job ends (None), has used up its time, or the host is gone."""
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.register(control, select.POLLHUP)
    clock = (~child << 3) | 2  # the CPU clock of another process: CPUCLOCK_SCHED in the kernel's posix-timers
    used = 0.0
    while True:
        left = min(cpu + _GRACE - used, deadline - time.monotonic())
        for number, _ in poll.poll(max(1, left * 1000)):
            return None if number == handle else "gone"
        try:
            used = time.clock_gettime(clock)
        except OSError:  # it has ended since
            return None
        if used >= cpu:
            return "cpu"
        if time.monotonic() >= deadline:
            return "wall"


def _job(sealing: Any, end: int, payload: int, packed: int) -> NoReturn:
    """Runs the job in the child, from sealing to exit. No exception may escape into the zygote's loop."""
    move_in, shut = sealing
    try:
        move_in()
        before = runner.unpack(packed)
        shut()
        os.write(_MESSAGE_OUT, b"+")
        os.closerange(end, _DESCRIPTORS)
    except BaseException as problem:
        try:
            os.write(_MESSAGE_OUT, f"{type(problem).__name__}: {problem}"[:190].encode())
        finally:
            os._exit(125)
    try:
        runner.run(payload, packed, before)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
