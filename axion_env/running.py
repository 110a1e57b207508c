"""One play in progress: a small machine that advances an environment's coroutine by answers.

    Play(env, task, seed) → requests → answer(request, …) → requests → … → episode

Nothing here performs I/O, reads a clock or knows a policy. A play's branches form a tree; each branch is one coroutine
with its own log, its own chance stream and its own undelivered messages, so that no order of answering can show.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from functools import lru_cache
from math import inf
from typing import TYPE_CHECKING, Any, TypeAlias

from axion_env.blame import begin, blame, blame_foreign
from axion_env.branch import Branch, close, close_parts, log
from axion_env.context import Context
from axion_env.episode import NO_NOTES, Action, Called, Ending, Episode, Gathered, Limit, Message, Outcome, Tokens, Turn
from axion_env.error import UsageError
from axion_env.fact import joined, record
from axion_env.parse import strip_thinking
from axion_env.request import Address, Ask, Call, Forfeit, Gather, Request, Truncated
from axion_env.spec import EnvSpec, Memory
from axion_env.task import Task

if TYPE_CHECKING:
    from axion_env.env import Env

Chance: TypeAlias = Callable[[Address, str, Sequence[Any]], int]
"""Answers a draw: (where it stands, its label, what can be drawn) → index of the outcome."""

_AWAIT = "write `await ctx.…`"
_new: Any = tuple.__new__  # builds the records of the hot path at half the price of calling their class


class Play:
    """One play of one task, advanced by answers.

    Args:
        env: The rules.
        task: The problem instance; default the first of the train split.
        seed: Seeds the chance stream. None: every draw is answered by `chance`.
        copy: Distinguishes plays of one deal; policies sample by it, draws do not.
        chance: Answers draws in place of the seeded stream, for replays, enumerators and checkers.
    """

    __slots__ = (
        "_barred", "_budget", "_context", "_history", "_queue", "_root",
        "agents", "chance", "copy", "env", "episode", "exception", "requests", "seed", "spec", "task",
    )  # fmt: skip

    def __init__(self, env: Env, task: Task | None = None, seed: int | None = 0, *, copy: int = 0, chance: Chance | None = None) -> None:
        self.env = env
        self.spec: EnvSpec = env.spec
        self.task = task = env.first_task if task is None else task
        self.agents: tuple[str, ...] = env.seats if task.agents is None else tuple(env.roles(task.agents))
        self.seed = seed
        self.copy = copy
        self.chance = chance
        self.requests: list[Ask[Any] | Call[Any]] = []
        """What waits for an answer now."""
        self.episode: Episode | None = None
        """The record, once the play is over."""
        self.exception: BaseException | None = None
        """What `play` or a parser raised, where the ending is FAILED by the author's fault."""
        self._barred: tuple[str, ...] = ()
        self._budget = self.spec.max_requests
        self._history: dict[str, tuple[Message, ...]] = {}
        self._queue: list[Branch] | None = None
        context = Context(self, self.agents)
        self._context = context
        self._root = Branch(self, None, (), env.play(task, context))
        self._advance(self._root, None)

    def __reduce__(self) -> tuple[Any, ...]:
        """A pickle of a running play is its log of answers: coroutines cannot be stored, and answering again is quick."""
        from axion_env.replay import restore

        if self.chance is not None:
            raise TypeError("a play whose draws are chosen from outside cannot be pickled; seed it instead")
        open_attempts = [(r.address, r.attempts) for r in self.requests if type(r) is Ask and r.attempts]
        events = self.episode.root if self.episode is not None else log(self._root)
        return restore, (self.env, self.task, self.seed, self.copy, events, open_attempts)

    @property
    def done(self) -> bool:
        """Whether the play is over."""
        return self.episode is not None

    def remembered(self, agent: str) -> tuple[Message, ...]:
        """What the agent is shown of its own past when asked next."""
        return self._history.get(agent, ())

    # Answers -----------------------------------------------------------------------------------------------------

    def answer(self, request: Ask[Any] | Call[Any], reply: Any) -> None:
        """Answer an open request and advance the play to its next ones.

        Args:
            request: One of `requests`.
            reply: For an ask, raw text or an `Action` with its tokens; for a call, the service's response.

        Raises:
            ValueError: the request is not open.
        """
        requests = self.requests
        if request not in requests:
            raise self._not_open(request)
        branch: Branch = request.branch  # type: ignore[assignment]  # set when it was opened
        if type(request) is not Ask:
            return self._answer_call(request, branch, reply)  # type: ignore[arg-type]
        text, tokens = (reply, None) if type(reply) is str else _said(request, reply)
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
                error = f"{blame(problem, self.env)} (while parsing {text!r:.80})"
                refused = (*request.attempts, Action(text, None, error, tokens))
                branch.events.append(Turn(request.agent, request.observation, choices, refused))  # so that a replay fails here too
                return self._fail("author", error, problem)
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
            self._barred += (agent,)
            return self._advance(branch, None, Forfeit(agent))
        branch.turns += 1
        memory = self.env.memory[agent]
        if memory is not None:
            said = text if memory is Memory.DIALOGUE else strip_thinking(text)
            self._history[agent] = (*self.remembered(agent), *request.observation, Message("assistant", said))
        return self._advance(branch, value)

    def _answer_call(self, call: Call[Any], branch: Branch, response: Any) -> None:
        recorded = record(response, f"the response of {call.service!r}")
        self.requests.remove(call)
        branch.events.append(Called(call.service, call.request, recorded))
        value = record(recorded, "")  # a copy as a replay gets it; `play` may do with it what it likes
        if call.read is not None:
            try:
                value = call.read(value)
            except Exception as problem:  # no service of this version has said this: the record is another's
                return self._fail("machine", f"the response of {call.service!r} cannot be read: {type(problem).__name__}: {problem}", None)
        return self._advance(branch, value)

    @staticmethod
    def _not_open(request: Ask[Any] | Call[Any]) -> ValueError:
        return ValueError(f"{request.describe()} is not open in this play")

    def truncate(self, request: Ask[Any] | Call[Any], reason: str) -> None:
        """End the request's branch by a limit from outside the rules: time, tokens."""
        if request not in self.requests:
            raise self._not_open(request)
        branch: Branch = request.branch  # type: ignore[assignment]
        self.requests.remove(request)
        if type(request) is Ask and request.attempts:
            branch.events.append(Turn(request.agent, request.observation, request.choices, request.attempts))
        branch.events.append(Limit(reason))
        branch.turns = inf
        self._advance(branch, None, Truncated(reason))

    def fail(self, error: str) -> None:
        """End the play as FAILED by the machine's fault: void, never rewarded, to be played again. Does nothing once it is over."""
        if self.episode is None:
            self._fail("machine", error, None)

    # The machine -------------------------------------------------------------------------------------------------

    def _advance(self, branch: Branch, value: Any, error: Forfeit | Truncated | None = None) -> None:
        """Run a branch's code up to its next request, or to its end."""
        coroutine = branch.coroutine
        if coroutine is None:  # a branch that was one request only
            branch.end(value, error)
            return self._join(branch)
        context = self._context
        context._branch = branch
        try:
            request = coroutine.send(value) if error is None else coroutine.throw(error)
        except StopIteration as stop:
            made = context._made
            if made:
                return self._fail("author", f"{made[0].describe()} was not awaited; {_AWAIT}", None)
            if branch.parent is None:
                return self._finish(stop.value)
            branch.end(stop.value)
            return self._join(branch)
        except (Forfeit, Truncated) as ended:
            ended.__traceback__ = None  # it holds the frames of the driver, and with them every play of the round until the collector comes
            if context._made:
                return self._fail("author", f"{context._made[0].describe()} was not awaited; {_AWAIT}", None)
            if branch.parent is None:
                return self._stopped(ended)
            branch.end(None, ended)
            return self._join(branch)
        except Exception as problem:
            return self._fail("author", blame(problem, self.env), problem)
        except BaseException:
            self._close()
            raise
        made = context._made
        if len(made) != 1 or made[0] is not request:
            return self._refuse(request, coroutine)
        context._made = ()
        self._budget -= 1
        if self._budget < 0:
            return self._spent(request)
        if type(request) is Gather:
            return self._spawn(branch, request)
        return self._open(branch, request)

    def _refuse(self, request: Any, coroutine: Coroutine[Any, Any, Any]) -> None:
        made = self._context._made
        stray = [r for r in made if r is not request]
        if isinstance(request, Request) and len(stray) < len(made):
            self._fail("author", f"{stray[0].describe()} was not awaited; {_AWAIT}", None)
        elif isinstance(request, Request):
            self._fail("author", f"{request.describe()} was awaited twice or belongs to another play", None)
        else:
            self._fail("author", blame_foreign(request, coroutine, self.env), None)

    def _open(self, branch: Branch, request: Any) -> None:
        request.branch = branch
        if type(request) is Ask:
            agent = request.agent
            if agent in self._barred:
                return self._fail("author", f"{request.describe()} came after {agent} had forfeited", None)
            if branch.turns >= self.spec.max_turns:
                return self._overrun(branch, request)
            question = _new(Message, ("user", request.text))
            if branch.parent is None:
                inbox = branch.inbox
                request.observation = inbox.pop(agent) + (question,) if agent in inbox else (question,)  # noqa: RUF005
            else:
                told = self._claim(branch, agent)
                if told is None:
                    return self._fail("author", f"{request.describe()} asks {agent} in a second branch of one gather", None)
                request.observation = (*told, question)
        return self.requests.append(request)

    def _spent(self, request: Request[Any]) -> None:
        close_parts(request)
        self._fail("author", f"more than {self.spec.max_requests} requests in one play; the last was {request.describe()}", None)

    def _overrun(self, branch: Branch, ask: Ask[Any]) -> None:
        if branch.turns == inf:
            return self._fail("author", f"{ask.describe()} came after the play was truncated", None)
        branch.turns = inf
        return self._advance(branch, None, Truncated(f"max_turns={self.spec.max_turns}"))

    def _claim(self, branch: Branch, agent: str) -> tuple[Message, ...] | None:
        """What the agent has not seen on the path to `branch`; None if a sibling branch has asked it already."""
        told: tuple[Message, ...] = ()
        at: Branch | None = branch
        while at is not None:
            told = at.inbox.pop(agent, ()) + told
            parent = at.parent
            if parent is not None:
                assert parent.gather is not None
                if parent.gather.owners.setdefault(agent, at.path[-1]) != at.path[-1]:
                    return None
            at = parent
        return told

    # Branches ----------------------------------------------------------------------------------------------------

    def _spawn(self, branch: Branch, gather: Gather[Any]) -> None:
        self._budget -= sum(isinstance(part, Request) for part in gather.parts)
        if self._budget < 0:
            return self._spent(gather)
        gather.branch = branch
        branch.gather = gather
        place = len(branch.events)
        for i, part in enumerate(gather.parts):
            coroutine = None if isinstance(part, Request) else part
            gather.branches.append(Branch(self, branch, (*branch.path, place, i), coroutine))
        return self._ready([branch] if not gather.parts else list(gather.branches))

    def _ready(self, branches: list[Branch]) -> None:
        """Start branches, and resume those whose gather is complete: a queue, so that depth never meets the stack."""
        if self._queue is not None:
            self._queue.extend(branches)
            return
        queue = self._queue = list(branches)
        done = 0
        while done < len(queue) and self.episode is None:
            self._start(queue[done])
            done += 1
        self._queue = None

    def _start(self, branch: Branch) -> None:
        if branch.gather is not None:
            self._joined(branch, branch.gather)
        elif branch.coroutine is not None:
            self._advance(branch, None)
        else:
            assert branch.parent is not None
            assert branch.parent.gather is not None
            part = branch.parent.gather.parts[branch.path[-1]]
            if type(part) is Gather:
                self._spawn(branch, part)
            else:
                self._open(branch, part)

    def _join(self, branch: Branch) -> None:
        """A branch has ended; the last of its siblings to end wakes their parent."""
        parent = branch.parent
        assert parent is not None
        assert parent.gather is not None
        parent.gather.left -= 1
        if parent.gather.left == 0:
            self._ready([parent])

    def _joined(self, branch: Branch, gather: Gather[Any]) -> None:
        children = gather.branches
        branch.gather = None
        branch.events.append(Gathered(tuple(tuple(child.events) for child in children)))
        base = branch.turns
        culprits: tuple[str, ...] = ()
        limit: Truncated | None = None
        for child in children:
            branch.turns = inf if child.turns == inf else branch.turns + child.turns - base
            for agent, messages in child.inbox.items():
                branch.inbox[agent] = branch.inbox.get(agent, ()) + messages
            if isinstance(child.ended, Forfeit):
                culprits += child.ended.culprits
            elif child.ended is not None:
                limit = limit or child.ended
        error = Forfeit(*culprits) if culprits else limit
        self._advance(branch, tuple(child.result for child in children), error)

    # Endings -----------------------------------------------------------------------------------------------------

    def _finish(self, outcome: Any) -> None:
        if type(outcome) is not Outcome or type(outcome.facts) is not dict:
            got = f"Outcome({type(outcome.facts).__name__})" if type(outcome) is Outcome else type(outcome).__name__
            return self._fail("author", f"play returned {got}; it must return Outcome({{…facts…}}) ({begin(self.env.play)})", None)
        try:
            facts = record(outcome.facts, "facts")
        except TypeError as problem:
            return self._fail("author", f"{problem} ({begin(self.env.play)})", problem)
        return self._end(Ending.FINISHED, facts)

    def _stopped(self, ended: Forfeit | Truncated) -> None:
        if isinstance(ended, Forfeit):
            self._end(Ending.FORFEIT, culprits=ended.culprits)
        else:
            self._end(Ending.TRUNCATED, error=ended.reason)

    def _fail(self, fault: str, error: str, exception: BaseException | None) -> None:
        self.exception = exception
        swallowed = self._close()
        self._end(Ending.FAILED, fault=fault, error=f"{error}; {swallowed}" if swallowed and swallowed not in error else error)

    def _end(
        self,
        ending: Ending,
        facts: dict[str, Any] | None = None,
        culprits: tuple[str, ...] = (),
        fault: str | None = None,
        error: str | None = None,
    ) -> None:
        root = self._root
        self.requests = []
        self._queue = None
        env = self.env
        self.episode = _new(Episode, (
            self.spec.id, env.options, self.task, env.roles(self.agents), self.seed, self.copy, log(root),
            root.inbox, ending, facts, culprits, fault, error,
        ))  # fmt: skip
        del self._context, self._root  # cuts the circle play → context → play: a finished play needs no collector

    def _close(self) -> str | None:
        """Close every coroutine, innermost first; says so if one swallowed its GeneratorExit."""
        for stray in self._context._made:
            close_parts(stray)
        return close(self._root, self.env)


def _said(ask: Ask[Any], reply: Any) -> tuple[str, Tokens | None]:
    if isinstance(reply, Action):
        return reply.text, reply.tokens
    if isinstance(reply, str):  # a subclass, as NumPy's
        return str(reply), None
    raise UsageError(f"{ask.agent} was answered with a {type(reply).__name__}; an answer is a str or an Action")


@lru_cache(maxsize=1024)
def _exact(text: str) -> tuple[Action]:
    """The legal action, word for word: one record for all the turns that were answered so."""
    return (Action(text, text),)
