"""Opens policies by name: `random`, a run folder, a model, `module:name`."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np

from axion_env import Ask, AxionError, Policy, RandomPolicy, Scripted, UsageError
from axion_env.core.registry import look_here
from axion_train.evaluate.sample import RANDOM
from axion_train.model.load import pretrained, use_threads
from axion_train.policy.language import LanguagePolicy
from axion_train.policy.multi import Seated
from axion_train.run.folder import Run


def open_policy(name: str, *, seed: int, temperature: float | None, max_tokens: int | None) -> Policy:
    """Opens `random`, a run folder, or a folder or hub id of a causal language model.

    Args:
        name: What a user calls it.
        seed: Of its sampling stream.
        temperature: Divides its logits. None: its own.
        max_tokens: Longest answer. None: its own.

    Raises:
        UsageError: there is none, or a setting that it does not read.
    """
    if name == RANDOM:
        if temperature is not None or max_tokens is not None:
            raise UsageError("the random policy reads neither --temperature nor --max-tokens; leave them out")
        return RandomPolicy(seed)
    if (Path(name) / "recipe.toml").is_file():
        run = Run.open(Path(name))
        use_threads(run.recipe.training.threads)
        policy: Seated = run.policy(seed=seed)
    else:
        model, renderer = pretrained(name)
        policy = LanguagePolicy(model.eval(), renderer, np.random.default_rng(seed), name=Path(name).name)
    if temperature is not None:
        for member in policy.members:
            member.temperature = temperature
            member.name += f" at temperature {temperature:g}"  # another policy, and a file tells policies apart by name and version
    if max_tokens is not None:
        for member in policy.members:
            member.max_tokens = max_tokens
            member.name += f" in {max_tokens} tokens"
    return policy


def open_opponent(name: str, *, seed: int) -> Policy:
    """Opens what `open_policy` opens, or `module:name` of a policy or of a function from an ask to an answer.

    Raises:
        UsageError: there is none of that name.
    """
    module, colon, attribute = name.partition(":")
    if not colon or Path(name).exists():
        return open_policy(name, seed=seed, temperature=None, max_tokens=None)
    look_here()
    try:
        found: Any = getattr(importlib.import_module(module), attribute)
        scripted: Any = found() if isinstance(found, type) else found
    except AxionError:
        raise
    except Exception as problem:
        raise UsageError(f"opponent {name!r} cannot be imported: {type(problem).__name__}: {problem}") from problem
    if hasattr(scripted, "act"):
        return cast(Policy, scripted)
    if not callable(scripted):
        raise UsageError(f"opponent {name!r} is neither a policy nor a function from an ask to an answer: got {type(scripted).__name__}")
    return Scripted(cast(Callable[[Ask[Any]], str], scripted))


def load_policy(run: str | Path, *, averaged: bool = True, seed: int = 0) -> Seated:
    """Loads the policy that a run has trained so far, frozen; to play against, or to measure.

    Args:
        run: A run folder.
        averaged: Its averaged weights instead of the last ones.
        seed: Of its sampling stream.

    Raises:
        UsageError: no run there, or no checkpoint yet.
    """
    return Run.open(Path(run)).policy(averaged=averaged, seed=seed)
