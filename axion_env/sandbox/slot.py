"""A slot: a warm interpreter in its jail, and the socket to it. It runs one job at a time."""

from __future__ import annotations

import array
import contextlib
import fcntl
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from axion_env.sandbox.cgroup import Cgroup
from axion_env.sandbox.inside import tree
from axion_env.sandbox.inside.report import KILLED, REPORT, REQUEST
from axion_env.sandbox.job import Command, Job, JobResult, JobStatus, Usage
from axion_env.sandbox.profile import Profile
from axion_env.sandbox.result import Ended, read_result
from axion_env.sandbox.tier import UNSAFE, Start, Tier, Unfit
from axion_env.sandbox.workspace import Workspace

_STARTED = 30.0  # seconds a slot may take to start; sympy alone takes one or two
_LATE = 5.0  # seconds beyond a job's wall limit after which the slot is given up
_LAUNCH = str(Path(__file__).with_name("launch.py"))
_FIRST_USERS = (200_001, 60_001)  # the second for containers, which may have only the numbers below 65,536
_MOST_SLOTS = 1_000
_SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
_INODES = 4096


@dataclass(slots=True)
class _Running:
    """The job a slot works on."""

    job: Job
    workspace: Workspace | None
    deadline: float
    outputs: list[int]
    """Descriptors of result, standard output, standard error and changes; only the first for a function."""
    kills: int


