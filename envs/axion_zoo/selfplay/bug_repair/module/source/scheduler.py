"""Jobs with priorities, durations and dependencies, on a number of equal workers."""

import heapq
from dataclasses import dataclass


@dataclass(frozen=True)
class Job:
    """Something to do, after what it needs."""

    name: str
    duration: int = 1
    priority: int = 0
    needs: tuple[str, ...] = ()


class Impossible(ValueError):
    """Jobs that no order can do."""


def order(jobs: list[Job]) -> list[str]:
    """Names in an order in which every job comes after what it needs; the highest priority first, then the name.

    Raises:
        Impossible: a job is needed that is not there, or jobs need each other in a circle.
    """
    by_name = {job.name: job for job in jobs}
    waiting = {job.name: set(job.needs) for job in jobs}
    for name, needs in waiting.items():
        missing = sorted(needs - by_name.keys())
        if missing:
            raise Impossible(f"{name} needs {missing[0]}, which is not there")
    ready = [(-job.priority, job.name) for job in jobs if not waiting[job.name]]
    heapq.heapify(ready)
    done: list[str] = []
    while ready:
        _, name = heapq.heappop(ready)
        done.append(name)
        for other, needs in waiting.items():
            if name in needs:
                needs.remove(name)
                if not needs:
                    heapq.heappush(ready, (-by_name[other].priority, other))
    if len(done) < len(jobs):
        raise Impossible(f"a circle: {', '.join(sorted(waiting.keys() - set(done)))}")
    return done


def schedule(jobs: list[Job], workers: int = 1) -> dict[str, tuple[int, int, int]]:
    """When each job begins and ends, and on which worker: greedily, the first free worker takes the best job that is ready.

    Raises:
        Impossible: as `order`; or there is nobody to work.
    """
    if workers < 1:
        raise Impossible("nobody works")
    rank = {name: i for i, name in enumerate(order(jobs))}
    left = sorted(jobs, key=lambda job: rank[job.name])
    left.sort(key=lambda job: -job.priority)
    free = [0] * workers
    times: dict[str, tuple[int, int, int]] = {}
    while left:
        worker = min(range(workers), key=lambda i: free[i])
        now = free[worker]
        job = next((j for j in left if all(n in times and times[n][1] <= now for n in j.needs)), None)
        if job is None:
            free[worker] = min(end for _, end, _ in times.values() if end > now)
            continue
        times[job.name] = (now, now + job.duration, worker)
        free[worker] = now + job.duration
        left.remove(job)
    return times


def length(times: dict[str, tuple[int, int, int]]) -> int:
    """When all is done."""
    return max((end for _, end, _ in times.values()), default=0)


def idle(times: dict[str, tuple[int, int, int]], workers: int) -> int:
    """Time that workers spend waiting, up to the end of all."""
    return workers * length(times) - sum(end - start for start, end, _ in times.values())
