"""The base class an author subclasses: an environment is a spec, a rubric and one async function."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar, cast

from axion_env.core.context import Context
from axion_env.core.demo import Demo
from axion_env.core.request import Ask
from axion_env.core.rubric import Rubric
from axion_env.core.spec import EnvSpec, Memory
from axion_env.error import ContractError, NotFound, UsageError, nearest
from axion_env.record.episode import Episode, Outcome
from axion_env.record.task import Task
from axion_env.record.value import plain


class _Frozen(type):
    """Metaclass that records the options an environment is built with, and freezes it afterwards: state lives in `play`'s locals."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        kwargs = current_options(cls, kwargs)
        try:
            bound = inspect.signature(cls.__init__).bind(None, *args, **kwargs).arguments  # type: ignore[misc]
        except TypeError as problem:
            raise UsageError(_option_error(cls, kwargs, problem)) from None
        env = cast(Any, object.__new__)(cls)
        env.options = plain(_options(cls, bound), f"{cls.__name__} options")
        env.__init__(**plain(env.options, ""))  # recorded, so that a replay builds the same; `__init__` gets a copy, which it may change
        if not hasattr(env, "spec") or not hasattr(env, "rubric"):
            raise ContractError(f"{cls.__name__} must set `spec` and `rubric`, as class attributes or in __init__")
        if not inspect.iscoroutinefunction(env.play):
            raise ContractError(f"{cls.__name__}.play must be `async def play(self, task, ctx)`")
        for role in env.spec.agents.values():
            env.rubric[role.name]  # raises where the rubric rewards nobody of that role
        env.seats = tuple(env.spec.agents)
        env.memory = {agent: role.memory for agent, role in env.spec.agents.items()}
        env.roles = lru_cache(maxsize=None)(env._roles)
        env.first_task = env.tasks("train")[0]
        env._frozen = True
        return env


class Env(metaclass=_Frozen):
    """The rules of a task: who plays, what they are asked, what is rewarded.

    Subclasses set `spec` and `rubric` (as class attributes, or in `__init__` where they depend on options) and write
    `play`. Options are the arguments of `__init__`: plain values only, since every episode records them.
    """

    spec: EnvSpec
    rubric: Rubric
    options: Mapping[str, Any]
    """The options it was built with."""
    seats: tuple[str, ...]
    """Every agent of the spec, in order."""
    memory: Mapping[str, Memory]
    """How much of its past each agent is shown."""
    first_task: Task
    """The first task of the train split."""
    renamed: ClassVar[Mapping[str, str]] = {}
    """Old names of options, still accepted and found in older records: `{old: new}`."""
    option_records: ClassVar[Mapping[str, type[Any]]] = {}
    """Dataclasses whose fields `**options` may be, each under a word for when it applies; `axion info` describes them."""
    splits: tuple[str, ...] = ("train", "test")
    """Names of splits, as `tasks` takes them."""
    _frozen = False

    def __init__(self) -> None:
        """An environment without options."""

    def tasks(self, split: str = "train") -> Sequence[Task]:
        """The tasks of one of `splits`."""
        if split not in self.splits:
            raise UsageError(f"{self.spec.id} has no split {split!r}; it has {', '.join(self.splits)}")
        return (Task(),)

    def demos(self) -> Sequence[Demo]:
        """Scripted plays with known verdicts."""
        return ()

    def examples(self, ask: Ask[Any]) -> Sequence[str]:
        """Well-formed answers to `ask`, one for each legal action and none better than another.

        A warm-up teaches a new model this format, and no strategy.
        """
        return ask.choices or ()

    def derived(self, episode: Episode) -> Sequence[Task]:
        """New tasks made from a finished play, such as a failed answer to repair or a counterexample as a test.

        Not called for plays without facts, which somebody forfeited. The tasks are played like any other, so their ids must differ
        from those of the splits, and equal episodes must give equal tasks. By default there are none.
        """
        return ()

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Plays one task from the first draw to the facts of its end."""
        raise NotImplementedError(f"{type(self).__name__} must write `async def play(self, task, ctx)`")

    def roles(self, agents: tuple[str, ...]) -> Mapping[str, str]:
        """The role of each seated agent, in the spec's order.

        Raises:
            NotFound: somebody is no agent of the spec.
        """
        return self._roles(agents)

    def _roles(self, agents: tuple[str, ...]) -> Mapping[str, str]:
        for agent in agents:
            if agent not in self.spec.agents:
                raise NotFound(f"seat in {self.spec.id} named", agent, self.spec.agents)
        return {agent: role.name for agent, role in self.spec.agents.items() if agent in agents}

    def __setattr__(self, name: str, value: Any) -> None:
        if self._frozen:
            raise ContractError(f"{type(self).__name__}.{name} was assigned after __init__; a play's state lives in its local variables")
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        raise ContractError(f"{type(self).__name__}.{name} was deleted after __init__; a play's state lives in its local variables")

    def __repr__(self) -> str:
        options = ", ".join(f"{k}={v!r}" for k, v in self.options.items())
        return f"{type(self).__name__}({options})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), dict(self.options))


def _rebuild(cls: type[Env], options: dict[str, Any]) -> Env:
    return cls(**options)


def current_options(cls: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options under their present names.

    Raises:
        UsageError: one is given by its old and its new name.
    """
    if not cls.renamed:
        return dict(options)
    own = inspect.signature(cls.__init__).parameters
    renamed = {old: new for old, new in cls.renamed.items() if old not in own}  # else a subclass took the name for itself
    for old, new in renamed.items():
        if old in options and new in options:
            raise UsageError(f"{cls.__name__}: {old!r} is the old name of {new!r}, and both are given; leave out {old!r}")
    return {renamed.get(name, name): value for name, value in options.items()}


def _options(cls: type, bound: Mapping[str, Any]) -> dict[str, Any]:
    """Binds the arguments of `__init__` to their names, without `self`."""
    options: dict[str, Any] = {}
    parameters = inspect.signature(cls.__init__).parameters  # type: ignore[misc]
    for name, value in list(bound.items())[1:]:
        if parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
            options.update(value)
        elif parameters[name].kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.POSITIONAL_ONLY):
            raise UsageError(f"{cls.__name__} takes its options by name, since every episode records them: got {value!r}")
        else:
            options[name] = value
    return options


def _option_error(cls: type, given: Mapping[str, Any], problem: TypeError) -> str:
    known = [p for p in inspect.signature(cls.__init__).parameters if p != "self"]  # type: ignore[misc]
    for name in given:
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(known) or 'none'}"
            return f"{cls.__name__} has no option {name!r}; {hint}"
    return f"{cls.__name__}: {problem}"
