"""An environment for verifiers 0.4, whose multi-agent environments prime-rl trains: seats are agent configs, our `play` asks them.

A package of three lines makes `vf-eval kuhn-poker-axion` and prime-rl's `taskset.id = "kuhn-poker-axion"` find it:

    from axion_env.verifiers import export                     # kuhn_poker_axion/__init__.py
    KuhnTaskset, KuhnEnv, KuhnHarness = export("axion/KuhnPoker-v0")
    __all__ = ["KuhnTaskset", "KuhnEnv", "KuhnHarness"]

A task of verifiers is a deal: a task of ours and a seed, so that the rollouts of one task share every draw. A seat that is asked has one
trace in the episode. What a seat is shown is decided by its role's memory and by nothing else: where a question stands alone, it begins
a new branch of the trace. The reward of a seat is our verdict, part by part, and the first trace's `info["axion"]["record"]` is the
episode as `axion replay` reads it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from functools import lru_cache
from itertools import count, groupby
from types import new_class
from typing import Any, NamedTuple

import verifiers.v1 as vf  # pyright: ignore[reportMissingImports]  # half a gigabyte, so not a dependency; the others come with it
from openai import AsyncOpenAI, DefaultAsyncHttpxClient  # pyright: ignore[reportMissingImports]
from pydantic import create_model  # pyright: ignore[reportMissingImports]
from verifiers.v1.dialects.chat import message_to_wire  # pyright: ignore[reportMissingImports]
from verifiers.v1.runtimes import ProgramResult  # pyright: ignore[reportMissingImports]

from axion_env.core.driver import serve
from axion_env.core.env import Env
from axion_env.core.play import Play
from axion_env.core.registry import load
from axion_env.core.request import Ask, Call
from axion_env.core.rubric import judge
from axion_env.core.spec import Memory
from axion_env.error import PlayFailed, UsageError
from axion_env.record.codec import encode
from axion_env.record.episode import Ending, Episode
from axion_env.record.verdict import Verdict
from axion_env.service import Service


class Exported(NamedTuple):
    """The three names that a package for verifiers exports, in the order of `export`'s unpacking."""

    taskset: type
    env: type
    harness: type


def export(name: str, *, services: Mapping[str, Service] | None = None, **options: Any) -> Exported:
    """Makes an environment's taskset, environment and harness for verifiers.

    Args:
        name: A registered id, or `module:Class`.
        services: Outside services by name.
        options: Options of the environment. They decide who is seated, so they belong here and not in verifiers' configs.
    """
    rules = load(name, **options)
    title = rules.spec.id.rpartition("/")[2].rpartition("-v")[0]
    local = vf.AgentConfig(runtime={"type": "subprocess"})  # verifiers' own default is a rented sandbox; our harness runs nothing in any
    seats: dict[str, Any] = dict.fromkeys(rules.seats, (vf.AgentConfig, local))
    config = create_model(f"{title}EnvConfig", __base__=vf.EnvConfig, **seats)
    taskset = new_class(f"{title}Taskset", (Deals, vf.Taskset[DealTask, DealsConfig]), {}, lambda body: body.update(rules=rules))
    env = new_class(f"{title}Env", (SelfPlay, vf.Env[config]), {}, lambda body: body.update(rules=rules, services=services or {}))
    return Exported(taskset, env, new_class(f"{title}Harness", (InProcess,)))


class Deal(vf.TaskData):  # type: ignore[misc]  # verifiers is not installed where types are checked
    """The place of a task of ours, and the seed it is played with; its secret is not copied."""

    split: str
    index: int
    seed: int


class DealTask(vf.Task[Deal]):  # type: ignore[misc]
    """A deal as a task of verifiers. It has no reward of its own, since a deal is judged seat by seat."""

    @property
    def key(self) -> str:
        """A key that is the same in every run."""
        return f"{self.data.split}/{self.data.id}#{self.data.seed}"


class DealsConfig(vf.TasksetConfig):  # type: ignore[misc]
    """Options of the taskset."""

    split: str = "train"


class Deals:
    """An endless taskset: every task of a split with the seed 0, then with the seed 1, and so on."""

    INFINITE = True
    rules: Env
    config: Any

    def load(self) -> Iterator[DealTask]:
        """Yields the deals, one after the other."""
        split = self.config.split
        tasks = self.rules.tasks(split)
        for seed in count():
            for index, task in enumerate(tasks):
                yield DealTask(Deal(id=task.id, name=f"{task.id}#{seed}", split=split, index=index, seed=seed), self.config.task)


class InProcess(vf.Harness[vf.HarnessConfig]):  # type: ignore[misc]
    """A harness that makes one model call per turn, with exactly the messages given: no program, no tools, no memory of its own."""

    APPENDS_SYSTEM_PROMPT = True
    EXECUTES_CODE = False
    NEEDS_CONTAINER = False

    async def launch(self, *args: Any, **kwargs: Any) -> ProgramResult:
        """Always raises: a seat has no prompt of its own, and answers only when it is asked."""
        raise UsageError("a seat of an Axion environment is played by its environment; it cannot be run by itself")

    async def resume(
        self,
        ctx: vf.ModelContext,
        trace: vf.Trace,
        runtime: Any,
        endpoint: str,
        secret: str,
        mcp_urls: dict[str, str],
        data: vf.TaskData,
        messages: vf.Messages,
        tool_interception_url: str | None = None,
    ) -> ProgramResult:
        """Asks the model once."""
        system, _ = self.resolve_prompt(data)
        wire = [message_to_wire(message) for message in messages]
        if system:
            wire.insert(0, {"role": "system", "content": system})
        transport = DefaultAsyncHttpxClient(verify=_certificates(), timeout=None)  # the seat's own time limit is kept by verifiers
        async with AsyncOpenAI(base_url=endpoint, api_key=secret, http_client=transport) as client:
            await client.chat.completions.create(model=ctx.model, messages=wire)
        return ProgramResult(exit_code=0, stdout="", stderr="")


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()  # takes 20 ms, and is needed only where the endpoint is behind a tunnel