class Slot:
    """A warm interpreter that runs one job after the other, each sealed off by itself.

    Args:
        number: Index among the pool's slots; as root it sets the user the slot runs as.
        tier: How it is isolated.
        profile: What its jobs may do.
        cgroups: Whether to ask the host for cgroups.

    Raises:
        Unfit: it does not start; the message has what its programs wrote.
    """

    def __init__(self, number: int, tier: Tier, profile: Profile, *, cgroups: bool) -> None:
        self.number = number
        self.tier = tier
        self.profile = profile
        self._running: _Running | None = None
        self._cgroup: Cgroup | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._scratch: str | None = None
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        began = time.monotonic()
        try:
            with theirs:
                start = tier.start(profile, theirs.fileno())
                self._scratch = start.scratch
                if cgroups:
                    self._cgroup = Cgroup(f"{number}-{profile.name}", memory=profile.memory_mib << 20, processes=160)
                self._launch(start, theirs.fileno())
            self._greet(start)
        except BaseException:
            self.close()
            raise
        self.started_s = time.monotonic() - began
        """Seconds it took to come up."""

    def _launch(self, start: Start, descriptor: int) -> None:
        user = _user(self.number) if os.geteuid() == 0 and self.tier is not UNSAFE else None
        if start.scratch is not None and user is not None:
            os.chown(start.scratch, user, user)
        config = {
            "cgroups": [str(folder) for folder in self._cgroup.folders] if self._cgroup else [],
            "uid": user,
            "readable": list(start.readable),
            "argv": list(start.argv),
            "environment": dict(start.environment),
            "stays": start.stays,
        }
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", _LAUNCH, json.dumps(config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(descriptor,),
            start_new_session=True,  # only the host gets the terminal and its interrupts
            cwd="/",
        )

    def _greet(self, start: Start) -> None:
        with contextlib.suppress(OSError):
            self._control.send(json.dumps(dict(start.config)).encode())
        ready, _, _ = select.select([self._control], [], [], _STARTED)
        try:
            answer = self._control.recv(1 << 16) if ready else b""
        except ConnectionResetError:
            answer = b""
        if not answer:
            raise Unfit(f"{self.tier.name} does not start a slot: {self._complaint()}", self.tier.takes)
        version = answer.decode()
        if version != sys.version:
            raise Unfit(f"{self.tier.name} runs another Python inside ({version})", f"expected {sys.version}")

    def _complaint(self) -> str:
        assert self._process is not None
        self._process.kill()
        _, said = self._process.communicate()
        lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
        said_why = [line for line in lines if "failed" in line] or lines
        return re.sub(r"^(\[[^]]*\])+ ", "", said_why[-1 if said_why is lines else 0])[:300] if lines else "it said nothing"

    # Jobs --------------------------------------------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """Whether it waits for a job."""
        return self._running is None

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._control.fileno() < 0

    @property
    def deadline(self) -> float:
        """The time on the monotonic clock after which the slot is given up without an answer."""
        assert self._running is not None
        return self._running.deadline

    def fileno(self) -> int:
        """Descriptor of its socket, for `poll`."""
        return self._control.fileno()

    def submit(self, job: Job, workspace: Workspace | None) -> None:
        """Starts a job.

        Raises:
            OSError: the slot is gone.
        """
        limits = job.limits
        packed = b""
        if workspace is not None or isinstance(job, Command):
            files = (workspace or Workspace()).files
            packed = tree.pack((path, file.data, file.executable) for path, file in files.items())
        payload = job.payload()
        given = [_sealed(payload)]
        outputs = [os.memfd_create("result", os.MFD_CLOEXEC)]
        if packed:
            outputs += [os.memfd_create("stream", os.MFD_CLOEXEC) for _ in range(3)]
            given.append(_sealed(packed))
        disk = limits.disk_mib << 20
        message = REQUEST.pack(
            limits.cpu_s,
            limits.wall,
            limits.memory_mib << 20,
            max(disk, limits.output_bytes + 1),
            disk + 2 * len(packed),
            _INODES + (2 * packed.count(b"/") if packed else 0),
            limits.processes,
            len(payload),
            len(packed),
        )
        sent = [outputs[0], given[0]] + ([outputs[1], outputs[2], given[1], outputs[3]] if packed else [])
        self._running = _Running(job, workspace, time.monotonic() + limits.wall + _LATE, outputs, self._cgroup.kills if self._cgroup else 0)
        try:
            self._control.sendmsg([message], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", sent).tobytes())])
        finally:
            for number in given:
                os.close(number)

    def collect(self) -> JobResult | None:
        """The result of the job, now that the socket can be read; None if the slot is lost."""
        running = self._running
        assert running is not None
        try:
            answer = self._control.recv(1 << 12)
        except OSError:
            return None
        if len(answer) < REPORT.size:
            return None
        sealed, killed, code, cpu, wall, rss = REPORT.unpack_from(answer)
        usage = Usage(cpu, wall, rss / 1024, self.tier.name, self.number)
        if not sealed:
            problem = answer[REPORT.size :].decode(errors="replace")
            result = JobResult(JobStatus.SANDBOX_ERROR, error=f"the job could not be sealed off: {problem}")
        else:
            ended = Ended(KILLED[killed], code, cpu, self.starved)
            result = read_result(running.job, running.workspace, ended, running.outputs)
        self._forget()
        return result.stamped(usage, unsafe=self.tier is UNSAFE)

    @property
    def starved(self) -> bool:
        """Whether the kernel has killed a process of the slot for lack of memory since its job began."""
        return self._running is not None and self._cgroup is not None and self._cgroup.kills > self._running.kills

    def _forget(self) -> None:
        running, self._running = self._running, None  # first, so that after an interrupt no descriptor is closed twice
        while running is not None and running.outputs:
            os.close(running.outputs.pop())

    @property
    def limited(self) -> bool:
        """Whether it has a cgroup."""
        return self._cgroup is not None

    def disown(self) -> None:
        """Closes the socket in a forked child, leaving the parent's processes and files alone."""
        self._control.close()
        self._process = self._cgroup = self._scratch = None

    def close(self) -> None:
        """Ends the slot, whatever it is doing."""
        self._control.close()  # the zygote ends its job and itself when it sees this
        self._forget()
        if self._process is not None:
            try:
                self._process.wait(0.5)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGKILL)
                self._process.wait()
            if self._process.stderr is not None:
                self._process.stderr.close()
            self._process = None
        if self._cgroup is not None:
            self._cgroup.remove()
            self._cgroup = None
        if self._scratch is not None:
            with contextlib.suppress(RecursionError):  # deeply nested folders, which an unsafe job can leave
                shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None

    @property
    def memory_mib(self) -> float | None:
        """Memory in use, MiB; None where there is no cgroup to ask."""
        return None if self._cgroup is None else self._cgroup.used / (1 << 20)


@lru_cache
def _first_user() -> int | None:
    """The first of a thousand user ids that exist here; None in a user namespace with root alone, who has no rights outside."""
    ranges = [tuple(map(int, line.split())) for line in Path("/proc/self/uid_map").read_text().splitlines()]
    for user in _FIRST_USERS:
        if any(inside <= user and user + _MOST_SLOTS <= inside + count for inside, _, count in ranges):
            return user
    return None


def _user(number: int) -> int | None:
    """The user id that a slot runs as, where this process is root."""
    first = _first_user()
    return None if first is None else first + number % _MOST_SLOTS


def _sealed(data: bytes) -> int:
    """A memfd with this content, sealed against changes."""
    number = os.memfd_create("given", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    view = memoryview(data)
    while view:
        view = view[os.write(number, view) :]
    fcntl.fcntl(number, fcntl.F_ADD_SEALS, _SEALS)
    return number
