"""What can be read off an environment: its options, splits and rewards, and what its demos earn."""

from __future__ import annotations

import inspect
import re
from typing import Any

from axion_env.core.driver import play_demo
from axion_env.core.env import Env
from axion_env.core.rubric import Reward, judge
from axion_env.record.episode import Ending


def option_table(cls: type[Env]) -> dict[str, dict[str, Any]]:
    """What an environment can be built with, described by the `Args:` of its docstring."""
    described = _described(inspect.getdoc(cls) or "")
    found = {}
    for name, parameter in list(inspect.signature(cls.__init__).parameters.items())[1:]:
        required = parameter.default is parameter.empty
        kind = "" if parameter.annotation is parameter.empty else inspect.formatannotation(parameter.annotation).strip("'")
        default = None if required else parameter.default
        found[name] = {"default": default, "required": required, "type": kind, "description": described.get(name, "")}
    return found


def _described(docstring: str) -> dict[str, str]:
    """`{name: text}` of a Google-style `Args:` section."""
    section = re.search(r"^Args:\n((?:[ ]+.*\n?|\n)*)", docstring, re.MULTILINE)
    items = re.findall(r"^ {4}(\w+)(?: \([^)]*\))?:[ ]*((?:.*)(?:\n {5,}.*)*)", section[1] if section else "", re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in items}


def splits(env: Env) -> dict[str, int]:
    """Tasks in each split."""
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
