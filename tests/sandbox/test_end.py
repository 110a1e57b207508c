"""The end of a sandbox, however it comes: nothing goes on running, and nothing is lost that could be kept."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from axion_env.sandbox import Command, Function, JobStatus, Limits, Sandbox, Workspace
from axion_env.sandbox.sandbox import sweep
from tests.sandbox.arena import TIERS
from tests.sandbox.offer import missing, needs

LONG = Limits(cpu_s=60.0, wall_s=60.0)
SLEEP = Function("import time\ndef f(x):\n    time.sleep(60)\n    return x", "f", [(1,)], limits=LONG)
SHORT = Function("def f(x): return x", "f", [(1,)])
_HOST = """
import sys
from axion_env.sandbox import Function, Limits, Sandbox
job = Function("import time\\ndef f():\\n    time.sleep(60)", "f", limits=Limits(cpu_s=60.0, wall_s=60.0))
sandbox = Sandbox(slots=2, tier=sys.argv[1])
sandbox.warm()
print(*[slot._process.pid for slot in sandbox._pools["func"]], flush=True)
try:
    sandbox.run([job, job])
except KeyboardInterrupt:
    again = sandbox.run([Function("def f(x): return x", "f", [(7,)])])[0]
    print("again", again.values, sandbox.lost, flush=True)
    sandbox.close()
"""


@pytest.fixture(params=TIERS)
def tier(request: pytest.FixtureRequest) -> str:
    if missing(request.param):
        pytest.skip(missing(request.param))
    return str(request.param)


def below(pids: set[int]) -> set[int]:
    """Processes, and all that descend from them."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    while more := {pid for pid, parent in parents.items() if parent in pids} - pids:
        pids = pids | more
    return pids


