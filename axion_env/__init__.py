"""Axion's environment SDK: a verifiable multi-agent text environment is one async function."""

from axion_env.chance import Deck, Stream, derive
from axion_env.context import Context
from axion_env.demo import Demo, play_demo
from axion_env.driver import Service, drive, play
from axion_env.env import Env
from axion_env.episode import Action, Draw, Ending, Episode, Message, Outcome, Tokens, Turn
from axion_env.error import AxionError, ContractError, NotFound, PlayFailed, StoreError, UsageError
from axion_env.hunk import PatchError
from axion_env.parse import Illegal, strip_thinking, tagged_answer
from axion_env.patch import Patch
from axion_env.policy import Human, Policies, Policy, RandomPolicy, Scripted
from axion_env.registry import find, ids, load, make
from axion_env.replay import fork, replay, verify
from axion_env.request import Ask, Call, Forfeit, Truncated
from axion_env.reward import Part, Reward, Rubric, Trajectory, Verdict, judge, trajectories
from axion_env.running import Play
from axion_env.shaper import Shaper, shaper
from axion_env.spec import EnvSpec, Memory, Role, Utility
from axion_env.steppable import Steppable
from axion_env.store import EpisodeStore, TornRecord
from axion_env.task import Procedural, Task
from axion_env.tree import GameTree, enumerate_plays

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
