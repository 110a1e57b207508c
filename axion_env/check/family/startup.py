"""Checks that an environment runs at all: the spec, the seats of tasks, plays from the first draw to the facts."""

from __future__ import annotations

from collections.abc import Iterator

from axion_env.check.catalog import promise
from axion_env.check.finding import Finding, Severity
from axion_env.check.subject import Subject
from axion_env.core.author_frame import with_author_frame
from axion_env.core.registry import find, ids
from axion_env.core.spec import EnvSpec
from axion_env.error import AxionError
from axion_env.record.episode import Ending
from axion_env.record.task import Task
from axion_env.record.value import plain

_TASKS = 64


@promise(
    "static.manifest",
    caught="The spec is written and read back, and compared with the registry and the rubric.",
    needs=(),
)
def manifest(subject: Subject) -> Iterator[Finding]:
    """The spec survives JSON, carries the id the environment is found by, and every role has rewards and every reward a role."""
    env, spec = subject.env, subject.env.spec
    if EnvSpec.from_json(spec.to_json()) != spec:
        yield Finding("EnvSpec.from_json(spec.to_json()) is another spec; give it plain values only")
    for name in ids():
        try:
            cls = find(name)
        except AxionError:
            continue  # broken in another package
        if cls is type(env) and name != spec.id:
            yield Finding(f"the entry point {name!r} leads here, and spec.id is {spec.id!r}; name both alike")
        if cls is not type(env) and name == spec.id:
            yield Finding(f"the id {name!r} is that of {cls.__module__}:{cls.__qualname__}; choose another namespace/Name-vN")
    idle = set(env.rubric.roles) - {role.name for role in spec.agents.values()}
    if idle:
        yield Finding(f"the rubric rewards {sorted(idle)}, and nobody in spec.agents has that role")
    if not spec.description and not type(env).__dict__.get("__doc__"):
        yield Finding("nothing says what it is; give EnvSpec(description=…) or a docstring", Severity.WARNING)


@promise(
    "runtime.task_declaration_accuracy",
    caught="Tasks from all over every split are looked at.",
    needs=(),
)
def tasks(subject: Subject) -> Iterator[Finding]:
    """Tasks are `Task`s of plain facts, and seat agents of the spec."""
    env = subject.env
    for split in env.splits:
        count = len(env.tasks(split))
        if not count:
            yield Finding(f"the split {split!r} has no tasks; fill it, or leave it out of `splits`")
        for k in range(min(count, _TASKS)):
            task = subject.task(k, split)
            if not isinstance(task, Task):
                yield Finding(f"tasks({split!r}) holds a {type(task).__name__}; it must hold axion_env.Task")
                break
            problem = _problem(subject, task)
            if problem:
                yield Finding(problem, task=str(task.id))
                break


def _problem(subject: Subject, task: Task) -> str | None:
    if type(task.id) is not str:
        return f"a task's id is {task.id!r}; it must be a str"
    for name, facts in (("public", task.public), ("secret", task.secret)):
        try:
            plain(dict(facts), f"Task.{name}")
        except TypeError as problem:
            return f"task {task.id!r}: {problem}"
    unknown = [agent for agent in task.agents or () if agent not in subject.env.spec.agents]
    if unknown:
        return f"task {task.id!r} seats {unknown}, who are not in spec.agents: {', '.join(subject.env.seats)}"
    if task.agents is not None and (not task.agents or len(set(task.agents)) < len(task.agents)):
        return f"task {task.id!r} seats {task.agents!r}; seat at least one agent, and each once"
    return None


@promise(
    "runtime.startup",
    caught="Random legal plays over many tasks and seeds: a forgotten await, a wrong agent, facts that are not JSON, an exception.",
    needs=("runtime.task_declaration_accuracy",),
)
def startup(subject: Subject) -> Iterator[Finding]:
    """Every play with legal answers runs to its end; none is FAILED."""
    said = set()
    try:
        episodes = subject.random
    except AxionError:
        raise
    except Exception as problem:
        yield Finding(f"examples() raised {with_author_frame(problem, subject.env)}; it must give well-formed answers to every ask")
        return
    for episode in episodes:
        if episode.ending is Ending.FAILED and episode.error not in said:
            said.add(episode.error)
            yield Finding(f"a play FAILED: {episode.error}", line=_line(episode.error), task=episode.task.id, seed=episode.seed)


def _line(error: str | None) -> str | None:
    """The `file:line` named in an error message."""
    for word in (error or "").replace("(", " ").replace(")", " ").replace(",", " ").split():
        path, colon, number = word.rpartition(":")
        if colon and number.isdigit() and path.endswith(".py"):
            return word
    return None


@promise(
    "runtime.seats",
    caught="Agents that are asked in no random play and no demo are named.",
    severity=Severity.WARNING,
)
def seats(subject: Subject) -> Iterator[Finding]:
    """Every agent of the spec is asked in some play."""
    asked = {turn.agent for episode in subject.episodes for turn in episode.turns}
    idle = [agent for agent in subject.env.seats if agent not in asked]
    if idle:
        yield Finding(f"nobody ever asks {', '.join(idle)}; take them out of spec.agents, or ask them")


@promise(
    "spec.max_turns",
    caught="Demos and most random plays must not be TRUNCATED, which is worth nothing to anybody.",
)
def max_turns(subject: Subject) -> Iterator[Finding]:
    """Plays end by their rules, within spec.max_turns."""
    limit = subject.env.spec.max_turns
    cut = [episode for episode in subject.legal if episode.ending is Ending.TRUNCATED]
    for demo, episode in subject.demos:
        if episode.ending is Ending.TRUNCATED:
            yield Finding(f"the demo {demo.name!r} is cut off by {episode.error}; raise max_turns to what the rules need")
            return
    if cut:
        severity = Severity.ERROR if 2 * len(cut) > len(subject.legal) else Severity.WARNING
        message = f"{len(cut)} of {len(subject.legal)} random plays are cut off by max_turns={limit}; raise it to what the rules need"
        yield Finding(message, severity, seed=cut[0].seed, task=cut[0].task.id)
