"""Environments that do not come back from an answer: in a module of their own, for the child process to find."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from axion_env import Ask, Context, Env, EnvSpec, Outcome, Reward, Role, Rubric, Task


class Busy(Env):
    """Its parser never finds the end of a long answer."""

    spec = EnvSpec("test/Busy-v0", {"a": Role("r")}, description="Busy.")
    rubric = Rubric(r=[Reward(lambda episode, agent: 0.0, name="nothing")])

    async def play(self, task: Task, ctx: Context) -> Outcome:
        await ctx.ask("a", "Say something.", parse=self.parse)
        return Outcome({})

    def parse(self, text: str) -> str:
        while len(text) > 50_000:
            pass  # here
        return text

    def examples(self, ask: Ask[Any]) -> Sequence[str]:
        return ("something",)


class Gone(Busy):
    """It takes the process with it."""

    def parse(self, text: str) -> str:
        if len(text) > 50_000:
            os._exit(0)
        print("said", text[:10])  # what an environment prints is not part of the report
        return text
