"""Playing against others: figures that can be worked out beforehand, and intervals that hold the truth as often as they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from axion_env import Ask, GameTree, RandomPolicy, Scripted, UsageError, load
from axion_train.command.evaluate import evaluate
from axion_train.evaluate.crossplay import ALL, cross_play
from axion_train.evaluate.stats import Interval
from axion_train.recipe import read
from axion_train.run.folder import Run
from axion_train.run.policy import open_opponent

KUHN = load("axion/KuhnPoker-v0")


def _always(*wanted: str) -> Scripted:
    return Scripted(lambda ask: next(move for move in ask.choices or () if move in wanted))


def caller(ask: Ask[Any]) -> str:
    """A scripted opponent, named on the command line."""
    return next(move for move in ask.choices or () if move in ("check", "call"))


class Rock:
    """One that is a class."""

    def act(self, asks: list[Ask[Any]]) -> list[str]:
        return ["rock"] * len(asks)


nothing = 3


def test_a_sure_win_is_a_sure_win() -> None:
    """Paper beats rock in every play from either seat: rate 1 with a lower bound below it, reward 1 without spread."""
    standings = cross_play(load("axion/RockPaperScissors-v0"), _always("paper"), Rock(), split="train", deals=50, seed=0)
    assert list(standings) == ["player_0", "player_1", ALL]
    assert [s.plays for s in standings.values()] == [50, 50, 100]
    for standing in standings.values():
        assert standing.reward == Interval(1, 1, 1)
        assert standing.rates["won"].mean == standing.rates["won"].high == 1
        assert 0.9 < standing.rates["won"].low < 1
        assert standing.rates["lost"].mean == standing.rates["lost"].low == 0


def test_seats_share_their_deals() -> None:
    """A policy against its own twin: what one seat wins on a deal the other loses, so that the mean over seats is 0 without any spread."""
    standings = cross_play(KUHN, _always("check", "call"), _always("check", "call"), split="train", deals=40, seed=3)
    assert standings[ALL].reward == Interval(0, 0, 0)
    assert standings["player_0"].reward.mean == -standings["player_1"].reward.mean
    assert standings["player_0"].rates["won"] == standings["player_1"].rates["lost"]
    assert standings["player_0"].reward.low < standings["player_0"].reward.mean


def test_means_are_those_of_the_exact_game() -> None:
    """Against one who bets and calls everything, random play is worth -1/4 from the first seat and -1/2 from the second in Kuhn poker."""
    standings = cross_play(KUHN, RandomPolicy(1), _always("bet", "call"), split="train", deals=4000, seed=0)
    tree = GameTree(KUHN)
    strategy = tree.uniform()
    for agent in KUHN.seats:
        mixed = [row if s.agent == agent else [0.0, 1.0] for s, row in zip(tree.information_sets, strategy, strict=True)]
        exact = tree.values(mixed)[agent]
        assert exact == pytest.approx({"player_0": -1 / 4, "player_1": -1 / 2}[agent])
        low, high = standings[agent].reward.low, standings[agent].reward.high
        assert low - (high - low) < exact < high + (high - low)
        assert high - low < 0.15


def test_where_all_earn_the_same_there_is_nothing_to_win() -> None:
    """A cooperative game has rewards and no rates; three or more agents each take every seat."""
    hanabi = cross_play(load("axion/TinyHanabi-v0"), _always("green"), _always("green"), split="train", deals=5, seed=0)
    assert {s.reward for s in hanabi.values()} == {Interval(8, 8, 8)}
    assert all(not s.rates for s in hanabi.values())
    spy = cross_play(load("axion/WhoIsTheSpy-v0"), RandomPolicy(1), RandomPolicy(2), split="test", deals=30, seed=0)
    assert [s.plays for s in spy.values()] == [30] * 4 + [120]


def test_one_agent_has_no_opponents() -> None:
    """And one deal has no spread."""
    with pytest.raises(UsageError, match="no opponents"):
        cross_play(load("axion/Arithmetic-v0"), RandomPolicy(), RandomPolicy(), split="test", deals=3, seed=0)
    with pytest.raises(UsageError, match="two deals or more: got 1"):
        cross_play(KUHN, RandomPolicy(), RandomPolicy(), split="test", deals=1, seed=0)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("tests.train.evaluate.test_crossplay:missing", "cannot be imported: AttributeError"),
        ("no_such_module:x", "cannot be imported: ModuleNotFoundError"),
        ("tests.train.evaluate.test_crossplay:nothing", "neither a policy nor a function from an ask to an answer: got int"),
    ],
)
def test_opponents_that_are_none(name: str, message: str) -> None:
    """Said in one line."""
    with pytest.raises(UsageError, match=message):
        open_opponent(name, seed=0)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    changes = ("warmup.steps=2", "curriculum.deals=4", "curriculum.copies=2", "training.updates=1", "model.hidden=32", "model.mlp=64")
    path = tmp_path_factory.mktemp("runs") / "small"
    Run.create(path, read("kuhn-poker", changes)).train()
    return path


def test_the_command(run: Path) -> None:
    """One row per opponent and seat, the same numbers as JSON, and the same again."""
    opponents = f"random,{run},tests.train.evaluate.test_crossplay:caller"
    arguments = [str(run), "--opponents", opponents, "--tasks", "20"]
    table = CliRunner().invoke(evaluate, arguments, catch_exceptions=False).output
    assert len(table.splitlines()) == 1 + 3 * 3
    assert table.splitlines()[0].split() == ["opponent", "seat", "plays", "reward", "won", "drawn", "lost"]
    printed = CliRunner().invoke(evaluate, [*arguments, "--json"], catch_exceptions=False).output
    standings = json.loads(printed)
    assert list(standings) == opponents.split(",")
    assert standings["random"]["player_0"]["plays"] == 20
    assert set(standings["random"][ALL]) == {"plays", "reward", "won", "drawn", "lost"}
    assert CliRunner().invoke(evaluate, [*arguments, "--json"]).output == printed


def test_the_command_refuses_what_it_would_not_read(run: Path) -> None:
    """--samples and --strategy measure something else."""
    with pytest.raises(UsageError, match="leave out --strategy and --samples"):
        CliRunner().invoke(evaluate, [str(run), "--opponents", "random", "--samples", "4"], catch_exceptions=False)
