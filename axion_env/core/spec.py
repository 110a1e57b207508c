"""The spec of an environment: its promises as data, which `axion check` tests."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from math import inf
from typing import Any, assert_never

from axion_env.core.parse import strip_thinking
from axion_env.error import UsageError
from axion_env.record.episode import Message

_ID = re.compile(r"(?P<namespace>[A-Za-z][\w.-]*)/(?P<name>[A-Za-z]\w*)-v(?P<version>\d+)")


class Memory(StrEnum):
    """How much of its own past an agent is shown when asked."""

    NONE = "none"
    """Each ask stands alone, with the messages told since the last one."""
    DIALOGUE = "dialogue"
    """Everything it was shown and everything it said."""
    DIALOGUE_WITHOUT_THINKING = "dialogue_without_thinking"
    """The same, its own thinking removed."""


def remember(memory: Memory, past: tuple[Message, ...], observation: tuple[Message, ...], text: str) -> tuple[Message, ...]:
    """What an agent is shown of its past from now on: the one rule, for plays and for datasets.

    Args:
        memory: Of its role.
        past: What it was shown of its past when it was asked.
        observation: What was new to it then.
        text: Its accepted answer, thinking included.
    """
    match memory:
        case Memory.NONE:
            return ()
        case Memory.DIALOGUE:
            said = text
        case Memory.DIALOGUE_WITHOUT_THINKING:
            said = strip_thinking(text)
        case _:
            assert_never(memory)
    return (*past, *observation, Message("assistant", said))


class Utility(StrEnum):
    """How the agents' rewards add up."""

    ZERO_SUM = "zero_sum"
    IDENTICAL = "identical"
    GENERAL_SUM = "general_sum"


@dataclass(frozen=True, slots=True)
class Role:
    """The job an agent does. Agents share a role only if they are exchangeable."""

    name: str
    description: str = ""
    memory: Memory = Memory.DIALOGUE

    def __post_init__(self) -> None:
        object.__setattr__(self, "memory", Memory(self.memory))


@dataclass(frozen=True)
class EnvSpec:
    """What an environment promises; `axion check` holds it to every line.

    >>> EnvSpec("me/Guess-v1", agents={"guesser_0": Role("guesser")}, reward_range=(0, 1)).version
    1
    """

    id: str
    """`namespace/Name-vN`; N goes up whenever the same actions could earn another verdict."""
    agents: Mapping[str, Role]
    """Every seat there can be (a task may seat fewer), with its role."""
    reward_range: tuple[float, float] | Mapping[str, tuple[float, float]] = (0.0, 1.0)
    """Least and greatest `Verdict.reward`, for all roles or by role name."""
    utility: Utility = Utility.GENERAL_SUM
    information: str = "imperfect"
    """`perfect` (everybody sees everything) or `imperfect`."""
    max_turns: int = 100
    """Accepted turns on the causal path before the play is TRUNCATED."""
    retries: int = 0
    """Further attempts an agent gets after an illegal answer, before it forfeits."""
    symmetric: bool = False
    """Agents of one role are exchangeable."""
    max_requests: int = 10_000
    """Requests one play may make; more means a loop that does not end."""
    description: str = ""
    version: int = field(init=False)

    def __post_init__(self) -> None:
        match = _ID.fullmatch(self.id)
        if match is None:
            raise UsageError(f"environment id {self.id!r} is not of the form 'namespace/Name-vN'")
        if not self.agents:
            raise UsageError(f"{self.id} seats nobody; give EnvSpec(agents={{name: Role(…)}})")
        if self.information not in ("perfect", "imperfect"):
            raise UsageError(f"{self.id}: information is 'perfect' or 'imperfect': got {self.information!r}")
        if self.max_turns < 1 or self.max_requests < 1 or self.retries < 0:
            raise UsageError(
                f"{self.id}: max_turns and max_requests are 1 or more and retries 0 or more: "
                f"got {self.max_turns}, {self.max_requests}, {self.retries}"
            )
        for role in self.agents.values():
            self._check_range(role.name)
        object.__setattr__(self, "version", int(match["version"]))
        object.__setattr__(self, "utility", Utility(self.utility))
        object.__setattr__(self, "agents", dict(self.agents))
        names = [role.name for role in self.agents.values()]
        if len(set(names)) < len(names) and not self.symmetric:
            raise UsageError(
                f"{self.id} seats several agents in one role; roles are shared only by exchangeable agents: say symmetric=True"
            )

    def _check_range(self, role: str) -> None:
        if isinstance(self.reward_range, Mapping) and role not in self.reward_range:
            raise UsageError(f"{self.id}: reward_range has no entry for the role {role!r}; it has {', '.join(self.reward_range)}")
        low, high = self.range_of(role)
        if not -inf < low <= high < inf:
            raise UsageError(f"{self.id}: a reward range is (least, greatest), both finite: got ({low}, {high}) for {role!r}")

    def range_of(self, role: str) -> tuple[float, float]:
        """Least and greatest reward of a role."""
        if isinstance(self.reward_range, Mapping):
            return self.reward_range[role]
        return self.reward_range

    def to_json(self) -> str:
        """The spec as one JSON object, its agents in the order of their seats."""
        fields = asdict(self)
        del fields["version"]
        return json.dumps(fields)

    @classmethod
    def from_json(cls, text: str) -> EnvSpec:
        """The spec that `to_json` wrote."""
        fields: dict[str, Any] = json.loads(text)
        fields["agents"] = {agent: Role(**role) for agent, role in fields["agents"].items()}
        ranges = fields["reward_range"]
        fields["reward_range"] = {r: tuple(v) for r, v in ranges.items()} if isinstance(ranges, dict) else tuple(ranges)
        return cls(**fields)
