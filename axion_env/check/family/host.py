"""Checks of an environment on its machine: pickling, threads, other processes, files, speed."""

from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from axion_env.check.catalog import Skip, promise
from axion_env.check.family.chance import differing, watched
from axion_env.check.finding import Finding, Severity
from axion_env.check.subject import CachedService, Subject
from axion_env.check.watch import Resource
from axion_env.core.env import Env
from axion_env.record.codec import encode
from axion_env.record.episode import Episode

_DEALS = 8
_PROCESS_S = 120
_SPEED_S = 0.2


@promise(
    "runtime.host_containment",
    caught="Plays are watched by an audit hook.",
)
def host_containment(subject: Subject) -> Iterator[Finding]:
    """`play` and parsers touch no file, socket or process of this machine: outside work goes through ctx.run and ctx.call."""
    for access in watched(subject):
        if access.resource is Resource.HOST:
            yield Finding(f"a play does {access.what}; read files in __init__, and run work with ctx.run or ctx.call", line=access.line)


@promise(
    "pickle.roundtrip",
    caught="It is pickled, read back and played.",
    needs=("runtime.startup", "runtime.episode_determinism"),
)
def roundtrip(subject: Subject) -> Iterator[Finding]:
    """An instance survives pickling: same class, options and spec, and it plays the same."""
    env = subject.env
    try:
        restored: Env = pickle.loads(pickle.dumps(env))
    except Exception as problem:
        yield Finding(f"pickling raised {type(problem).__name__}: {problem}; define the class at the top of a module, take plain options")
        return
    if (type(restored), restored.spec, dict(restored.options)) != (type(env), env.spec, dict(env.options)):
        yield Finding(f"what was pickled as {env!r} came back as {restored!r}; keep Env.__reduce__ as it is")
        return
    known = subject.random[:_DEALS]
    found = differing(known, [subject.play(subject.task(k, env=restored), k, env=restored) for k in range(len(known))])
    if found is not None:
        yield found._replace(message=f"the instance that was pickled plays otherwise. {found.message}")


@promise(
    "concurrency.threads",
    caught="Two threads play the same deals at once, switched as often as Python can.",
    needs=("runtime.startup", "runtime.episode_isolation"),
)
def threads(subject: Subject) -> Iterator[Finding]:
    """Plays of one instance in several threads go as they do alone."""
    episodes: list[list[Episode | BaseException]] = [[], []]

    def work(found: list[Episode | BaseException]) -> None:
        try:
            for k in range(subject.deals):
                found.append(subject.play(subject.task(k), k))
        except BaseException as problem:
            found.append(problem)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        running = [threading.Thread(target=work, args=(found,)) for found in episodes]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    for found in episodes:
        broken = [problem for problem in found if isinstance(problem, BaseException)]
        if broken:
            yield Finding(f"a play in a thread raised {type(broken[0]).__name__}: {broken[0]}")
            return
        other = differing(subject.random, [episode for episode in found if isinstance(episode, Episode)])
        if other is not None:
            yield other._replace(message=f"a play in a thread goes otherwise; share nothing that changes. {other.message}")
            return


@promise(
    "concurrency.processes",
    caught="The same plays are made in a process of their own and their digests compared: the order of a set shows here.",
    needs=("runtime.startup", "runtime.episode_determinism", "pickle.roundtrip"),
)
def processes(subject: Subject) -> Iterator[Finding]:
    """Another process, with another seed of Python's hashes, gives the same bytes."""
    if type(subject.env).__module__ == "__main__":
        raise Skip("the class is defined in __main__, where another process cannot find it")
    deals = min(_DEALS, subject.deals)
    known = {name: service.known for name, service in subject.services.items() if isinstance(service, CachedService)}
    told = pickle.dumps((sys.path, pickle.dumps(subject.env), deals, known))
    hashes = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    command = [sys.executable, "-c", "from axion_env.check.family.host import play_elsewhere; play_elsewhere()"]
    environ = {**os.environ, "PYTHONHASHSEED": hashes, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(command, input=told, capture_output=True, env=environ, timeout=_PROCESS_S, check=False)
    if done.returncode:
        yield Finding(f"playing in another process failed: {done.stderr.decode(errors='replace').strip().splitlines()[-1:]}")
        return
    theirs = done.stdout.decode().split()[-deals:]
    for k, (mine, other) in enumerate(zip(digests(subject.random[:deals]), theirs, strict=True)):
        if mine != other:
            message = "another process plays otherwise; sort sets before they are shown, and use no hash() and no id()"
            yield Finding(message, task=subject.random[k].task.id, seed=k)
            return


def digests(episodes: Sequence[Episode]) -> list[str]:
    """The SHA-256 of each episode's bytes."""
    return [hashlib.sha256(encode(episode).encode()).hexdigest() for episode in episodes]


def play_elsewhere() -> None:
    """Entry point of the other process: reads what to play from stdin, prints the digests of the episodes."""
    path, pickled, deals, known = pickle.load(sys.stdin.buffer)
    sys.path[:] = path
    services: Mapping[str, Any] = {name: _RecordedService(answers) for name, answers in known.items()}
    subject = Subject(pickle.loads(pickled), deals=deals, services=services)
    print(*digests(subject.random), sep="\n")


class _RecordedService:
    """A service that repeats the answers recorded in the parent process."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = answers

    def __call__(self, requests: Sequence[Any]) -> list[Any]:
        from axion_env.check.subject import request_key

        return [self.answers[request_key(request)] for request in requests]


@promise(
    "perf.turns_per_s",
    caught="Plays are made for a fifth of a second.",
    severity=Severity.ADVISORY,
)
def speed(subject: Subject) -> Iterator[Finding]:
    """Says how many turns a second this machine plays, policies at random."""
    if subject.calls:
        raise Skip("plays call services, and those set the pace")
    turns, plays, begun = 0, 0, time.process_time()
    while time.process_time() - begun < _SPEED_S:
        turns += len(subject.play(subject.task(plays), plays).turns)
        plays += 1
    yield Finding(f"{turns / (time.process_time() - begun):,.0f} turns/s in {plays} plays, one at a time")
