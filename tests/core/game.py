"""Small environments made from one function, and ways to play them by hand."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from axion_env import Ask, Call, Context, Env, EnvSpec, Episode, Memory, Outcome, Play, Reward, Role, Rubric, Scripted, Task, drive
from axion_env.core.driver import serve
from axion_env.service import Service

PlayFunction = Callable[[Task, Context], Any]


def nothing(episode: Episode, agent: str) -> float:
    return 0.0


def game(
    play: PlayFunction,
    agents: Sequence[str] = ("a", "b"),
    *,
    memory: Memory = Memory.NONE,
    rewards: Sequence[Reward] = (Reward(nothing),),
    **spec: Any,
) -> Env:
    """An environment whose rules are `play`, with one role per agent."""
    promises = EnvSpec("test/Game-v0", agents={agent: Role(agent, memory=memory) for agent in agents}, **spec)
    rubric = Rubric(**{agent: list(rewards) for agent in agents})
    members = {"play": staticmethod(play), "spec": promises, "rubric": rubric, "__module__": __name__}
    return type("Game", (Env,), members)()  # type: ignore[no-any-return]


def finish(env: Env, answers: Mapping[str, Sequence[str]] | None = None, **play: Any) -> Episode:
    """The episode in which each agent gives its answers in order; FAILED ones too."""
    scripts = {agent: Scripted((answers or {}).get(agent, ())) for agent in env.seats}
    (episode,) = drive([Play(env, play.pop("task", None), **play)], scripts)
    return episode


def error(env: Env, answers: Mapping[str, Sequence[str]] | None = None) -> str:
    """Why the play FAILED, by its author's fault."""
    episode = finish(env, answers)
    assert (episode.ending, episode.fault) == ("FAILED", "author"), episode
    assert episode.error is not None
    return episode.error


def line(function: Callable[..., Any], text: str) -> str:
    """`file:line` of the line of `function` that holds `text`."""
    lines, start = inspect.getsourcelines(function)
    (found,) = [start + i for i, code in enumerate(lines) if text in code]
    return f"{inspect.getsourcefile(function)}:{found}"


def in_order(
    play: Play,
    order: random.Random,
    answer: Callable[[Ask[Any]], str],
    services: Mapping[str, Service] | None = None,
) -> Episode:
    """Answer one open request at a time, chosen by `order`."""
    while play.requests:
        request = order.choice(play.requests)
        if isinstance(request, Call):
            serve([request], services or {})
        else:
            play.answer(request, answer(request))
    assert play.episode is not None
    return play.episode


async def propose_and_solve(task: Task, ctx: Context) -> Outcome:
    """One proposer, then four solvers at once, each with its own draws, messages and a judge to call."""
    problem = await ctx.ask("proposer", "Propose.", choices=("easy", "hard"))
    hint = ctx.draw("hint", "xyz")

    async def solve(agent: str) -> tuple[str, str]:
        card = ctx.draw(f"card of {agent}", ["J", "Q", "K"], visible_to=(agent,))
        ctx.tell(("proposer", agent), f"{agent} begins")
        first = await ctx.ask(agent, f"{problem} {hint} {card}?", choices=("1", "2", "3"))
        ctx.note(agent, first=first)
        second = await ctx.ask(agent, f"{ctx.draw('again', range(1000))}?", choices=("1", "2", "3"))
        graded = await ctx.call("grade", [first, second])
        ctx.tell("proposer", f"{agent} ends with {graded}")
        return first, second

    solutions = await ctx.gather(*(solve(agent) for agent in ctx.agents[1:]))
    last = await ctx.ask("proposer", f"{solutions}; well?", choices=("good", "bad"))
    ctx.tell(ctx.agents, f"{last} {ctx.draw('final', 'pq')}")
    return Outcome({"solutions": [list(s) for s in solutions]})


PROPOSE_AND_SOLVE = game(propose_and_solve, ("proposer", "solver_0", "solver_1", "solver_2", "solver_3"))
GRADES = {"grade": lambda requests: [sum(map(int, request)) for request in requests]}


def by_key(ask: Ask[Any]) -> str:
    """An answer fixed by the ask alone: now and then an illegal one."""
    assert ask.choices is not None
    return ask.choices[ask.key % len(ask.choices)]
