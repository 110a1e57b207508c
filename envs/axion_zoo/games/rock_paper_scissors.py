"""Rock, paper, scissors: the smallest game of simultaneous moves, solved by playing each a third of the time."""

from __future__ import annotations

from collections.abc import Sequence

from axion_env import Context, Demo, Env, EnvSpec, Episode, Memory, Outcome, Reward, Role, Rubric, Task, Utility

_BEATS = {"rock": "scissors", "paper": "rock", "scissors": "paper"}


def won(episode: Episode, agent: str) -> float:
    """1 for the winner, -1 for the loser, 0 for a draw."""
    assert episode.facts is not None
    winner = episode.facts["winner"]
    return 0.0 if winner is None else 1.0 if winner == agent else -1.0


class RockPaperScissors(Env):
    """One throw by two agents at once: neither is asked after the other, and so neither can know the other's move."""

    spec = EnvSpec(
        "axion/RockPaperScissors-v0",
        agents={f"player_{i}": Role("player", "throws", Memory.NONE) for i in range(2)},
        max_turns=2,
        reward_range=(-1, 1),
        utility=Utility.ZERO_SUM,
        symmetric=True,
        description="Simultaneous moves; the only equilibrium is uniform play.",
    )
    rubric = Rubric(player=[Reward(won)])

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Ask both at once, and compare."""
        a, b = ctx.agents
        question = "You and your opponent throw at once. Choose: rock, paper or scissors."
        throw, other = await ctx.gather(*(ctx.ask(agent, question, choices=tuple(_BEATS)) for agent in ctx.agents))
        winner = a if _BEATS[throw] == other else b if _BEATS[other] == throw else None
        for agent, own, others in ((a, throw, other), (b, other, throw)):
            ctx.tell(agent, f"You threw {own}, your opponent {others}. {_result(agent, winner)}.")
        return Outcome({"throws": {a: throw, b: other}, "winner": winner})

    def demos(self) -> Sequence[Demo]:
        """Paper wraps rock, in each seat; two alike; and a throw of two things."""
        return (
            Demo("paper wraps rock", {"player_0": ["paper"], "player_1": ["rock"]}, {"player_0": 1, "player_1": -1}),
            Demo("scissors break", {"player_0": ["I'll go with [scissors]"], "player_1": ["rock"]}, {"player_0": -1, "player_1": 1}),
            Demo("two alike", {"player_0": ["rock"], "player_1": ["ROCK"]}, {"player_0": 0, "player_1": 0}),
            Demo("cheat: two throws", {"player_0": ["rock paper"], "player_1": ["rock"]}, {"player_0": -1, "player_1": 1}),
        )


def _result(agent: str, winner: str | None) -> str:
    return "A draw" if winner is None else "You won" if winner == agent else "You lost"
