"""The endogenous curriculum: what enters the archive, what is drawn of it, what leaves, and that it resumes."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch

import axion_env as ax
from axion_env import ContractError, Episode, Play, Scripted, Task, UsageError, drive
from axion_train import recipe
from axion_train.curriculum.endogenous import Endogenous, Entry
from axion_train.curriculum.uniform_deals import UniformDeals
from axion_train.run import checkpoint
from axion_train.run.folder import Run
from tests.train.policy.test_roles import RECIPE, Stop
from tests.train.riddle import Riddle

ENV = Riddle()
COLOR = {"0": "red", "1": "blue", "2": "red", "3": "blue", "4": "green", "5": "green"}


def played(*tasks: Task, right: bool = False, numbers: str = "") -> list[Episode]:
    """Each task once; the poser names these numbers, and the solvers are all right or all wrong."""
    posed = iter(numbers)

    def answer(ask: ax.Ask[Any]) -> str:
        if ask.agent == "poser_0":
            return next(posed)
        number = ask.text.removeprefix("Solve ").removesuffix(".")
        return COLOR[number] if right else "red" if COLOR[number] != "red" else "blue"

    return list(drive((Play(ENV, task, k) for k, task in enumerate(tasks)), Scripted(answer), in_flight=1))


def names(archive: Endogenous) -> list[str]:
    return [entry.task.id for entry in archive._archive.values()]


FRESH = [ENV.tasks("train")[k % 4] for k in range(8)]


def test_an_environment_derives_nothing_unless_it_says_so() -> None:
    episode = ax.play(ax.load("axion/Arithmetic-v0"), Scripted(["4"]))
    assert list(ax.load("axion/Arithmetic-v0").derived(episode)) == []


def test_what_plays_give_rise_to_enters_once() -> None:
    """Failures do, equal ones as one task; what was solved, failed by machinery or cut short does not."""
    curriculum = Endogenous(deals=4, copies=1)
    failed = played(*FRESH[:4], numbers="3141")
    assert curriculum.observe(ENV, failed) == {"archive/size": 3.0, "archive/new": 3.0}
    assert names(curriculum) == ["asked/3", "asked/1", "asked/4"]
    void = [e._replace(ending=ending) for e, ending in zip(played(*FRESH[:2], numbers="00"), ("FAILED", "TRUNCATED"), strict=True)]
    assert curriculum.observe(ENV, [*played(FRESH[0], numbers="5", right=True), *void]) == {"archive/size": 3.0, "archive/new": 0.0}


def test_a_forfeited_play_gives_rise_to_nothing() -> None:
    """It has no facts that `derived` could read."""
    curriculum = Endogenous(deals=4, copies=1)
    (forfeited,) = ax.drive([ax.Play(ENV, FRESH[0])], Scripted(["no number"]))
    assert (forfeited.ending, forfeited.facts) == (ax.Ending.FORFEIT, None)
    assert curriculum.observe(ENV, [forfeited]) == {"archive/size": 0.0, "archive/new": 0.0}


def test_two_different_tasks_of_one_id_are_the_authors_mistake() -> None:
    class Careless(Riddle):
        def derived(self, episode: Episode) -> list[Task]:
            return [Task("same", public={"number": str(k)}) for k in (1, 2)]

    with pytest.raises(ContractError, match="'same'"):
        Endogenous().observe(Careless(), played(FRESH[0], numbers="1"))


def test_an_empty_archive_draws_as_uniform_deals_do() -> None:
    assert Endogenous(deals=6, copies=2).draw(ENV, 5) == UniformDeals(deals=6, copies=2).draw(ENV, 5)


@pytest.mark.parametrize(("fresh", "archived"), [(1.0, 0), (0.5, 4), (0.25, 6), (0.0, 6)])
def test_a_share_is_fresh(fresh: float, archived: int) -> None:
    """The rest is of the archive, spread over the batch, each task once; fresh again where it has no more. Every deal has its own seed."""
    curriculum = Endogenous(deals=8, copies=2, fresh=fresh)
    curriculum.observe(ENV, played(*FRESH[:6], numbers="012345"))
    deals = curriculum.draw(ENV, 0)
    asked = [deal.task.id.startswith("asked") for deal in deals]
    assert (len(deals), sum(asked)) == (8, archived)
    assert len({deal.task.id for deal, old in zip(deals, asked, strict=True) if old}) == archived
    assert abs(sum(asked[:4]) - sum(asked[4:])) <= 1
    assert len({deal.seed for deal in deals}) == 8


def test_the_newest_come_first() -> None:
    curriculum = Endogenous(deals=2, copies=1, fresh=0.0)
    curriculum.observe(ENV, played(*FRESH[:4], numbers="0123"))
    assert [deal.task.id for deal in curriculum.draw(ENV, 0)] == ["asked/3", "asked/2"]


def test_the_oldest_go_first() -> None:
    """When there are too many, and after their time."""
    curriculum = Endogenous(capacity=2, max_age=2)
    curriculum.observe(ENV, played(*FRESH[:3], numbers="012"))
    assert names(curriculum) == ["asked/1", "asked/2"]
    curriculum.observe(ENV, played(FRESH[0], numbers="3"))
    assert names(curriculum) == ["asked/2", "asked/3"]
    curriculum.observe(ENV, [])
    assert names(curriculum) == ["asked/3"]


def test_what_is_mastered_or_too_hard_leaves() -> None:
    curriculum = Endogenous(band=(0.1, 0.9))
    curriculum.observe(ENV, played(*FRESH[:3], numbers="014"))
    hard, mastered, unplayed = (entry.task for entry in curriculum._archive.values())
    metrics = curriculum.observe(ENV, [*played(hard), *played(mastered, right=True)])
    assert names(curriculum) == [unplayed.id]
    assert metrics["archive/solve_rate"] == 0.5


def test_progress_by_hand() -> None:
    """Nobody knows: 1. Solved when first played: .5 and .1, which is .4. Then failed: .25 and .09. Never solved: the least there is."""
    entry = Entry(Task(), 0)
    assert entry.weight == 1.0
    entry.played(1.0)
    assert entry.rates == (0.5, 0.1)
    assert entry.weight == pytest.approx(0.4)
    entry.played(0.0)
    assert entry.weight == pytest.approx(0.16)
    still = Entry(Task(), 0)
    still.played(0.0)
    assert still.weight == 0.05


def test_progress_draws_what_moves() -> None:
    """Of two tasks, the one solved for the first time comes .4/.45 of the time before the one that was never solved."""
    curriculum = Endogenous(deals=1, copies=1, fresh=0.0, choose="progress")
    curriculum.observe(ENV, played(*FRESH[:2], numbers="01"))
    moving, still = (entry.task for entry in curriculum._archive.values())
    curriculum.observe(ENV, [*played(moving, right=True), *played(still)])
    drawn = Counter(curriculum.draw(ENV, seed)[0].task.id for seed in range(600))
    assert drawn[moving.id] / 600 == pytest.approx(0.4 / 0.45, abs=0.05)
    assert set(drawn) == {moving.id, still.id}


@pytest.mark.parametrize("choose", ["newest", "uniform", "progress"])
def test_a_checkpoint_holds_the_archive(choose: str, tmp_path: Path) -> None:
    """Through a file, tasks, rates and all: what is drawn next is the same, and so is what it comes to."""
    one = Endogenous(deals=4, copies=1, choose=choose, max_age=5)
    one.observe(ENV, played(*FRESH[:4], numbers="0123"))
    one.observe(ENV, played(*(deal.task for deal in one.draw(ENV, 1)), numbers="4455", right=True))
    torch.save(one.state_dict(), tmp_path / "state.pt")
    two = Endogenous(deals=4, copies=1, choose=choose, max_age=5)
    two.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True))
    assert two.state_dict() == one.state_dict()
    assert two.draw(ENV, 1) == one.draw(ENV, 1)


@pytest.mark.parametrize("change", ["fresh=1.5", "capacity=0", "max_age=-1", "band=[0.5, 0.2]", "choose=oldest"])
def test_what_cannot_be_is_refused(change: str, tmp_path: Path) -> None:
    source = tmp_path / "riddle.toml"
    source.write_text(RECIPE.replace("uniform_deals", "endogenous"))
    with pytest.raises(UsageError, match=f"curriculum.*{change.partition('=')[0]}"):
        recipe.read(str(source), [f"curriculum.{change}"])


def test_a_run_of_it_resumes(tmp_path: Path) -> None:
    """Derived tasks are played among fresh ones, and a run stopped and resumed ends in the same weights, episodes and archive."""
    source = tmp_path / "riddle.toml"
    source.write_text(RECIPE.replace("uniform_deals", "endogenous"))
    chosen = recipe.read(str(source), ["curriculum.choose=progress", "training.updates=6"])

    def watch(event: str, metrics: dict[str, Any]) -> None:
        if event != "warmup" and metrics["update"] == 3:
            raise Stop

    Run.create(tmp_path / "whole", chosen).train()
    with pytest.raises(Stop):
        Run.create(tmp_path / "cut", chosen).train(watch)
    Run.open(tmp_path / "cut").train()
    ends = [checkpoint.read(checkpoint.found(tmp_path / name / "checkpoints")[-1])["trainer"] for name in ("whole", "cut")]
    assert ends[0]["curriculum"] == ends[1]["curriculum"]
    first, second = (end["cast"]["learners"]["learner"]["model"] for end in ends)
    assert all(torch.equal(first[k], second[k]) for k in first)
    episodes = [(tmp_path / name / "episodes.jsonl").read_bytes() for name in ("whole", "cut")]
    assert episodes[0] == episodes[1]
    ids = {json.loads(line)["task"]["id"].partition("/")[0] for line in episodes[0].decode().splitlines()}
    assert ids == {"train", "asked"}
    assert "archive/size" in json.loads((tmp_path / "whole" / "metrics.jsonl").read_text().splitlines()[-1])
