"""Axion's environment SDK: a verifiable multi-agent text environment is one async function."""

import typing as _typing

from axion_env._plugin import deferred as _deferred
from axion_env.core.context import Context
from axion_env.core.demo import Demo
from axion_env.core.driver import drive, play, play_demo
from axion_env.core.env import Env
from axion_env.core.parse import Illegal, strip_thinking, tagged_answer
from axion_env.core.play import Play
from axion_env.core.policy import Human, Policies, Policy, RandomPolicy, Scripted
from axion_env.core.registry import find, ids, load, make
from axion_env.core.replay import fork, replay, verify
from axion_env.core.request import Ask, Call, Forfeit, Truncated
from axion_env.core.rng import Deck, Stream, derive
from axion_env.core.rubric import Reward, Rubric, judge, trajectories
from axion_env.core.spec import EnvSpec, Memory, Role, Utility
from axion_env.core.steppable import Steppable
from axion_env.error import AxionError, ContractError, NotFound, PlayFailed, StoreError, UsageError
from axion_env.record.episode import Action, Draw, Ending, Episode, Message, Outcome, Tokens, Turn
from axion_env.record.store import EpisodeStore, TornRecord
from axion_env.record.task import Procedural, Task
from axion_env.record.verdict import Part, Trajectory, Verdict
from axion_env.service import Service

if _typing.TYPE_CHECKING:
    from axion_env.gametree.enumerate import enumerate_plays
    from axion_env.gametree.tree import GameTree
    from axion_env.patch.hunk import PatchError
    from axion_env.patch.patch import Patch
    from axion_env.reward.shaper import Shaper, shaper

__all__ = [
    "Action",
    "Ask",
    "AxionError",
    "Call",
    "Context",
    "ContractError",
    "Deck",
    "Demo",
    "Draw",
    "Ending",
    "Env",
    "EnvSpec",
    "Episode",
    "EpisodeStore",
    "Forfeit",
    "GameTree",
    "Human",
    "Illegal",
    "Memory",
    "Message",
    "NotFound",
    "Outcome",
    "Part",
    "Patch",
    "PatchError",
    "Play",
    "PlayFailed",
    "Policies",
    "Policy",
    "Procedural",
    "RandomPolicy",
    "Reward",
    "Role",
    "Rubric",
    "Scripted",
    "Service",
    "Shaper",
    "Steppable",
    "StoreError",
    "Stream",
    "Task",
    "Tokens",
    "TornRecord",
    "Trajectory",
    "Truncated",
    "Turn",
    "UsageError",
    "Utility",
    "Verdict",
    "derive",
    "drive",
    "enumerate_plays",
    "find",
    "fork",
    "ids",
    "judge",
    "load",
    "make",
    "play",
    "play_demo",
    "replay",
    "shaper",
    "strip_thinking",
    "tagged_answer",
    "trajectories",
    "verify",
]

if not _typing.TYPE_CHECKING:  # a type checker would otherwise accept any name
    __getattr__, __dir__ = _deferred(  # modules above the core are imported when they are first used
        __name__,
        {
            "gametree.enumerate": ("enumerate_plays",),
            "gametree.tree": ("GameTree",),
            "patch.hunk": ("PatchError",),
            "patch.patch": ("Patch",),
            "reward.shaper": (
                "Shaper",
                "shaper",
            ),
        },
    )
