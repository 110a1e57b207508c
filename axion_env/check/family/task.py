"""Checks of tasks: an id names one content, splits do not overlap, and plays change no task."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from axion_env.check.catalog import Skip, promise
from axion_env.check.finding import Finding
from axion_env.check.subject import Subject
from axion_env.record.task import Task

_TASKS = 256
_TRAIN = 1024
_DECLARED = ("runtime.task_declaration_accuracy",)


@promise(
    "task.ids",
    caught="Tasks are read twice and from a second instance, and ids that name two contents are looked for.",
    needs=_DECLARED,
)
def task_ids(subject: Subject) -> Iterator[Finding]:
    """A task's id names one content, whatever the split, the instance and the time of asking."""
    named: dict[str, tuple[str, str]] = {}
    other = subject.rebuilt()
    for split in subject.env.splits:
        tasks, theirs, repeated = subject.env.tasks(split), other.tasks(split), subject.env.tasks(split)
        if len(tasks) != len(theirs):
            yield Finding(f"the split {split!r} has {len(tasks)} tasks, and {len(theirs)} in another instance")
            return
        for k in range(min(len(tasks), _TASKS)):
            task = tasks[k]
            if task != theirs[k] or task != repeated[k]:
                yield Finding(
                    f"task {k} of {split!r} is {task.id!r} and, read again, {theirs[k].id!r}, or has another content", task=task.id
                )
                return
            content = _content(task)
            if named.setdefault(task.id, (content, split))[0] != content:
                yield Finding(
                    f"the id {task.id!r} names two tasks, in {named[task.id][1]!r} and {split!r}; number them apart", task=task.id
                )
                return


def _content(task: Task) -> str:
    return json.dumps([task.public, task.secret, task.agents], sort_keys=True)


@promise(
    "task.splits",
    caught="Public contents of both splits are compared, the first thousand of train with hundreds of test.",
    needs=_DECLARED,
)
def splits(subject: Subject) -> Iterator[Finding]:
    """No task of `test` is in `train`, under whatever id: their public content differs by more than case and spaces."""
    env = subject.env
    if not {"train", "test"} <= set(env.splits) or not env.tasks("train")[0].public:
        raise Skip("tasks have no content, or there is no split `test`")
    train, test = env.tasks("train"), env.tasks("test")
    known = {_plain(train[k].public): train[k].id for k in range(min(len(train), _TRAIN))}
    for k in range(min(len(test), _TASKS)):
        duplicate = known.get(_plain(test[k].public))
        if duplicate is not None:
            yield Finding(
                f"task {test[k].id!r} of test is task {duplicate!r} of train; let a hash of the content decide the split", task=test[k].id
            )
            return


def _plain(public: Any) -> str:
    return " ".join(json.dumps(public, sort_keys=True).casefold().split())


@promise(
    "task.unchanged",
    caught="Both are copied before plays and compared after them.",
)
def unchanged(subject: Subject) -> Iterator[Finding]:
    """A play leaves its task and the options as they were."""
    options = deepcopy(dict(subject.env.options))
    for k in range(min(subject.deals, 8)):
        task = subject.task(k)
        before = deepcopy(task)
        subject.play(task, k)
        if task != before:
            yield Finding(
                f"a play changes its task from {before} to {task}; a play's state lives in its local variables", task=task.id, seed=k
            )
            return
        if dict(subject.env.options) != options:
            yield Finding(f"a play changes env.options to {subject.env.options}", task=task.id, seed=k)
            return