def alive(pid: int) -> bool:
    try:
        return Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(pids: set[int], seconds: float) -> bool:
    """Whether they all end in time."""
    end = time.monotonic() + seconds
    while any(map(alive, pids)):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def start(tier: str) -> tuple[subprocess.Popen[str], set[int]]:
    """A host at work on two jobs, and all processes of its slots."""
    host = subprocess.Popen([sys.executable, "-c", _HOST, tier], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert host.stdout is not None
    slots = {int(word) for word in host.stdout.readline().split()}
    assert len(slots) == 2
    for _ in range(500):  # until both jobs run: a process each, beside what was there before
        if len(below(slots)) >= 4:
            break
        time.sleep(0.02)
    time.sleep(0.3)
    return host, below(slots)


def test_a_killed_host_leaves_nothing(tier: str) -> None:
    """A second after a host is killed with jobs under way nothing of its slots runs; the next sandbox removes its cgroups and folders."""
    host, processes = start(tier)
    with host:
        host.kill()
        host.wait()
        # a second is the promise; the rest is for a machine that is busy with other things
        assert gone(processes, 1.0 if os.getloadavg()[0] < os.cpu_count() else 10.0)  # type: ignore[operator]
    for _ in range(100):
        sweep()
        left = [*Path("/sys/fs/cgroup").glob(f"**/axion-*{host.pid}-*"), *Path("/tmp").glob(f"axion-slot-{host.pid}-*")]
        if not left:
            break
        time.sleep(0.05)
    assert left == []


def test_an_interrupt_ends_the_jobs_and_nothing_else(tier: str) -> None:
    """Ctrl-C reaches every process of the host's group: the jobs end, and the sandbox works on."""
    host, processes = start(tier)
    with host:
        os.killpg(host.pid, signal.SIGINT)
        said, _ = host.communicate(timeout=60)
        assert said == "again (7,) 0\n"
    assert host.returncode == 0
    assert gone(processes, 10.0)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # an interrupt inside Popen leaves it to the collector
def test_an_interrupt_at_any_moment_leaves_no_slot_busy() -> None:
    """However often a run is interrupted, the next one has all slots and right results."""
    with Sandbox(slots=2) as sandbox:
        sandbox.warm()
        main = threading.main_thread().ident
        assert main is not None
        for i in range(20):
            timer = threading.Timer(0.002 * i, signal.pthread_kill, (main, signal.SIGINT))
            with contextlib.suppress(KeyboardInterrupt):
                timer.start()
                sandbox.run([SHORT] * 40 + [SLEEP])
            timer.join()
            assert [result.values for result in sandbox.run([SHORT] * 4)] == [(1,)] * 4
            assert len(sandbox._pools["func"]) <= 2
            assert all(slot.idle for slot in sandbox._pools["func"])


def test_a_zygote_that_is_killed_costs_a_try(tier: str) -> None:
    """The job of a slot that is lost is tried once more; lost again, it is the machine's error, and the next job is well."""
    with Sandbox(slots=1, tier=tier) as sandbox:
        sandbox.warm()
        seen: set[int] = set()

        def kill() -> None:
            while sandbox.lost < 2:
                time.sleep(0.2)
                for slot in list(sandbox._pools.get("func", [])):
                    if not slot.idle and slot._process is not None:
                        top = {slot._process.pid}
                        seen.update(below(top))
                        for pid in top if tier == "landlock" else below(top) - top:  # the zygote is the jail's first process, or the slot's
                            with contextlib.suppress(ProcessLookupError):
                                os.kill(pid, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        lost, after = sandbox.run([SLEEP, SHORT])
        killer.join()
        assert (lost.status, sandbox.lost) == (JobStatus.SANDBOX_ERROR, 2)
        assert after.values == (1,)
        assert gone(seen, 10.0)


def test_a_thread_that_ends_takes_no_slot_with_it(tier: str) -> None:
    """Slots outlive the thread that brought them up."""
    with Sandbox(slots=1, tier=tier) as sandbox:
        thread = threading.Thread(target=sandbox.warm)
        thread.start()
        thread.join()
        time.sleep(0.2)
        assert sandbox.run([SHORT])[0].values == (1,)
        assert sandbox.lost == 0


def test_sandboxes_side_by_side_leave_each_other_alone(tier: str) -> None:
    """Two sandboxes of one process have slots of the same numbers, and nothing in common."""
    with Sandbox(slots=1, tier=tier) as one, Sandbox(slots=1, tier=tier) as other:
        for _ in range(2):
            assert one.run([SHORT])[0].values == other.run([SHORT])[0].values == (1,)
        assert (one.lost, other.lost) == (0, 0)
        limited = [sandbox._pools["func"][0].limited for sandbox in (one, other)]
        assert limited[0] == limited[1]


_STARVING = """
import os, socket, time
for i in range(1000):
    try:
        with open(f"f{i}", "wb", buffering=0) as file:
            file.write(bytes(1 << 20))
    except OSError:
        break
if any(os.fork() == 0 for _ in range(28)):
    pairs = []
    try:
        while True:
            pairs.append(socket.socketpair())
            for end in pairs[-1]:
                end.setblocking(False)
                try:
                    while True:
                        end.send(bytes(1 << 16))
                except BlockingIOError:
                    pass
    except OSError:
        pass
time.sleep(60)
"""


@pytest.mark.slow
@needs("nsjail", "proc")
def test_a_job_that_starves_its_slot_is_out_of_memory() -> None:
    """A job can make the kernel end its slot, with memory that belongs to no process. That is its own doing, not the machine's error."""
    with Sandbox(slots=1, tier="nsjail") as sandbox:
        sandbox.tier("proc")
        if not sandbox._pools["proc"][0].limited:
            pytest.skip("slots have no cgroup here: run the tests as root, where cgroups can be made")
        limits = Limits(cpu_s=30.0, wall_s=60.0, memory_mib=256, disk_mib=1000)
        result = sandbox.run([(Command(["python", "-c", _STARVING], limits=limits), Workspace())])[0]
        assert result.status is JobStatus.MEMORY
        assert sandbox.run([Command(["python", "-c", "print(1)"])])[0].stdout == "1\n"
