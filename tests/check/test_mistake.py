"""Every mistake an author makes is answered with the line it stands in and with what to do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from axion_env import Context, Env, EnvSpec, Outcome, Reward, Role, Rubric, Task, UsageError, _plugin, find
from axion_env.check import check
from tests.check.honest import Card, won
from tests.core.game import line


class Unawaited(Card):
    async def play(self, task: Task, ctx: Context) -> Outcome:
        ctx.ask("a", "Bet?", choices=("bet", "pass"))  # here
        return Outcome({"won": {"a": 0, "b": 0}})


class Compared(Card):
    async def play(self, task: Task, ctx: Context) -> Outcome:
        bid = ctx.ask("a", "Bet?", choices=("bet", "pass"))
        return Outcome({"won": {"a": 0, "b": 0} if bid == "bet" else {}})  # here


class Stranger(Card):
    async def play(self, task: Task, ctx: Context) -> Outcome:
        await ctx.ask("player_0", "Bet?", choices=("bet", "pass"))  # here
        return Outcome({})


class SetInFacts(Card):
    async def play(self, task: Task, ctx: Context) -> Outcome:  # here
        await ctx.ask("a", "Bet?", choices=("bet", "pass"))
        return Outcome({"moves": {"bet"}})


class NoOutcome(Card):
    async def play(self, task: Task, ctx: Context) -> Any:  # here
        await ctx.ask("a", "Bet?", choices=("bet", "pass"))


class MissingFact(Card):
    rubric = Rubric(first=[Reward(lambda episode, agent: episode.facts["chips"])], second=[Reward(won)])  # here

    async def play(self, task: Task, ctx: Context) -> Outcome:
        return await super().play(task, ctx)


def too_much(episode: Any, agent: str) -> float:  # here
    return 7.0


class TooMuch(Card):
    rubric = Rubric(first=[Reward(too_much)], second=[Reward(won)])


MISTAKES = [
    (Unawaited, Unawaited.play, "was not awaited; write `await ctx.…`"),
    (Compared, Compared.play, "before it was awaited; write `await ctx.…`"),
    (Stranger, Stranger.play, "asked 'player_0', who is not seated; seated: a, b"),
    (SetInFacts, SetInFacts.play, "facts.moves is a set; a record holds str-keyed dict, list, str"),
    (NoOutcome, NoOutcome.play, "play returned NoneType; it must return Outcome({…facts…})"),
    (MissingFact, MissingFact, "KeyError: 'chips'"),
    (TooMuch, too_much, "reward_range of first is -2 to 2; mend one of the two"),
]


@pytest.mark.parametrize(("env", "where", "said"), MISTAKES, ids=lambda value: getattr(value, "__name__", None))
def test_the_line_and_the_mend(env: type[Env], where: Any, said: str) -> None:
    """The first finding has both."""
    first = check(env(), only=["runtime.startup", "runtime.reward_well_formed"]).failed[0].errors[0]
    assert said in first.message
    assert line(where, "# here") in str(first)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Registers entry points, and modules they lead to."""

    def install(*values: str, **modules: str) -> Path:
        for name, code in modules.items():
            (tmp_path / f"{name}.py").write_text(code)
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setattr(_plugin, "installed", lambda group: tuple(_plugin.Place("me/Game-v0", value) for value in values))
        return tmp_path

    return install


def test_an_id_registered_twice(installed: Any) -> None:
    installed("tests.check.honest:Card", "tests.check.honest:Sums")
    with pytest.raises(
        UsageError, match=r"'me/Game-v0' is registered twice, at 'tests\.check\.honest:Card' and at 'tests\.check\.honest:Sums'; re"
    ):
        find("me/Game-v0")


def test_an_id_registered_twice_alike(installed: Any) -> None:
    """As an editable install beside a wheel does: no harm."""
    installed("tests.check.honest:Card", "tests.check.honest:Card")
    assert find("me/Game-v0").__name__ == "Card"


def test_an_entry_point_that_does_not_import(installed: Any) -> None:
    folder = installed("axion_test_broken:Game", axion_test_broken="\nimport axion_test_not_there\n")
    with pytest.raises(
        UsageError, match=rf"No module named 'axion_test_not_there' \({re.escape(str(folder))}/axion_test_broken.py:2\); mend"
    ):
        find("me/Game-v0")


def test_an_entry_point_to_nothing(installed: Any) -> None:
    installed("axion_test_empty:Gmae", axion_test_empty="Game = 1")
    with pytest.raises(UsageError, match=r"has no attribute 'Gmae'; mend the package, or its entry point in the group axion\.envs"):
        find("me/Game-v0")


def test_an_id_of_another_class() -> None:
    """A class that took over somebody's id is told so."""

    class Kuhn(Env):
        """Not the one that is installed."""

        spec = EnvSpec("axion/KuhnPoker-v0", {"a": Role("r")})
        rubric = Rubric(r=[])

        async def play(self, task: Task, ctx: Context) -> Outcome:
            return Outcome({})

    (result,) = check(Kuhn(), only=["static.manifest"]).failed
    assert "is that of axion_zoo.games.kuhn_poker:KuhnPoker; choose another" in result.errors[0].message
