"""One play in progress: a state machine that advances an environment's coroutine by answers.

    Play(env, task, seed) → requests → answer(request, …) → requests → … → episode

This module takes the answers. `scheduler` runs the environment's code between them, `gather` splits and joins its branches, and
`ending` ends it.

Nothing here performs I/O, reads a clock or knows a policy. A play's branches form a tree; each branch is one coroutine
with its own log, its own chance stream and its own undelivered messages, so that the order of answering never shows.
"""

from __future__ import annotations

from functools import lru_cache
from math import inf
from typing import Any

from axion_env.core.author_frame import with_author_frame
from axion_env.core.branch import Branch, Chance, PlayState
from axion_env.core.context import Context
from axion_env.core.ending import fail
from axion_env.core.env import Env
from axion_env.core.request import Ask, Call, Forfeit, Truncated
from axion_env.core.scheduler import advance
from axion_env.core.spec import Memory, remember
from axion_env.error import UsageError
from axion_env.record.episode import NO_NOTES, Action, Called, Limit, Message, Tokens, Turn
from axion_env.record.task import Task
from axion_env.record.value import joined, plain

_NOTHING = Memory.NONE
_new: Any = tuple.__new__  # builds the records of the hot path at half the price of calling their class


class Play(PlayState):
    """One play of one task, advanced by answers.

    Args:
        env: The rules.
        task: The problem instance; default the first of the train split.
        seed: Seeds the chance stream. None: every draw is answered by `chance`.
        copy: Distinguishes plays of one deal; policies sample by it, draws do not.
        chance: Answers draws in place of the seeded stream, for replays, enumerators and checkers.
    """

    __slots__ = ()

    def __init__(self, env: Env, task: Task | None = None, seed: int | None = 0, *, copy: int = 0, chance: Chance | None = None) -> None:
        self.env: Env = env  # pyright: ignore[reportIncompatibleVariableOverride]  # an `Env` here, `Rules` in the modules below
        self.spec = env.spec
        self.task = task = env.first_task if task is None else task
        self.agents = env.seats if task.agents is None else tuple(env.roles(task.agents))
        self.seed = seed
        self.copy = copy
        self.chance = chance
        self.requests = []
        self.episode = None
        self.exception = None
        self.barred = ()
        self.budget = self.spec.max_requests
        self.history = {}
        self.queue = None
        self.made = ()
        self.root = self.current = Branch(self, None, (), env.play(task, Context(self, self.agents)))
        advance(self, self.root, None)

    @property
    def done(self) -> bool:
        """Whether the play is over."""
        return self.episode is not None

    def remembered(self, agent: str) -> tuple[Message, ...]:
        """What the agent is shown of its own past when asked next."""
        return self.history.get(agent, ())

    # Answers -----------------------------------------------------------------------------------------------------

    def answer(self, request: Ask[Any] | Call[Any], reply: Any) -> None:
        """Answers an open request and advances the play to its next ones.

        Args:
            request: One of `requests`.
            reply: For an ask, raw text or an `Action` with its tokens; for a call, the service's response.

        Raises:
            ValueError: the request is not open.
        """
        requests = self.requests
        if request not in requests:
            raise self._not_open(request)
        branch: Branch = request.branch  # type: ignore[assignment]  # set when it was opened, to one of ours
        if type(request) is not Ask:
            return self._answer_call(request, branch, reply)  # type: ignore[arg-type]
        text, tokens = (reply, None) if type(reply) is str else _text_and_tokens(request, reply)
        choices = request.choices
        attempts: tuple[Action, ...]
        if choices is not None and text in choices:
            value, error = text, None
            attempts = request.attempts + (_exact(text) if tokens is None else (_new(Action, (text, text, None, tokens)),))
        else:
            text = text if text.isascii() else joined(text)
            try:
                value, error = request.read(text)
            except Exception as problem:
                error = f"{with_author_frame(problem, self.env)} (while parsing {text!r:.80})"
                refused = (*request.attempts, Action(text, None, error, tokens))
                branch.events.append(Turn(request.agent, request.observation, choices, refused))  # so that a replay fails here too
                return fail(self, "author", error, problem)
            attempts = (*request.attempts, Action(text, value, error, tokens))
            if error is not None and len(attempts) <= self.spec.retries:
                request.attempts = attempts
                return None
        if len(requests) == 1:
            self.requests = []
        else:
            requests.remove(request)
        agent = request.agent
        branch.events.append(_new(Turn, (agent, request.observation, choices, attempts, NO_NOTES)))
        if error is not None:
            self.barred += (agent,)
            return advance(self, branch, None, Forfeit(agent))
        branch.turns += 1
        memory = self.env.memory[agent]
        if memory is not _NOTHING:
            self.history[agent] = remember(memory, self.remembered(agent), request.observation, text)
        return advance(self, branch, value)

    def _answer_call(self, call: Call[Any], branch: Branch, response: Any) -> None:
        recorded = plain(response, f"the response of {call.service!r}")
        self.requests.remove(call)
        branch.events.append(Called(call.service, call.request, recorded))
        value = plain(recorded, "")  # a copy, as a replay gets it, which `play` may change
        if call.read is not None:
            try:
                value = call.read(value)
            except Exception as problem:  # no service of this version answers so: the record was written by another one
                return fail(self, "machine", f"the response of {call.service!r} cannot be read: {type(problem).__name__}: {problem}", None)
        return advance(self, branch, value)

    @staticmethod
    def _not_open(request: Ask[Any] | Call[Any]) -> ValueError:
        return ValueError(f"{request.describe()} is not open in this play")

    def truncate(self, request: Ask[Any] | Call[Any], reason: str) -> None:
        """Ends the request's branch by a limit from outside the rules: time, tokens."""
        if request not in self.requests:
            raise self._not_open(request)
        branch: Branch = request.branch  # type: ignore[assignment]
        self.requests.remove(request)
        if type(request) is Ask and request.attempts:
            branch.events.append(Turn(request.agent, request.observation, request.choices, request.attempts))
        branch.events.append(Limit(reason))
        branch.turns = inf
        advance(self, branch, None, Truncated(reason))

    def fail(self, error: str) -> None:
        """Ends the play as FAILED by the machine's fault: void, never rewarded, to be played again. Does nothing once it is over."""
        if self.episode is None:
            fail(self, "machine", error, None)


def _text_and_tokens(ask: Ask[Any], reply: Any) -> tuple[str, Tokens | None]:
    if isinstance(reply, Action):
        return reply.text, reply.tokens
    if isinstance(reply, str):  # a subclass, as NumPy's
        return str(reply), None
    raise UsageError(f"{ask.agent} was answered with a {type(reply).__name__}; an answer is a str or an Action")


@lru_cache(maxsize=1024)
def _exact(text: str) -> tuple[Action]:
    """The attempts of a turn answered at once with a legal action word for word; cached, so that turns share one record."""
    return (Action(text, text),)
