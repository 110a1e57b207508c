"""Descriptions of an environment: its options, splits and rewards, and what its demos earn."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Mapping
from typing import Any

from axion_env.core.driver import play_demo
from axion_env.core.env import Env
from axion_env.core.rubric import Reward, judge
from axion_env.record.episode import Ending


def option_table(cls: type[Env]) -> dict[str, dict[str, Any]]:
    """The options of an environment, described by the `Args:` of its docstring.

    Its `**options` are described by the dataclasses in the mapping `option_records`, if the class has one.
    """
    described = _described(inspect.getdoc(cls) or "")
    records = cls.option_records
    found = {}
    for name, parameter in list(inspect.signature(cls.__init__).parameters.items())[1:]:
        if parameter.kind is parameter.VAR_KEYWORD and records:
            continue
        required = parameter.default is parameter.empty
        kind = "" if parameter.annotation is parameter.empty else inspect.formatannotation(parameter.annotation).strip("'")
        default = None if required else parameter.default
        found[name] = {"default": default, "required": required, "type": kind, "description": described.get(name, "")}
    return found | _of_records(records)


def _of_records(records: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The fields of several dataclasses, each with its description in every dataclass that has it."""
    found: dict[str, dict[str, Any]] = {}
    texts: dict[str, dict[str, list[str]]] = {}
    for who, record in records.items():
        described: dict[str, str] = {}
        for cls in reversed(record.__mro__):
            described |= _described(inspect.cleandoc(cls.__doc__ or ""))
        for field in dataclasses.fields(record):
            found.setdefault(field.name, {"default": field.default, "required": False, "type": field.type})
            texts.setdefault(field.name, {}).setdefault(described.get(field.name, ""), []).append(who)
    for name, said in texts.items():
        found[name]["description"] = " ".join(f"[{', '.join(who)}] {text}" for text, who in said.items())
    return found


def _described(docstring: str) -> dict[str, str]:
    """Parses a Google-style `Args:` section into `{name: text}`."""
    section = re.search(r"^Args:\n((?:[ ]+.*\n?|\n)*)", docstring, re.MULTILINE)
    items = re.findall(r"^ {4}(\w+)(?: \([^)]*\))?:[ ]*((?:.*)(?:\n {5,}.*)*)", section[1] if section else "", re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in items}


def splits(env: Env) -> dict[str, int]:
    """The number of tasks in each split."""
    return {name: len(env.tasks(name)) for name in env.splits}


def rewards(env: Env) -> dict[str, list[dict[str, Any]]]:
    """The rewards of each role."""
    return {role: [_reward(reward) for reward in env.rubric[role]] for role in env.rubric.roles}


def _reward(reward: Reward) -> dict[str, Any]:
    description = (inspect.getdoc(reward.function) or "").partition("\n")[0]
    return {"name": reward.name, "weight": reward.weight, "per_turn": reward.per_turn, "description": description}


def demos(env: Env) -> list[dict[str, Any]]:
    """Every demo: what it claims to earn, and what it earned when played now."""
    played = []
    for demo in env.demos():
        episode = play_demo(env, demo)
        failed = episode.ending is Ending.FAILED
        earned = {} if failed else {agent: verdict.reward for agent, verdict in judge(env, episode).items()}
        played.append(
            {"name": demo.name, "ending": str(episode.ending), "error": episode.error, "claimed": dict(demo.rewards), "earned": earned}
        )
    return played


def agrees(demo: dict[str, Any]) -> bool:
    """Whether a played demo earned what it claims, up to rounding."""
    claimed, earned = demo["claimed"], demo["earned"]
    return bool(earned) and all(agent in earned and abs(worth - earned[agent]) <= 1e-9 for agent, worth in claimed.items())