class SelfPlay:
    """Drives one of our plays with the agents of a verifiers episode."""

    rules: Env
    services: Mapping[str, Service]

    def __init__(self, config: Any) -> None:
        super().__init__(config)  # type: ignore[call-arg]
        for seat, harness in self._harnesses.items():  # type: ignore[attr-defined]
            if not isinstance(harness, InProcess):
                raise UsageError(f"{seat} is played by the harness {harness.config.id!r}, which keeps a memory of its own; leave it unset")

    async def run(self, task: DealTask, agents: vf.Agents) -> None:
        """Plays a deal, judges it, and records each seat's verdict on its trace."""
        deal = task.data
        play = Play(self.rules, self.rules.tasks(deal.split)[deal.index], deal.seed)
        async with AsyncExitStack() as stack:
            table = _Table(play, agents, vf.Task(vf.TaskData(idx=deal.idx, id=deal.id, system_prompt=deal.system_prompt)), stack)
            while play.episode is None:
                if calls := [request for request in play.requests if type(request) is Call]:
                    await asyncio.to_thread(serve, calls, self.services)
                else:
                    await table.round([request for request in play.requests if type(request) is Ask])
            if play.episode.ending is Ending.FAILED:
                raise PlayFailed(play.episode) from play.exception
        for agent, verdict in judge(self.rules, play.episode).items():
            if agent in table.seats:
                _record(table.seats[agent].trace, verdict, play.episode)
        for seat in list(table.seats.values())[:1]:
            seat.trace.info["axion"]["record"] = encode(play.episode)


class _Table:
    """The seats of one play, with the open interaction of each that has been asked."""

    def __init__(self, play: Play, agents: vf.Agents, task: vf.Task, stack: AsyncExitStack) -> None:
        self.seats: dict[str, vf.Interaction] = {}
        self._said: dict[str, list[Any]] = {}
        """By seat, its own messages as sampled, so that its trace goes on in one branch. None: as our play has them."""
        self._play = play
        self._agents = agents
        self._task = task
        self._stack = stack

    async def round(self, asks: list[Ask[Any]]) -> None:
        """Asks all open questions at once, and gives the answers to the play in the order of its questions."""
        for ask in asks:
            if ask.agent not in self.seats:
                interaction = getattr(self._agents, ask.agent).interaction(self._task)
                self.seats[ask.agent] = await self._stack.enter_async_context(interaction)
        segments = await asyncio.gather(*(self.seats[ask.agent].turn(self._messages(ask)) for ask in asks))
        for ask, segment in zip(asks, segments, strict=True):
            if self._play.episode is None:
                self._answer(ask, segment)

    def _answer(self, ask: Ask[Any], segment: vf.Segment) -> None:
        trace = self.seats[ask.agent].trace
        if not segment.terminated:
            sampled = segment.messages[-1]
            refused = len(ask.attempts)
            self._play.answer(ask, sampled.content or "")
            self._remember(ask, sampled, refused)
        elif trace.errors:
            self._play.fail(f"the model of {ask.agent}: {trace.last_error.type}: {trace.last_error.message}")
        else:
            self._play.truncate(ask, f"{ask.agent}: {trace.stop_condition}")

    def _remember(self, ask: Ask[Any], sampled: Any, refused: int) -> None:
        said = self._said.setdefault(ask.agent, [])
        if len(ask.attempts) > refused:  # refused: shown to the seat with the reason
            said.append(sampled)
            return
        del said[len(said) - refused :]
        memory = self._play.spec.agents[ask.agent].memory
        if memory is not Memory.NONE:
            said.append(sampled if memory is Memory.DIALOGUE else None)

    def _messages(self, ask: Ask[Any]) -> vf.Messages:
        """All that the agent may see; consecutive messages by one author are joined, since many chat templates want them to alternate."""
        said = iter(self._said.get(ask.agent, ()))
        messages: list[Any] = []
        for author, run in groupby(ask.messages, key=lambda message: message.author):
            text = "\n".join(message.text for message in run)
            messages.append(vf.UserMessage(content=text) if author == "user" else next(said) or vf.AssistantMessage(content=text))
        return messages


def _record(trace: vf.Trace, verdict: Verdict, episode: Episode) -> None:
    """Records a verdict on a trace: its parts, summed by name, and Axion's own facts on the seat."""
    paid: dict[str, float] = {}
    for name, value, _ in verdict.parts:
        paid[name] = paid.get(name, 0.0) + value
    for name, value in paid.items():
        trace.record_reward(name, value)
    trace.record_metric("forfeit", verdict.agent in episode.culprits)
    trace.info["axion"] = {
        "env": episode.env,
        "agent": verdict.agent,
        "role": verdict.role,
        "ending": episode.ending.value,
        "step_rewards": verdict.step_rewards(len(episode.turns_of(verdict.agent))),
    }
