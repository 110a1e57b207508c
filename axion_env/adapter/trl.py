"""One seat of an environment for TRL's `GRPOTrainer(environment_factory=…)`, the other seats played by given policies.

    from axion_env.trl import environment_factory
    trainer = GRPOTrainer(model, args, environment_factory=environment_factory("axion/KuhnPoker-v0", seat="player_1"), train_dataset=rows)

TRL's environments are conversations with tools: the model plays by calling the tool `act(text)`, and is told what comes next in the
answer. There is one agent to a conversation, so this is training against fixed opponents, not self-play. Rows of `train_dataset` with a
column `seed` choose the deal, so that all copies of a row play the same one. Nothing here imports TRL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from axion_env.adapter.gymnasium import Seat
from axion_env.core.env import Env
from axion_env.core.policy import Policies
from axion_env.error import UsageError
from axion_env.service import Service


class SeatTools:
    """A seat in the form that TRL expects of an environment: `reset`, `get_reward`, and one tool."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._reward: float | None = None
        self._over = True

    def reset(self, *, seed: int | None = None, **row: Any) -> str:
        """Starts an episode and returns what the seat sees; other columns of the row are ignored."""
        observation, _ = self._seat.reset(seed=seed)
        self._reward = None
        self._over = False
        return observation["text"]

    def act(self, text: str) -> str:
        """Answer the question you were asked last: make your move.

        Args:
            text: The move, or the answer, and nothing else.

        Returns:
            What you are told next: the next question, or how it ended.
        """
        if self._over:
            raise UsageError("it is over; nothing more can be done")  # TRL shows a tool's error to the model
        observation, reward, terminated, truncated, _ = self._seat.step(text)
        self._over = terminated or truncated
        if self._over:
            self._reward = reward
        return observation["text"] or ("It is over." if self._over else "")

    def get_reward(self) -> float:
        """What the seat earned; its role's least where the model stopped before the end, or not playing would beat losing."""
        if self._reward is not None:
            return self._reward
        spec = self._seat.steppable.spec
        return spec.range_of(spec.agents[self._seat.seat].name)[0]


def environment_factory(
    env: str | Env,
    *,
    seat: str | None = None,
    opponents: Policies | None = None,
    services: Mapping[str, Service] | None = None,
    **options: Any,
) -> Callable[[], SeatTools]:
    """Makes a factory for `GRPOTrainer(environment_factory=…)`.

    Args:
        env: An id, or the rules.
        seat: The agent that is trained; default: the first.
        opponents: Who plays the other seats; default: at random.
        services: Outside services by name.
        options: Of the environment, where an id is given.

    Raises:
        UsageError: no such environment, option or seat.
    """
    make = partial(Seat, env, seat=seat, opponents=opponents, services=services, **options)
    make()  # raises here what is wrong, not in the middle of TRL
    return lambda: SeatTools(make())
