"""The pool of slots: order, room, cancelling, lost slots, and several users of one sandbox."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from axion_env.error import NotFound, UsageError
from axion_env.sandbox import (
    Command,
    Function,
    JobStatus,
    Limits,
    Profile,
    Sandbox,
    SandboxUnavailable,
    UnsafeSandbox,
    Workspace,
)
from axion_env.sandbox.cgroup import mark
from axion_env.sandbox.sandbox import sweep
from axion_env.sandbox.slot import Slot
from axion_env.service import Fault
from tests.sandbox.offer import skip_without

IDENTITY = "def f(x): return x"
SLEEPS = "import time\ndef f(x, s):\n    time.sleep(s)\n    return x"
PATIENT = Limits(cpu_s=5.0, wall_s=60.0)


def identity(x: Any, **options: Any) -> Function:
    return Function(IDENTITY, "f", [(x,)], **options)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(slots=2) as made:
        yield made


@pytest.fixture
def needs_commands(sandbox: Sandbox) -> None:
    skip_without(sandbox, "proc")


def test_results_keep_the_order_of_jobs(sandbox: Sandbox) -> None:
    """A slow job does not change places with a quick one."""
    jobs = [Function(SLEEPS, "f", [(i, 0.2 if i % 5 == 0 else 0.0)], limits=PATIENT) for i in range(20)]
    assert [result.values for result in sandbox.run(jobs)] == [(i,) for i in range(20)]


def test_jobs_are_taken_as_room_arises(sandbox: Sandbox) -> None:
    """An endless iterator of jobs will do: no more are taken than a few for each slot."""
    taken = itertools.count()
    jobs = (identity(next(taken)) for _ in itertools.count())
    stream = sandbox.stream(jobs)
    assert [next(stream).values[0] for _ in range(50)] == list(range(50))
    assert next(taken) <= 50 + 8 * sandbox.slots
    stream.close()  # type: ignore[attr-defined]


def test_closing_a_stream_ends_its_jobs(sandbox: Sandbox) -> None:
    """Jobs under way are ended, not waited for; the sandbox goes on with fresh slots, and none counts as lost."""
    lost = sandbox.lost
    stream = sandbox.stream([identity(0), *(Function(SLEEPS, "f", [(i, 50)], limits=PATIENT) for i in range(4))])
    assert next(stream).values == (0,)
    start = time.monotonic()
    stream.close()  # type: ignore[attr-defined]
    assert time.monotonic() - start < 30
    assert [r.values for r in sandbox.run(identity(i) for i in range(5))] == [(i,) for i in range(5)]
    assert sandbox.lost == lost


def test_an_iterator_that_breaks_breaks_its_stream_alone(sandbox: Sandbox) -> None:
    """What the jobs' iterator raises comes through, and the sandbox can be used again."""

    def jobs() -> Iterator[Function]:
        yield identity(1)
        raise LookupError("no more")

    with pytest.raises(LookupError, match="no more"):
        sandbox.run(jobs())
    with pytest.raises(UsageError, match="not all builtins"):
        sandbox.run([identity(1), identity(object())])
    assert sandbox.run([identity(1)])[0].values == (1,)


def test_no_jobs_are_no_results(sandbox: Sandbox) -> None:
    """Nothing given, nothing taken."""
    assert sandbox.run([]) == []
    assert sandbox([]) == []


@pytest.mark.usefixtures("needs_commands")
def test_profiles_mix_in_one_batch(sandbox: Sandbox) -> None:
    """Functions, functions in a workspace and commands, in the order they were given."""
    where = Workspace({"who.py": "name = 'here'", "say.py": "import who; print(who.name)"})
    imports = Function("from who import name\ndef f(): return name", "f")
    batch = [identity(1), (Command(["python", "say.py"]), where), (imports, where), identity(2), Command(["python", "-c", "print(3)"])]
    one, said, imported, two, three = sandbox.run(batch)
    assert (one.values, imported.values, two.values) == ((1,), ("here",), (2,))
    assert (said.stdout, three.stdout) == ("here\n", "3\n")
    assert said.workspace == where
    assert imported.workspace is where
    assert three.workspace == Workspace()
    assert one.workspace is None


def test_a_profile_of_ones_own() -> None:
    """What a profile preloads and which packages it shows are its author's to say; others do not see them."""
    pluggy = Profile("plugs", packages=("pluggy",), preload=("pluggy",))
    find = "def f():\n    import pluggy\n    return pluggy.__name__"
    with Sandbox(slots=1, profiles=[pluggy]) as sandbox:
        shown, hidden = sandbox.run([Function(find, "f", profile="plugs"), Function(find, "f")])
    assert shown.values == ("pluggy",)
    assert hidden.status is JobStatus.EXCEPTION
    assert hidden.error is not None
    assert hidden.error.startswith("ModuleNotFoundError")


