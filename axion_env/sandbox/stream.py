"""A stream of jobs through the slots of a sandbox: started as slots become free, results in order."""

from __future__ import annotations

import heapq
import select
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from axion_env.sandbox.job import Job, JobResult, JobStatus
from axion_env.sandbox.slot import Slot
from axion_env.sandbox.tier import UNSAFE
from axion_env.sandbox.workspace import Workspace

_TRIES = 2  # attempts at a job whose slot was lost or could not seal it off
_AHEAD = 8  # jobs taken in advance for each slot, so that one slow job does not idle the others


class Pool(Protocol):
    """The part of a `Sandbox` that provides slots."""

    slots: int
    """Jobs that run at once."""

    def idle(self, profile: str, *, beyond: bool) -> Slot | None:
        """An idle slot; None if there is none."""
        ...

    def lose(self, slot: Slot) -> None:
        """Ends a slot that does not answer, and counts it as lost."""
        ...

    def drop(self, slot: Slot) -> None:
        """Ends a slot; another is started when it is needed."""
        ...


@dataclass(slots=True)
class _Ticket:
    """A job that waits or runs, with its number of attempts."""

    index: int
    job: Job
    workspace: Workspace | None
    attempts: int = 0


class Stream:
    """One call of `Sandbox.stream`: takes jobs, gives them to slots and yields results in order."""

    def __init__(self, pool: Pool, jobs: Iterable[Job | tuple[Job, Workspace | None]]) -> None:
        self._pool = pool
        self._source = enumerate(jobs)
        self._waiting: dict[str, deque[_Ticket]] = {}
        self._busy: dict[int, tuple[Slot, _Ticket]] = {}
        """Running jobs, by the descriptor of their slot's socket."""
        self._done: list[tuple[int, JobResult]] = []
        self._poll = select.poll()
        self._open = 0
        self._next = 0

    def __iter__(self) -> Iterator[JobResult]:
        while True:
            self._take()
            self._submit()
            while self._done and self._done[0][0] == self._next:
                self._next += 1
                self._open -= 1
                yield heapq.heappop(self._done)[1]
                self._take()
                self._submit()
            if not self._open:
                return
            if self._busy:
                self._collect()

    def _take(self) -> None:
        while self._open < self._pool.slots * _AHEAD:
            item = next(self._source, None)
            if item is None:
                return
            index, given = item
            job, workspace = given if isinstance(given, tuple) else (given, None)
            self._waiting.setdefault(job.profile, deque()).append(_Ticket(index, job, workspace))
            self._open += 1

    def _submit(self) -> None:
        self._requeue()
        for profile, waiting in self._waiting.items():
            while waiting:
                slot = self._pool.idle(profile, beyond=not self._busy)  # an outer stream may hold all slots while it waits for this one
                if slot is None:
                    break
                ticket = waiting.popleft()
                ticket.attempts += 1
                self._busy[slot.fileno()] = slot, ticket  # before `submit`, so that an interrupt ends the slot
                try:
                    slot.submit(ticket.job, ticket.workspace)
                except OSError as problem:
                    del self._busy[slot.fileno()]
                    self._lost(slot, ticket, f"{type(problem).__name__}: {problem}")
                    continue
                self._poll.register(slot.fileno(), select.POLLIN)

    def _requeue(self) -> None:
        """Requeues the jobs of slots that were closed with the sandbox."""
        for number, (slot, ticket) in list(self._busy.items()):
            if slot.closed:
                del self._busy[number]
                self._poll.unregister(number)
                ticket.attempts -= 1
                self._waiting[ticket.job.profile].appendleft(ticket)

    def _collect(self) -> None:
        """Waits until at least one job has ended, or is so late that its slot is given up."""
        soonest = min(slot.deadline for slot, _ in self._busy.values())
        ready = {number for number, _ in self._poll.poll(max(0.0, soonest - time.monotonic()) * 1000)}
        late = {number for number, (slot, _) in self._busy.items() if slot.deadline <= time.monotonic()} - ready
        for number in (*ready, *late):
            slot, ticket = self._busy[number]
            self._poll.unregister(number)
            result = slot.collect() if number in ready else None
            del self._busy[number]
            if result is None:
                self._lost(slot, ticket, "its slot was lost")
            elif result.status is JobStatus.SANDBOX_ERROR:
                self._again(ticket, result)
            else:
                self._end(ticket, result)

    def _lost(self, slot: Slot, ticket: _Ticket, why: str) -> None:
        starved = slot.starved
        self._pool.lose(slot)
        if starved:  # the job used memory that belongs to no process: its own fault, which must not void its play
            self._end(ticket, JobResult(JobStatus.MEMORY, error="out of memory, and its slot with it"))
        else:
            self._again(ticket, JobResult(JobStatus.SANDBOX_ERROR, error=why, unsafe=slot.tier is UNSAFE))

    def _again(self, ticket: _Ticket, result: JobResult) -> None:
        if ticket.attempts < _TRIES:
            self._waiting[ticket.job.profile].appendleft(ticket)
        else:
            self._end(ticket, result)

    def _end(self, ticket: _Ticket, result: JobResult) -> None:
        if result.usage is not None and ticket.attempts > 1:
            result = replace(result, usage=replace(result.usage, attempts=ticket.attempts))
        heapq.heappush(self._done, (ticket.index, result))

    def cancel(self) -> None:
        """Ends the running jobs."""
        for slot, _ in self._busy.values():
            self._pool.drop(slot)
        self._busy.clear()
