"""Episodes of every ending, with branches, calls, notes, retries and limits, for the tests of records."""

from __future__ import annotations

import random
from typing import Any

from axion_env import Action, Ask, Context, Env, Episode, Forfeit, Memory, Outcome, Play, Task, Tokens
from axion_env.core.driver import serve
from axion_env.core.request import Call
from tests.core.game import game

AGENTS = ("host", "red", "blue", "green")


async def adventure(task: Task, ctx: Context) -> Outcome:
    """Rounds of simultaneous turns in nested branches, with everything a record can hold."""
    lost: list[str] = []

    async def turn(agent: str, round_: int) -> str:
        card = ctx.draw(f"card of {agent}", range(5), visible_to=(agent,))
        ctx.tell(("host", agent), f"{agent} \ud800 holds {card}")
        said = await ctx.ask(agent, f"round {round_}: {card}", choices=("go", "stop", "break"))
        ctx.note(agent, round=round_, worth=card / 3)
        if said == "break":
            raise ValueError("planted")
        return said

    async def pair(round_: int) -> list[str]:
        return list(await ctx.gather(turn("red", round_), turn("blue", round_)))

    for round_ in range(3):
        try:
            both, other = await ctx.gather(pair(round_), turn("green", round_))
        except Forfeit as forfeit:
            lost += forfeit.culprits
            break
        answer = await ctx.call("oracle", {"round": round_, "said": [*both, other]})
        if answer["stop"]:
            break
    if "green" in lost:
        raise Forfeit(*lost)
    verdict = await ctx.ask("host", "And?", parse=str.upper)
    ctx.reveal("card of red", ctx.agents)
    ctx.tell(ctx.agents, f"The host says {verdict}; {ctx.draw('last', 'pq')}.")
    return Outcome({"lost": lost, "verdict": verdict, "tiny": 1e-300, "none": None})


ADVENTURE: Env = game(adventure, AGENTS, memory=Memory.DIALOGUE, retries=1, max_turns=10)


def oracle(requests: Any) -> list[Any]:
    return [{"stop": request["said"].count("stop") > 1, "echo": request} for request in requests]


def adventurous(seed: int) -> Episode:
    """An episode of any ending: answers, order of answering, limits and faults all follow the seed."""
    chance = random.Random(seed)
    play = Play(ADVENTURE, None, seed % 7, copy=seed % 3)
    while play.requests:
        request = chance.choice(play.requests)
        if isinstance(request, Call):
            if chance.random() < 0.05:
                play.fail("the oracle is gone")
            else:
                serve([request], {"oracle": oracle})
        elif chance.random() < 0.01:
            play.truncate(request, "out of tokens")
        else:
            play.answer(request, _answer(request, chance))
    assert play.episode is not None
    return play.episode


def _answer(ask: Ask[Any], chance: random.Random) -> str | Action:
    text = chance.choices(["go", "[stop]", "<think>\ud83d\ude00 \ud83d</think>go", "nonsense", "break"], [8, 4, 4, 3, 0.2])[0]
    if chance.random() < 0.5:
        return text
    return Action(text, tokens=Tokens((1, 2, 3), (4, 5), (-0.1, -1e-17), "learner", 7))


EPISODES = [adventurous(seed) for seed in range(400)]