def test_a_stream_in_a_stream_goes_on() -> None:
    """Whoever runs jobs while it takes results of others is served, even where one slot is all there is; and the slots stay few."""
    with Sandbox(slots=1) as sandbox:
        found = [(r.values[0], sandbox.run([identity(-i)])[0].values[0]) for i, r in enumerate(sandbox.stream(map(identity, range(6))))]
        assert found == [(i, -i) for i in range(6)]
        assert len(sandbox._pools["func"]) <= 2
        assert sandbox.lost == 0


def test_streams_side_by_side(sandbox: Sandbox) -> None:
    """Two streams of one thread, read in turns, each keep their own order."""
    for a, b in zip(sandbox.stream(identity(i) for i in range(30)), sandbox.stream(identity(-i) for i in range(30)), strict=True):
        assert a.values[0] == -b.values[0]


def test_threads_share_a_sandbox(sandbox: Sandbox) -> None:
    """Streams of several threads take turns."""
    found: dict[int, list[int]] = {}

    def use(n: int) -> None:
        found[n] = [r.values[0] for r in sandbox.run(identity(n * 100 + i) for i in range(20))]

    threads = [threading.Thread(target=use, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {n: [n * 100 + i for i in range(20)] for n in range(4)}


def test_a_stream_outlives_no_sandbox_and_breaks_none() -> None:
    """A sandbox closed under a stream: the stream can be closed too, or read on, and the sandbox comes up again for it."""
    jobs = [Function(SLEEPS, "f", [(i, 0.0 if i == 0 else 0.3)], limits=PATIENT) for i in range(5)]
    with Sandbox(slots=2) as sandbox:
        left, read = sandbox.stream(jobs), sandbox.stream(jobs)
        assert (next(left).values, next(read).values) == ((0,), (0,))
        sandbox.close()
        left.close()  # type: ignore[attr-defined]
        assert [r.values for r in read] == [(i,) for i in range(1, 5)]
        assert sandbox.lost == 0


def test_another_thread_may_close_a_stream(sandbox: Sandbox) -> None:
    """Whoever drops the last reference closes it; nobody waits for ever for the slots it had."""
    stream = sandbox.stream(map(identity, range(9)))
    assert next(stream).values == (0,)
    found: list[Any] = []

    def use() -> None:
        stream.close()  # type: ignore[attr-defined]
        found.extend(sandbox.run([identity(1)]))

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert [result.values for result in (*found, *sandbox.run([identity(2)]))] == [(1,), (2,)]


def test_a_stream_left_open_stops_no_thread(sandbox: Sandbox) -> None:
    """Between two results nobody holds the sandbox."""
    stream = sandbox.stream(map(identity, range(9)))
    assert next(stream).values == (0,)
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.extend(sandbox.run([identity(1)])))
    thread.start()
    thread.join()
    assert [result.values for result in found] == [(1,)]
    assert [result.values[0] for result in stream] == list(range(1, 9))


def test_a_lost_slot_is_replaced_and_its_job_tried_again() -> None:
    """Whoever ends a slot from outside costs nobody a result."""
    with Sandbox(slots=2) as sandbox:
        sandbox.warm()
        victim = sandbox._pools["func"][0]._process
        assert victim is not None
        stream = sandbox.stream([Function(SLEEPS, "f", [(i, 0.3)], limits=PATIENT) for i in range(6)])
        first = next(stream)
        os.kill(victim.pid, signal.SIGKILL)
        results = [first, *stream]
        assert [r.values for r in results] == [(i,) for i in range(6)]
        assert sandbox.lost == 1
        assert len(sandbox._pools["func"]) <= 2


class Broken:
    """Slots that cannot be told about one job, the first so many times."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, word: str, times: int) -> None:
        self.left = times
        submit = Slot.submit

        def broken(slot: Slot, job: Any, workspace: Any) -> None:
            if isinstance(job, Function) and word in job.code and self.left > 0:
                self.left -= 1
                raise OSError("no route to the slot")
            submit(slot, job, workspace)

        monkeypatch.setattr(Slot, "submit", broken)


def test_a_job_is_tried_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's fault is tried once more; the second time it is what the result says. No other job knows of it."""
    job = Function(f"# doomed\n{IDENTITY}", "f", [(7,)])
    with Sandbox(slots=1) as sandbox:
        Broken(monkeypatch, "doomed", 1)
        before, again, after = sandbox.run([identity(1), job, identity(2)])
        assert [before.values, again.values, after.values] == [(1,), (7,), (2,)]
        assert (before.usage.attempts, again.usage.attempts, sandbox.lost) == (1, 2, 1)  # type: ignore[union-attr]
        Broken(monkeypatch, "doomed", 2)
        before, failed, after = sandbox.run([identity(1), job, identity(2)])
        assert [before.values, after.values] == [(1,), (2,)]
        assert (failed.status, failed.error) == (JobStatus.SANDBOX_ERROR, "OSError: no route to the slot")


def test_only_the_play_that_met_the_fault_is_void(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a service, a sandbox answers the machine's fault with a Fault in its place, and all others with facts."""
    Broken(monkeypatch, "doomed", 2)
    with Sandbox(slots=1) as sandbox:
        first, fault, last = sandbox([(identity(1), None), (Function(f"# doomed\n{IDENTITY}", "f", [(7,)]), None), (identity(2), None)])
    assert fault == Fault("OSError: no route to the slot")
    assert [first, last] == [{"status": "OK", "cases": [{"value": 1}]}, {"status": "OK", "cases": [{"value": 2}]}]


def test_what_it_opens_it_closes() -> None:
    """A closed sandbox leaves no descriptor, process, cgroup or folder; it may be used again."""

    def held() -> tuple[int, list[Path], list[Path]]:
        folders = list(Path(tempfile.gettempdir()).glob(f"axion-slot-{os.getpid()}-*"))
        return len(os.listdir("/proc/self/fd")), list(Path("/sys/fs/cgroup").glob(f"**/axion-{os.getpid()}-*")), folders

    before = held()
    with Sandbox(slots=2) as sandbox:
        sandbox.warm()
        processes = [slot._process for slot in sandbox._pools["func"]]
        assert len(processes) == 2
    assert held() == before
    assert all(slot is not None and slot.poll() is not None for slot in processes)
    assert sandbox.run([identity(1)])[0].values == (1,)
    sandbox.close()
    sandbox.close()
    assert held() == before


def test_a_forked_child_has_no_share() -> None:
    """A child closes its copies of the sockets, so that slots end with the parent; the parent's go on."""
    with Sandbox(slots=1) as sandbox:
        sandbox.warm()
        (slot,) = sandbox._pools["func"]
        child = os.fork()
        if child == 0:
            os._exit(0 if slot._control.fileno() == -1 and slot._process is None else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert sandbox.run([identity(1)])[0].values == (1,)
        assert sandbox._pools["func"] == [slot]


def test_what_the_killed_leave_is_swept() -> None:
    """Folders of processes that are gone are removed when the next sandbox is made; those of the living, and of containers, stay."""
    gone = subprocess.Popen([sys.executable, "-I", "-S", "-c", "pass"])
    gone.wait()
    here = mark().partition("-")[2]
    marks = [f"{gone.pid}-{here}", mark(), f"{gone.pid}-1{here}", f"{gone.pid}", "x-y"]
    folders = [Path(tempfile.mkdtemp(prefix=f"axion-slot-{name}-")) for name in marks]
    sweep()
    assert [folder.exists() for folder in folders] == [False, True, True, True, True]
    for folder in folders[1:]:
        folder.rmdir()


def test_the_host_gone_the_slots_end() -> None:
    """A host that is killed takes its slots with it: nobody is left to end them."""
    host = (
        "import sys, time\nfrom axion_env.sandbox import *\ns = Sandbox(slots=1)\ns.warm()\n"
        "print(s._pools['func'][0]._process.pid, flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", host], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        slot = int(process.stdout.readline())
        process.kill()
    for _ in range(600):
        state = Path("/proc", str(slot), "stat")
        if not state.exists() or state.read_text().rpartition(") ")[2][0] == "Z":
            break
        time.sleep(0.05)
    else:
        pytest.fail("the slot outlived its host by half a minute")
    sweep()


def test_mistakes(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    """Unknown names are said with the nearest one; a sandbox without slots is none; what isolates nothing is asked for by name."""
    with pytest.raises(NotFound, match="func"):
        sandbox.run([identity(1, profile="fucn")])
    with pytest.raises(NotFound, match="landlock"):
        Sandbox(tier="landlok")
    with pytest.raises(UsageError, match="1 slot or more"):
        Sandbox(slots=0)
    with pytest.raises(UsageError, match="leave out `tier`"):
        Sandbox(unsafe=True, tier="nsjail")
    monkeypatch.setenv("CI", "1")
    with pytest.raises(UsageError, match="refused where CI is set"):
        Sandbox(unsafe=True)


def test_a_missing_package_is_said() -> None:
    """A profile that cannot come up says why on every tier, and what would mend it."""
    with (
        Sandbox(slots=1, profiles=[Profile("none", packages=("no-such-package",))]) as sandbox,
        pytest.raises(SandboxUnavailable) as caught,
    ):
        sandbox.run([identity(1, profile="none")])
    assert "pip install no-such-package" in str(caught.value)
    assert set(caught.value.reasons) == {"nsjail", "bubblewrap", "landlock"}


def test_unsafe_is_stamped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without isolation there is a warning, and a mark on every result that its record keeps. (Our own code only.)"""
    monkeypatch.delenv("CI", raising=False)
    with pytest.warns(UnsafeSandbox, match="isolates nothing"):
        sandbox = Sandbox(unsafe=True, slots=1)
    with sandbox:
        (result,) = sandbox.run([identity(1)])
        assert sandbox.tier() == "unsafe"
    assert result.values == (1,)
    assert result.unsafe
    assert result.record()["unsafe"] is True
