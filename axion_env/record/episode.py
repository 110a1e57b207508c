"""The records of what happened: actions, turns, draws, the tree of branches, the episode.

Records met on every turn are named tuples, because a whole Kuhn turn costs a few microseconds and a frozen
dataclass alone would cost one. All of them are immutable, compare by value, and hold only what a replay reproduces: no
clock, no host, no duration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

from axion_env.record.task import Task


class Message(NamedTuple):
    """One piece of text an agent is shown, or has said.

    >>> Message("user", "You hold K. Betting so far: none.").author
    'user'
    """

    author: str
    """`system`, `user` (the environment speaks) or `assistant` (the agent itself spoke), as in chat formats."""
    text: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Message:
        """The message of a row of a chat: its `role`, and its `content` as one text or as a list of parts that are texts.

        >>> Message.of({"role": "user", "content": [{"type": "text", "text": "2+"}, {"type": "text", "text": "2?"}]}).text
        '2+2?'

        Raises:
            ValueError: its content is neither, such as an image or nothing.
        """
        content = row["content"]
        parts = [part.get("text") if isinstance(part, Mapping) else part for part in content] if isinstance(content, list) else [content]
        texts = [part for part in parts if isinstance(part, str)]
        if len(texts) < len(parts):
            raise ValueError(f"the content of a message is a text or a list of texts: got {repr(content)[:80]}")
        return cls(str(row["role"]), "".join(texts))


class Tokens(NamedTuple):
    """What a language model read and sampled for one action; training uses these ids and never tokenizes text again.

    >>> Tokens((5, 9, 2), (7, 1), (-0.69, -0.01), "learner", 12).completion_ids
    (7, 1)
    """

    prompt_ids: tuple[int, ...]
    """[P] what the model was shown."""
    completion_ids: tuple[int, ...]
    """[L] what it sampled, its end-of-sequence token included."""
    logprobs: tuple[float, ...]
    """[L] log-probability of each sampled id under the sampler, in nats."""
    policy: str
    """Name of the policy that sampled."""
    version: int
    """Version of the policy: the number of updates its weights have seen."""


class Action(NamedTuple):
    """One answer of an agent, legal or not."""

    text: str
    """The raw answer, thinking included. Private to the agent that gave it."""
    parsed: Any = None
    """What `play` received. None for an illegal answer."""
    error: str | None = None
    """Why the answer was refused, as the agent was told. None: it was legal."""
    tokens: Tokens | None = None
    """None where no language model sampled it."""

    @property
    def legal(self) -> bool:
        """Whether the environment accepted it."""
        return self.error is None


NO_NOTES: Mapping[str, Any] = {}


class Turn(NamedTuple):
    """One ask, with every attempt to answer it.

    >>> Turn("player_0", (Message("user", "You hold K."),), ("check", "bet"), (Action("[bet]", "bet"),)).action.parsed
    'bet'
    """

    agent: str
    observation: tuple[Message, ...]
    """What was new to the agent since its own last turn; the last message is the question."""
    choices: tuple[str, ...] | None
    """The legal actions; None for free text."""
    attempts: tuple[Action, ...]
    """One legal action last, illegal ones before it; or illegal ones only, and then the agent has forfeited."""
    notes: Mapping[str, Any] = NO_NOTES
    """Facts the environment attached with `ctx.note`, for per-turn rewards."""

    @property
    def action(self) -> Action:
        """The answer that counted: the last attempt."""
        return self.attempts[-1]


class Draw(NamedTuple):
    """A chance outcome."""

    label: str
    index: int  # type: ignore[assignment]  # hides tuple.index, which a draw does not need
    """Index of the outcome among those possible at that moment, 0 … of-1."""
    of: int
    """Number of equally likely outcomes."""
    value: Any
    visible_to: tuple[str, ...]


class Reveal(NamedTuple):
    """The event from which on these agents may know a draw."""

    label: str
    agents: tuple[str, ...]


class Tell(NamedTuple):
    """A message to agents, in their next observation."""

    agents: tuple[str, ...]
    text: str


class Called(NamedTuple):
    """An outside service's answer; a sandboxed job is a call of the service `sandbox`."""

    service: str
    request: Any
    response: Any


class Limit(NamedTuple):
    """A limit from outside the rules, which ended the branch here."""

    reason: str


class Gathered(NamedTuple):
    """Concurrent branches of a gather, in index order, whatever order they were answered in."""

    branches: tuple[tuple[Event, ...], ...]


Event: TypeAlias = "Turn | Draw | Reveal | Tell | Called | Limit | Gathered"


class Ending(StrEnum):
    """How an episode ended."""

    FINISHED = "FINISHED"
    """`play` returned facts."""
    FORFEIT = "FORFEIT"
    """An agent broke the rules."""
    TRUNCATED = "TRUNCATED"
    """A limit from outside the rules: turns, tokens, time."""
    FAILED = "FAILED"
    """Machinery or the environment's own code broke: nobody is rewarded, nobody trained."""


class Outcome(NamedTuple):
    """What `play` returns: facts, never scores.

    >>> Outcome({"winner": "player_1", "pot": 2}).facts["pot"]
    2
    """

    facts: Mapping[str, Any]


class Episode(NamedTuple):
    """One play of one task by all its agents, with everything needed to play it again."""

    env: str
    """Id of the environment, `axion/KuhnPoker-v0`."""
    options: Mapping[str, Any]
    """Options the environment was built with."""
    task: Task
    agents: Mapping[str, str]
    """Who was seated, and in which role."""
    seed: int | None
    """Seed of the chance stream. None: the draws were chosen, not drawn."""
    copy: int
    """Which of several plays of this deal; sets the policies' sampling streams, never the draws."""
    root: tuple[Event, ...]
    closing: Mapping[str, tuple[Message, ...]]
    """What each agent was told after its last turn."""
    ending: Ending
    facts: Mapping[str, Any] | None
    """What `play` returned; None unless it returned."""
    culprits: tuple[str, ...] = ()
    """Who forfeited, in branch order."""
    fault: str | None = None
    """`author` or `machine` where the ending is FAILED."""
    error: str | None = None
    """What went wrong where the ending is FAILED; why, where it is TRUNCATED."""

    @property
    def turns(self) -> tuple[Turn, ...]:
        """All turns of all branches, depth first in index order."""
        found: list[Turn] = []
        _collect_turns(self.root, found)
        return tuple(found)

    def turns_of(self, agent: str) -> tuple[Turn, ...]:
        """The agent's own turns, in order."""
        return tuple(t for t in self.turns if t.agent == agent)

    def events(self) -> Iterator[Event]:
        """All events, a gather's branches in place of the gather."""
        return _flat(self.root)


def _collect_turns(events: tuple[Event, ...], found: list[Turn]) -> None:
    for event in events:
        if type(event) is Turn:
            found.append(event)
        elif type(event) is Gathered:
            for branch in event.branches:
                _collect_turns(branch, found)


def _flat(events: tuple[Event, ...]) -> Iterator[Event]:
    for event in events:
        if type(event) is Gathered:
            for branch in event.branches:
                yield from _flat(branch)
        else:
            yield event
