"""The sandbox: a pool of slots that runs jobs and returns results in order."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import tempfile
import threading
import warnings
import weakref
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from axion_env.error import NotFound, UsageError
from axion_env.sandbox import cgroup
from axion_env.sandbox.job import Job, JobResult, JobStatus
from axion_env.sandbox.probe import choose
from axion_env.sandbox.profile import FUNC, NUMERIC, PROC, REPO, Profile, named
from axion_env.sandbox.slot import Slot
from axion_env.sandbox.stream import Stream
from axion_env.sandbox.tier import TIERS, UNSAFE, Tier
from axion_env.sandbox.workspace import Workspace
from axion_env.service import Fault


class UnsafeSandbox(UserWarning):
    """Warning that jobs run without isolation."""


class Sandbox:
    """Runs jobs in isolation, several at once.

    >>> with Sandbox() as sandbox:  # doctest: +SKIP
    ...     sandbox.run([Function("def f(x): return x + 1", "f", [(1,)])])[0].values
    (2,)

    Args:
        slots: Jobs that run at once; default: two for each usable core.
        profiles: Further kinds of job, beside `func`, `proc`, `repo` and `numeric`. A job's `repo+hypothesis` needs none: it is `repo` with
            one more distribution.
        tier: Insist on one of `nsjail`, `bubblewrap` and `landlock`; default: the strongest that passes its self-test.
        unsafe: Run without any isolation. Warned about, stamped on every result, and refused where CI is set.

    Slots come up when a profile's first job arrives. What a job may do to the machine is up to its tier: the kernel is shared with the
    host, so for code that is worth a kernel exploit, run the whole process in a virtual machine.

    Raises:
        UsageError: no such tier, or `unsafe` where it is refused.
    """

    def __init__(
        self, *, slots: int | None = None, profiles: Sequence[Profile] = (), tier: str | None = None, unsafe: bool = False
    ) -> None:
        if slots is not None and slots < 1:
            raise UsageError(f"a sandbox has 1 slot or more: got {slots}")
        self.slots = slots or 2 * len(os.sched_getaffinity(0))
        self.profiles = {profile.name: profile for profile in (FUNC, PROC, REPO, NUMERIC, *profiles)}
        self._tiers = _tiers(tier, unsafe)
        self._pools: dict[str, list[Slot]] = {}
        self._chosen: dict[str, tuple[Tier, bool]] = {}
        self._lock = threading.RLock()
        self.lost = 0
        """Slots that had to be replaced."""
        sweep()

    def run(self, jobs: Iterable[Job | tuple[Job, Workspace | None]]) -> list[JobResult]:
        """Runs jobs, each alone or with the workspace it works in; results in the order of the jobs.

        Raises:
            SandboxUnavailable: no tier of isolation works here.
        """
        return list(self.stream(jobs))

    def stream(self, jobs: Iterable[Job | tuple[Job, Workspace | None]]) -> Iterator[JobResult]:
        """Runs jobs as slots become free, and yields their results in order, one at a time. Closing the iterator ends the running jobs."""
        stream = Stream(self, jobs)
        steps = iter(stream)
        try:
            while True:
                with self._lock:  # released with every result, so that other threads go on, and any of them may close this stream
                    result = next(steps, None)
                if result is None:
                    return
                yield result
        finally:
            with self._lock:
                stream.cancel()

    def __call__(self, calls: Sequence[tuple[Job, Workspace | None]]) -> list[dict[str, Any] | Fault]:
        """Answers the `ctx.run` of plays with results as facts; a play is void where the machine could not run its job."""
        answers: list[dict[str, Any] | Fault] = []
        for (_, workspace), result in zip(calls, self.stream(calls), strict=True):
            failed = result.status is JobStatus.SANDBOX_ERROR
            answers.append(Fault(result.error or "the sandbox failed") if failed else result.record(workspace))
        return answers

    def tier(self, profile: str = "func") -> str:
        """The tier that jobs of a profile run in.

        Raises:
            SandboxUnavailable: there is none.
        """
        with self._lock:
            self._pool(profile)
            return self._chosen[profile][0].name

    def warm(self, profile: str = "func", slots: int | None = None) -> None:
        """Starts slots before they are needed."""
        with self._lock:
            while len(self._pool(profile)) < (slots or self.slots):
                self._grow(profile)

    def close(self) -> None:
        """Ends every slot."""
        for pool in self._pools.values():
            for slot in pool:
                slot.close()
        self._pools.clear()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # For streams ---------------------------------------------------------------------------------------------------

    def _pool(self, profile: str) -> list[Slot]:
        if profile not in self._pools:
            self.profiles[profile] = named(profile, self.profiles)
            slot = choose(self.profiles[profile], self._tiers)
            _register(slot)
            self._chosen[profile] = slot.tier, slot.limited
            self._pools[profile] = [slot]
        return self._pools[profile]

    def idle(self, profile: str, *, beyond: bool) -> Slot | None:
        """An idle slot, started if need be; None if the greatest number is busy, unless one `beyond` that is granted."""
        pool = self._pool(profile)
        idle = [slot for slot in pool if slot.idle]
        if len(pool) - len(idle) >= self.slots and not beyond:
            return None
        return idle[0] if idle else self._grow(profile)

    def _grow(self, profile: str) -> Slot:
        tier, limited = self._chosen[profile]
        pool = self._pools[profile]
        taken = {slot.number for slot in pool}
        number = next(n for n in range(len(pool) + 1) if n not in taken)
        slot = Slot(number, tier, self.profiles[profile], cgroups=limited)
        _register(slot)
        pool.append(slot)
        return slot

    def lose(self, slot: Slot) -> None:
        """Ends a slot that does not answer, and counts it as lost."""
        self.lost += 1
        self.drop(slot)

    def drop(self, slot: Slot) -> None:
        """Ends a slot; another is started when it is needed."""
        pool = self._pools.get(slot.profile.name, [])
        if slot in pool:
            pool.remove(slot)
        slot.close()


def _tiers(tier: str | None, unsafe: bool) -> tuple[Tier, ...]:
    if not unsafe:
        known = {t.name: t for t in TIERS}
        if tier is not None and tier not in known:
            raise NotFound("sandbox tier", tier, known)
        return TIERS if tier is None else (known[tier],)
    if tier is not None:
        raise UsageError("Sandbox(unsafe=True) is a tier of its own: leave out `tier`")
    if os.environ.get("CI"):
        raise UsageError("Sandbox(unsafe=True) is refused where CI is set: what a public run pays for must have been isolated")
    warnings.warn("this sandbox isolates nothing: jobs run as you, and can read and write what you can", UnsafeSandbox, stacklevel=3)
    return (UNSAFE,)


def sweep() -> None:
    """Removes cgroups and folders of slots that killed processes have left behind."""
    if os.geteuid() == 0:
        cgroup.sweep()
    for folder in Path(tempfile.gettempdir()).glob("axion-slot-*-*"):
        if cgroup.abandoned(folder.name.removeprefix("axion-slot-")):
            with contextlib.suppress(RecursionError):
                shutil.rmtree(folder, ignore_errors=True)


# The sandbox of this process -------------------------------------------------------------------------------------

_slots: weakref.WeakSet[Slot] = weakref.WeakSet()
_shared: Sandbox | None = None


def shared() -> Sandbox:
    """The sandbox of this process, used for `ctx.run` where no other was given. Its slots end with the process."""
    global _shared
    if _shared is None:
        _shared = Sandbox()
        atexit.register(_shared.close)
    return _shared


def _register(slot: Slot) -> None:
    _slots.add(slot)


def _forked() -> None:
    """Releases the parent's slots in a forked child, where an open socket would keep them alive after the parent."""
    global _shared
    for slot in _slots:
        slot.disown()
    _slots.clear()
    _shared = None


os.register_at_fork(after_in_child=_forked)
