"""Any game in PettingZoo's AEC form, as text; worlds of numbers too.

    axion play axion_zoo.games.pettingzoo_game:PettingZooGame -o game=pettingzoo.classic.connect_four_v3
    PettingZooGame(game="my_package.my_game:env", settings={"max_cycles": 5}, reward_range=(-5, 5))

An agent is shown its observation, printed as numbers, and chooses by index among the actions that its mask allows. To say it better, derive
a class and write `render` and `action_name`. It is not registered: PettingZoo's own games need packages that Axion does not.

All chance in such a game is its own generator's, which is seeded by a draw of the play: a record replays as long as the game draws from
nothing else. What PettingZoo does not declare is an option here.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from gymnasium.spaces import Discrete, Space

from axion_env import (
    Context,
    Env,
    EnvSpec,
    Episode,
    Illegal,
    Memory,
    Outcome,
    Reward,
    Role,
    Rubric,
    Task,
    UsageError,
    Utility,
    strip_thinking,
)

_SEEDS = 2**31  # what the oldest generators among NumPy's take


def returned(episode: Episode, agent: str) -> float:
    """What the game has paid the agent in all."""
    assert episode.facts is not None
    value: float = episode.facts["returns"][agent]
    return value


class PettingZooGame(Env):
    """One game in AEC form; PettingZoo turns Parallel ones into it (`pettingzoo.utils.parallel_to_aec`).

    Args:
        game: `module:factory`, where the factory is `env` if it is not named.
        settings: Arguments of the factory.
        reward_range: Least and greatest sum of what an agent is paid.
        utility: How these sums add up: `zero_sum`, `identical` or `general_sum`.
        information: `perfect` or `imperfect`.
        memory: What agents are shown of their past: `none`, as policies of PettingZoo, or as `Role` has it.
        max_turns: Turns of all agents before the play is truncated.

    Raises:
        UsageError: there is no such module or factory, or it does not take these settings.
    """

    def __init__(
        self,
        game: str = "pettingzoo.classic.tictactoe_v3",
        settings: Mapping[str, Any] | None = None,
        reward_range: Sequence[float] = (-1.0, 1.0),
        utility: str = "general_sum",
        information: str = "imperfect",
        memory: str = "none",
        max_turns: int = 1000,
    ) -> None:
        self._make = partial(_factory(game), **(settings or {}))
        try:
            agents = self._make().possible_agents
        except TypeError as problem:
            raise UsageError(f"{game} cannot be made with {dict(settings or {})}: {problem}") from problem
        self.spec = EnvSpec(
            "axion/PettingZoo-v0",
            agents={agent: Role(agent, memory=Memory(memory)) for agent in agents},
            reward_range=(float(reward_range[0]), float(reward_range[1])),
            utility=Utility(utility),
            information=information,
            max_turns=max_turns,
            max_requests=max(10_000, 2 * max_turns),
            description=f"{game}, as PettingZoo has it.",
        )
        self.rubric = Rubric(**{agent: [Reward(returned)] for agent in agents})

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Follow PettingZoo's loop, and ask where it acts."""
        game = self._make()
        try:
            # One number stands for all chance there is, and everybody may learn some of it; nobody is told the number.
            game.reset(seed=ctx.draw("seed", range(_SEEDS), visible_to=ctx.agents))
            returns = dict.fromkeys(ctx.agents, 0.0)
            for agent in game.agent_iter():
                observation, reward, terminated, truncated, info = game.last()
                returns[agent] += float(reward)
                game.step(None if terminated or truncated else await self._ask(ctx, game, agent, observation, info))
        finally:
            game.close()
        return Outcome({"returns": returns})

    def render(self, game: Any, agent: str, observation: Any) -> str:
        """What an agent sees, without the mask of its actions; write your own in a derived class."""
        return _printed(observation)

    def action_name(self, game: Any, agent: str, action: int) -> str:
        """What a discrete action is called; different ones differently."""
        return str(action)

    async def _ask(self, ctx: Context, game: Any, agent: str, observation: Any, info: Mapping[str, Any]) -> Any:
        space = game.action_space(agent)
        mask = info.get("action_mask")
        if isinstance(observation, Mapping) and "action_mask" in observation:
            mask = observation["action_mask"]
            observation = {name: value for name, value in observation.items() if name != "action_mask"}
        seen = f"You are {agent}.\n{self.render(game, agent, observation)}\n"
        if not isinstance(space, Discrete):
            return await ctx.ask(agent, f"{seen}Answer with {int(np.prod(space.shape or (1,)))} numbers.", parse=partial(_numbers, space))
        legal = [int(space.start) + i for i in range(int(space.n)) if mask is None or mask[i]]
        names = [self.action_name(game, agent, action) for action in legal]
        return legal[names.index(await ctx.ask(agent, f"{seen}Choose: {' or '.join(names)}.", choices=names))]


def _factory(name: str) -> Callable[..., Any]:
    module, _, attribute = name.partition(":")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # PettingZoo's own modules, about how they were imported
        try:
            factory: Callable[..., Any] = getattr(importlib.import_module(module), attribute or "env")
        except (ImportError, AttributeError) as problem:
            raise UsageError(f"no PettingZoo game {name!r}: {problem}; a game is module or module:factory") from problem
    return factory


def _numbers(space: Space[Any], text: str) -> Any:
    """An action of many numbers, in the order of its array."""
    shape = space.shape or ()
    try:
        action = np.array(strip_thinking(text).replace(",", " ").strip(" []()\n").split(), dtype=float).reshape(shape).astype(space.dtype)
    except ValueError as problem:
        raise Illegal(f"an answer is {int(np.prod(shape))} numbers") from problem
    if action not in space:
        raise Illegal(f"not within {space}")
    return action


def _printed(value: Any) -> str:
    """Rows of numbers, a blank line between tables; names before the parts of an observation that has several."""
    if isinstance(value, Mapping):
        parts = [(name, _printed(part)) for name, part in value.items()]
        return (
            parts[0][1]
            if len(parts) == 1
            else "\n".join(f"{name}: {text}" if "\n" not in text else f"{name}:\n{text}" for name, text in parts)
        )
    array = np.asarray(value)
    if array.ndim > 1:
        return ("\n" * (array.ndim - 1)).join(_printed(part) for part in array)
    return " ".join(f"{x:.4g}" if isinstance(x, float) else str(x) for x in np.atleast_1d(array).tolist())
